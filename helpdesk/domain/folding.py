"""The one place that folds text for comparison: names, addresses, answers, spellings by ear come through here."""

import re
import unicodedata
from functools import lru_cache

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "’": "'", "ʼ": "'"})
_WORD = re.compile(r"[a-z]+|\d+")
_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_NOT_ALNUM = re.compile(r"[^\w]+|_+")


def fold(text: str) -> str:
    """Lower case without accents or ligatures; punctuation and spaces stay as they are."""
    return text.lower() if text.isascii() else _fold_marked(text)


@lru_cache(2_000)
def _fold_marked(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.translate(_LIGATURES))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(folded: str) -> list[str]:
    """Runs of letters and runs of digits in an already folded text."""
    return _WORD.findall(folded)


def fold_words(text: str) -> str:
    """`fold`, with every run of spaces and punctuation made one space: "Le-Gall, D'Anne" → "le gall d anne"."""
    return _NOT_ALNUM.sub(" ", fold(text)).strip()


def fold_answer(text: str) -> str:
    """A challenge answer as it is hashed: NFKC, case-fold, spaces and punctuation collapsed (facts.md).

    Accents are folded too: a caller in a hurry types without them, and the answer's strength does not lie there.
    """
    return fold_words(text)


def nfc(text: str) -> str:
    """Text as it is stored: composed Unicode, runs of spaces made one, no control characters or lone surrogates."""
    return " ".join(_UNSTORABLE.sub(" ", unicodedata.normalize("NFC", text)).split())
