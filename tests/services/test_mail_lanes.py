"""Who waits for whom in the outbox: priorities, domains that want fewer mails, quiet hours."""

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from helpdesk.domain.mail_pace import QuietHours, faster, slower, slows_domain
from helpdesk.domain.states import AccountState, MailKind
from helpdesk.services.mail_queue import new_mail
from helpdesk.services.outbox import Outbox
from helpdesk.store.schema import mail_pace, outbox, voter


@pytest.fixture
def queue(context, add_voter):
    """Queues so many mails to a domain, of a campaign if asked."""

    def put(domain, count=1, *, campaign=None):
        for _ in range(count):
            number = add_voter(state=AccountState.INVITED, tied=f"v{add_voter.made}@{domain}")
            with context.store.write() as connection:
                row = connection.execute(select(voter.c.id).where(voter.c.number == number)).one()
                made = new_mail(
                    context,
                    row.id,
                    kind=MailKind.ACTIVATION,
                    language="fr",
                    to=f"v{add_voter.made - 1}@{domain}",
                    generation=0,
                    now=context.clock(),
                    campaign=campaign,
                )
                connection.execute(insert(outbox).values(made))

    return put


def domains(claimed):
    return sorted(mail.domain for mail in claimed)


def with_limits(context, **more):
    return Outbox(replace(context, limits=replace(context.limits, **more)))


def test_a_mail_asked_for_waits_behind_no_campaign(context, queue, clock):
    queue("ac-rennes.example", 30, campaign=1)
    clock.advance(minutes=5)
    queue("ac-rennes.example")
    queue("ac-nantes.example")
    first, second, third = Outbox(context).claim("one", limit=3)
    assert [first.priority, second.priority, third.priority] == [0, 0, 1]


def test_a_domain_that_greylists_is_paced_and_the_others_go_on(context, queue, clock, database):
    box = Outbox(context)
    queue("ac-lille.example", 3)
    queue("ac-nantes.example", 2)
    (mail,) = box.claim("one", limit=1)
    assert mail.domain == "ac-lille.example"
    box.record_temporary(mail, "4.7.1", "451 4.7.1 Greylisted, come back later")
    assert domains(box.claim("one", limit=10)) == ["ac-nantes.example"] * 2
    assert box.claim("one", limit=10) == ()
    clock.advance(seconds=context.limits.pace_first_seconds)
    (paced,) = box.claim("one", limit=10)  # one at a time, and only after its pause
    assert (paced.domain, box.claim("one", limit=10)) == ("ac-lille.example", ())
    box.record_accepted(paced, "2.0.0", "250 Ok")
    with database.read() as connection:
        assert connection.execute(select(mail_pace)).all() == []
    assert domains(box.claim("one", limit=10)) == ["ac-lille.example"]  # the first one waits for its own retry


def test_a_domain_that_goes_on_complaining_gets_ever_fewer(context, queue, clock, database):
    box = Outbox(context)
    queue("ac-lille.example", 12)
    gaps = []
    for _ in range(8):
        clock.advance(minutes=2)
        mail = box.claim("one", limit=1)[0]
        box.record_temporary(mail, "451", "451 too many connections")
        with database.read() as connection:
            gaps.append(connection.scalar(select(mail_pace.c.gap_ms)))
    assert gaps == [2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]


def test_one_full_mailbox_slows_nobody(context, queue, database):
    box = Outbox(context)
    queue("ac-lille.example", 2)
    (mail,) = box.claim("one", limit=1)
    box.record_temporary(mail, "4.2.2", "452 4.2.2 mailbox full")
    assert len(box.claim("one", limit=5)) == 1


def test_every_domain_has_its_share(context, queue, clock):
    queue("ac-rennes.example", 40)
    clock.advance(seconds=1)
    queue("ac-nantes.example", 3)
    queue("ac-lille.example", 3)
    claimed = domains(Outbox(context).claim("one", limit=30))
    assert claimed.count("ac-nantes.example") == claimed.count("ac-lille.example") == 3
    assert claimed.count("ac-rennes.example") == 24


def test_a_domain_can_be_given_a_pace_beforehand(context, queue, clock):
    box = with_limits(context, domain_per_minute=120)
    queue("ac-lille.example", 6)
    assert len(box.claim("one", limit=5)) == 2
    assert box.claim("one", limit=5) == ()
    clock.advance(seconds=1)
    assert len(box.claim("one", limit=5)) == 2


def test_campaigns_keep_to_their_throttle_and_mails_asked_for_do_not(context, queue, clock):
    box = with_limits(context, bulk_per_minute=180)
    queue("ac-lille.example", 10, campaign=1)
    queue("ac-rennes.example", 2)
    assert [mail.priority for mail in box.claim("one", limit=9)] == [0, 0, 1, 1, 1]
    assert box.claim("one", limit=9) == ()
    clock.advance(seconds=1)
    assert len(box.claim("one", limit=9)) == 3


def test_campaigns_rest_in_quiet_hours_and_mails_asked_for_do_not(context, queue, clock):
    quiet = replace(context.mail, quiet=QuietHours(time(20), time(7)))
    box = Outbox(replace(context, mail=quiet))
    clock.now = datetime(2026, 10, 20, 23, 30, tzinfo=ZoneInfo("Europe/Paris"))
    queue("ac-lille.example", 2, campaign=1)
    queue("ac-lille.example")
    assert [mail.priority for mail in box.claim("one", limit=5)] == [0]
    clock.now = datetime(2026, 10, 21, 7, 0, tzinfo=ZoneInfo("Europe/Paris"))
    assert [mail.priority for mail in box.claim("two", limit=5)] == [0, 1, 1]  # the lease of the first has ended


def test_two_mailers_share_the_work_of_a_lane(context, queue):
    queue("ac-lille.example", 10)
    one, two = Outbox(context).claim("one", limit=6), Outbox(context).claim("two", limit=6)
    assert (len(one), len(two)) == (6, 4)
    assert not {mail.id for mail in one} & {mail.id for mail in two}


@pytest.mark.parametrize(
    ("code", "answer", "slows"),
    [
        ("4.7.1", "451 4.7.1 try again later", True),
        ("450", "450 greylisted", True),
        ("451", "451 local error", True),
        ("421", "421 busy", True),
        ("4.3.2", "421 4.3.2 shutting down", True),
        ("4.2.2", "452 4.2.2 mailbox full", False),
        ("4.2.1", "450 4.2.1 mailbox disabled for now", False),
        ("4.3.0", "4.3.0 the mail could not be composed", False),
        ("4.4.2", "4.4.2 connection lost", False),
    ],
)
def test_answers_about_a_domain_are_told_from_those_about_a_mailbox(code, answer, slows):
    assert slows_domain(code, answer) is slows


@given(st.integers(0, 600_000))
def test_a_pace_stays_between_its_bounds_and_ends(gap):
    after = slower(gap, first_ms=2_000, longest_ms=60_000)
    assert 2_000 <= after <= 60_000
    easier = faster(after, first_ms=2_000)
    assert easier is None or 2_000 <= easier < after


@given(st.times(), st.times(), st.datetimes(timezones=st.just(ZoneInfo("Europe/Paris"))))
def test_quiet_hours_and_the_rest_of_the_day_are_each_other_s_complement(begins, ends, moment):
    now = moment.astimezone(ZoneInfo("UTC"))
    if begins != ends:
        assert QuietHours(begins, ends).rests(now, "Europe/Paris") != QuietHours(ends, begins).rests(
            now, "Europe/Paris"
        )
