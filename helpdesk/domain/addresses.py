"""Mail addresses: reading what was pasted, checking, masking."""

import re
from collections.abc import Sequence
from email.utils import parseaddr

from helpdesk.domain.folding import fold

_ADDRESS = re.compile(
    r"(?!\.)(?!.*\.\.)[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}(?<!\.)@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\x00-\x1f\x7f]")
_SPACE = re.compile(r"\s").search
MAX_LENGTH = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets


def fold_address(address: str) -> str:
    """An address as it is compared: folded, no outer spaces. Local parts of this field never differ by case."""
    address = address.strip()
    return address.lower() if address.isascii() else fold(address)


def is_address(text: str) -> bool:
    """True for an ASCII `local@domain.tld` that mail servers of this field take (RFC 5321 dot-string form)."""
    folded = fold_address(text)
    return len(folded) <= MAX_LENGTH and text.strip().isascii() and _ADDRESS.fullmatch(folded) is not None


def fold_addresses(addresses: Sequence[str]) -> list[str]:
    """`fold_address` of each, quickly for very many."""
    return [
        *map(str.lower if (every := "".join(addresses)).isascii() and not _SPACE(every) else fold_address, addresses)
    ]


def are_addresses(folded: Sequence[str]) -> bool:
    """True if `is_address` is true for all of these, which are folded already; quick for very many."""
    return all(map(_ADDRESS.fullmatch, folded)) and max(map(len, folded), default=0) <= MAX_LENGTH


def read_pasted(text: str) -> str:
    """The searchable part of what was typed or pasted.

    Takes the address out of "Marie Dupont <marie.dupont@ac-rennes.fr>" and `mailto:` addresses, drops
    invisible characters and stray spaces, and leaves every other text alone but for its outer spaces.
    """
    text = " ".join(_INVISIBLE.sub(" ", text[:1000]).split())
    if text.lower().startswith("mailto:"):
        text = text[7:].partition("?")[0].replace("%40", "@").strip()
    if "@" not in text:
        return text
    if "<" in text:
        address = parseaddr(text)[1] or text[text.index("<") + 1 :].partition(">")[0]
        if "@" in address:
            return address.replace(" ", "")
    joined = re.sub(r"\s*([@.])\s*", r"\1", text)
    return joined.strip(" <>\"',;:()[]")


def mask_address(address: str) -> str:
    """An address that may be read out to somebody not verified: first letters and the domain stay.

    "marie.dupont2@ac-rennes.fr" → "m•••.d•••@ac-rennes.fr": the number of marks says nothing of the length.
    """
    local, at, domain = address.partition("@")
    parts = re.split(r"([.\-_])", local)
    masked = "".join(part if part in {".", "-", "_"} else (part[:1] and part[0] + "•••") for part in parts)
    return masked + at + domain
