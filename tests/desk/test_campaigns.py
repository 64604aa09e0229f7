"""The list of campaigns at the desk: who, whom, how far; held, continued, stopped."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QTableView, QWidget
from sqlalchemy import select

from helpdesk.domain.invitations import Selection
from helpdesk.domain.states import CampaignState, MailFate
from helpdesk.services import invitations as campaigns
from helpdesk.store.schema import outbox
from tests.desk.conftest import child, go_to, opened, words_of


@pytest.fixture
def begun(services, supervisor, add_voter, monkeypatch):
    """A campaign to three voters, one of them written to."""
    monkeypatch.setattr(campaigns, "BATCH", 1)
    for _ in range(3):
        add_voter(academy="Rennes")
    view = services.invitations.start(supervisor, Selection(academy="Rennes"), reason="ouverture")
    return services.invitations.advance(supervisor, view.id)


@pytest.fixture
def ask(qtbot, open_desk, supervisor):
    def go():
        window = open_desk(supervisor)
        page = go_to(qtbot, window, 2, "mailPage")
        child(page, QPushButton, "campaignsButton").click()
        dialog = opened(qtbot, window, "campaignsDialog")
        qtbot.waitUntil(lambda: row(dialog) != [])
        return dialog

    return go


def row(dialog):
    model = child(dialog, QTableView, "campaignTable").model()
    return [model.index(0, column).data() for column in range(model.columnCount())] if model.rowCount() else []


def press(dialog, name):
    child(dialog, QPushButton, name).click()


def test_a_campaign_tells_who_wrote_to_whom_and_how_far_it_is(begun, ask, supervisor):
    dialog = ask()
    state, _when, by, whom, invited, sent, waiting, failed = row(dialog)
    assert (state, by, whom, invited) == ("running", supervisor.name, "Rennes", "1 / 3")
    assert (sent, waiting, failed) == ("0", "1", "0")
    assert "ouverture" in child(dialog, QLabel, "campaignReason").text()


def test_one_is_held_and_continued_to_its_end(qtbot, begun, ask, services, supervisor, database):
    dialog = ask()
    press(dialog, "holdCampaignButton")
    qtbot.waitUntil(lambda: row(dialog)[0] == "paused")
    assert not child(dialog, QPushButton, "holdCampaignButton").isEnabled()
    press(dialog, "continueCampaignButton")
    qtbot.waitUntil(lambda: row(dialog)[0] == "everybody is invited" and row(dialog)[4] == "3 / 3")
    press(dialog, "holdCampaignButton")
    qtbot.waitUntil(lambda: row(dialog)[0] == "paused")
    with database.read() as connection:
        assert set(connection.scalars(select(outbox.c.priority))) == {2}


def test_a_stopped_one_cancels_its_mails_and_offers_nothing_more(qtbot, begun, ask, services, supervisor, database):
    dialog = ask()
    press(dialog, "stopCampaignButton")
    qtbot.waitUntil(lambda: row(dialog)[0] == "stopped" and row(dialog)[6] == "0")
    with database.read() as connection:
        assert set(connection.scalars(select(outbox.c.fate))) == {MailFate.EXPIRED}
    for name in ("holdCampaignButton", "continueCampaignButton", "stopCampaignButton"):
        assert not child(dialog, QPushButton, name).isEnabled()
    assert services.invitations.all(supervisor)[0].state is CampaignState.STOPPED


def test_an_agent_is_shown_no_campaigns(qtbot, open_desk, agent):
    page = go_to(qtbot, open_desk(agent), 2, "mailPage")
    assert not child(page, QPushButton, "campaignsButton").isVisible()


def test_without_any_campaign_it_is_said_and_what_to_do(qtbot, open_desk, supervisor):
    window = open_desk(supervisor)
    page = go_to(qtbot, window, 2, "mailPage")
    child(page, QPushButton, "campaignsButton").click()
    dialog = opened(qtbot, window, "campaignsDialog")
    qtbot.waitUntil(child(dialog, QWidget, "campaignsEmpty").isVisible)
    assert "Invite voters" in words_of(dialog)
    assert not child(dialog, QTableView, "campaignTable").isVisible()
    assert dialog.focusWidget().objectName() == "cancelButton"
