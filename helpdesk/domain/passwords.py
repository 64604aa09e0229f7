"""What makes a password too easy, whatever its length (CNIL 2022-100; NIST SP 800-63B-4, 3.1.1.2)."""

from collections.abc import Iterable

from helpdesk.domain.folding import fold, fold_words

# fmt: off
_COMMON = frozenset((
    "012345", "0123456789", "123456", "1234567", "12345678", "123456789", "1234567890", "abc123", "abcdef",
    "abcdefgh", "admin", "administrateur", "administrator", "assistance", "azerty", "azerty123", "azertyuiop",
    "bienvenue", "bonjour", "bretagne", "changeme", "changezmoi", "coucou", "doudou", "dragon", "education",
    "elections", "electionspro", "football", "helpdesk", "iloveyou", "jetadore", "jetaime", "letmein", "loulou",
    "marseille", "monkey", "motdepasse", "nationale", "passw0rd", "password", "qwerty", "qwertyuiop", "qwertz",
    "rennes", "secret", "shadow", "soleil", "superman", "support", "welcome",
))
# fmt: on
_SHORTEST_CORE = 4


def is_common_password(password: str, *, names: Iterable[str] = ()) -> bool:
    """True for a password that is little more than a common word, a run of keys, or one of the names.

    Digits and signs around and between repetitions do not help: "Motdepasse2026!!" is common, "azertyazerty1!"
    too, and so are "Marie.Dupont" for Marie Dupont and twelve times the same character.
    """
    folded = fold(password)
    if len(set(folded)) < _SHORTEST_CORE:
        return True
    core = folded.strip("0123456789!?.,;:-_*+/=#@&$%€ ()[]'\"")
    letters = fold_words(folded).replace(" ", "")
    listed = _COMMON | {fold_words(name).replace(" ", "") for name in names}
    candidates = {core, letters, "".join(char for char in letters if char.isalpha())}
    return any(_is_made_of(candidate, listed) for candidate in candidates if candidate)


def _is_made_of(text: str, listed: Iterable[str]) -> bool:
    return any(word and not text.replace(word, "") for word in listed)
