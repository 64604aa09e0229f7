"""The ballots that the voter is enrolled in."""

from collections.abc import Iterable

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.widgets.card import DetailCard
from helpdesk.desk.widgets.rows import Row, Rows
from helpdesk.domain.voters import BallotView, VoterDetail
from helpdesk.language.catalogue import gettext as _


class BallotCard(DetailCard[tuple[BallotView, ...]]):
    """One line a ballot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """No ballot yet."""
        super().__init__("ballot", parent)
        self._rows: Rows[BallotView] = Rows(_BallotRow)
        self._rows.setObjectName("ballotList")
        self._none = QLabel()
        self._none.setProperty("tone", "quiet")
        self._none.setWordWrap(True)
        self.content.addWidget(self._rows)
        self.content.addWidget(self._none)
        self.retranslate()

    def title(self) -> str:
        """What the card is for."""
        return _("Ballots")

    def part_of(self, detail: VoterDetail) -> tuple[BallotView, ...]:
        """The enrolments."""
        return detail.ballots

    def redraw(self, part: tuple[BallotView, ...]) -> Iterable[None]:
        """One row a ballot."""
        self._rows.show_values(part)
        self._rows.setVisible(bool(part))
        self._none.setText(_("Enrolled in no ballot: refer to human resources."))
        self._none.setVisible(not part)
        return ()


class _BallotRow(Row[BallotView]):
    def __init__(self) -> None:
        super().__init__()
        self._name, self._code = QLabel(), QLabel()
        self._name.setWordWrap(True)
        self._code.setProperty("tone", "label")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(0.5))
        layout.addWidget(self._name)
        layout.addWidget(self._code)

    def show_value(self, value: BallotView) -> None:
        self._name.setText(value.name)
        self._code.setText(value.code)
        self._code.setVisible(value.code != value.name)
