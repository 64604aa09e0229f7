"""What agents type, key by key, for voters drawn from a roll: the same texts for every program that is measured."""

import csv
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpdesk.domain.folding import fold

LETTERS = "abcdefghijklmnopqrstuvwxyz"
EXACT = ("address", "other_address", "first_last", "last_first", "first_two_letters", "code", "piece", "number")
SLIPS = ("address_slip", "name_slip")
HARD = ("two_slips", "unfinished_slip", "by_ear")


@dataclass(frozen=True, slots=True)
class Person:
    """What the roll says of one voter."""

    number: str
    first: str
    family: str
    usage: str
    tied: str
    others: tuple[str, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Typed:
    """One text in full, of which kind it is, whom it is meant to find, and what would be typed without a slip."""

    kind: str
    text: str
    person: Person
    meant: str


def people(path: Path, *, count: int, seed: int) -> list[Person]:
    """Voters drawn at random from a roll in the canonical columns."""
    rng = random.Random(seed)
    drawn: list[Person] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for place, row in enumerate(csv.DictReader(file, delimiter=";")):
            slot = place if place < count else rng.randrange(place + 1)
            if slot >= count:
                continue
            others = tuple(other for other in row["mel_secondaires"].split("|") if other)
            # names and codes are held once: of six million voters that is half the memory
            names = map(sys.intern, (row["prenom"], row["nom_famille"], row["nom_usage"]))
            person = Person(row["id_electeur"], *names, row["mel_identifiant"], others, sys.intern(row["uai"]))
            drawn[slot : slot + 1] = [person]
    return drawn


def texts(drawn: list[Person], *, seed: int) -> Iterator[Typed]:
    """One text or more of every kind for these voters; the same seed gives the same texts."""
    rng = random.Random(seed)
    kinds = (*EXACT, *SLIPS, *HARD)
    for place, person in enumerate(drawn):
        kind = kinds[place % len(kinds)]
        text, meant = _text(kind, person, rng)
        if text:
            yield Typed(kind, text, person, meant)


def keystrokes(text: str) -> Iterator[str]:
    """The text as it stands after each key."""
    for length in range(1, len(text) + 1):
        yield text[:length]


def _text(kind: str, person: Person, rng: random.Random) -> tuple[str, str]:
    """What is typed, empty if this person offers nothing of the kind, and what is meant."""
    last = rng.choice([name for name in (person.family, person.usage) if name])
    name = f"{person.first} {last}".lower()
    if kind in {"address_slip", "two_slips"}:
        typed = slip(person.tied, rng)
        return (typed if kind == "address_slip" else slip(typed, rng)), person.tied
    if kind == "name_slip":
        return slip(fold(name), rng), name
    if kind == "unfinished_slip":
        meant = fold(f"{person.first} {last[: max(5, len(last) - 2)]}")
        return (slip(meant, rng, start=len(person.first) + 2) if len(last) > 6 else ""), meant
    if kind == "by_ear":
        return heard(fold(name)), name
    text = _exact(kind, person, name, last, rng)
    return text, text


def _exact(kind: str, person: Person, name: str, last: str, rng: random.Random) -> str:
    match kind:
        case "address":
            return person.tied
        case "other_address":
            return rng.choice(person.others) if person.others else ""
        case "first_last":
            return name
        case "last_first":
            return f"{last} {person.first}"
        case "first_two_letters":
            return f"{person.first} {last[:3]}".lower()
        case "code":
            return person.code
        case "number":
            return person.number
        case _:
            local = person.tied.partition("@")[0] + person.tied[person.tied.index("@") :][:6] * (rng.random() < 0.3)
            start = rng.randrange(1, max(2, len(local) - 6))
            return local[start : start + rng.randrange(6, 12)]


def slip(text: str, rng: random.Random, *, start: int = 1) -> str:
    """One letter lost, added, replaced or swapped, somewhere after the first and before any @."""
    end = text.find("@") if "@" in text else len(text)
    place = rng.randrange(start, max(start + 1, end - 1))
    way = rng.randrange(4)
    if way == 0:
        return text[:place] + text[place + 1 :]
    if way == 1:
        return text[:place] + rng.choice(LETTERS) + text[place:]
    if way == 2:
        return text[:place] + rng.choice(LETTERS) + text[place + 1 :]
    return text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :]


def heard(name: str) -> str:
    """The name as somebody may write it who only heard it; empty when it has but one spelling."""
    ways = ((r"ph", "f"), (r"eau\b", "o"), (r"ault\b", "o"), (r"([lnrst])\1", r"\1"), (r"f", "ph"), (r"y", "i"),
            (r"qu", "k"), (r"ai", "e"), (r"c([aou])", r"k\1"))  # fmt: skip
    for pattern, spelling in ways:
        changed = re.sub(pattern, spelling, name, count=1)
        if changed != name:
            return changed
    return ""


def answers(typed: str, person: Person) -> bool:
    """True when this voter answers the text as well: a namesake, a shared code, an address that holds it."""
    text = fold(typed)
    if any(text in fold(address) for address in (person.tied, *person.others)):
        return True
    names = re.findall(r"[a-z0-9]+", fold(f"{person.first} {person.family} {person.usage}"))
    wanted = re.findall(r"[a-z0-9]+", text)
    return text.upper() in {person.code, person.number} or (
        bool(wanted) and all(any(name.startswith(word) for name in names) for word in wanted)
    )
