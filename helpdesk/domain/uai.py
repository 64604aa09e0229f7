"""UAI codes: seven digits and a check letter that identify an establishment."""

import re

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_CODE = re.compile(r"\d{7}[A-Z]")


def check_letter(digits: str) -> str:
    """The letter that belongs to seven digits: the alphabet without I, O and Q, at the number modulo 23."""
    return _LETTERS[int(digits) % 23]


def is_uai(code: str) -> bool:
    """True for a well-formed code with the right check letter; leading zeros matter."""
    return _CODE.fullmatch(code) is not None and check_letter(code[:7]) == code[7]
