"""What a voter's password must be (facts.md, "The voter's way", 3; CNIL 2022-100)."""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from helpdesk.domain.passwords import is_common_password

MINIMUM_CHARACTERS, MAXIMUM_CHARACTERS = 12, 128
_DISGUISES = str.maketrans("@4310$5€!", "aaeiossei")


class Criterion(StrEnum):
    """One thing that is asked of a password, in the order in which they are shown."""

    LENGTH = "length"
    UPPER = "upper"
    LOWER = "lower"
    DIGIT = "digit"
    SPECIAL = "special"
    UNCOMMON = "uncommon"


def normal_password(text: str) -> str:
    """A password as it is hashed: NFC, so that é is the same secret from every keyboard."""
    return unicodedata.normalize("NFC", text)


def unmet_criteria(password: str, *, names: Iterable[str] = ()) -> tuple[Criterion, ...]:
    """What the password lacks; nothing when it will do.

    Any sign that is neither letter nor digit counts as special, a space too: more than the 37 that CNIL 2022-100
    asks to be allowed. `names` are those of the voter, which are as common as a listed word here.
    """
    met = {
        Criterion.LENGTH: MINIMUM_CHARACTERS <= len(password) <= MAXIMUM_CHARACTERS,
        Criterion.UPPER: any(char.isupper() for char in password),
        Criterion.LOWER: any(char.islower() for char in password),
        Criterion.DIGIT: any(char.isdecimal() for char in password),
        Criterion.SPECIAL: any(not char.isalnum() for char in password),
        Criterion.UNCOMMON: not _is_common(password, tuple(names)),
    }
    return tuple(criterion for criterion in Criterion if not met[criterion])


def _is_common(password: str, names: tuple[str, ...]) -> bool:
    """Common as typed, or once the usual disguises of letters are taken off: "P@ssw0rd" is "Password"."""
    password = password[:MAXIMUM_CHARACTERS]
    plain = password.translate(_DISGUISES)
    return any(is_common_password(each, names=names) for each in (password, plain, plain.rstrip("aeios")))


def own_words(*, first_name: str, family_name: str, usage_name: str, tied_address: str = "") -> tuple[str, ...]:
    """Words that are no secret of this voter: the names, alone and together, the address and its name part."""
    local = tied_address.partition("@")[0]
    last = [name for name in (family_name, usage_name) if name]
    together = [f"{first_name} {name}" for name in last] + [f"{name} {first_name}" for name in last]
    return tuple(word for word in (first_name, *last, *together, local, tied_address) if word)
