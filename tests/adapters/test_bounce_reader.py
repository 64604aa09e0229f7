"""What comes back is understood, and nothing hostile harms the reader."""

import os
import time
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.adapters.bounce_reader import read_returned
from helpdesk.domain.returned_mail import MOST_BYTES, TEXT_LENGTH
from helpdesk.domain.states import ReturnedKind
from tests.bounce_corpus import BOUNCES, TOKEN, ordinary, plain, report, samples

MESSAGE = str(uuid.UUID("4d1f8a52-6c1e-4b8f-9d55-0a7f3c2e9b10"))


@pytest.mark.parametrize("sample", samples(MESSAGE), ids=lambda sample: sample.name)
def test_every_form_is_recognised_tied_and_told(sample):
    read = read_returned(sample.content)
    assert (read.kind, read.message) == (sample.kind, MESSAGE)
    if sample.status:
        assert read.status == sample.status
    if sample.kind in {ReturnedKind.PERMANENT, ReturnedKind.TEMPORARY, ReturnedKind.DELAYED}:
        assert read.address == "marie.dupont@ac-lille.example"
    kept = f"{read.text} {read.subject} {read.address}"
    assert TOKEN not in kept
    assert not any(TOKEN[start : start + 16] in kept for start in range(len(TOKEN) - 16))
    assert len(read.text) <= TEXT_LENGTH


def test_ordinary_mail_raises_no_alarm():
    kinds = {read_returned(content).kind for content in ordinary(200)}
    assert kinds == {ReturnedKind.REPLY}


def test_a_persons_words_are_kept_without_what_they_quote():
    (sample,) = [each for each in samples(MESSAGE) if each.name == "a person's answer, with the mail quoted"]
    read = read_returned(sample.content)
    assert read.text.startswith("Bonjour, le lien ne marche pas chez moi")
    assert "Ouvrez ce lien" not in read.text
    assert "Marie Dupont" in read.text


def test_nothing_is_tied_by_guessing():
    about_somebody = plain("550 5.1.1 marie.dupont@ac-lille.example unknown", to=BOUNCES, subject="x", sender="a@b.fr")
    assert read_returned(about_somebody).message is None
    foreign = report(MESSAGE, to=BOUNCES).replace(MESSAGE.encode(), b"not-one-of-ours")
    read = read_returned(foreign)
    assert (read.kind, read.message) == (ReturnedKind.PERMANENT, None)


def test_the_worst_of_several_recipients_counts():
    two = report(MESSAGE, action="delivered", status="2.0.0").replace(
        b"--b1\nContent-Type: message/rfc822",
        b"Final-Recipient: rfc822; other@ac-lille.example\nAction: failed\nStatus: 5.1.1\n\n--b1\n"
        b"Content-Type: message/rfc822",
    )
    assert read_returned(two).kind is ReturnedKind.PERMANENT


def test_the_same_mail_has_the_same_digest():
    first, again, other = report(MESSAGE), report(MESSAGE), report(MESSAGE, status="5.1.2")
    assert read_returned(first).digest == read_returned(again).digest != read_returned(other).digest


def nested(depth):
    head = b"From: MAILER-DAEMON@x.example\nTo: %s\n" % BOUNCES.encode()
    body = b"hello"
    for level in range(depth):
        boundary = b"b%d" % level
        body = b'Content-Type: multipart/mixed; boundary="%s"\n\n--%s\n%s\n--%s--\n' % (
            boundary,
            boundary,
            body,
            boundary,
        )
    return head + body


DAEMON = b"From: MAILER-DAEMON@x.example\nReturn-Path: <>\n"

HOSTILE = {
    "giant": report(MESSAGE) + b"x" * 30_000_000,
    "one giant line": b"From: a@b.fr\nSubject: x\n\n" + b"a" * 5_000_000,
    "nested too deep": nested(3_000),
    "nested as deep as allowed": nested(45),
    "mails in mails": b"From: MAILER-DAEMON@x.example\n" + b"Content-Type: message/rfc822\n\n" * 4_000,
    "as many headers as fit": b"From: a@b.fr\n" + b"".join(b"X-%d: y\n" % each for each in range(40_000)) + b"\nx",
    "a thousand recipients": report(MESSAGE).replace(
        b"Final-Recipient", b"Action: failed\nStatus: 5.1.1\n\n" * 1_000 + b"Final-Recipient", 1
    ),
    "lines for every detector": b"From: MAILER-DAEMON@x.example\nReturn-Path: <>\n\n"
    + b"<a@b.fr>: (#5.1.1)\n" * 12_000,
    "spaces that regular expressions fear": b"From: postmaster@x.fr\nReturn-Path: <>\n\n"
    + (b" " * 1_900 + b"x\n") * 130,
    "angle brackets": b"From: postmaster@x.fr\nContent-Type: text/html\n\n" + b"<" * 200_000,
    "an unknown character set": b"From: a@b.fr\nContent-Type: text/plain; charset=klingon\n\nhe\xff\xfe",
    "a broken encoded word": b"From: a@b.fr\nSubject: =?klingon?q?=ZZ?= =?utf-8?b?!!!?=\n\nx",
    "null bytes": b"From: a@b.fr\0\nSubject: \0\0\n\n\0\0\0",
    "no header at all": b"\n\nhello",
    "nothing": b"",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_mail_is_read_in_bounded_time_and_size(content):
    started = time.process_time()
    read = read_returned(content)
    assert time.process_time() - started < 10  # far above what any takes, far below a hang
    assert len(read.text) <= TEXT_LENGTH
    assert len(read.digest) == 64


@settings(max_examples=200)
@given(st.binary(max_size=3_000))
def test_any_bytes_are_read(content):
    assert read_returned(content).kind in set(ReturnedKind)


@settings(max_examples=60)
@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=40))
def test_a_damaged_report_is_never_an_error(place, damage):
    content = report(MESSAGE)
    assert read_returned(content[:place] + damage + content[place + len(damage) :]).kind in set(ReturnedKind)


def test_only_the_beginning_of_a_giant_is_looked_at():
    giant = report(MESSAGE) + os.urandom(1_000)
    padded = giant + b"\n" * MOST_BYTES
    assert read_returned(padded).digest == read_returned(padded + b"more").digest
