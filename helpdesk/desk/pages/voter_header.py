"""The head of a voter's page: who it is, how the account and the caller's verification stand, what can be done."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from helpdesk.desk.actions import VoterActions
from helpdesk.desk.appearance import space
from helpdesk.desk.icons import line_icon
from helpdesk.desk.session import Session
from helpdesk.desk.signs import NOT_VERIFIED, STATE_SIGNS, VERIFICATION_CLOSED, VERIFIED
from helpdesk.desk.speech import Translated
from helpdesk.desk.widgets.action_button import ActionButton
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.chip import Chip, IconLabel
from helpdesk.desk.widgets.flow import Flow
from helpdesk.domain.states import AccountState
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.moments import short_moment_text
from helpdesk.language.words import state_text


class VoterHeader(Translated, QFrame):
    """Name, number, chips, buttons, why not, and what was just done."""

    left = Signal()
    pin_wanted = Signal(bool)

    def __init__(self, session: Session, actions: VoterActions, parent: QWidget | None = None) -> None:
        """Show nobody yet."""
        super().__init__(parent)
        self._session, self._actions = session, actions
        self._detail: VoterDetail | None = None
        self.setProperty("surface", "bar")
        self._back = QPushButton(line_icon("back", "accent"), "")
        self._back.setProperty("weight", "plain")
        self._back.clicked.connect(self.left)
        self._name = QLabel()
        self._name.setObjectName("voterName")
        self._name.setProperty("tone", "title")
        self._name.setWordWrap(True)
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._pin = QPushButton(line_icon("pin", "accent"), "")
        self._pin.setObjectName("pinButton")
        self._pin.setProperty("weight", "plain")
        self._pin.setCheckable(True)
        self._pin.clicked.connect(self._pin_clicked)
        self._number = QLabel()
        self._number.setObjectName("voterNumber")
        self._number.setProperty("tone", "quiet")
        self._number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._state, self._verification = Chip(), Chip()
        self._state.setObjectName("voterState")
        self._verification.setObjectName("verificationState")
        self._why_not = IconLabel("info", "quiet")
        self._why_not.setObjectName("whyNot")
        self._why_not.setProperty("tone", "quiet")
        self._why_not.setWordWrap(True)
        self._others = IconLabel("person", "notice")
        self._others.setObjectName("othersHere")
        self._others.setWordWrap(True)
        self._others.hide()
        self._others_names: tuple[str, ...] = ()
        self._done = IconLabel("check", "good")
        self._done.setObjectName("actionDone")
        self._done.setProperty("tone", "strong")
        self._done.setWordWrap(True)
        self._done.hide()
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(4), space(2), space(4), space(3))
        layout.setSpacing(space(2))
        top = QHBoxLayout()
        top.setSpacing(space(3))
        top.addWidget(self._back)
        top.addWidget(self._name, 1)
        top.addWidget(self._pin)
        layout.addLayout(top)
        chips = Flow()
        chips.addWidget(self._state)
        chips.addWidget(self._verification)
        chips.addWidget(self._number)
        layout.addLayout(chips)
        buttons = Flow()
        actions = self._actions
        for name, action in (
            ("verifyButton", actions.verify),
            ("resendButton", actions.resend),
            ("resetChallengeButton", actions.reset_challenge),
            ("changeAddressButton", actions.change_address),
            ("logCallButton", actions.log_call),
        ):
            button = ActionButton(action, shows_keys=True)
            button.setObjectName(name)
            buttons.addWidget(button)
        layout.addLayout(buttons)
        layout.addWidget(self._others)
        layout.addWidget(self._why_not)
        layout.addWidget(self._done)

    def show_detail(self, detail: VoterDetail) -> None:
        """Show this voter."""
        self._detail = detail
        title = f"{detail.title} " if detail.title else ""
        self._name.setText(f"{title}{detail.name}")
        self._number.setText(_("Voter {number}").format(number=detail.number))
        self._show_state(detail)
        self.tick()

    def tick(self) -> None:
        """Let the time pass: countdowns, and what is possible only while they last."""
        if self._detail is None:
            return
        self._show_verification(self._detail, self._session.now())
        self._actions.follow(self._detail)
        obstacles = " · ".join(self._actions.obstacles())
        self._why_not.setText(obstacles)
        self._why_not.setVisible(bool(obstacles))

    def show_pinned(self, pinned: bool) -> None:  # noqa: FBT001 (one state)
        """Show whether the voter is on the operator's list."""
        self._pin.setChecked(pinned)
        self._pin.setIcon(line_icon("pinned" if pinned else "pin", "accent"))
        words = _("Pinned: press to take off your list") if pinned else _("Pin to your list")
        self._pin.setText(_("Pinned") if pinned else _("Pin"))
        self._pin.setAccessibleName(words)
        self._pin.setToolTip(words)

    def _pin_clicked(self, wanted: bool) -> None:  # noqa: FBT001 (a signal's argument)
        self.show_pinned(wanted)
        self.pin_wanted.emit(wanted)

    def show_others(self, names: tuple[str, ...]) -> None:
        """Show who else has this voter open; told aloud when somebody comes."""
        came = set(names) - set(self._others_names)
        self._others_names = names
        self._others.setText(_("Also on this voter: {names}").format(names=", ".join(names)))
        self._others.setVisible(bool(names))
        if came:
            announce(self, self._others.text())

    def say_done(self, text: str) -> None:
        """Tell what an action did, until the next one or the next voter; empty to stop."""
        self._done.setText(text)
        self._done.setVisible(bool(text))
        announce(self, text)

    def _show_state(self, detail: VoterDetail) -> None:
        word = state_text(detail.state)
        if detail.state is AccountState.LOCKED and detail.locked_until is not None:
            word = _("{state}, until {time}").format(state=word, time=self._clock(detail.locked_until))
        self._state.show_sign(STATE_SIGNS[detail.state], word)

    def _show_verification(self, detail: VoterDetail, now: datetime) -> None:
        until, closed = detail.verified_until, detail.verification_closed_until
        if until is not None and now < until:
            left = max(1, round((until - now).total_seconds() / 60))
            words = ngettext(
                "Caller verified until {time} ({left} minute left)",
                "Caller verified until {time} ({left} minutes left)",
                left,
            )
            self._verification.show_sign(VERIFIED, words.format(time=self._clock(until), left=left))
        elif closed is not None and now < closed:
            words = _("Caller not verified, closed until {time}").format(time=self._clock(closed))
            self._verification.show_sign(VERIFICATION_CLOSED, words)
        else:
            self._verification.show_sign(NOT_VERIFIED, _("Caller not verified"))

    def _clock(self, moment: datetime) -> str:
        return short_moment_text(moment, self._session.zone, self._session.now())

    def retranslate(self) -> None:
        """Everything again."""
        self._back.setText(_("Search"))
        self._back.setAccessibleName(_("Back to the search"))
        self._back.setToolTip(_("Back to the search (Esc)"))
        self._actions.retranslate()
        self.show_others(self._others_names)
        self.show_pinned(self._pin.isChecked())
        if self._detail is not None:
            self.show_detail(self._detail)
