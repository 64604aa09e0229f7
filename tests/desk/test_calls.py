"""The call log in the window: two keys end a call, nothing typed is lost, no secret is kept."""

import stat
import subprocess
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from sqlalchemy import select

from helpdesk.domain.contacts import Channel, Contact, ContactOutcome, Motive
from helpdesk.store.schema import draft
from tests.desk.conftest import child, open_voter, opened, press, type_text, words_of

CTRL = Qt.KeyboardModifier.ControlModifier


def call_dialog(qtbot, window):
    window.activateWindow()
    press(child(window, QWidget, "voterPage"), Qt.Key.Key_L, CTRL)
    return opened(qtbot, window, "callDialog")


def test_a_call_ends_in_two_keys_and_the_next_agent_sees_it(
    qtbot, open_desk, agent, supervisor, add_voter, services, clock
):
    number = add_voter()
    window = open_desk(agent)
    page = open_voter(qtbot, window, number)
    clock.advance(minutes=3)
    services.activation.resend(agent, number, reason="no mail came")
    page.refresh()
    qtbot.waitUntil(lambda: window._session.tasks.running == 0)
    dialog = call_dialog(qtbot, window)
    qtbot.waitUntil(lambda: window._session.tasks.running == 0)
    press(dialog.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: child(page, QLabel, "actionDone").text() == "The call is logged.")
    (logged,) = services.voters.open(supervisor, number).contacts
    assert (logged.motive, logged.outcome, logged.channel) == (Motive.NO_MAIL, ContactOutcome.MAIL_SENT, Channel.PHONE)
    assert logged.ended - logged.started == timedelta(minutes=3)
    qtbot.waitUntil(lambda: "Mail sent" in words_of(child(page, QWidget, "callLog")))


def test_keys_that_come_before_the_dialog_stands_are_for_it_and_clicks_for_nobody(
    qtbot, open_desk, agent, supervisor, add_voter, services
):
    number = add_voter()
    window = open_desk(agent)
    page = open_voter(qtbot, window, number)
    window.voter_actions.log_call.trigger()
    assert window.findChild(QDialog, "callDialog") is None  # found by its name once all of it is there
    for key, modifiers in ((Qt.Key.Key_R, CTRL), (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)):
        from_outside(window, QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers))
        from_outside(window, QKeyEvent(QEvent.Type.KeyPress, key, modifiers))
    click(window, child(page, QPushButton, "resendButton"))
    qtbot.waitUntil(lambda: child(page, QLabel, "actionDone").text() == "The call is logged.")
    assert len(services.voters.open(supervisor, number).contacts) == 1
    assert window.findChild(QDialog, "resendDialog") is None
    click(window, child(page, QPushButton, "resendButton"))
    opened(qtbot, window, "resendDialog")


def from_outside(window, event):
    """As the window system hands it to the window, which passes it on."""
    QApplication.sendEvent(window.windowHandle(), event)


def click(window, button):
    place = QPointF(button.mapTo(window, button.rect().center()))
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    for kind, held in ((QEvent.Type.MouseButtonPress, left), (QEvent.Type.MouseButtonRelease, none)):
        from_outside(window, QMouseEvent(kind, place, place, left, held, Qt.KeyboardModifier.NoModifier))


def test_a_secret_in_a_note_is_refused_where_it_stands(qtbot, open_desk, agent, add_voter, services, database):
    number = add_voter()
    window = open_desk(agent)
    open_voter(qtbot, window, number)
    dialog = call_dialog(qtbot, window)
    note = child(dialog, QPlainTextEdit, "noteEdit")
    type_text(note, "Son mot de passe est Azerty-2022!")
    child(dialog, QPushButton, "confirmButton").click()
    qtbot.waitUntil(lambda: "Take it out" in child(dialog, QLabel, "refusal").text())
    qtbot.waitUntil(note.hasFocus)
    assert services.voters.open(agent, number).contacts == ()
    note.setPlainText("Mot de passe refusé, règles rappelées")
    press(note, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: len(services.voters.refresh(agent, number).contacts) == 1)
    qtbot.waitUntil(lambda: window._session.tasks.running == 0)
    with database.read() as connection:
        assert connection.execute(select(draft.c.note)).all() == []


def test_what_was_typed_survives_a_crash_of_the_desk(qtbot, open_desk, desk, agent, add_voter, services):
    number = add_voter(first="Anne")
    window = open_desk(agent)
    open_voter(qtbot, window, number)
    type_text(child(call_dialog(qtbot, window), QPlainTextEdit, "noteEdit"), "a déjà appelé hier")
    qtbot.waitUntil(lambda: services.drafts.of_voter(agent, number) == "a déjà appelé hier")
    # Another desk, as after a crash: nothing was confirmed or cancelled in the first one.
    dialog = opened(qtbot, window, "callDialog")
    dialog.blockSignals(True)
    dialog.deleteLater()
    window.close()
    qtbot.waitUntil(lambda: desk.window is None)
    window = open_desk(agent)
    drafts = child(window, QWidget, "drafts")
    qtbot.waitUntil(drafts.isVisible)
    button = drafts.findChild(QPushButton)
    assert "Anne Dupont" in button.text()
    button.click()
    qtbot.waitUntil(lambda: window.voters_page.shows_voter)
    note = child(call_dialog(qtbot, window), QPlainTextEdit, "noteEdit")
    qtbot.waitUntil(lambda: note.toPlainText() == "a déjà appelé hier")


def test_a_long_note_is_kept_while_somebody_goes_on_typing(qtbot, open_desk, agent, add_voter, services):
    number = add_voter()
    window = open_desk(agent)
    open_voter(qtbot, window, number)
    note = child(call_dialog(qtbot, window), QPlainTextEdit, "noteEdit")

    def typed_on_and_kept() -> bool:
        type_text(note, "mot ")  # oftener than a pause would take
        return services.drafts.of_voter(agent, number) != ""

    qtbot.waitUntil(typed_on_and_kept)


def test_the_voters_opened_last_are_at_hand_the_newest_first(qtbot, open_desk, agent, add_voter):
    first, second = add_voter(first="Anne"), add_voter(first="Paul")
    window = open_desk(agent)
    for number in (first, second):
        open_voter(qtbot, window, number)
        window.voters_page.back()
    recent = child(window, QWidget, "recentVoters")
    qtbot.waitUntil(lambda: len(recent.findChildren(QPushButton)) == 2)
    assert [button.toolTip().split("  ·  ")[0] for button in recent.findChildren(QPushButton)] == [
        "Paul Dupont",
        "Anne Dupont",
    ]
    recent.findChildren(QPushButton)[1].click()
    qtbot.waitUntil(lambda: window.voters_page.shows_voter)


def test_promises_of_today_are_listed_at_start(qtbot, open_desk, agent, add_voter, services, clock, election):
    number = add_voter(first="Paul")
    day = election.local(clock.now).date() + timedelta(days=1)
    call = Contact(clock.now, Channel.PHONE, Motive.CODE_LOST, ContactOutcome.TO_FOLLOW, "Après 17 h", day)
    services.contacts.log(agent, number, call)
    clock.advance(days=1)
    window = open_desk(agent)
    promised = child(window, QWidget, "followUps")
    qtbot.waitUntil(promised.isVisible)
    assert "Paul Dupont" in promised.findChild(QPushButton).text()
    assert "Voter code lost" in promised.findChild(QPushButton).text()


def test_ticking_the_follow_up_says_that_it_is_to_be_followed(qtbot, open_desk, agent, add_voter, services, clock):
    number = add_voter()
    window = open_desk(agent)
    open_voter(qtbot, window, number)
    dialog = call_dialog(qtbot, window)
    child(dialog, QCheckBox, "followUpCheck").click()
    assert child(dialog, QComboBox, "outcomeBox").currentText() == "To be followed up"
    child(dialog, QPushButton, "confirmButton").click()
    qtbot.waitUntil(lambda: len(services.voters.refresh(agent, number).contacts) == 1)
    assert services.voters.refresh(agent, number).contacts[0].follow_up == (clock.now + timedelta(days=1)).date()


def test_a_pinned_voter_stays_at_hand(qtbot, open_desk, agent, add_voter, services):
    number = add_voter(first="Paul")
    window = open_desk(agent)
    page = open_voter(qtbot, window, number)
    qtbot.waitUntil(lambda: window._session.tasks.running == 0)
    child(page, QPushButton, "pinButton").click()
    qtbot.waitUntil(lambda: [each.voter for each in services.shortlist.shown(agent).pinned] == [number])
    press(page, Qt.Key.Key_Escape)
    pinned = child(window, QWidget, "pinnedVoters")
    qtbot.waitUntil(lambda: pinned.isVisible() and "Paul Dupont" in pinned.findChild(QPushButton).text())
    pinned.findChild(QPushButton).click()
    qtbot.waitUntil(lambda: window.voters_page.shows_voter)
    qtbot.waitUntil(child(page, QPushButton, "pinButton").isChecked)


def test_the_summary_for_a_ticket_names_nobody(qtbot, open_desk, agent, add_voter):
    number = add_voter(first="Héloïse", family="Quemener", tied="heloise.quemener@ac-rennes.fr")
    window = open_desk(agent)
    page = open_voter(qtbot, window, number)
    window.activateWindow()
    press(page, Qt.Key.Key_C, CTRL, Qt.KeyboardModifier.ShiftModifier)
    copied = QApplication.clipboard().text()
    assert number in copied
    assert "h•••.q•••@ac-rennes.fr" in copied
    assert "quemener" not in copied.lower()
    assert "héloïse" not in copied.lower()
    assert "copied" in child(page, QLabel, "actionDone").text()


def test_a_call_sheet_is_for_paper_and_holds_no_proof_of_who_somebody_is(qtbot, open_desk, agent, add_voter, tmp_path):
    number = add_voter(
        first="Héloïse", family="Quemener", tied="heloise.quemener@ac-rennes.fr", birth=date(1961, 7, 29)
    )
    window = open_desk(agent)
    page = open_voter(qtbot, window, number)
    window.activateWindow()
    press(page, Qt.Key.Key_P, CTRL)
    dialog = child(page, QFileDialog, "callSheetDialog")
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    sheet = tmp_path / "sheet.pdf"
    dialog.fileSelected.emit(str(sheet))
    dialog.reject()
    qtbot.waitUntil(lambda: "sheet.pdf" in child(page, QLabel, "actionDone").text())
    said = subprocess.run(["pdftotext", "-layout", sheet, "-"], capture_output=True, text=True, check=True).stdout
    for held in (number, "Héloïse Quemener", "heloise.quemener@ac-rennes.fr", "Say this", "Collège Jean Moulin"):
        assert held in said, (held, said)
    for proof in ("1961", "29/07", "29 July"):
        assert proof not in said
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600  # people's data: for whoever saved it only


def test_a_call_sheet_that_cannot_be_written_says_so(qtbot, open_desk, agent, add_voter, tmp_path):
    page = open_voter(qtbot, open_desk(agent), add_voter())
    page.save_call_sheet(page._detail, str(tmp_path / "nowhere" / "sheet.pdf"))
    qtbot.waitUntil(lambda: "cannot be written" in child(page, QLabel, "actionDone").text())
