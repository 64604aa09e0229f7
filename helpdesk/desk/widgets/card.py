"""A card of the voter's page: a title with an icon, and one part of what is known."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.speech import Translated
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.domain.voters import VoterDetail

Part = TypeVar("Part")


class DetailCard(Translated, QFrame, Generic[Part]):
    """Redrawn only when its own part of the voter changed."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        """An empty card; a subclass adds to `content`."""
        super().__init__(parent)
        self.setProperty("surface", "card")
        self._title = IconLabel(icon, "quiet")
        self._title.setProperty("tone", "heading")
        self._part: Part | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(4), space(3), space(4), space(4))
        layout.setSpacing(space(2.5))
        layout.addWidget(self._title)
        self.content = QVBoxLayout()
        self.content.setSpacing(space(2))
        layout.addLayout(self.content)

    def title(self) -> str:
        """The card's title in the language now in use."""
        raise NotImplementedError

    def part_of(self, detail: VoterDetail) -> Part:
        """What this card shows of a voter: a frozen value."""
        raise NotImplementedError

    def redraw(self, part: Part) -> Iterable[None]:
        """Show the part; where there may be much of it, in the steps that are handed back."""
        raise NotImplementedError

    def shows_other(self, detail: VoterDetail) -> bool:
        """True while what is shown is not this voter's part."""
        return self.part_of(detail) != self._part

    def show_detail(self, detail: VoterDetail) -> Iterator[None]:
        """Show this voter's part, if it is not what is shown already."""
        part = self.part_of(detail)
        if part != self._part:
            self._part = part
            yield from self.redraw(part)

    def redraw_at_once(self) -> None:
        """Show the part again, in whatever language and choice there is now."""
        if self._part is not None:
            for _step in self.redraw(self._part):
                """It is all there already: no rows to be made."""

    def retranslate(self) -> None:
        """Title and content again."""
        self._title.setText(self.title())
        self.redraw_at_once()
