"""Which answers to a challenge question are refused: those that anybody could give (facts.md rule 12)."""

from collections.abc import Iterable
from enum import StrEnum

from helpdesk.domain.folding import fold_answer

MINIMUM_LETTERS = 3
MAXIMUM_CHARACTERS = 200
_TRIVIAL = frozenset(
    (
        "aucun", "aucune", "rien", "personne", "jamais", "non", "oui", "test", "essai", "inconnu", "inconnue",
        "je ne sais pas", "sais pas", "aucune idee", "azerty", "qwerty", "abc", "abcd", "none", "nothing", "nobody",
        "never", "yes", "unknown", "i do not know", "i don t know", "no idea", "reponse", "answer", "password",
        "motdepasse", "mot de passe",
    )
)  # fmt: skip


class AnswerProblem(StrEnum):
    """Why an answer is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    IN_QUESTION = "in_question"
    OWN_NAME = "own_name"
    TRIVIAL = "trivial"


def answer_problem(answer: str, *, questions: Iterable[str], own: Iterable[str]) -> AnswerProblem | None:
    """Why the answer is refused, None if it will do.

    `questions` are the texts of the question in every language, `own` the voter's names and addresses.
    """
    if len(answer) > MAXIMUM_CHARACTERS:
        return AnswerProblem.TOO_LONG
    folded = fold_answer(answer)
    if sum(char.isalpha() for char in folded) < MINIMUM_LETTERS:
        return AnswerProblem.TOO_SHORT
    said = set(folded.split())
    if any(said <= set(fold_answer(question).split()) for question in questions):
        return AnswerProblem.IN_QUESTION
    if _is_own(folded, tuple(own)):
        return AnswerProblem.OWN_NAME
    if folded in _TRIVIAL or len(set(folded.replace(" ", ""))) == 1:
        return AnswerProblem.TRIVIAL
    return None


def _is_own(folded: str, own: tuple[str, ...]) -> bool:
    """True when every word of the answer is one of the voter's own, or all of it run together."""
    own_words = {word for each in own for word in fold_answer(each).split()}
    together = {fold_answer(each).replace(" ", "") for each in own}
    return set(folded.split()) <= own_words or folded.replace(" ", "") in together
