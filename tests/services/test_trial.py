"""Cases to practise on: in a trial store only, of every kind, and no secret in them that anybody knows."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import NotATrialStore
from helpdesk.domain.folding import fold_answer
from helpdesk.domain.states import STORED_STATES, AccountState, MailFate
from helpdesk.services import build_services
from helpdesk.services.elections import write_election
from helpdesk.services.trial import CASES, TRIAL_ANSWER, TRIAL_PASSWORD, Trial
from helpdesk.store.schema import account, address, one_time_link, outbox, voter

VOTERS = 150


@pytest.fixture
def trial(context, election, add_voter):
    with context.store.write() as connection:
        write_election(connection, election, trial=True)
    for _turn in range(VOTERS):
        add_voter()
    return Trial(context)


def states(database):
    with database.read() as connection:
        return Counter(connection.scalars(select(account.c.state)))


def test_every_state_is_there_to_practise_on_and_some_were_never_invited(trial, database):
    trial.spread_cases()
    there = states(database)
    assert there.total() == VOTERS
    assert set(there) == set(STORED_STATES)
    assert there[AccountState.ACTIVE] > there[AccountState.LINK_OPENED] > 0
    never = 1 - sum(case.percent for case in CASES) / 100
    assert abs(there[AccountState.NOT_INVITED] / VOTERS - never) < 0.1


def test_mails_have_every_fate_and_go_to_the_tied_address(trial, database):
    trial.spread_cases()
    with database.read() as connection:
        fates = Counter(connection.scalars(select(outbox.c.fate)))
        astray = connection.scalar(
            select(func.count())
            .select_from(outbox)
            .join(address, (address.c.voter_id == outbox.c.voter_id) & address.c.tied)
            .where(outbox.c.to_address != address.c.address)
        )
    assert set(fates) == {MailFate.ACCEPTED, MailFate.FAILED_PERMANENTLY, MailFate.FAILED_TEMPORARILY}
    assert astray == 0


def test_links_are_valid_expired_opened_used_and_replaced(trial, database, clock):
    trial.spread_cases()
    link = one_time_link.c
    with database.read() as connection:
        rows = connection.execute(select(one_time_link)).all()
        assert connection.scalar(select(func.count(link.token_hash.distinct()))) == len(rows)
    assert {row.expires > clock.now for row in rows} == {True, False}
    for name in ("opened", "used", "replaced"):
        assert {getattr(row, name) is None for row in rows} == {True, False}, name
    assert all(row.issued <= clock.now for row in rows)


def test_the_printed_password_and_answer_are_those_of_an_active_voter(trial, database, context):
    trial.spread_cases()
    with database.read() as connection:
        row = connection.execute(
            select(account.c.password_hash, account.c.answer_hash).where(account.c.state == AccountState.ACTIVE)
        ).first()
    assert context.hasher.matches(row.password_hash, TRIAL_PASSWORD)
    assert context.hasher.matches(row.answer_hash, fold_answer(TRIAL_ANSWER))


def test_voters_who_have_begun_are_left_as_they_are(trial, database, context):
    trial.spread_cases()
    before = states(database)
    with database.read() as connection:
        count = connection.scalar(select(func.count()).select_from(outbox))
    with database.write() as connection:
        fresh = select(account.c.voter_id).where(account.c.state == AccountState.NOT_INVITED)
        connection.execute(account.update().where(account.c.voter_id.in_(fresh)).values(state=AccountState.INVITED))
    trial.spread_cases()
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(outbox)) == count
    assert states(database)[AccountState.ACTIVE] == before[AccountState.ACTIVE]


def test_the_store_of_a_real_election_is_refused(context, election, add_voter, database):
    add_voter()
    with database.write() as connection:
        write_election(connection, election, trial=False)
    with pytest.raises(NotATrialStore):
        Trial(context).spread_cases()
    assert set(states(database)) == {AccountState.NOT_INVITED}


def test_the_trail_tells_it_and_stands(trial, context, administrator):
    trial.spread_cases()
    trail = build_services(context).trail
    assert trail.verify(administrator) == trail.head(administrator)
    (told,) = [each for each in trail.show(administrator) if each.action == Action.TRIAL_PREPARED]
    with context.store.read() as connection:
        never = connection.scalar(
            select(func.count()).select_from(voter).join(account).where(account.c.state == AccountState.NOT_INVITED)
        )
    assert told.detail == {"voters": str(VOTERS - never)}
