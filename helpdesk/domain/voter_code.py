"""The voter code: made at random, easy to copy by hand, compared without its dashes."""

import secrets

# Neither 0 and O, nor 1, I and L, which are mistaken for one another on paper.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 3, 4


def new_voter_code() -> str:
    """A code of twelve characters (59 bits), in groups of four: "7KQ2-MZ4D-X9PA"."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def fold_voter_code(text: str) -> str:
    """A code as it is hashed and compared: capitals without dashes or spaces."""
    return "".join(char for char in text.upper() if char.isalnum())
