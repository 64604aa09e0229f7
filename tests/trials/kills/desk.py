"""The desk's window, offscreen, with an agent at work in it; killed like everything else."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace

from PySide6.QtCore import QDeadlineTimer, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QListView, QPushButton, QWidget
from shiboken6 import isValid

from helpdesk.desk.app import Desk
from helpdesk.desk.context import DeskContext, DeskStart, Preferences
from helpdesk.domain.errors import SecretStoreUnavailable
from helpdesk.services.activation import Activation
from tests.trials.kills.scenes import Scene
from tests.trials.kills.victim import Acknowledge, Death

_PATIENCE_MS = 20_000


class NoKeyring:
    """A system without a keyring."""

    def read(self, name: str) -> str | None:
        raise SecretStoreUnavailable

    write = forget = read


class Window(Scene):
    """Search, open, Ctrl+R, reason, confirm, again and again: what the window was told is done is there, whole."""

    name = "desk"
    within = 3.0

    def prepare(self) -> None:
        self.play.clock.advance(hours=3)

    def work(self, acknowledge: Acknowledge) -> None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        application = QApplication([])
        services = self.services()

        class Told(Activation):
            def resend(self, *args, **more):
                queued = super().resend(*args, **more)
                acknowledge(f"{queued.message}")
                return queued

        services = replace(services, activation=Told(self.play.context))
        context = DeskContext(services, NoKeyring(), None, self.play.clock, "trial", Preferences("en"))
        desk = Desk(application, DeskStart.over(context))

        def until(true) -> None:
            deadline = QDeadlineTimer(_PATIENCE_MS)
            while not true():
                application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
                if deadline.hasExpired():
                    raise TimeoutError

        desk.open_for(self.play.agent)
        until(lambda: desk.window is not None)
        window = desk.window
        box, results = window.findChild(QLineEdit, "searchBox"), window.findChild(QListView, "searchResults")
        page = window.findChild(QWidget, "voterPage")
        for _ in range(30):
            number = str(10_000_001 + self.rng.randrange(60))
            QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            box.setText(number)
            until(lambda: desk.tasks.running == 0 and results.model().rowCount() >= 1)
            QTest.keyClick(box, Qt.Key.Key_Return)
            until(lambda: page.isVisible() and desk.tasks.running == 0)
            button = page.findChild(QPushButton, "resendButton")
            until(button.isEnabled)
            button.click()
            until(lambda: window.findChild(QDialog, "resendDialog") is not None)
            dialog = window.findChild(QDialog, "resendDialog")
            self.confirm(dialog, until)
            until(lambda: desk.tasks.running == 0)
            if isValid(dialog):  # refused: it stays open and says why
                dialog.reject()
            until(lambda: window.findChild(QDialog, "resendDialog") is None)

    def confirm(self, dialog: QDialog, until) -> None:
        confirm = dialog.findChild(QPushButton, "confirmButton")
        until(confirm.isEnabled)
        dialog.findChild(QLineEdit, "reasonEdit").setText("kill trial")
        confirm.click()

    def wrong(self, death: Death) -> list[str]:
        with closing(sqlite3.connect(self.play.path)) as connection:
            there = {str(each[0]) for each in connection.execute("SELECT id FROM outbox")}
        return [f"acknowledged mail {each} is lost" for each in death.acknowledged if each not in there]
