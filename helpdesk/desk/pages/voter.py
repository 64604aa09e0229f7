"""A voter's page: what to say, who it is, which address is tied, what became of the mails; live while it is open.

It is made, and every voter is set into it, card by card: a step each (`tasks.take_steps`), which no key has
to wait for.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from helpdesk.desk.actions import VoterActions
from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.address import AddressDialog
from helpdesk.desk.dialogs.call import CallDialog
from helpdesk.desk.dialogs.confirm import ConfirmDialog
from helpdesk.desk.dialogs.resend import ResendDialog
from helpdesk.desk.dialogs.reset_challenge import ResetChallengeDialog
from helpdesk.desk.dialogs.verify import VerifyDialog
from helpdesk.desk.live_feed import LiveFeed
from helpdesk.desk.pages.address_card import AddressCard
from helpdesk.desk.pages.ballot_card import BallotCard
from helpdesk.desk.pages.call_card import CallCard
from helpdesk.desk.pages.call_sheet import write_call_sheet
from helpdesk.desk.pages.findings_card import FindingsCard
from helpdesk.desk.pages.identity_card import IdentityCard
from helpdesk.desk.pages.mail_card import MailCard
from helpdesk.desk.pages.timeline_card import TimelineCard
from helpdesk.desk.pages.voter_header import VoterHeader
from helpdesk.desk.session import Session
from helpdesk.desk.speech import Translated
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.announce import announce
from helpdesk.desk.widgets.columns import Columns
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.roles import Permission
from helpdesk.domain.states import WAITING_FATES
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.call_sheet import call_sheet
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.errors import error_text
from helpdesk.language.findings import finding_text
from helpdesk.language.summary import masked_summary
from helpdesk.services.shortlist import ShortlistView

_WHILE_A_MAIL_WAITS_MS = 1_000
_OTHERWISE_MS = 10_000
_TICK_MS = 1_000


class VoterPage(Translated, QWidget):
    """Shows one voter. `left` asks to go back; `refused` carries why the voter can no longer be shown."""

    left = Signal()
    refused = Signal(object)

    def __init__(
        self, session: Session, actions: VoterActions, troubles: Troubles, live: LiveFeed, parent: QWidget | None = None
    ) -> None:
        """Show nobody yet; head and cards come with `furnish`."""
        super().__init__(parent)
        self.setObjectName("voterPage")
        self._session, self._actions, self._troubles = session, actions, troubles
        self._detail: VoterDetail | None = None
        self._given_address = ""
        self._refreshing = False
        self._focus_before: QWidget | None = None
        self._call_began = session.now()
        self._pinned_of = ""
        self._live, self._told, self._stale = live, False, False
        self._furnished = False
        live.voter_changed.connect(self._changed_elsewhere)
        live.listening.connect(self._listening)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._poll = QTimer(self)
        self._poll.setSingleShot(True)
        self._poll.timeout.connect(self.refresh)
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._furnishing = self._furnish()

    def furnish(self) -> Iterator[None]:
        """Make head and cards, as far as that is not done; whoever needs them goes on where another stopped."""
        for _step in self._furnishing:
            yield

    def _furnish(self) -> Iterator[None]:
        session, actions = self._session, self._actions
        self.header = VoterHeader(session, actions)
        self.header.left.connect(self.left)
        self.header.pin_wanted.connect(self._pin)
        self._live.others_changed.connect(self.header.show_others)
        self._clock.timeout.connect(self.header.tick)
        self._layout.addWidget(self.header)
        yield
        findings, addresses = FindingsCard(session, actions), AddressCard(session)
        yield
        identity, ballots, mails = IdentityCard(), BallotCard(), MailCard(session)
        yield
        self._calls, self._timeline = CallCard(session), TimelineCard(session)
        self._cards = (findings, addresses, self._calls, mails, identity, ballots, self._timeline)
        yield
        columns = Columns(
            wide=(findings, self._calls, mails, self._timeline),
            narrow=(addresses, identity, ballots),
            reading=self._cards,
        )
        columns.setContentsMargins(space(4), space(3), space(4), space(4))
        self._scroll = ContentScroll(columns)
        self._scroll.setObjectName("voterScroll")
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # arrows scroll the page as soon as it is open
        self._layout.addWidget(self._scroll, 1)
        for card in self._cards:
            card.hide()  # until `appear`: all at once they would hold up the first voter
        yield from columns.take_in()
        actions.verify.triggered.connect(self._verify)
        actions.resend.triggered.connect(self._resend)
        actions.reset_challenge.triggered.connect(self._reset_challenge)
        actions.change_address.triggered.connect(self._change_address)
        actions.log_call.triggered.connect(self._log_call)
        actions.copy_summary.triggered.connect(self._copy_summary)
        actions.call_sheet.triggered.connect(self._ask_sheet_file)
        self._furnished = True
        self.retranslate()

    @property
    def detail(self) -> VoterDetail | None:
        """The voter shown, None while there is none."""
        return self._detail

    def show_voter(self, detail: VoterDetail, given_address: str) -> Iterator[None]:
        """Set this voter in, from the top, to be kept up to date once that is done; `detail` tells if it was."""
        yield from self.furnish()
        self._given_address = given_address
        self.header.say_done("")
        self._begin_call()
        self._timeline.show_all()
        yield from self._show(detail)
        if self._detail is not detail:
            return
        self._ask_pinned(detail)
        self._scroll.verticalScrollBar().setValue(0)
        self._scroll.setFocus()
        findings = (finding_text(each, self._session.zone) for each in detail.findings)
        announce(self._scroll, ". ".join((detail.name, *findings)))
        self._clock.start()
        self._live.follow(detail.key)

    def appear(self) -> Iterator[None]:
        """Come into sight card by card, the first time."""
        for card in self._cards:
            if card.isHidden():
                card.show()
                yield

    def close_voter(self) -> None:
        """Show nobody; what is still under way for the last voter no longer matters."""
        self._detail = None
        self._live.follow(0)
        self._poll.stop()
        self._clock.stop()
        self._actions.follow(None)
        self._troubles.forget("voter")

    def refresh(self) -> None:
        """Ask for the voter anew, in the background."""
        if self._detail is None or self._refreshing:
            return
        self._refreshing, self._stale = True, False
        self._poll.stop()
        refresh = self._session.services.voters.refresh
        job = partial(refresh, self._session.operator, self._detail.number, given_address=self._given_address)
        self._session.tasks.run(job, self._refreshed, self._not_refreshed)

    def _show(self, detail: VoterDetail) -> Iterator[None]:
        self._detail = detail
        self.header.show_detail(detail)
        others = [card for card in self._cards if card.shows_other(detail)]
        if others:
            self.setUpdatesEnabled(False)  # nobody sees one voter's card beside another's
        try:
            for card in others:
                yield
                yield from card.show_detail(detail)
        finally:
            self.setUpdatesEnabled(True)
        if self._detail is not detail:  # closed meanwhile
            return
        waiting = any(mail.fate in WAITING_FATES for mail in detail.mails)
        if not self._told:
            self._poll.start(_WHILE_A_MAIL_WAITS_MS if waiting else _OTHERWISE_MS)

    def _refreshed(self, detail: VoterDetail) -> None:
        self._troubles.worked("voter")
        self._session.tasks.take_steps(self, self._show_refreshed(detail))

    def _show_refreshed(self, detail: VoterDetail) -> Iterator[None]:
        if self._detail is not None and detail.number == self._detail.number:
            yield from self._show(detail)
        self._refreshing = False
        if self._detail is None:
            return
        if detail.number != self._detail.number or self._stale:
            self.refresh()

    def _not_refreshed(self, error: Exception) -> None:
        self._refreshing = False
        if self._detail is not None and not self._troubles.take("voter", error, self.refresh):
            self.refused.emit(error)

    def _changed_elsewhere(self) -> None:
        """Ask anew, and again after an answer that was under way when it changed."""
        self._stale = self._refreshing
        self.refresh()

    def _listening(self, told: bool) -> None:  # noqa: FBT001 (a signal's argument)
        """Ask by itself only while nobody tells of changes."""
        self._told = told
        if not told:
            self.refresh()

    def _verify(self) -> None:
        if self._detail is not None:
            self._ask(VerifyDialog(self._session, self._detail, self))

    def _resend(self) -> None:
        if self._detail is not None:
            self._ask(ResendDialog(self._session, self._detail, self))

    def _reset_challenge(self) -> None:
        if self._detail is not None:
            self._ask(ResetChallengeDialog(self._session, self._detail, self))

    def _change_address(self) -> None:
        if self._detail is not None:
            self._ask(AddressDialog(self._session, self._detail, self))

    def _log_call(self) -> None:
        if self._detail is not None:
            dialog = CallDialog(self._session, self._detail, self, started=self._call_began)
            dialog.accepted.connect(self._begin_call)
            self._ask(dialog)

    def _copy_summary(self) -> None:
        if self._detail is not None:
            QGuiApplication.clipboard().setText(masked_summary(self._detail, self._session.zone))
            self.header.say_done(_("The masked summary is copied, ready for a ticket."))

    def _ask_sheet_file(self) -> None:
        if self._detail is None:
            return
        dialog = QFileDialog(self, _("Call sheet"), f"{self._detail.number}.pdf", "PDF (*.pdf)")
        dialog.setObjectName("callSheetDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(partial(self.save_call_sheet, self._detail))
        dialog.open()

    def save_call_sheet(self, detail: VoterDetail, path: str) -> None:
        """Write the voter's call sheet to this file."""
        html = call_sheet(detail, self._session.zone, self._session.now())
        job = partial(write_call_sheet, html, detail.number, Path(path))
        self._session.tasks.run(job, self._sheet_saved, self._sheet_not_saved)

    def _sheet_saved(self, path: str) -> None:
        self.header.say_done(_("Written to {file}.").format(file=path))

    def _sheet_not_saved(self, error: Exception) -> None:
        if isinstance(error, HelpdeskError):
            self.header.say_done(error_text(error, self._session.zone))
        else:
            self._session.bugs.report(error)

    def _begin_call(self) -> None:
        """A call begins when the voter opens, and the next one when it is logged."""
        self._call_began = self._session.now()
        self._calls.begin(self._call_began if self._session.operator.may(Permission.LOG_CALL) else None)

    def _ask_pinned(self, detail: VoterDetail) -> None:
        self.header.show_pinned(False)
        shown = partial(self._session.services.shortlist.shown, self._session.operator)
        self._pinned_of = detail.number
        self._session.tasks.run(shown, self._pinned_known, self._pin_failed)

    def _pinned_known(self, lists: ShortlistView) -> None:
        if self._detail is not None and self._detail.number == self._pinned_of:
            self.header.show_pinned(any(each.voter == self._detail.number for each in lists.pinned))

    def _pin(self, wanted: bool) -> None:  # noqa: FBT001 (a signal's argument)
        if self._detail is not None:
            shortlist = self._session.services.shortlist
            change = shortlist.pin if wanted else shortlist.unpin
            job = partial(change, self._session.operator, self._detail.number)
            self._session.tasks.run(job, self._pinned, self._pin_failed)

    def _pinned(self, _: None) -> None:
        """The button shows it already."""

    def _pin_failed(self, error: Exception) -> None:
        if not self._troubles.take("pin", error, self._pin_again):
            self._pin_again()

    def _pin_again(self) -> None:
        """Show what the store holds."""
        self._troubles.forget("pin")
        if self._detail is not None:
            self._ask_pinned(self._detail)

    def _ask(self, dialog: ConfirmDialog) -> None:
        self.header.say_done("")
        self._focus_before = self.window().focusWidget()
        dialog.done_with.connect(self._acted)
        dialog.outdated.connect(self.refresh)
        dialog.finished.connect(self._dialog_closed)
        dialog.ask()

    def _acted(self, words: str) -> None:
        self.header.say_done(words)
        self.refresh()

    def _dialog_closed(self) -> None:
        before, self._focus_before = self._focus_before, None
        if before is not None and before.isVisible():
            before.setFocus()
        self.refresh()

    def retranslate(self) -> None:
        """The page's own name; its parts see to themselves."""
        if self._furnished:
            self._scroll.setAccessibleName(_("Voter"))
