"""Every known address; the tied one cannot be mistaken for another."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.session import Session
from helpdesk.desk.signs import FATE_SIGNS, MAILS_CAME_BACK
from helpdesk.desk.widgets.card import DetailCard
from helpdesk.desk.widgets.chip import Chip, IconLabel
from helpdesk.desk.widgets.flow import Flow
from helpdesk.desk.widgets.rows import Row, Rows
from helpdesk.domain.address_changes import AddressChangeView
from helpdesk.domain.states import AddressSource
from helpdesk.domain.voters import AddressView, VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.moments import short_moment_text
from helpdesk.language.words import fate_text

Known = tuple[tuple[AddressView, ...], AddressChangeView | None]


class AddressCard(DetailCard[Known]):
    """Addresses, the tied one first; and the change that waits for approval."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """No address yet."""
        super().__init__("at", parent)
        self._session = session
        self._waiting = IconLabel("clock", "notice")
        self._waiting.setObjectName("waitingChange")
        self._waiting.setWordWrap(True)
        self._waiting.hide()
        listed = QWidget()
        listed.setObjectName("addressList")
        self._tied = _TiedAddress()
        self._others: Rows[AddressView] = Rows(_OtherAddress)
        layout = QVBoxLayout(listed)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(2))
        layout.addWidget(self._tied)
        layout.addWidget(self._others)
        self.content.addWidget(listed)
        self.content.addWidget(self._waiting)
        self.retranslate()

    def title(self) -> str:
        """What the card is for."""
        return _("Professional addresses")

    def part_of(self, detail: VoterDetail) -> Known:
        """The addresses, and what is asked for."""
        return detail.addresses, detail.waiting_change

    def redraw(self, part: Known) -> Iterable[None]:
        """One row an address."""
        addresses, change = part
        self._tied.show_value(next(address for address in addresses if address.tied))
        others = [address for address in addresses if not address.tied]
        self._waiting.setVisible(change is not None)
        if change is not None:
            words = _("{operator} asked to tie {address} instead. It waits for a supervisor until {time}.")
            time = short_moment_text(change.expires, self._session.zone, self._session.now())
            self._waiting.setText(words.format(operator=change.requested_by, address=change.address, time=time))
        self._others.show_values(others)
        self._others.setVisible(bool(others))
        return ()


class _Address(Row[AddressView]):
    def __init__(self, *, surface: str, standing: IconLabel, name: str, tone: str) -> None:
        super().__init__()
        self.setProperty("surface", surface)
        self.standing = standing
        self._address = QLabel()
        self._address.setObjectName(name)
        self._address.setProperty("tone", tone)
        self._address.setWordWrap(True)
        self._address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._fate, self._failing, self._source = Chip(), Chip(), QLabel()
        self._source.setProperty("tone", "label")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(3), space(2), space(3), space(2))
        layout.setSpacing(space(1))
        layout.addWidget(self.standing)
        layout.addWidget(self._address)
        layout.addWidget(self._source)
        chips = Flow()
        chips.addWidget(self._fate)
        chips.addWidget(self._failing)
        layout.addLayout(chips)

    def show_value(self, value: AddressView) -> None:
        self._address.setText(value.address)
        self._fate.setVisible(value.fate is not None)
        if value.fate is not None:
            words = _("Last mail: {fate}").format(fate=fate_text(value.fate))
            self._fate.show_sign(FATE_SIGNS[value.fate], words)
        self._failing.setVisible(value.failing)
        self._failing.show_sign(MAILS_CAME_BACK, _("Mails have come back"))
        approved = value.source is AddressSource.APPROVAL
        self._source.setText(_("From an approved change") if approved else _("From the electoral roll"))


class _TiedAddress(_Address):
    def __init__(self) -> None:
        standing = IconLabel("tied", "good")
        standing.setProperty("tone", "strong")
        super().__init__(surface="tied", standing=standing, name="tiedAddress", tone="heading")

    def show_value(self, value: AddressView) -> None:
        self.standing.setText(_("TIED TO THE ACCOUNT"))
        super().show_value(value)


class _OtherAddress(_Address):
    def __init__(self) -> None:
        standing = IconLabel("not-tied", "quiet")
        standing.setProperty("tone", "label")
        super().__init__(surface="row", standing=standing, name="otherAddress", tone="plain")

    def show_value(self, value: AddressView) -> None:
        self.standing.setText(_("Known, not tied"))
        super().show_value(value)
