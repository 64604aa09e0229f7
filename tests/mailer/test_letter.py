"""A mail as it goes out reads back as what was meant, whatever the words."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.ports import MailContent
from helpdesk.mailer.letter import Letterhead, compose, return_path

HEAD = Letterhead("elections@ac-rennes.example", "desk@ac-rennes.example", "https://portail.example.org")
AT = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)
TEXTS = st.lists(LINES, min_size=1, max_size=6).map("\n".join)


def letter(content, **more):
    values = {"to": "helene@ac-rennes.example", "message_id": "4d1f@ac-rennes.example", "language": "fr", "at": AT}
    return compose(HEAD, content, **(values | more))


@given(LINES, TEXTS, TEXTS)
def test_what_was_written_is_what_is_read(subject, text, html):
    content = letter(MailContent(subject, text, html))
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998  # RFC 5322, 2.1.1
    assert b"\n" not in content.replace(b"\r\n", b"")
    read = message_from_bytes(content, policy=default)
    assert not read.defects
    assert " ".join(str(read["Subject"]).split()) == " ".join(subject.split())
    plain, rich = read.get_body(("plain",)), read.get_body(("html",))
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")
    assert rich.get_content().replace("\r\n", "\n").rstrip("\n") == html.rstrip("\n")


def test_the_headers_are_the_desks_and_forbid_automatic_answers():
    read = message_from_bytes(letter(MailContent("Activez", "a", "b")), policy=default)
    assert str(read["From"]) == "Élections professionnelles <elections@ac-rennes.example>"
    assert (str(read["To"]), str(read["Reply-To"])) == ("helene@ac-rennes.example", "desk@ac-rennes.example")
    assert str(read["Message-ID"]) == "<4d1f@ac-rennes.example>"
    assert (str(read["Auto-Submitted"]), str(read["Content-Language"])) == ("auto-generated", "fr")
    assert read["Date"].datetime == AT


@pytest.mark.parametrize("to", ["a@b.example\r\nBcc: c@d.example", "a b@c.example", "", "é@c.example"])
def test_no_address_can_add_a_header(to):
    with pytest.raises(ValueError, match="not fit"):
        letter(MailContent("s", "t", "h"), to=to)


def test_a_subject_cannot_add_a_header():
    read = message_from_bytes(letter(MailContent("a\r\nBcc: c@d.example", "t", "h")), policy=default)
    assert read["Bcc"] is None


def test_each_mail_has_a_return_path_of_its_own():
    with_bounces = Letterhead("a@b.example", "", "https://x.example", "retours@b.example")
    assert return_path(with_bounces, "4d1f@ac-rennes.example") == "retours+4d1f@b.example"
    assert return_path(HEAD, "4d1f@ac-rennes.example") == "elections@ac-rennes.example"
