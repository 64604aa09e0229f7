"""Supervisors word the mails: checked, tried on a sample, kept in versions, sent by the mailer."""

import threading

import pytest
from sqlalchemy import insert, select

from helpdesk.domain.audit import Action
from helpdesk.domain.errors import RoleRefused, WordingChanged, WordingRefused
from helpdesk.domain.mail_wording import Wording, WordingProblem
from helpdesk.domain.states import AccountState, MailKind
from helpdesk.services.outbox import Outbox
from helpdesk.store.schema import audit_event, mail_wording

KIND = MailKind.ACTIVATION
GOOD = Wording("ouvrez votre compte", "Bonjour et bienvenue parmi nous.\n\n{link}\n\n{advice}")
OTHER = Wording("un autre sujet", "Voici votre lien personnel :\n\n{link}\n\n{advice}")


@pytest.fixture
def wordings(services):
    return services.mail_wordings


def sent_words(context, services, agent, add_voter, language="fr"):
    """What the mailer would send to a fresh voter."""
    number = add_voter(state=AccountState.INVITED, language=language)
    services.activation.resend(agent, number, reason="asked")
    (mail,) = Outbox(context).claim("one", limit=1)
    return context.renderer.render(Outbox(context).facts(mail, "https://portail.example.org/activate/x"))


def test_a_saved_wording_is_what_the_mailer_and_the_desk_use(wordings, supervisor, agent, services, context, add_voter):
    before = wordings.read(supervisor, KIND, "fr")
    assert (before.version, before.is_shipped) == (0, True)
    assert wordings.save(supervisor, KIND, "fr", GOOD, seen_version=0) == 1
    view = wordings.read(supervisor, KIND, "fr")
    assert (view.wording, view.version, view.written_by) == (GOOD, 1, supervisor.name)
    assert view.shipped == before.shipped
    content = sent_words(context, services, agent, add_voter)
    assert "bienvenue parmi nous" in content.text
    assert "bienvenue parmi nous" in content.html
    assert content.subject.endswith("ouvrez votre compte")
    number = add_voter(state=AccountState.INVITED)
    assert "bienvenue parmi nous" in services.activation.preview(agent, number).content.text
    assert "bienvenue" not in sent_words(context, services, agent, add_voter, language="en").text


def test_the_shipped_text_comes_back_and_every_version_is_kept(
    wordings, supervisor, administrator, services, context, agent, add_voter, clock, database
):
    wordings.save(supervisor, KIND, "fr", GOOD, seen_version=0)
    clock.advance(minutes=5)
    wordings.save(administrator, KIND, "fr", OTHER, seen_version=1)
    clock.advance(minutes=5)
    assert wordings.reset(supervisor, KIND, "fr", seen_version=2) == 3
    assert wordings.read(supervisor, KIND, "fr").is_shipped
    assert "Pour activer votre compte" in sent_words(context, services, agent, add_voter).text
    history = wordings.history(supervisor, KIND, "fr")
    assert [(each.version, each.wording, each.written_by) for each in history] == [
        (3, None, supervisor.name),
        (2, OTHER, administrator.name),
        (1, GOOD, supervisor.name),
    ]
    with database.read() as connection:
        told = connection.execute(
            select(audit_event.c.actor, audit_event.c.detail)
            .where(audit_event.c.action == Action.MAIL_REWORDED)
            .order_by(audit_event.c.seq)
        ).all()
    assert told[0] == (
        supervisor.name,
        {"kind": "activation", "language": "fr", "version": "1", "subject": GOOD.subject, "text": GOOD.body},
    )
    assert told[2].detail == {"kind": "activation", "language": "fr", "version": "3", "shipped": "yes"}


def test_what_is_in_force_already_makes_no_version(wordings, supervisor):
    assert wordings.reset(supervisor, KIND, "en", seen_version=0) == 0
    wordings.save(supervisor, KIND, "en", OTHER, seen_version=0)
    assert wordings.save(supervisor, KIND, "en", OTHER, seen_version=1) == 1
    shipped = wordings.read(supervisor, KIND, "en").shipped
    assert wordings.save(supervisor, KIND, "en", shipped, seen_version=1) == 2
    assert wordings.read(supervisor, KIND, "en").is_shipped


def test_an_unfit_wording_is_refused_with_all_that_is_wrong(wordings, supervisor, database):
    bad = Wording("un sujet", "Sans lien, mais <img src=x> et http://x.example")
    for does in (
        lambda: wordings.save(supervisor, KIND, "fr", bad, seen_version=0),
        lambda: wordings.preview(supervisor, KIND, "fr", bad),
    ):
        with pytest.raises(WordingRefused) as refused:
            does()
        assert [fault.problem for fault in refused.value.faults] == [
            WordingProblem.MISSING,
            WordingProblem.MISSING,
            WordingProblem.MARKUP,
            WordingProblem.WEB_ADDRESS,
        ]
    with database.read() as connection:
        assert connection.execute(select(mail_wording)).all() == []


def test_a_preview_is_the_whole_mail_without_a_link(wordings, supervisor):
    content = wordings.preview(supervisor, KIND, "fr", GOOD)
    assert "Hélène Le Goff" in content.text
    assert "/activate/" not in content.text + content.html
    assert "lien personnel" in content.html


def test_agents_and_auditors_reword_nothing_and_the_refusal_is_told(wordings, agent, auditor, database):
    for who in (agent, auditor):
        for does in (
            lambda who=who: wordings.read(who, KIND, "fr"),
            lambda who=who: wordings.all(who),
            lambda who=who: wordings.history(who, KIND, "fr"),
            lambda who=who: wordings.preview(who, KIND, "fr", GOOD),
            lambda who=who: wordings.save(who, KIND, "fr", GOOD, seen_version=0),
            lambda who=who: wordings.reset(who, KIND, "fr", seen_version=0),
        ):
            with pytest.raises(RoleRefused):
                does()
    with database.read() as connection:
        told = connection.scalars(select(audit_event.c.outcome).where(audit_event.c.action == Action.MAIL_REWORDED))
        assert set(told) == {"refused"}


def test_of_two_who_save_one_is_told_that_the_other_did(wordings, supervisor, administrator):
    """Both read version 0; whichever comes second changes nothing."""
    wordings.save(supervisor, KIND, "fr", GOOD, seen_version=0)
    with pytest.raises(WordingChanged):
        wordings.save(administrator, KIND, "fr", OTHER, seen_version=0)
    with pytest.raises(WordingChanged):
        wordings.reset(administrator, KIND, "fr", seen_version=0)
    assert wordings.read(supervisor, KIND, "fr").wording == GOOD


def test_at_the_same_moment_one_wording_is_kept(wordings, supervisor, administrator):
    start, outcomes = threading.Barrier(2), []

    def save(who, wording):
        start.wait()
        try:
            outcomes.append(wordings.save(who, KIND, "fr", wording, seen_version=0))
        except WordingChanged:
            outcomes.append("changed")

    threads = [threading.Thread(target=save, args=each) for each in ((supervisor, GOOD), (administrator, OTHER))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [1, "changed"]
    assert len(wordings.history(supervisor, KIND, "fr")) == 1


def test_a_wording_that_came_past_the_service_and_has_no_link_is_passed_over(
    wordings, supervisor, services, context, agent, add_voter, database, clock
):
    row = {"kind": KIND, "language": "fr", "version": 1, "subject": "x" * 5, "body": "Sans aucun lien, {oups}."}
    with database.write() as connection:
        connection.execute(insert(mail_wording).values(row | {"written_by": supervisor.id, "written_at": clock()}))
    content = sent_words(context, services, agent, add_voter)
    assert "https://portail.example.org/activate/x" in content.text
    assert wordings.read(supervisor, KIND, "fr").is_shipped


def test_all_lists_every_mail_in_both_languages(wordings, supervisor):
    wordings.save(supervisor, KIND, "fr", GOOD, seen_version=0)
    every = wordings.all(supervisor)
    assert len(every) == 2 * len(MailKind)
    assert [(view.kind, view.language) for view in every if not view.is_shipped] == [(KIND, "fr")]
