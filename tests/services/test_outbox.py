"""The outbox as the mailer works it: nothing lost, nothing doubled, no link kept."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update

from helpdesk.domain.audit import verify_chain
from helpdesk.domain.links import derive_token, token_hash
from helpdesk.domain.states import AccountState, LinkPurpose, MailFate, MailKind
from helpdesk.services.mail_queue import SUPERSEDED, queue_mail, renew_links
from helpdesk.services.outbox import Outbox
from helpdesk.store.audit_chain import walk_chain
from helpdesk.store.engine import Store, lock_voter
from helpdesk.store.schema import account, address, one_time_link, outbox, voter

KEY = bytes(range(32))
SOON_SECONDS = 20


@pytest.fixture
def box(context):
    return Outbox(context)


@pytest.fixture
def queue(context, add_voter):
    """Queues a mail to a fresh voter, or to one given, in the generation that the account has; the voter's number."""

    def put(kind=MailKind.ACTIVATION, *, number=None, to=None, language="fr"):
        number = number or add_voter(state=AccountState.INVITED, language=language)
        with context.store.write() as connection:
            row = connection.execute(select(voter).where(voter.c.number == number)).one()
            tied = connection.scalar(select(address.c.address).where(address.c.voter_id == row.id, address.c.tied))
            queue_mail(connection, context, row, kind=kind, to=to or tied, generation=0, now=context.clock())
        return number

    return put


def rows(database):
    with database.read() as connection:
        return connection.execute(select(outbox).order_by(outbox.c.id)).all()


def links(database):
    with database.read() as connection:
        return connection.execute(select(one_time_link).order_by(one_time_link.c.id)).all()


def minted(mail):
    return token_hash(derive_token(KEY, message_id=mail.message_id, generation=mail.generation))


def change(database, statement):
    with database.write() as connection:
        connection.execute(statement)


# --- claiming


def test_a_claimed_mail_is_one_mailers_until_its_lease_ends(box, queue, clock, database, context):
    queue()
    (mail,) = box.claim("one", limit=5)
    (row,) = rows(database)
    assert (row.fate, row.leased_by, row.attempts) == (MailFate.SENDING, "one", 1)
    assert row.leased_until == clock.now + timedelta(seconds=context.limits.lease_seconds)
    clock.advance(seconds=context.limits.lease_seconds - 1)
    assert box.claim("two", limit=5) == ()
    clock.advance(seconds=1)
    (again,) = box.claim("two", limit=5)
    assert (again.id, again.message_id, again.generation) == (mail.id, mail.message_id, mail.generation)
    assert again.attempts == 2


def test_a_mailer_that_lost_its_lease_can_record_nothing(box, queue, clock, database):
    queue()
    (mail,) = box.claim("one", limit=1)
    clock.advance(minutes=2)
    (again,) = box.claim("two", limit=1)
    assert not box.extend_lease(mail)
    assert not box.mint_link(mail, minted(mail))
    assert not box.record_accepted(mail, "2.0.0", "250 Ok")
    assert not box.record_temporary(mail, "4.2.2", "452 full")
    assert not box.record_permanent(mail, "5.1.1", "550 unknown")
    assert box.release("one") == 0
    assert rows(database)[0].leased_by == "two"
    assert box.record_accepted(again, "2.0.0", "250 Ok")


def test_an_extended_lease_holds(box, queue, clock):
    queue()
    (mail,) = box.claim("one", limit=1)
    clock.advance(seconds=50)
    assert box.extend_lease(mail)
    clock.advance(seconds=50)
    assert box.claim("two", limit=1) == ()


def test_mails_come_in_the_order_they_are_due_and_no_more_than_asked_for(box, queue, clock):
    numbers = []
    for _ in range(3):
        numbers.append(queue())
        clock.advance(seconds=1)
    assert [mail.voter for mail in box.claim("one", limit=2)] == numbers[:2]
    assert [mail.voter for mail in box.claim("two", limit=2)] == numbers[2:]


def test_two_mailers_at_once_never_hold_the_same_mail(context, queue, database):
    for _ in range(24):
        queue()

    def work(worker):
        store = Store(str(database.url))
        mine = Outbox(replace(context, store=store))
        start.wait()
        held = []
        try:
            while claimed := mine.claim(worker, limit=1):
                for mail in claimed:
                    held.append(mail.id)
                    assert mine.record_accepted(mail, "2.0.0", "250 Ok")
        finally:
            store.close()
        return held

    start = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        held = [mail for part in pool.map(work, ["one", "two"]) for mail in part]
    assert sorted(held) == sorted(set(held))
    left = Outbox(context)
    while claimed := left.claim("three", limit=5):  # one may have found the other's hands on all that was left
        for mail in claimed:
            held.append(mail.id)
            left.record_accepted(mail, "2.0.0", "250 Ok")
    assert sorted(held) == [row.id for row in rows(database)]
    assert {row.fate for row in rows(database)} == {MailFate.ACCEPTED}


def test_a_mail_past_its_lifetime_is_ended_and_not_sent(box, queue, clock, database, context):
    for _ in range(3):
        queue()
    clock.advance(seconds=context.limits.mail_lifetime_seconds)
    fresh = queue()
    (mail,) = box.claim("one", limit=1)
    assert mail.voter == fresh
    assert [row.fate for row in rows(database)] == [*[MailFate.EXPIRED] * 3, MailFate.SENDING]


def test_a_mail_given_up_is_told_in_the_trail_with_its_last_answer(box, queue, clock, database, context):
    number = queue()
    (mail,) = box.claim("one", limit=1)
    box.record_temporary(mail, "4.2.2", "452 4.2.2 mailbox full")
    clock.advance(seconds=context.limits.mail_lifetime_seconds)
    assert box.claim("one", limit=1) == ()
    assert box.claim("one", limit=1) == ()
    with database.read() as connection:
        told = [event for event in walk_chain(connection) if event.action == "mail_expired"]
        verify_chain(walk_chain(connection))
    assert [(event.actor, event.outcome, event.voter) for event in told] == [("mailer", "failed", number)]
    assert told[0].detail == {"message": str(mail.id), "kind": "activation", "code": "4.2.2", "attempts": "1"}


def test_a_link_mail_of_an_older_generation_is_ended_and_a_notice_is_not(box, queue, database):
    number = queue()
    queue(MailKind.QUESTION_RESET_NOTICE, number=number)
    change(database, update(account).values(link_generation=account.c.link_generation + 1))
    (mail,) = box.claim("one", limit=5)
    assert mail.kind is MailKind.QUESTION_RESET_NOTICE
    old = rows(database)[0]
    assert (old.fate, old.answer_code, old.attempts) == (MailFate.EXPIRED, SUPERSEDED, 0)
    with database.read() as connection:  # who asked for the newer one is in the trail already
        assert "mail_expired" not in {event.action for event in walk_chain(connection)}


def test_an_idle_mailer_takes_no_lock(box, context):
    with context.store.write():
        started = time.monotonic()
        assert box.claim("one", limit=1) == ()
        assert time.monotonic() - started < 2  # the busy timeout is 5


# --- giving back


def test_what_is_released_is_as_if_never_claimed(box, queue, database, clock):
    queue()
    queue()
    before = rows(database)
    assert len(box.claim("one", limit=2)) == 2
    assert box.release("one") == 2
    assert rows(database) == before


def test_a_released_retry_is_still_a_retry_with_its_answer(box, queue, database, clock):
    queue()
    (mail,) = box.claim("one", limit=1)
    box.record_temporary(mail, "4.7.1", "451 4.7.1 greylisted")
    clock.advance(hours=1)
    before = rows(database)
    assert box.claim("one", limit=1)
    box.release("one")
    assert rows(database) == before


def test_a_mail_whose_answer_is_still_to_be_recorded_is_kept(box, queue, database):
    queue()
    queue()
    first, _second = box.claim("one", limit=2)
    assert box.release("one", keep=(first.id,)) == 1
    assert [row.fate for row in rows(database)] == [MailFate.SENDING, MailFate.QUEUED]
    assert box.record_accepted(first, "2.0.0", "250 Ok")


# --- links


@pytest.mark.parametrize(
    ("kind", "purpose", "seconds"),
    [
        (MailKind.ACTIVATION, LinkPurpose.ACTIVATION, 72 * 3600),
        (MailKind.PASSWORD, LinkPurpose.PASSWORD, 3600),
        (MailKind.QUESTION, LinkPurpose.QUESTION, 3600),
    ],
)
def test_a_link_is_known_before_its_mail_goes_out(box, queue, database, clock, kind, purpose, seconds):
    queue(kind)
    (mail,) = box.claim("one", limit=1)
    assert box.mint_link(mail, minted(mail))
    (link,) = links(database)
    assert (link.token_hash, link.purpose, link.outbox_id) == (minted(mail), purpose, mail.id)
    assert (link.issued, link.expires) == (clock.now, clock.now + timedelta(seconds=seconds))


def test_a_mail_taken_over_finds_its_link_and_renews_its_term(box, queue, database, clock):
    queue()
    (mail,) = box.claim("one", limit=1)
    box.mint_link(mail, minted(mail))
    clock.advance(hours=3)
    (again,) = box.claim("two", limit=1)
    assert minted(again) == minted(mail)
    assert box.mint_link(again, minted(again))
    (link,) = links(database)
    assert link.issued == clock.now


def test_a_link_replaced_while_its_mail_was_held_is_not_minted(box, queue, database, context):
    number = queue()
    (mail,) = box.claim("one", limit=1)
    change(database, update(account).values(link_generation=account.c.link_generation + 1))
    assert not box.mint_link(mail, minted(mail))
    assert links(database) == []
    (row,) = rows(database)
    assert (row.fate, row.answer_code, row.leased_by) == (MailFate.EXPIRED, SUPERSEDED, None)
    assert number == mail.voter


def test_no_link_goes_to_an_address_that_is_no_longer_the_tied_one(box, queue, database):
    queue()
    (mail,) = box.claim("one", limit=1)
    change(database, update(address).values(address="new@ac-rennes.fr", folded="new@ac-rennes.fr"))
    assert not box.mint_link(mail, minted(mail))
    assert (links(database), rows(database)[0].fate) == ([], MailFate.EXPIRED)


def test_a_mail_whose_link_was_used_has_arrived_and_is_not_sent_again(box, queue, database, clock):
    queue()
    (mail,) = box.claim("one", limit=1)
    box.mint_link(mail, minted(mail))
    sent = clock.now
    change(database, update(one_time_link).values(used=clock.now))
    clock.advance(minutes=5)
    (again,) = box.claim("two", limit=1)
    assert not box.mint_link(again, minted(again))
    (row,) = rows(database)
    assert (row.fate, row.sent_at) == (MailFate.DELIVERED, sent)
    assert links(database)[0].issued == sent


def test_minting_waits_for_the_desk_instead_of_blocking_it(box, queue, database, context):
    """The desk holds the voter, and then wants the account and the outbox: minting must not hold those."""
    number = queue()
    (mail,) = box.claim("one", limit=1)
    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            voter_id = lock_voter(connection, number)
            minting = pool.submit(box.mint_link, mail, minted(mail))
            _wait_until_blocked(database)
            renew_links(connection, voter_id, context.clock())
        assert minting.result(SOON_SECONDS) is False
    assert links(database) == []


def _wait_until_blocked(database):
    """On PostgreSQL, until somebody waits for a lock; SQLite's one lock is taken already."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = :name")
    deadline = time.monotonic() + SOON_SECONDS
    while database.path is None and time.monotonic() < deadline:
        with database.read() as connection:
            if connection.scalar(waiting, {"name": database.url.database}):
                return
    assert time.monotonic() < deadline


# --- what came of it


def test_an_accepted_mail_is_recorded_and_audited_without_its_words(box, queue, database, clock):
    number = queue()
    (mail,) = box.claim("one", limit=1)
    clock.advance(seconds=2)
    assert box.record_accepted(mail, "2.0.0", "250 2.0.0 Ok: queued as 12345")
    (row,) = rows(database)
    assert (row.fate, row.sent_at, row.answer_code) == (MailFate.ACCEPTED, clock.now, "2.0.0")
    assert (row.answer, row.leased_by) == ("250 2.0.0 Ok: queued as 12345", None)
    with database.read() as connection:
        events = list(walk_chain(connection))
    assert verify_chain(events).seq == events[-1].seq
    told = events[-1]
    assert (told.actor, told.action, told.outcome, told.voter) == ("mailer", "mail_accepted", "done", number)
    assert told.detail == {"message": str(mail.id), "kind": "activation", "code": "2.0.0"}


def test_a_refused_mail_is_recorded_audited_and_never_tried_again(box, queue, database, clock):
    queue()
    (mail,) = box.claim("one", limit=1)
    assert box.record_permanent(mail, "5.1.1", "550 5.1.1 User unknown")
    clock.advance(hours=24)
    assert box.claim("one", limit=1) == ()
    with database.read() as connection:
        told = list(walk_chain(connection))[-1]
    assert (rows(database)[0].fate, told.action, told.outcome) == ("failed_permanently", "mail_failed", "failed")


def test_retries_come_later_and_later_but_at_least_hourly(box, queue, database, clock, context):
    queue()
    random.seed(5)
    for attempt in range(1, 12):
        (mail,) = box.claim("one", limit=1)
        assert mail.attempts == attempt
        box.record_temporary(mail, "4.2.2", "452 4.2.2 full")
        (row,) = rows(database)
        pause = (row.next_attempt_at - clock.now).total_seconds()
        wanted = min(60 * 2 ** (attempt - 1), 3600)
        assert 0.8 * wanted <= pause <= 1.2 * wanted
        assert row.fate == MailFate.FAILED_TEMPORARILY
        clock.now = row.next_attempt_at - timedelta(seconds=1)
        assert box.claim("one", limit=1) == ()
        clock.advance(seconds=1)


def test_what_a_clock_that_was_ahead_put_off_is_called_back(box, queue, clock, database):
    right = clock()
    clock.advance(days=1)  # a mail of yesterday's date still lives
    queue(), queue(), queue()
    _held, delayed = box.claim("w", limit=2)
    assert box.record_temporary(delayed, "4.3.2", "451 4.3.2 later")
    clock.now = right
    assert box.claim("w2", limit=3) == ()
    assert box.call_back() >= 3
    for _ in range(3):  # one by one: the domain wants fewer mails, and goes on at its pace from now
        assert len(box.claim("w2", limit=3)) == 1
        clock.advance(seconds=3)
    assert box.call_back() == 0


def test_an_answer_that_echoes_the_mail_leaves_no_link_behind(box, queue, database):
    queue()
    (mail,) = box.claim("one", limit=1)
    token = derive_token(KEY, message_id=mail.message_id, generation=mail.generation)
    box.record_temporary(
        mail, "4.3.0", f"451 4.3.0 cannot scan\x00\r\nhttps://portail.example.org/activate/{token}\udc80"
    )
    (row,) = rows(database)
    assert row.answer == "451 4.3.0 cannot scan …"


# --- facts and status


def test_the_tied_address_is_masked_in_mails_to_another_one(box, queue, add_voter):
    number = add_voter(tied="helene.martin@ac-rennes.fr", others=("helene.lefevre@ac-rennes.fr",))
    queue(MailKind.TIED_ADDRESS_NOTICE, number=number)
    queue(MailKind.TIED_ADDRESS_NOTICE, number=number, to="helene.lefevre@ac-rennes.fr")
    to_tied, to_other = box.claim("one", limit=2)
    assert box.facts(to_tied, None).tied_address == "helene.martin@ac-rennes.fr"
    assert box.facts(to_other, None).tied_address == "h•••.m•••@ac-rennes.fr"


def test_facts_are_the_voters_and_in_the_language_of_the_mail(box, queue):
    queue(language="en")
    (mail,) = box.claim("one", limit=1)
    facts = box.facts(mail, "https://portail.example.org/activate/x")
    assert (facts.language, facts.greeting_name, facts.link_hours) == ("en", "Marie Dupont", 72)
    assert facts.link == "https://portail.example.org/activate/x"


def test_a_voter_who_left_the_roll_takes_their_mails_along(box, queue, database):
    queue()
    (mail,) = box.claim("one", limit=1)
    change(database, delete(voter))
    assert not box.mint_link(mail, minted(mail))
    assert box.facts(mail, None) is None
    assert not box.record_accepted(mail, "2.0.0", "250 Ok")


def test_the_status_tells_counts_and_the_newest_reason_only(box, queue, clock):
    assert (box.status().waiting, box.status().oldest, box.next_due()) == (0, None, None)
    queued = clock.now
    queue()
    clock.advance(minutes=1)
    queue()
    (mail,) = box.claim("one", limit=1)
    box.record_temporary(mail, "4.2.2", "452 4.2.2 mailbox full")
    (other,) = box.claim("one", limit=1)
    status = box.status()
    assert (status.waiting, status.oldest, status.last_answer) == (2, queued, "452 4.2.2 mailbox full")
    assert box.next_due() <= clock.now + timedelta(seconds=72)
    box.record_accepted(other, "2.0.0", "250 Ok")
    assert box.status().waiting == 1


def test_nothing_to_mint_and_nothing_to_record_touch_no_mail(box, queue, database):
    queue()
    before = rows(database)
    assert box.mint_links([]) == frozenset()
    assert box.record([]) == frozenset()
    assert rows(database) == before


def test_while_all_mails_are_at_a_mailer_the_next_is_due_when_its_lease_ends(box, queue, clock, context):
    queue()
    assert box.next_due() == clock.now
    box.claim("m", limit=10)
    assert box.next_due() == clock.now + timedelta(seconds=context.limits.lease_seconds)
