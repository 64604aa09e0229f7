"""A server's answer as it is kept: one line, no link, nothing that could be used as a token."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.links import derive_token
from helpdesk.domain.mail_transport import ANSWER_LENGTH, clean_answer

tokens = st.builds(
    derive_token,
    st.binary(min_size=32, max_size=32),
    message_id=st.uuids().map(str),
    generation=st.integers(1, 9),
)
MOST_LEFT = 15  # of 43 characters: 168 bits are still to be guessed


@given(tokens, st.text(), st.text(), st.integers(0, 42))
def test_no_token_survives_whole_or_in_two_pieces(token, before, after, cut):
    for echoed in (token, f"https://portail.example.org/activate/{token}", f"{token[:cut]}=\r\n{token[cut:]}"):
        kept = clean_answer(f"{before} {echoed} {after}")
        pieces = {token[start : start + MOST_LEFT + 1] for start in range(len(token) - MOST_LEFT)}
        assert not [piece for piece in pieces if piece in kept]


@given(st.text(max_size=2_000))
def test_an_answer_is_one_printable_line_of_bounded_length(answer):
    kept = clean_answer(answer)
    assert len(kept) <= ANSWER_LENGTH
    assert kept.isprintable()


@pytest.mark.parametrize(
    "echo",
    [
        "https://portail.example.org/activate/x",
        "HTTP://PORTAIL.EXAMPLE.ORG/x",
        "www.example.org/x",
        "portail.example.org/reset/abc",
    ],
)
def test_anything_like_a_link_goes(echo):
    assert clean_answer(f"554 5.7.1 blocked: {echo} is listed") == "554 5.7.1 blocked: … is listed"


@pytest.mark.parametrize(
    "words",
    [
        "550 5.1.1 <helene.martin@ac-rennes.fr>: Recipient address rejected: User unknown in virtual mailbox table",
        "452 4.2.2 Boîte pleine, réessayez ultérieurement",
        "250 2.0.0 Ok: queued as 4WJ5kN1mZ8z9sW1",
        "451 4.7.1 Greylisting in action, please come back in 00:05:00 (anticonstitutionnellement)",
    ],
)
def test_what_helps_the_desk_stays(words):
    assert clean_answer(words) == words


def test_lines_and_control_characters_become_spaces():
    assert re.fullmatch(r"550 no such user here", clean_answer("550 no\r\nsuch\x00user\x1b\there"))
