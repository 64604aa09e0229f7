"""Telling whether a note holds what no desk may write down: a password, a voter code, a challenge answer, a link."""

import re
from itertools import pairwise

from helpdesk.domain.addresses import is_address
from helpdesk.domain.folding import fold
from helpdesk.domain.uai import is_uai

_NAMED = re.compile(
    r"\b(?:mot de passe|mdp|password|passwd|pwd|code|reponse|answer)\b[^.:=\n]{0,24}?(?:[:=]|\best\b|\bis\b)\s*(\S+)"
)
_CODE_DIGITS = re.compile(r"\bcode\b\D{0,20}\d[\d ]{3,}")
_QUOTES = "«»\"“”'’"
_OUTER = ".,;:!?()[]<>…" + _QUOTES
_PLAIN = re.compile(r"[-'’.,;:/()°+&%]")
_DATE = re.compile(r"\d{1,4}([/.\-:hH]\d{1,4}){1,4}")
_SHORTEST_PASSWORD, _SHORTEST_TOKEN, _SHORTEST_CODE = 8, 20, 8
_CLASSES = 3


def holds_secret(text: str) -> bool:
    """True when a text looks as if it held a password, a code, an answer or a link.

    It errs towards yes: a note can be written another way, a secret cannot be unwritten (facts.md rule 1).
    Addresses, establishments' codes, voter numbers, telephone numbers, dates and times are no secrets.
    """
    folded = fold(text)
    if any(_is_value(found.group(1), text) for found in _NAMED.finditer(folded)):
        return True
    return is_secret(text)


def is_secret(text: str) -> bool:
    """True when a word of the text looks like a password, a code or a link itself, whatever is said of it.

    For texts that speak of passwords without telling one, as mails do.
    """
    return bool(_CODE_DIGITS.search(fold(text))) or any(_looks_secret(word) for word in text.split())


def _is_value(word: str, text: str) -> bool:
    """What follows "the password is": a value rather than a word of the sentence."""
    if word[:1] in _QUOTES:
        return True
    core = word.strip(_OUTER)
    if not core or is_address(fold(core)):
        return False
    written = next((each.strip(_OUTER) for each in text.split() if fold(each).strip(_OUTER) == core), core)
    return not core.isalpha() or written[:1].isupper()


def _looks_secret(word: str) -> bool:
    core = word.strip(_OUTER)
    if len(core) < _SHORTEST_PASSWORD or is_address(fold(core)) or is_uai(core.upper()) or _DATE.fullmatch(core):
        return False
    if "://" in core:
        return _is_token(re.split(r"[/?=#]", core)[-1])
    joined = _PLAIN.sub("", core)
    classes = (
        any(char.islower() for char in joined),
        any(char.isupper() for char in joined),
        any(char.isdigit() for char in joined),
        any(not char.isalnum() for char in joined),
    )
    return sum(classes) >= _CLASSES or _is_token(core) or _is_code(joined)


def _is_token(word: str) -> bool:
    return (
        len(word) >= _SHORTEST_TOKEN and any(char.isdigit() for char in word) and any(char.isalpha() for char in word)
    )


def _is_code(word: str) -> bool:
    """Letters and digits in turns, as codes are printed: "AB12CD34"."""
    if len(word) < _SHORTEST_CODE or not word.isalnum() or word != word.upper():
        return False
    turns = sum(a.isdigit() != b.isdigit() for a, b in pairwise(word))
    return turns > 1
