"""The mail page: the outbox listed and handled, answers read, voters invited in bulk."""

import pytest
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableView,
)
from sqlalchemy import select

from helpdesk.adapters.bounce_reader import read_returned
from helpdesk.domain.states import AccountState, MailFate
from helpdesk.services import invitations as campaigns
from helpdesk.services.outbox import Outbox
from helpdesk.store.schema import outbox
from tests.bounce_corpus import BOUNCES, plain
from tests.desk.conftest import child, go_to, opened, type_text, words_of

WHY = "asked by the voter"


@pytest.fixture
def queue(services, agent, add_voter):
    def go(**more):
        number = add_voter(state=AccountState.INVITED, **more)
        services.activation.resend(agent, number, reason=WHY)
        return number

    return go


def table(page, name="mailTable"):
    return child(page, QTableView, name)


def listed(page, name="mailTable"):
    model = table(page, name).model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


def test_a_waiting_mail_is_listed_and_cancelled(qtbot, open_desk, agent, queue, database):
    queue(tied="marie.dupont@ac-rennes.fr")
    window = open_desk(agent)
    page = go_to(qtbot, window, 2, "mailPage")
    qtbot.waitUntil(lambda: len(listed(page)) == 1)
    assert "marie.dupont@ac-rennes.fr" in listed(page)[0]
    assert "1 waiting" in words_of(page)
    assert not child(page, QPushButton, "retryButton").isEnabled()
    child(page, QPushButton, "cancelMailButton").click()
    dialog = opened(qtbot, window, "cancelMailDialog")
    type_text(child(dialog, QLineEdit, "reasonEdit"), "par erreur")
    child(dialog, QPushButton, "confirmButton").click()
    qtbot.waitUntil(lambda: "is cancelled" in child(page, QLabel, "pageDone").text())
    with database.read() as connection:
        assert connection.scalar(select(outbox.c.fate)) == MailFate.EXPIRED
    qtbot.waitUntil(lambda: listed(page) == [])


def test_a_delayed_mail_is_explained_and_tried_again(qtbot, open_desk, agent, queue, context):
    queue(tied="jean.martin@ac-rennes.fr")
    box = Outbox(context)
    (mail,) = box.claim("one", limit=1)
    box.record_temporary(mail, "4.2.2", "452 4.2.2 over quota")
    window = open_desk(agent)
    page = go_to(qtbot, window, 2, "mailPage")
    qtbot.waitUntil(lambda: "the mailbox is full" in words_of(page))
    assert "452 4.2.2 over quota" in words_of(page)
    child(page, QPushButton, "retryButton").click()
    dialog = opened(qtbot, window, "retryDialog")
    type_text(child(dialog, QLineEdit, "reasonEdit"), "de la place")
    child(dialog, QPushButton, "confirmButton").click()
    qtbot.waitUntil(lambda: "is tried again now" in child(page, QLabel, "pageDone").text())
    assert len(box.claim("one", limit=1)) == 1


def test_a_persons_answer_is_read_and_signed(qtbot, open_desk, agent, services):
    answer = plain("Merci, le lien marche.", to=BOUNCES, subject="Re: lien", sender="marie@ac-lille.example")
    services.bounces.record([read_returned(answer)])
    window = open_desk(agent)
    page = go_to(qtbot, window, 2, "mailPage")
    child(page, QComboBox, "mailFilter").setCurrentIndex(4)
    qtbot.waitUntil(lambda: len(listed(page, "returnedTable")) == 1)
    assert "Merci, le lien marche." in words_of(page)
    child(page, QPushButton, "handledButton").click()
    qtbot.waitUntil(lambda: listed(page, "returnedTable") == [])
    assert services.mail_desk.counts(agent).to_read == 0


def test_the_list_is_filtered_by_domain(qtbot, open_desk, agent, queue):
    queue(tied="marie@ac-lille.example")
    queue(tied="jean@ac-nantes.example")
    page = go_to(qtbot, open_desk(agent), 2, "mailPage")
    qtbot.waitUntil(lambda: len(listed(page)) == 2)
    type_text(child(page, QLineEdit, "mailSearch"), "ac-lille.example")
    qtbot.waitUntil(lambda: len(listed(page)) == 1)


def test_an_agent_is_offered_no_invitations(qtbot, open_desk, agent):
    page = go_to(qtbot, open_desk(agent), 2, "mailPage")
    assert not child(page, QPushButton, "inviteButton").isVisible()


def test_a_supervisor_counts_confirms_and_watches(qtbot, open_desk, supervisor, add_voter, database, monkeypatch):
    monkeypatch.setattr(campaigns, "BATCH", 2)
    for _ in range(5):
        add_voter()
    window = open_desk(supervisor)
    page = go_to(qtbot, window, 2, "mailPage")
    child(page, QPushButton, "inviteButton").click()
    dialog = opened(qtbot, window, "inviteDialog")
    confirm = child(dialog, QPushButton, "confirmButton")
    assert confirm.text() == "Count"
    confirm.click()
    qtbot.waitUntil(lambda: confirm.text() == "Invite 5 voters")
    assert "5 voters would get a mail." in child(dialog, QLabel, "inviteCount").text()
    with database.read() as connection:
        assert connection.execute(select(outbox)).all() == []
    type_text(child(dialog, QLineEdit, "reasonEdit"), "ouverture")
    steps = []
    child(dialog, QProgressBar, "inviteProgress").valueChanged.connect(steps.append)
    confirm.click()
    qtbot.waitUntil(lambda: "5 voters are invited." in child(page, QLabel, "pageDone").text())
    assert steps[-3:] == [2, 4, 5]
    qtbot.waitUntil(lambda: len(listed(page)) == 5)


def test_a_campaign_is_paused_and_stopped(qtbot, open_desk, supervisor, add_voter, services, monkeypatch, watch):
    monkeypatch.setattr(campaigns, "BATCH", 1)
    for _ in range(4):
        add_voter()
    window = open_desk(supervisor)
    page = go_to(qtbot, window, 2, "mailPage")
    child(page, QPushButton, "inviteButton").click()
    dialog = opened(qtbot, window, "inviteDialog")
    confirm = child(dialog, QPushButton, "confirmButton")
    confirm.click()
    qtbot.waitUntil(lambda: confirm.text() == "Invite 4 voters")
    type_text(child(dialog, QLineEdit, "reasonEdit"), "ouverture")
    paused = []

    def pause_once():
        if not paused:
            paused.append(services.invitations.pause(supervisor, 1))

    watch.before["invitations.advance"] = pause_once
    confirm.click()
    button = child(dialog, QPushButton, "pauseButton")
    qtbot.waitUntil(lambda: button.isVisible() and button.text() == "Go on")
    assert "paused: 0 of 4" in child(dialog, QLabel, "inviteCount").text()
    child(dialog, QPushButton, "stopButton").click()
    qtbot.waitUntil(lambda: "stopped" in child(page, QLabel, "pageDone").text())
    (campaign,) = services.invitations.all(supervisor)
    assert campaign.queued == 0
