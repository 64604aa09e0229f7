"""Notes may not hold secrets, and may hold everything else."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.spoken_secrets import holds_secret


@pytest.mark.parametrize(
    "note",
    [
        "mot de passe : Azerty2022!",
        "son mdp est soleil77",
        "password: hunter2",
        "sa réponse est « Médor »",
        "Réponse = Zanzibar",
        "code électeur 4821 7733",
        "code AB12CD34 reçu",
        "a essayé Tr0ub4dor&3 trois fois",
        "le lien https://portail.example.org/activate/4pJx9sVh2kQm7TzLw0bN8cRyGf3dXaEu1iKoPqStUvW",
        "jeton 4pJx9sVh2kQm7TzLw0bN",
    ],
)
def test_what_looks_like_a_secret_is_seen(note):
    assert holds_secret(note)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "Code électeur perdu, réassort expliqué",
        "Sa réponse est refusée par le portail",
        "Mot de passe oublié ; lien renvoyé",
        "Mot de passe : refusé trois fois",
        "Rappeler au 02 23 21 77 77 après 14h30, établissement 0350001L",
        "Adresse marie-hélène.le-gall2@ac-rennes.fr vue avec le rectorat le 24/11/2026",
        "Électrice 10000015, collège Jean-Moulin (Châteauroux-Indre)",
        "CSA-MEN et CAPD présents ; l'électeur s'appelle Jean-François O'Connor",
        "password forgotten, link sent again",
    ],
)
def test_ordinary_notes_pass(note):
    assert not holds_secret(note)


@given(
    st.text(alphabet=string.ascii_letters + string.digits + "!#$*=?@_~^", min_size=12, max_size=24).filter(
        lambda text: (
            any(map(str.islower, text))
            and any(map(str.isupper, text))
            and any(map(str.isdigit, text))
            and text[0].isalnum()
            and text[-1].isalnum()
            and text.count("@") == 0
        )
    )
)
def test_no_password_of_the_portals_policy_gets_through(password):
    assert holds_secret(f"il dit {password} et ça ne marche pas")


@pytest.mark.parametrize(
    ("note", "held"),
    [
        ("mdp est « rouge »", True),  # quoted: a value, whatever it is
        ("mdp : (rouge)", False),
        ("mdp : (Rouge)", True),
        ("mdp : rouge.", False),
        ("mdp : ROUGE", True),
        ("mdp : marie.dupont@ac-rennes.fr", False),
        ("mdp : ...", False),
        ("code : élu", False),
        ("code : Élu", True),
        ("https://portail.example.org/aide", False),
        ("https://portail.example.org/aide?sujet=4pJx9sVh2kQm7TzLw0bN8c", True),
        ("https://portail.example.org/4pJx9sVh2kQm7TzLw0bN8c/", False),
        ("(0350001l)", False),
        ("24/11/2026", False),
        ("abcdefghijklmnopqrs1", True),  # twenty letters and digits: a token
        ("abcdefghijklmnopqr1", False),
        ("abcdefghijklmnopqrst", False),
        ("12345678901234567890", False),
        ("AB12CD34", True),
        ("AB12CD3", False),
        ("AB123456", False),  # one turn only: a reference, not a code
        ("AB1234CD", True),
        ("ab12cd34", False),
        ("ABCDEFGH", False),
        ("AB-12-CD-34", True),
        ("Abc-1234", True),
        ("Abc'1234!", True),
    ],
)
def test_values_tokens_and_codes_are_told_from_words(note, held):
    assert holds_secret(note) is held
