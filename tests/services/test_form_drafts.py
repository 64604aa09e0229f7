"""Texts that were typed into forms and not sent: kept for who typed them, free of secrets, gone in time."""

import pytest
from sqlalchemy import func, select

from helpdesk.domain.errors import NoteHoldsSecret, OutOfScope, OwnRecord, RoleRefused
from helpdesk.domain.form_drafts import MAY_SEND, Form, FormPlace
from helpdesk.domain.mail_wording import LANGUAGES
from helpdesk.domain.roles import Scope
from helpdesk.domain.states import MailKind
from helpdesk.store.schema import form_draft

PASSWORD_TOLD = [
    "mot de passe : Azerty2022!",
    "code électeur 48217733",
    "son lien est https://x.fr/a/Zk3v9Qw71LmN0pRt5sXy",
]


def count(database):
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(form_draft))


def test_what_is_typed_is_its_writers_alone_until_it_is_sent(services, supervisor, add_operator, add_voter, database):
    number, other = add_voter(), add_voter()
    colleague = add_operator("Cléo Supervisor", supervisor.role)
    place = FormPlace(Form.RESEND, voter=number)
    assert services.form_drafts.keep(supervisor, place, {"reason": "mail non reç"})
    assert services.form_drafts.keep(supervisor, place, {"reason": "mail non reçu\nhier", "empty": "  "})
    assert services.form_drafts.read(supervisor, place) == {"reason": "mail non reçu\nhier"}
    for elsewhere in (FormPlace(Form.RESEND, voter=other), FormPlace(Form.RESET_CHALLENGE, voter=number)):
        assert services.form_drafts.read(supervisor, elsewhere) == {}
    assert services.form_drafts.read(colleague, place) == {}
    services.form_drafts.forget(colleague, place)
    assert count(database) == 1
    services.form_drafts.forget(supervisor, place)
    assert (services.form_drafts.read(supervisor, place), count(database)) == ({}, 0)


def test_a_text_that_is_deleted_is_forgotten(services, supervisor, database):
    place = FormPlace(Form.INCIDENT)
    services.form_drafts.keep(supervisor, place, {"text": "Portail lent"})
    services.form_drafts.keep(supervisor, place, {"text": ""})
    assert count(database) == 0


@pytest.mark.parametrize("told", PASSWORD_TOLD)
def test_what_looks_like_a_secret_is_not_kept_and_takes_the_earlier_text_with_it(services, supervisor, database, told):
    place = FormPlace(Form.INCIDENT)
    assert services.form_drafts.keep(supervisor, place, {"text": "Portail lent"})
    assert not services.form_drafts.keep(supervisor, place, {"text": told})
    assert count(database) == 0


@pytest.mark.parametrize("told", PASSWORD_TOLD)
def test_neither_a_reason_nor_a_notice_may_hold_a_secret(services, supervisor, add_voter, told):
    with pytest.raises(NoteHoldsSecret):
        services.activation.resend(supervisor, add_voter(), reason=told)
    with pytest.raises(NoteHoldsSecret):
        services.incidents.set(supervisor, told)


def test_every_wording_that_the_program_ships_can_be_kept_while_it_is_changed(services, supervisor):
    for kind in MailKind:
        for language in LANGUAGES:
            shipped = services.mail_wordings.read(supervisor, kind, language).shipped
            place = FormPlace(Form.WORDING, about=f"{kind}:{language}")
            texts = {"subject": shipped.subject, "text": shipped.body}
            assert services.form_drafts.keep(supervisor, place, texts)
            assert services.form_drafts.read(supervisor, place)["text"].split() == shipped.body.split()


def test_scope_own_record_and_role_hold_for_unsent_texts(services, add_operator, auditor, agent, add_voter):
    number = add_voter(academy="Rennes", department="35")
    elsewhere = add_operator("Elsa", scope=Scope(academies=frozenset({"Nantes"})))
    herself = add_operator("Marie", voter_number=number)
    place = FormPlace(Form.RESEND, voter=number)
    for who, refusal in ((elsewhere, OutOfScope), (herself, OwnRecord), (auditor, RoleRefused)):
        with pytest.raises(refusal):
            services.form_drafts.keep(who, place, {"reason": "mail non reçu"})
        with pytest.raises(refusal):
            services.form_drafts.read(who, place)
    for form in (Form.APPROVE, Form.INVITE, Form.INCIDENT, Form.WORDING):
        with pytest.raises(RoleRefused):
            services.form_drafts.keep(agent, FormPlace(form), {"reason": "mail non reçu"})
    assert set(MAY_SEND) == set(Form)


def test_what_nobody_came_back_to_is_forgotten_after_thirty_days(services, supervisor, add_voter, clock, database):
    number = add_voter()
    services.form_drafts.keep(supervisor, FormPlace(Form.RESEND, voter=number), {"reason": "mail non reçu"})
    clock.advance(days=31)
    services.form_drafts.keep(supervisor, FormPlace(Form.INCIDENT), {"text": "Portail lent"})
    assert count(database) == 1
    assert services.form_drafts.read(supervisor, FormPlace(Form.INCIDENT)) == {"text": "Portail lent"}
