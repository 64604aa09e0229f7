"""Who the voter is; what the desk may compare but not show stays masked."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.widgets.card import DetailCard
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _

Identity = tuple[str, ...]


class IdentityCard(DetailCard[Identity]):
    """Names and service, one line a fact."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nobody yet."""
        super().__init__("identity", parent)
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(4))
        grid.setVerticalSpacing(space(1.5))
        grid.setColumnStretch(1, 1)
        self._names: list[QLabel] = []
        self._values: list[QLabel] = []
        for row in range(len(_names())):
            name, value = QLabel(), QLabel()
            name.setProperty("tone", "quiet")
            name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 1)
            self._names.append(name)
            self._values.append(value)
        self.content.addLayout(grid)
        self.retranslate()

    def title(self) -> str:
        """What the card is for."""
        return _("Identity")

    def part_of(self, detail: VoterDetail) -> Identity:
        """Names and service."""
        return (
            detail.first_name,
            detail.usage_name,
            detail.family_name,
            detail.birth_date_masked,
            f"{detail.establishment_name}\n{detail.establishment_code}",
            detail.academy,
            detail.department,
            detail.corps,
        )

    def redraw(self, part: Identity) -> Iterable[None]:
        """One line a fact, those without a value left out."""
        for name, label, words, value in zip(self._names, self._values, _names(), part, strict=True):
            name.setText(words)
            label.setText(value)
            name.setVisible(bool(value))
            label.setVisible(bool(value))
        return ()


def _names() -> tuple[str, ...]:
    return (
        _("First name"),
        _("Name in use"),
        _("Birth family name"),
        _("Birth date"),
        _("Establishment"),
        _("Académie"),
        _("Department"),
        _("Corps"),
    )
