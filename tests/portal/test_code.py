"""Re-issue of the voter code: during the vote, logged in, with the answer; shown once, kept nowhere."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.domain.findings import FindingCode
from helpdesk.domain.states import AccountState, MailKind
from helpdesk.domain.voter_code import fold_voter_code
from helpdesk.store.schema import account, audit_event, outbox, voter_code
from tests.portal.conftest import TIED, log_in
from tests.voters import VOTER_ANSWER, VOTER_PASSWORD


@pytest.fixture
def number(add_voter):
    return add_voter(tied=TIED, state=AccountState.ACTIVE, language="en")


@pytest.fixture
def voting(clock, election):
    clock.now = election.vote_opens + timedelta(hours=1)


def shown_code(visitor):
    found = re.search(r'id="voter-code"[^>]*>([^<]+)<', visitor.page.text)
    return found.group(1) if found else None


def codes(database):
    with database.read() as connection:
        return connection.execute(select(voter_code).order_by(voter_code.c.id)).all()


def test_not_before_the_vote_opens_nor_after_it_closed(visitor, number, clock, election, database):
    log_in(visitor, VOTER_PASSWORD)
    visitor.get("/code")
    assert "A new code can be issued from" in visitor.words
    visitor.send(answer=VOTER_ANSWER, seen="0")
    assert visitor.page.status_code == 403
    clock.now = election.vote_closes
    log_in(visitor, VOTER_PASSWORD)
    visitor.get("/code")
    assert "a voter code can no longer be issued" in visitor.words
    assert visitor.send(answer=VOTER_ANSWER, seen="0").status_code == 403
    assert codes(database) == []


def test_a_new_code_is_shown_once_and_the_old_one_is_void(visitor, mails, number, voting, database, context, clock):
    log_in(visitor, VOTER_PASSWORD)
    visitor.get("/code")
    visitor.send(answer="  MEDOR, le chien! ")
    first = shown_code(visitor)
    assert re.fullmatch(r"([2-9A-HJKMNP-Z]{4}-){2}[2-9A-HJKMNP-Z]{4}", first)
    letters = mails()
    assert [letter.kind for letter in letters] == [MailKind.CODE_NOTICE]
    assert first not in letters[0].text
    clock.advance(minutes=5)
    visitor.get("/code")
    assert shown_code(visitor) is None
    assert "issued to you here once" in visitor.words
    visitor.send(answer=VOTER_ANSWER)
    second = shown_code(visitor)
    assert second != first
    old, new = codes(database)
    assert (old.void, new.void) == (clock.now, None)
    assert context.hasher.matches(new.code_hash, fold_voter_code(second))
    assert not context.hasher.matches(new.code_hash, fold_voter_code(first))
    with database.read() as connection:
        rows = [
            str(tuple(row)) for table in (audit_event, outbox, voter_code) for row in connection.execute(select(table))
        ]
    assert not [row for row in rows for code in (first, second) if code in row or fold_voter_code(code) in row]


def test_a_form_sent_twice_issues_one_code(visitor, number, voting, database):
    log_in(visitor, VOTER_PASSWORD)
    visitor.get("/code")
    fields = visitor.fields.hidden
    visitor.send(answer=VOTER_ANSWER)
    again = visitor.client.post("/code", data=fields | {"answer": VOTER_ANSWER})
    assert again.status_code == 409
    assert "has just been issued" in again.text
    assert len(codes(database)) == 1


@pytest.mark.parametrize("seen", ["", "-1", "abc", "9" * 400, "²"])
def test_a_form_without_a_count_issues_nothing(visitor, number, voting, database, seen):
    log_in(visitor, VOTER_PASSWORD)
    visitor.get("/code")
    assert visitor.send(answer=VOTER_ANSWER, seen=seen).status_code == 409
    assert codes(database) == []


def test_five_wrong_answers_close_it_for_a_day_and_the_desk_sees_why(
    visitor, mails, number, voting, clock, services, agent, database
):
    log_in(visitor, VOTER_PASSWORD)
    visitor.get("/code")
    for left in (4, 3, 2, 1):
        assert visitor.send(answer="Rex").status_code == 403
        assert f"You can try {left} more" in visitor.words
    visitor.send(answer="Rex")
    assert "Too many wrong answers" in visitor.words or "After several wrong answers" in visitor.words
    assert [letter.kind for letter in mails()] == [MailKind.CODE_CLOSED_NOTICE]
    found = services.voters.open(agent, number).findings
    assert FindingCode.REISSUE_CLOSED in [finding.code for finding in found]
    visitor.get("/code")
    assert visitor.send(answer=VOTER_ANSWER, seen="0").status_code == 403
    clock.advance(hours=23, minutes=59)
    log_in(visitor, VOTER_PASSWORD)
    visitor.get("/code")
    assert visitor.send(answer=VOTER_ANSWER, seen="0").status_code == 403
    clock.advance(minutes=1)
    visitor.get("/code")
    visitor.send(answer=VOTER_ANSWER)
    assert shown_code(visitor)
    with database.read() as connection:
        row = connection.execute(select(account)).one()
    assert (row.failed_answers, row.reissue_closed_until) == (0, None)


def test_a_right_answer_forgets_the_wrong_ones(visitor, number, voting, database):
    log_in(visitor, VOTER_PASSWORD)
    for _ in range(4):
        visitor.get("/code")
        visitor.send(answer="Rex")
    visitor.get("/code")
    visitor.send(answer=VOTER_ANSWER)
    assert shown_code(visitor)
    with database.read() as connection:
        assert connection.scalar(select(account.c.failed_answers)) == 0


def test_a_password_alone_or_a_reset_question_gives_no_code(visitor, add_voter, voting, database):
    add_voter(tied="anne.reset@ac-rennes.fr", state=AccountState.CHALLENGE_RESET)
    log_in(visitor, VOTER_PASSWORD, "anne.reset@ac-rennes.fr")
    visitor.get("/code")
    assert "First choose a challenge question" in visitor.words
    assert visitor.send(answer=VOTER_ANSWER, seen="0").status_code == 409
    assert codes(database) == []
