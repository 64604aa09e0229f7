"""Pictures of the desk for the README and for judging it by eye: every dialog, both languages, both themes."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from PySide6.QtCore import QEventLoop, QRect, Qt, QTimer
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QWidget

from helpdesk.desk.app import Desk
from helpdesk.desk.appearance import dress
from helpdesk.desk.context import DeskContext, DeskStart, Preferences, ThemeChoice
from helpdesk.desk.first_run.assistant import Assistant
from helpdesk.desk.main_window import MainWindow
from helpdesk.desk.pages.catalogue import VOTERS
from helpdesk.desk.setup_port import SetupPort
from helpdesk.domain.roles import Operator

SIZE = (1280, 800)
PATIENCE_MS = 10_000


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is in the pictures: a query with several answers, and voters in telling states."""

    query: str
    waiting: str
    other_address: str
    caller_says: str
    active: str


def take_screenshots(
    context: DeskContext, operator: Operator, chief: Operator, cast: Cast, folder: Path, *, only: str = ""
) -> int:
    """Write all pictures into `folder`; how many. `only` limits them to suffixes that contain it."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    desk = Desk(application, DeskStart.over(context))
    folder.mkdir(parents=True, exist_ok=True)
    taken = 0
    plain = application.font()
    larger = application.font()
    larger.setPointSizeF(plain.pointSizeF() * 2)
    for suffix, font in (("", plain), ("-200", larger)):
        application.setFont(font)
        for theme in (ThemeChoice.LIGHT, ThemeChoice.DARK):
            for language in ("fr", "en"):
                name = f"{language}-{theme}{suffix}"
                if only not in name:
                    continue
                desk._prefer(Preferences(language, theme))
                camera = _Camera(desk, operator, folder, name)
                camera.shoot(cast)
                camera.shoot_pages(chief)
                taken += camera.taken
    application.setFont(plain)
    return taken


class _Camera:
    def __init__(self, desk: Desk, operator: Operator, folder: Path, suffix: str) -> None:
        self.desk, self.operator, self.folder, self.suffix = desk, operator, folder, suffix
        self.taken = 0

    def shoot_first_start(self) -> None:
        """Every question of the assistant."""
        nobody = cast("SetupPort", SimpleNamespace(server=None))  # nothing is checked or set up for a picture
        assistant = Assistant(nobody, self.desk._preferences.language, self.desk.tasks, self.desk.bugs)
        dress(assistant)
        assistant.show()
        for number in range(len(assistant._path())):
            assistant._show(number)
            self._settle()
            self._keep(f"first-start-{number + 1}", assistant.grab())
        assistant.deleteLater()

    def shoot(self, cast: Cast) -> None:
        self.shoot_first_start()
        self.desk.ask_login()
        login = self.desk.login
        assert login is not None
        self._settle()
        self._keep("login", login.grab())
        login.reject()
        self.desk.open_for(self.operator)
        _wait(lambda: self.desk.window is not None)
        window = self.desk.window
        assert window is not None
        window.resize(*SIZE)
        self._settle()
        self._keep("start", window.grab())
        page = window.voters_page
        page.search_box.setText(cast.query)
        self._settle()
        self._keep("search", window.grab())
        filters = page.findChild(QPushButton, "filterButton")
        assert filters is not None
        filters.click()
        self._settle()
        self._keep("search-filters", window.grab())
        filters.click()
        for name, number, said in (
            ("voter", cast.other_address, cast.caller_says),
            ("voter-active", cast.active, ""),
            ("voter-waiting", cast.waiting, ""),
        ):
            page.back()
            page.open_voter(number, said)
            _wait(lambda: page.shows_voter)
            self._settle()
            self._keep(name, window.grab())
        page.back()
        page.open_voter(cast.active)
        _wait(lambda: page.shows_voter)
        actions = window.voter_actions
        actions.verify.trigger()
        self._dialog("verify", window, "verifyDialog", claimBirthDate="4 mars 1980", claimCorps="certifié")
        actions.resend.trigger()
        self._dialog("resend", window, "resendDialog", reasonEdit="Mail non reçu")
        _wait(actions.reset_challenge.isEnabled)
        actions.reset_challenge.trigger()
        self._dialog("reset", window, "resetChallengeDialog")
        actions.change_address.trigger()
        self._dialog("address", window, "addressDialog", newAddressEdit="marie.martin2@ac-nantes.fr")
        actions.log_call.trigger()
        self._dialog("call", window, "callDialog")
        page.back()
        page.search_box.clear()
        self._settle()
        self._keep("start-lists", window.grab())
        window.close()
        _wait(lambda: self.desk.window is None)

    def shoot_pages(self, chief: Operator) -> None:
        """Every page of the navigation, as an administrator sees it."""
        self.desk.open_for(chief)
        _wait(lambda: self.desk.window is not None)
        window = self.desk.window
        assert window is not None
        window.resize(*SIZE)
        for entry in window._entries.values():
            if entry.number == VOTERS:
                continue
            window._navigation.choose(entry.number)
            self._settle()
            page = window._pages.currentWidget()
            assert page is not None
            name = page.objectName().removesuffix("Page")
            self._keep(f"page{entry.number}-{name}", window.grab())
            if name == "mail":
                self._shoot_mail_dialogs(window, page)
        window.close()
        _wait(lambda: self.desk.window is None)

    def _shoot_mail_dialogs(self, window: MainWindow, page: QWidget) -> None:
        for name in ("invite", "campaigns", "wording"):
            button = page.findChild(QPushButton, f"{name}Button")
            assert button is not None
            button.click()
            self._dialog(name, window, f"{name}Dialog")

    def _dialog(self, name: str, window: MainWindow, object_name: str, **typed: str) -> None:
        self._settle()
        dialog = window.findChild(QDialog, object_name)
        assert dialog is not None
        for field, text in typed.items():
            edit = dialog.findChild(QLineEdit, field)
            assert edit is not None
            edit.setText(text)
        self._settle()
        picture = window.grab()
        corner = ((window.width() - dialog.width()) // 2, (window.height() - dialog.height()) // 2)
        painter = QPainter(picture)
        painter.fillRect(picture.rect(), Qt.GlobalColor.transparent)
        painter.setOpacity(0.35)
        painter.fillRect(picture.rect(), Qt.GlobalColor.black)
        painter.setOpacity(1)
        painter.drawPixmap(QRect(*corner, dialog.width(), dialog.height()), dialog.grab())
        painter.end()
        self._keep(name, picture)
        cancel = dialog.findChild(QPushButton, "cancelButton")
        assert cancel is not None
        cancel.click()
        _wait(lambda: not _alive(window, object_name))

    def _settle(self) -> None:
        _wait(lambda: self.desk.tasks.running == 0)
        for _round in range(12):
            QApplication.processEvents()
        _wait(lambda: self.desk.tasks.running == 0)

    def _keep(self, name: str, picture: QPixmap) -> None:
        picture.save(str(self.folder / f"{name}-{self.suffix}.png"))
        self.taken += 1


def _alive(window: QWidget, name: str) -> bool:
    found = window.findChild(QDialog, name)
    return found is not None and found.isVisible()


def _wait(holds: Callable[[], bool]) -> None:
    """Let Qt work until `holds`."""
    loop, patience = QEventLoop(), QTimer()
    patience.setSingleShot(True)
    patience.start(PATIENCE_MS)
    while not holds():
        assert patience.isActive(), "waited too long"
        loop.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
