"""A voter's history at the desk: what became of each mail, link and step, newest first."""

from datetime import timedelta

from helpdesk.domain.states import AccountState, MailFate


def events(services, agent, number):
    return [(entry.event, entry.detail) for entry in services.voters.open(agent, number).timeline]


def test_a_mail_that_can_never_be_delivered_is_told_as_that(services, agent, add_voter, clock):
    number = add_voter(state=AccountState.INVITED)
    services.activation.resend(agent, number, reason="no mail came")
    (mail,) = services.outbox.claim("test", limit=1)
    clock.advance(minutes=1)
    services.outbox.record_permanent(mail, "5.1.1", "550 5.1.1 no such user")
    told = events(services, agent, number)
    assert ("mail_failed_permanently", "activation") in told
    assert services.outbox.count_fates() == dict.fromkeys(MailFate, 0) | {MailFate.FAILED_PERMANENTLY: 1}


def test_a_mail_that_waited_too_long_is_told_as_expired(services, agent, add_voter, clock, context):
    number = add_voter(state=AccountState.INVITED)
    services.activation.resend(agent, number, reason="no mail came")
    clock.now += timedelta(seconds=context.limits.mail_lifetime_seconds + 1)
    assert services.outbox.claim("test", limit=1) == ()
    assert ("mail_expired", "activation") in events(services, agent, number)
