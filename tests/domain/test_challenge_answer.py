"""Which answers are refused: those that anybody could give."""

import pytest

from helpdesk.domain.challenge_answer import AnswerProblem, answer_problem

QUESTIONS = ("Quel était le nom de votre premier animal ?", "What was the name of your first pet?")
OWN = ("Marie", "Dupont", "Marie Dupont", "m.dupont@ac-rennes.fr")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("Médor le chien", None),
        ("Rex", None),
        ("a" * 100 + "b" * 100, None),
        ("a" * 100 + "b" * 101, AnswerProblem.TOO_LONG),
        ("ab", AnswerProblem.TOO_SHORT),
        ("12 34 ab", AnswerProblem.TOO_SHORT),
        ("", AnswerProblem.TOO_SHORT),
        ("12 34 abc", None),
        ("premier animal", AnswerProblem.IN_QUESTION),
        ("PET first", AnswerProblem.IN_QUESTION),
        ("your name pet was what first of the", AnswerProblem.IN_QUESTION),
        ("DU PONT", AnswerProblem.OWN_NAME),
        ("premier animal Rex", None),
        ("premier pet", None),
        ("Marie", AnswerProblem.OWN_NAME),
        ("dupont MARIE", AnswerProblem.OWN_NAME),
        ("mariedupont", AnswerProblem.OWN_NAME),
        ("Marie Rex", None),
        ("ac-rennes", AnswerProblem.OWN_NAME),
        ("Je ne sais pas", AnswerProblem.TRIVIAL),
        ("Mot de passe", AnswerProblem.TRIVIAL),
        ("azerty", AnswerProblem.TRIVIAL),
        ("aaa a", AnswerProblem.TRIVIAL),
        ("aab", None),
    ],
)
def test_an_answer_and_why_it_is_refused(answer, problem):
    assert answer_problem(answer, questions=QUESTIONS, own=OWN) is problem
