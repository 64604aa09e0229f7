"""The main window's modules and first icons, read before they are needed: on the GUI thread, one at each turn.

Modules of Qt are made for one thread, so no other may import them; and all at once they would hold up the typing of a
name for a tenth of a second.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module

from PySide6.QtCore import QObject, QTimer

from helpdesk.desk.icons import read_icon

MODULES = (
    "session", "actions", "dialogs.held_keys", "dialogs.action", "dialogs.confirm", "dialogs.fields",
    "dialogs.incident", "dialogs.password", "help.keys", "help.guide", "help.window", "live_feed", "widgets.banner",
    "mail_watch", "navigation", "troubles",
    "request", "pages.page", "pages.catalogue", "pages.settings.section", "pages.settings.look", "widgets.choice",
    "pages.filter_bar", "signs", "pages.highlight", "pages.search_results", "pages.result_row", "pages.search_box",
    "pages.search_run", "widgets.columns", "widgets.rows", "widgets.card", "widgets.line_button", "pages.start_panel",
    "dialogs.address", "dialogs.call", "dialogs.mail_preview", "dialogs.resend", "dialogs.reset_challenge",
    "dialogs.verify",
    "pages.address_card", "pages.ballot_card", "pages.call_card", "pages.call_sheet", "widgets.action_button",
    "pages.findings_card", "pages.identity_card", "pages.mail_card", "pages.timeline_card", "pages.voter_header",
    "pages.voter", "widgets.empty_state", "pages.voters", "pulse", "main_window",
)  # fmt: skip
"""Below `helpdesk.desk`; each after those that it imports, so that it brings little but itself."""


ICONS = (
    ("voters", "accent"), ("mail", "accent"), ("approval", "accent"), ("chart", "accent"), ("audit", "accent"),
    ("roll", "accent"), ("settings", "accent"), ("search", "quiet"), ("filter", "text"), ("voters", "faint"),
    ("mail", "neutral"), ("send", "told"), ("tied", "told"), ("key", "notice"), ("check", "good"),
    ("question", "notice"), ("lock", "bad"), ("tied", "good"),
)  # fmt: skip
"""What the window shows first, and what stands for a state in each row found: with the colour that it is painted in."""


class Preload(QObject):
    """Imports `MODULES`, in their order, once `begin` is called, then reads `ICONS`; the rest when it is needed."""

    def __init__(self, parent: QObject) -> None:
        """Do nothing yet."""
        super().__init__(parent)
        self._left: list[Callable[[], object]] = [
            *(partial(read_icon, name, ink) for name, ink in reversed(ICONS)),
            *(partial(import_module, f"helpdesk.desk.{name}") for name in reversed(MODULES)),
        ]
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._do_next)

    def begin(self) -> None:
        """From now on the processor is free, and what these modules import besides Qt has been imported."""
        self._turn.start()

    def _do_next(self) -> None:
        if self._left:
            self._left.pop()()
        else:
            self._turn.stop()
