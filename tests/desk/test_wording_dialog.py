"""A supervisor words the mails: faults are named as one types, the preview follows, what is saved goes out."""

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QTextBrowser

from helpdesk.domain.mail_wording import Wording
from helpdesk.domain.states import MailKind
from tests.desk.conftest import child, go_to, opened

GOOD = "Bienvenue parmi nous.\n\n{link}\n\n{advice}"


@pytest.fixture
def ask(qtbot, open_desk):
    def go(who):
        window = open_desk(who)
        page = go_to(qtbot, window, 2, "mailPage")
        child(page, QPushButton, "wordingButton").click()
        dialog = opened(qtbot, window, "wordingDialog")
        qtbot.waitUntil(lambda: child(dialog, QLineEdit, "wordingSubject").text() != "")
        return page, dialog

    return go


def text_of(dialog):
    return child(dialog, QPlainTextEdit, "wordingText")


def confirm(dialog):
    return child(dialog, QPushButton, "confirmButton")


def test_what_is_typed_is_shown_as_a_voter_would_read_it_and_goes_out(qtbot, ask, supervisor, services):
    page, dialog = ask(supervisor)
    letter = child(dialog, QTextBrowser, "mailPreview")
    qtbot.waitUntil(lambda: "Pour activer votre compte" in letter.toPlainText())
    assert "Hélène Le Goff" in letter.toPlainText()
    assert not confirm(dialog).isEnabled()
    text_of(dialog).setPlainText(GOOD)
    qtbot.waitUntil(lambda: "Bienvenue parmi nous." in letter.toPlainText())
    assert "Bienvenue parmi nous." in child(dialog, QPlainTextEdit, "wordingPlain").toPlainText()
    confirm(dialog).click()
    qtbot.waitUntil(lambda: "version 1 goes out" in child(page, QLabel, "pageDone").text())
    assert services.mail_wordings.read(supervisor, MailKind.ACTIVATION, "fr").wording.body == GOOD


def test_what_is_missing_or_foreign_is_named_and_cannot_be_saved(qtbot, ask, supervisor):
    _page, dialog = ask(supervisor)
    text_of(dialog).setPlainText("Bienvenue, allez sur https://evil.example\n\n{advice}")
    said = child(dialog, QLabel, "wordingFaults")
    assert "{link} is missing" in said.text()
    assert "https://evil.example is a web address" in said.text()
    assert not confirm(dialog).isEnabled()
    text_of(dialog).setPlainText("Bienvenue à vous tous.\n\n\n\n{advice}")
    cursor = text_of(dialog).textCursor()
    cursor.setPosition(len("Bienvenue à vous tous.\n\n"))
    text_of(dialog).setTextCursor(cursor)
    child(dialog, QPushButton, "insert_link").click()
    assert not said.isVisible()
    assert confirm(dialog).isEnabled()


def test_the_shipped_text_comes_back(qtbot, ask, supervisor, services):
    saved = Wording("un sujet", GOOD)
    services.mail_wordings.save(supervisor, MailKind.ACTIVATION, "fr", saved, seen_version=0)
    page, dialog = ask(supervisor)
    assert text_of(dialog).toPlainText() == GOOD
    assert "version 1, by Sam Supervisor" in child(dialog, QLabel, "wordingState").text()
    child(dialog, QPushButton, "shippedWordingButton").click()
    confirm(dialog).click()
    qtbot.waitUntil(lambda: "version 2" in child(page, QLabel, "pageDone").text())
    assert services.mail_wordings.read(supervisor, MailKind.ACTIVATION, "fr").is_shipped
    assert services.mail_wordings.history(supervisor, MailKind.ACTIVATION, "fr")[0].wording is None


def test_what_was_typed_for_one_mail_is_kept_while_another_is_looked_at(qtbot, ask, supervisor):
    _page, dialog = ask(supervisor)
    text_of(dialog).setPlainText(GOOD)
    child(dialog, QComboBox, "wordingLanguage").setCurrentIndex(1)
    qtbot.waitUntil(lambda: "To activate your voter account" in text_of(dialog).toPlainText())
    child(dialog, QComboBox, "wordingKind").setCurrentIndex(list(MailKind).index(MailKind.PASSWORD_NOTICE))
    qtbot.waitUntil(lambda: "has just been changed" in text_of(dialog).toPlainText())
    assert not child(dialog, QPushButton, "insert_link").isVisible()
    child(dialog, QComboBox, "wordingKind").setCurrentIndex(0)
    child(dialog, QComboBox, "wordingLanguage").setCurrentIndex(0)
    qtbot.waitUntil(lambda: text_of(dialog).toPlainText() == GOOD)


def test_a_colleague_who_was_quicker_is_told_of(qtbot, ask, supervisor, administrator, services):
    _page, dialog = ask(supervisor)
    wording = Wording("un sujet", GOOD)
    services.mail_wordings.save(administrator, MailKind.ACTIVATION, "fr", wording, seen_version=0)
    text_of(dialog).setPlainText(GOOD + "\n\nÀ bientôt.")
    confirm(dialog).click()
    refusal = child(dialog, QLabel, "refusal")
    qtbot.waitUntil(lambda: "Somebody else has just reworded this mail." in refusal.text())
    assert text_of(dialog).toPlainText().endswith("À bientôt.")
    theirs = child(dialog, QPlainTextEdit, "wordingTheirs")
    qtbot.waitUntil(theirs.isVisible)
    assert theirs.toPlainText() == f"un sujet\n\n{GOOD}"
    assert "version 1, by Ada Admin" in child(dialog, QLabel, "wordingState").text()


def test_after_a_quicker_colleague_what_was_typed_can_be_sent_on_or_theirs_taken(
    qtbot, ask, supervisor, administrator, services
):
    page, dialog = ask(supervisor)
    mine = GOOD + "\n\nÀ bientôt."
    services.mail_wordings.save(administrator, MailKind.ACTIVATION, "fr", Wording("un sujet", GOOD), seen_version=0)
    text_of(dialog).setPlainText(mine)
    confirm(dialog).click()
    take = child(dialog, QPushButton, "takeTheirsButton")
    qtbot.waitUntil(take.isVisible)
    take.click()
    assert text_of(dialog).toPlainText() == GOOD
    assert child(dialog, QLineEdit, "wordingSubject").text() == "un sujet"
    assert not take.isVisible()
    assert not child(dialog, QLabel, "refusal").isVisible()
    assert not confirm(dialog).isEnabled()
    text_of(dialog).setPlainText(mine)
    confirm(dialog).click()
    qtbot.waitUntil(lambda: "version 2 goes out" in child(page, QLabel, "pageDone").text())
    assert services.mail_wordings.read(supervisor, MailKind.ACTIVATION, "fr").wording.body == mine


def test_an_agent_is_offered_no_wording(qtbot, open_desk, agent):
    page = go_to(qtbot, open_desk(agent), 2, "mailPage")
    assert not child(page, QPushButton, "wordingButton").isVisible()
