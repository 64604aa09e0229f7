"""What to say to the caller, and the button that helps."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from helpdesk.desk.actions import VoterActions
from helpdesk.desk.appearance import space
from helpdesk.desk.session import Session
from helpdesk.desk.signs import ACTION_ICONS, finding_sign
from helpdesk.desk.widgets.action_button import ActionButton
from helpdesk.desk.widgets.card import DetailCard
from helpdesk.desk.widgets.chip import IconLabel
from helpdesk.desk.widgets.rows import Row, Rows
from helpdesk.domain.findings import Finding, SuggestedAction
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.findings import action_text, finding_text

_TALKING = frozenset({SuggestedAction.WAIT, SuggestedAction.REFER_TO_HR})


class FindingsCard(DetailCard[tuple[Finding, ...]]):
    """The diagnosis, most pressing first."""

    def __init__(self, session: Session, actions: VoterActions, parent: QWidget | None = None) -> None:
        """No findings yet."""
        super().__init__("speech", parent)
        self._session, self._actions = session, actions
        self.setObjectName("findings")
        self._rows: Rows[Finding] = Rows(self._make_row, gap=3)
        self.content.addWidget(self._rows)
        self.retranslate()

    def title(self) -> str:
        """What the card is for."""
        return _("Say this")

    def part_of(self, detail: VoterDetail) -> tuple[Finding, ...]:
        """The findings."""
        return detail.findings

    def redraw(self, part: tuple[Finding, ...]) -> Iterable[None]:
        """One row a finding."""
        self._rows.show_values(part)
        return ()

    def _make_row(self) -> Row[Finding]:
        return _FindingRow(self._session, self._actions)


class _FindingRow(Row[Finding]):
    def __init__(self, session: Session, actions: VoterActions) -> None:
        super().__init__()
        self._session, self._actions = session, actions
        self._say = IconLabel()
        self._say.setProperty("tone", "say")
        self._say.setWordWrap(True)
        self._say.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._say.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._advice = IconLabel()
        self._advice.setProperty("tone", "quiet")
        self._advice.setWordWrap(True)
        self._buttons = {
            action: self._make_button(action) for action in SuggestedAction if actions.suggested(action) is not None
        }
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(1.5))
        layout.addWidget(self._say)
        layout.addWidget(self._advice)
        for button in self._buttons.values():
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _make_button(self, suggestion: SuggestedAction) -> QLabel | ActionButton:
        action = self._actions.suggested(suggestion)
        assert action is not None  # noqa: S101 (asked only for suggestions that have one)
        return ActionButton(action)

    def show_value(self, value: Finding) -> None:
        sign = finding_sign(value.code, value.action)
        self._say.set_icon(sign.icon, sign.tone)
        self._say.setText(finding_text(value, self._session.zone))
        self._advice.set_icon(ACTION_ICONS[value.action], "quiet")
        self._advice.setText(action_text(value.action))
        self._advice.setVisible(value.action in _TALKING)
        for action, button in self._buttons.items():
            button.setVisible(action is value.action)
