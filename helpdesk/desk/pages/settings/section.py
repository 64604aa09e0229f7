"""One section of the settings page."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.pages.page import Page
from helpdesk.desk.speech import Translated

_WIDTH = 150  # steps of `space`: lines of forms that can still be read across


class Section(Translated, QWidget):
    """A column of settings; a subclass fills `content` and calls `retranslate`."""

    def __init__(self, page: Page, *, name: str) -> None:
        """An empty section of this page."""
        super().__init__()
        self.setObjectName(name)
        self.page, self.session = page, page.session
        inner = QWidget()
        inner.setMaximumWidth(space(_WIDTH))
        self.content = QVBoxLayout(inner)
        self.content.setContentsMargins(space(2), space(3), space(2), space(3))
        self.content.setSpacing(space(3))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(inner, 1)

    def title(self) -> str:
        """The tab's name."""
        raise NotImplementedError

    def shown(self) -> None:
        """The section comes into view: ask for what it shows."""

    def end(self) -> None:
        """Ask for nothing any more."""
