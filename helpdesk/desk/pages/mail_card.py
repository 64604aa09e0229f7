"""The mails to the voter, and what is known of each, live."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.session import Session
from helpdesk.desk.signs import FATE_SIGNS
from helpdesk.desk.widgets.card import DetailCard
from helpdesk.desk.widgets.chip import Chip
from helpdesk.desk.widgets.rows import Row, Rows
from helpdesk.domain.states import MailFate
from helpdesk.domain.voters import MailView, VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.moments import moment_text
from helpdesk.language.server_answers import answer_text
from helpdesk.language.words import fate_text, mail_kind_text

_SHOWN = 5
_ANSWERED = frozenset({MailFate.FAILED_TEMPORARILY, MailFate.FAILED_PERMANENTLY, MailFate.DELAYED})


class MailCard(DetailCard[tuple[MailView, ...]]):
    """The five newest mails; the history has the rest."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """No mail yet."""
        super().__init__("mail", parent)
        self._session = session
        self._rows: Rows[MailView] = Rows(self._make_row)
        self._rows.setObjectName("mailList")
        self._rest = QLabel()
        self._rest.setProperty("tone", "quiet")
        self._rest.setWordWrap(True)
        self.content.addWidget(self._rows)
        self.content.addWidget(self._rest)
        self.retranslate()

    def title(self) -> str:
        """What the card is for."""
        return _("Mails")

    def part_of(self, detail: VoterDetail) -> tuple[MailView, ...]:
        """The mails."""
        return detail.mails

    def redraw(self, part: tuple[MailView, ...]) -> Iterator[None]:
        """One row a mail."""
        self._rows.setVisible(bool(part))
        yield from self._rows.take_values(part[:_SHOWN])
        older = len(part) - _SHOWN
        if not part:
            self._rest.setText(_("No mail has been sent to this voter yet."))
        elif older > 0:
            words = ngettext("{count} older mail is in the history.", "{count} older mails are in the history.", older)
            self._rest.setText(words.format(count=older))
        self._rest.setVisible(not part or older > 0)

    def _make_row(self) -> Row[MailView]:
        return _MailRow(self._session.zone)


class _MailRow(Row[MailView]):
    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone = zone
        self.setProperty("surface", "row")
        self._kind, self._to, self._times, self._answer = QLabel(), QLabel(), QLabel(), QLabel()
        self._fate = Chip()
        self._fate.setObjectName("mailFate")
        self._kind.setProperty("tone", "strong")
        self._times.setProperty("tone", "label")
        self._answer.setProperty("tone", "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(3), space(2), space(3), space(2))
        layout.setSpacing(space(1))
        for label in (self._kind, self._to, self._answer, self._times):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self._kind)
        layout.addWidget(self._to)
        layout.addWidget(self._fate)
        layout.addWidget(self._answer)
        layout.addWidget(self._times)

    def show_value(self, value: MailView) -> None:
        self._kind.setText(mail_kind_text(value.kind))
        self._to.setText(value.to)
        self._fate.show_sign(FATE_SIGNS[value.fate], fate_text(value.fate))
        said = value.fate in _ANSWERED and bool(value.answer)
        self._answer.setVisible(said)
        if said:
            self._answer.setText(_("The server said: {answer}").format(answer=answer_text(value.answer)))
            self._answer.setToolTip(value.answer)
        times = [_("Asked for {time}").format(time=moment_text(value.queued_at, self._zone))]
        if value.sent_at is not None:
            times.append(_("sent {time}").format(time=moment_text(value.sent_at, self._zone)))
        if value.next_attempt_at is not None:
            times.append(_("next try {time}").format(time=moment_text(value.next_attempt_at, self._zone)))
        self._times.setText(" · ".join(times))
