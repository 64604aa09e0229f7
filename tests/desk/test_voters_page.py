"""Finding a voter as one types, and the voter's page."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QMessageBox,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from helpdesk.desk.app import Desk
from helpdesk.desk.main_window import MainWindow
from helpdesk.domain.errors import StoreBusy
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState
from helpdesk.language.catalogue import current_language
from tests.conftest import SetClock
from tests.desk.conftest import WatchedServices, child, opened, press, type_text
from tests.voters import VoterMaker

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def people(add_voter: VoterMaker) -> dict[str, str]:
    """Voter numbers by what the tests call them."""
    return {
        "helene": add_voter(
            first="Hélène",
            family="Lefèvre",
            usage="Martin",
            tied="helene.martin@ac-rennes.fr",
            others=("helene.lefevre@ac-rennes.fr",),
            state=AccountState.ACTIVE,
        ),
        "yann": add_voter(first="Yann", family="Le Goff", tied="yann.le-goff@ac-rennes.fr"),
        "yannick": add_voter(first="Yannick", family="Le Goff", tied="yannick.le-goff@ac-rennes.fr"),
    }


@pytest.fixture
def window(qtbot: QtBot, open_desk: Callable[[Operator], MainWindow], agent: Operator, people: object) -> MainWindow:
    return open_desk(agent)


class Page:
    """The voters page as its user sees it."""

    def __init__(self, qtbot: QtBot, desk: Desk, window: MainWindow) -> None:
        self.qtbot, self.desk, self.window = qtbot, desk, window
        self.box = child(window, QLineEdit, "searchBox")
        self.results = child(window, QListView, "searchResults")
        self.voter = child(window, QWidget, "voterPage")

    def type(self, text: str) -> None:
        self.box.selectAll()
        type_text(self.box, text)

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.desk.tasks.running == 0)

    def rows(self) -> int:
        return self.results.model().rowCount()

    def label(self, name: str) -> str:
        return child(self.voter, QLabel, name).text()

    def desk_boxes(self) -> list[QMessageBox]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox)]


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, window: MainWindow) -> Page:
    return Page(qtbot, desk, window)


@pytest.mark.parametrize(
    "said",
    [
        "helene.martin@ac-rennes.fr",
        "Hélène Lefèvre <HELENE.LEFEVRE@AC-RENNES.FR>",
        "mailto:helene.lefevre@ac-rennes.fr?subject=x",
        "  helene . martin @ ac-rennes.fr ",
        "martin helene",
        "Hélène Lefèvre",
    ],
)
def test_whatever_is_typed_or_pasted_finds_her_and_enter_opens_her(page: Page, said: str):
    page.box.setText(said)
    press(page.box, Qt.Key.Key_Return)  # before any result is there: opened when found
    page.qtbot.waitUntil(page.voter.isVisible)
    page.settle()
    assert page.label("voterName").endswith("Hélène Martin")
    assert page.label("tiedAddress") == "helene.martin@ac-rennes.fr"


def test_arrows_choose_among_results_and_escape_goes_back_to_them(page: Page):
    page.type("le goff")
    page.qtbot.waitUntil(lambda: page.rows() == 2)
    press(page.box, Qt.Key.Key_Down)
    second = page.results.currentIndex().data(Qt.ItemDataRole.DisplayRole)
    press(page.box, Qt.Key.Key_Return)
    page.qtbot.waitUntil(page.voter.isVisible)
    page.settle()
    assert page.label("voterName") in {"Mme Yann Le Goff", "Mme Yannick Le Goff"}
    assert second is None or "Goff" in str(second)
    press(page.voter, Qt.Key.Key_Escape)
    assert page.results.isVisible()
    assert page.box.text() == "le goff"
    assert page.rows() == 2


def test_a_reply_to_an_older_text_is_never_shown(page: Page, watch: WatchedServices):
    arrived, go = threading.Event(), threading.Event()

    def hold() -> None:
        arrived.set()
        assert go.wait(10)

    watch.before["search.search"] = hold
    page.type("helene")
    assert arrived.wait(5)
    watch.before.clear()
    seen: list[str] = []
    page.results.model().modelReset.connect(lambda: seen.append(page.box.text()))
    page.type("yann.le-goff@ac-rennes.fr")
    go.set()
    page.qtbot.waitUntil(lambda: page.rows() == 1)
    page.settle()
    press(page.box, Qt.Key.Key_Return)
    page.qtbot.waitUntil(page.voter.isVisible)
    assert "Yann" in page.label("voterName")
    assert set(seen) <= {"yann.le-goff@ac-rennes.fr"}


def test_nobody_found_says_what_to_try(page: Page):
    page.type("zzzzqqqq")
    empty = child(page.window, QWidget, "searchEmpty")
    page.qtbot.waitUntil(lambda: any("No voter found" in each.text() for each in empty.findChildren(QLabel)))


def test_the_tied_address_is_told_apart_in_words_and_the_birth_date_is_nowhere(page: Page):
    page.type("helene.lefevre@ac-rennes.fr")
    press(page.box, Qt.Key.Key_Return)
    page.qtbot.waitUntil(page.voter.isVisible)
    page.settle()
    addresses = child(page.voter, QWidget, "addressList")
    words = [label.text() for label in addresses.findChildren(QLabel)]
    assert sum("tied" in word.lower() and "not" not in word.lower() for word in words) == 1
    shown = " ".join(label.text() for label in page.voter.findChildren(QLabel))
    assert "1980" not in shown
    assert "••/••/••••" in shown


def test_actions_that_are_not_possible_say_why(page: Page):
    page.type("yann.le-goff@ac-rennes.fr")
    press(page.box, Qt.Key.Key_Return)
    page.qtbot.waitUntil(page.voter.isVisible)
    page.settle()
    button = child(page.voter, QPushButton, "resetChallengeButton")
    assert not button.isEnabled()
    shown = " ".join(label.text() for label in page.voter.findChildren(QLabel))
    assert "Reset the question" in shown
    press(page.voter, Qt.Key.Key_R, CTRL, SHIFT)
    assert page.window.findChild(QWidget, "resetChallengeDialog") is None


def test_a_view_is_asked_for_once_however_often_enter_is_pressed(page: Page, watch: WatchedServices):
    go = threading.Event()
    watch.before["voters.open"] = lambda: go.wait(10)
    page.type("helene.martin@ac-rennes.fr")
    page.qtbot.waitUntil(lambda: page.rows() == 1)
    for _ in range(3):
        press(page.box, Qt.Key.Key_Return)
    go.set()
    page.qtbot.waitUntil(page.voter.isVisible)
    page.settle()
    assert watch.count("voters.open") == 1


def test_the_language_changes_in_place_with_the_voter_open(page: Page):
    page.type("helene.lefevre@ac-rennes.fr")
    press(page.box, Qt.Key.Key_Return)
    page.qtbot.waitUntil(page.voter.isVisible)
    page.settle()
    assert page.label("voterState") == "Active"
    french = next(action for action in page.window._languages.actions() if action.data() == "fr")
    french.trigger()
    page.qtbot.waitUntil(lambda: page.label("voterState") == "Actif")
    page.settle()
    assert current_language() == "fr"
    assert child(page.voter, QPushButton, "verifyButton").accessibleName() == "Vérifier l'appelant"
    assert page.label("tiedAddress") == "helene.martin@ac-rennes.fr"
    findings = " ".join(label.text() for label in child(page.voter, QWidget, "findings").findChildren(QLabel))
    assert "liée au compte" in findings or "lié à une autre" in findings


def test_a_database_that_is_away_shows_a_banner_and_the_desk_tries_again(page: Page, watch: WatchedServices):
    away = threading.Event()
    away.set()

    def fail() -> None:
        if away.is_set():
            raise StoreBusy

    watch.before["search.search"] = fail
    page.type("yann.le-goff@ac-rennes.fr")
    banner = child(page.window, QFrame, "statusBanner")
    page.qtbot.waitUntil(banner.isVisible)
    assert "keeps trying by itself" in banner.text()
    away.clear()
    page.qtbot.waitUntil(lambda: page.rows() == 1, timeout=10_000)
    page.qtbot.waitUntil(lambda: not banner.isVisible())


def test_a_fault_during_an_action_says_it_was_not_done_and_keeps_what_was_typed(page: Page, watch: WatchedServices):
    def fail() -> None:
        raise StoreBusy

    page.type("yann.le-goff@ac-rennes.fr")
    press(page.box, Qt.Key.Key_Return)
    page.qtbot.waitUntil(page.voter.isVisible)
    page.settle()
    press(page.voter, Qt.Key.Key_R, CTRL)
    dialog = opened(page.qtbot, page.window, "resendDialog")
    page.qtbot.waitUntil(child(dialog, QPushButton, "confirmButton").isEnabled)
    type_text(child(dialog, QLineEdit, "reasonEdit"), "no mail came")
    watch.before["activation.resend"] = fail
    child(dialog, QPushButton, "confirmButton").click()
    page.qtbot.waitUntil(lambda: child(dialog, QLabel, "refusal").text() != "")
    assert "not" in child(dialog, QLabel, "refusal").text().lower()
    assert child(dialog, QLineEdit, "reasonEdit").text() == "no mail came"
    watch.before.clear()
    child(dialog, QPushButton, "confirmButton").click()
    page.qtbot.waitUntil(lambda: "in the outbox" in page.label("actionDone"))


def test_a_bug_is_told_with_a_number_logged_without_data_and_the_window_lives(
    page: Page, watch: WatchedServices, caplog: pytest.LogCaptureFixture
):
    def fail() -> None:
        raise RuntimeError("helene.martin@ac-rennes.fr")

    watch.before["voters.open"] = fail
    page.type("helene.martin@ac-rennes.fr")
    page.qtbot.waitUntil(lambda: page.rows() == 1)
    press(page.box, Qt.Key.Key_Return)
    page.qtbot.waitUntil(lambda: any(each.objectName() == "bugDialog" for each in page.desk_boxes()))
    (box,) = page.desk_boxes()
    number = box.informativeText().rpartition(" ")[2]
    assert number in caplog.text
    assert "helene.martin" not in caplog.text
    box.close()
    watch.before.clear()
    press(page.box, Qt.Key.Key_Return)
    page.qtbot.waitUntil(page.voter.isVisible)


def test_qts_own_buttons_speak_the_language_chosen(page: Page, desk: Desk):
    def close_button() -> str:
        desk.bugs.report(RuntimeError())
        (box,) = page.desk_boxes()
        text = box.button(QMessageBox.StandardButton.Close).text().replace("&", "")
        box.close()
        page.qtbot.waitUntil(lambda: page.desk_boxes() == [])
        return text

    assert close_button() == "Close"
    next(action for action in page.window._languages.actions() if action.data() == "fr").trigger()
    page.settle()
    assert close_button() == "Fermer"


def test_an_operator_disabled_meanwhile_is_logged_out(
    page: Page, desk: Desk, services, administrator, agent, clock: SetClock
):
    services.operators.disable(administrator, agent.name)
    page.type("helene")
    page.qtbot.waitUntil(lambda: desk.window is None and desk.login is not None and desk.login.isVisible())
