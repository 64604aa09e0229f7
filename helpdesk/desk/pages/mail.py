"""The outbox and what came back: filter, look, try again now, cancel, read what people answered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QLineEdit, QPushButton, QVBoxLayout

from helpdesk.desk.appearance import space
from helpdesk.desk.dialogs.campaigns import CampaignsDialog
from helpdesk.desk.dialogs.invite import InviteDialog
from helpdesk.desk.dialogs.mail_waiting import MailWaitingDialog
from helpdesk.desk.dialogs.wording import WordingDialog
from helpdesk.desk.icons import line_icon
from helpdesk.desk.pages.page import Page
from helpdesk.desk.session import Session
from helpdesk.desk.signs import FATE_SIGNS, Sign
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.beside import Beside
from helpdesk.desk.widgets.empty_state import EmptyState
from helpdesk.desk.widgets.flow import Flow
from helpdesk.desk.widgets.scroll import ContentScroll
from helpdesk.desk.widgets.table import Column, Table
from helpdesk.domain.mail_desk import MailFilter, OutboxCounts, OutboxLine
from helpdesk.domain.returned_mail import ReturnedView
from helpdesk.domain.roles import Permission
from helpdesk.domain.states import ReturnedKind
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.moments import moment_text, short_moment_text
from helpdesk.language.server_answers import answer_text
from helpdesk.language.words import fate_text, mail_kind_text, returned_kind_text

_TYPING_PAUSE_MS = 250
_ANSWERS, _BOUNCES = "answers", "bounces"
_LISTS = (*MailFilter, _ANSWERS, _BOUNCES)
_BOUNCE_KINDS = (ReturnedKind.PERMANENT, ReturnedKind.TEMPORARY, ReturnedKind.DELAYED)
_KIND_SIGNS = {
    ReturnedKind.PERMANENT: Sign("cross", "bad"),
    ReturnedKind.TEMPORARY: Sign("warning", "notice"),
    ReturnedKind.DELAYED: Sign("clock", "notice"),
    ReturnedKind.DELIVERED: Sign("check", "good"),
    ReturnedKind.AUTO_REPLY: Sign("clock", "neutral"),
    ReturnedKind.REPLY: Sign("speech", "told"),
    ReturnedKind.OTHER: Sign("mail", "neutral"),
}


@dataclass(frozen=True, slots=True)
class _Listing:
    """What one look at the mails found."""

    counts: OutboxCounts
    mails: tuple[OutboxLine, ...] = ()
    returned: tuple[ReturnedView, ...] = ()


class MailPage(Page):
    """One list at a time, and the mail that is looked at beside it."""

    def __init__(self, session: Session, troubles: Troubles) -> None:
        """Ask for nothing before it is shown."""
        super().__init__(session, troubles, name="mailPage", icon="mail")
        self._counts = OutboxCounts(0, 0, 0, 0)
        self.retranslate()

    def furnish(self) -> Iterator[None]:
        """What is searched for, the buttons, each list and the sheet beside them."""
        self._make_choice()
        yield
        self._make_buttons()
        yield
        self._mails: Table[OutboxLine] = Table(self._mail_columns(), name="mailTable", says=_mails_name)
        yield
        self._returned: Table[ReturnedView] = Table(self._returned_columns(), name="returnedTable", says=_returned_name)
        yield
        self._sheet = _Sheet(self.session)
        self._empty = EmptyState()
        self._sheet.setMinimumWidth(space(60))
        self._split = Beside(self._mails, self._returned, self._sheet, share=0.7)
        yield
        self.body.addWidget(self._split, 1)
        self.body.addWidget(self._empty, 1)
        yield
        self._connect()
        self._listed(_Listing(self._counts))
        self.furnished = True
        yield
        self.retranslate()

    def _make_choice(self) -> None:
        self._which = QComboBox()
        self._which.setObjectName("mailFilter")
        self._which.addItems([""] * len(_LISTS))
        self._search = QLineEdit()
        self._search.setObjectName("mailSearch")
        self._search.setClearButtonEnabled(True)
        self._search.setMinimumWidth(space(70))
        choose = Flow()
        choose.addWidget(self._which)
        choose.addWidget(self._search)
        self.body.addLayout(choose)

    def _make_buttons(self) -> None:
        may = self.session.operator.may
        self._retry = self._button("retryButton", "clock", self._ask_retry)
        self._cancel = self._button("cancelMailButton", "cross", self._ask_cancel)
        self._handled = self._button("handledButton", "check", self._sign)
        self._invite = self._button("inviteButton", "send", self._ask_invite)
        self._invite.setVisible(may(Permission.INVITE))
        self._campaigns = self._button("campaignsButton", "chart", self._ask_campaigns)
        self._campaigns.setVisible(may(Permission.INVITE))
        self._word = self._button("wordingButton", "note", self._ask_wording)
        self._word.setVisible(may(Permission.WORD_MAILS))

    def _connect(self) -> None:
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_PAUSE_MS)
        self._list = self.question("mails")
        self._list.answered.connect(self._listed)
        self._signing = self.question("returned mail")
        self._signing.answered.connect(self._signed)
        self._typing.timeout.connect(self.shown)
        self._search.textChanged.connect(self._typed)
        self._which.currentIndexChanged.connect(self._chosen)
        self._mails.selected.connect(self._show)
        self._returned.selected.connect(self._show)
        self.begin_at(self._which)

    def title(self) -> str:
        """The page's name."""
        return _("Mails")

    def hint(self) -> str:
        """How things stand."""
        counts = self._counts
        words = _("{waiting} waiting · {failed} failed · {sent} sent · {to_read} answers to read")
        return words.format(waiting=counts.waiting, failed=counts.failed, sent=counts.sent, to_read=counts.to_read)

    def shown(self) -> None:
        """List anew."""
        self._list.ask(partial(_read, self.session, _LISTS[self._which.currentIndex()], self._search.text()))

    def end(self) -> None:
        """Ask for nothing any more."""
        self._typing.stop()
        self._list.forget()
        self._signing.forget()

    def _button(self, name: str, icon: str, does: Callable[[], None]) -> QPushButton:
        button = QPushButton(line_icon(icon), "")
        button.setObjectName(name)
        button.clicked.connect(does)
        self.buttons.addWidget(button)
        return button

    def _mail_columns(self) -> tuple[Column[OutboxLine], ...]:
        return (
            Column(_fate_column, _fate_of, _fate_sign),
            Column(_to_column, _to_of, stretch=True),
            Column(_voter_column, _name_of, rank=2),
            Column(_kind_column, _kind_of, rank=3),
            Column(_queued_column, self._queued, rank=1),
        )

    def _returned_columns(self) -> tuple[Column[ReturnedView], ...]:
        return (
            Column(_kind_column, _returned_kind_of, _returned_sign),
            Column(_from_column, _address_of, stretch=True),
            Column(_subject_column, _subject_of, stretch=True, rank=1),
            Column(_read_column, self._read_at, rank=2),
        )

    def _queued(self, line: OutboxLine) -> str:
        return short_moment_text(line.queued_at, self.session.zone, self.session.now())

    def _read_at(self, view: ReturnedView) -> str:
        return short_moment_text(view.read_at, self.session.zone, self.session.now())

    def _typed(self) -> None:
        self._typing.start()

    def _chosen(self) -> None:
        self.say_done("")
        self.shown()

    @property
    def _lists_returned(self) -> bool:
        return _LISTS[self._which.currentIndex()] in {_ANSWERS, _BOUNCES}

    def _listed(self, found: _Listing) -> None:
        self._counts = found.counts
        self._mails.show_values(found.mails)
        self._returned.show_values(found.returned)
        some = bool(found.returned if self._lists_returned else found.mails)
        self._split.setVisible(some)
        self._empty.setVisible(not some)
        self._mails.setVisible(not self._lists_returned)
        self._returned.setVisible(self._lists_returned)
        self._search.setEnabled(not self._lists_returned)
        super().retranslate()
        self._show(None)

    def _show(self, _value: object) -> None:
        mail = self._mails.chosen if not self._lists_returned else None
        returned = self._returned.chosen if self._lists_returned else None
        self._sheet.show_mail(mail, returned)
        self._retry.setVisible(mail is not None)
        self._cancel.setVisible(mail is not None)
        self._handled.setVisible(returned is not None)
        self._retry.setEnabled(mail is not None and mail.can_be_hurried)
        self._cancel.setEnabled(mail is not None and mail.can_be_cancelled)
        self._handled.setEnabled(returned is not None and returned.handled_at is None)

    def _ask_retry(self) -> None:
        self._ask(cancel=False)

    def _ask_cancel(self) -> None:
        self._ask(cancel=True)

    def _ask(self, *, cancel: bool) -> None:
        mail = self._mails.chosen
        if mail is None:
            return
        dialog = MailWaitingDialog(self.session, mail, self, cancel=cancel)
        dialog.done_with.connect(self.say_done)
        dialog.finished.connect(self.shown)
        dialog.ask()

    def _ask_invite(self) -> None:
        dialog = InviteDialog(self.session, self)
        dialog.done_with.connect(self.say_done)
        dialog.finished.connect(self.shown)
        dialog.ask()

    def _ask_campaigns(self) -> None:
        dialog = CampaignsDialog(self.session, self)
        dialog.finished.connect(self.shown)
        dialog.ask()

    def _ask_wording(self) -> None:
        dialog = WordingDialog(self.session, self)
        dialog.done_with.connect(self.say_done)
        dialog.ask()

    def _sign(self) -> None:
        returned = self._returned.chosen
        if returned is not None:
            handled = self.session.services.mail_desk.handled
            self._signing.ask(partial(handled, self.session.operator, returned.id))

    def _signed(self, _nothing: object) -> None:
        self.say_done(_("Signed as handled."))
        self.shown()

    def retranslate(self) -> None:
        """Every word again."""
        super().retranslate()
        if not self.furnished:
            return
        for place, text in enumerate(_list_names()):
            self._which.setItemText(place, text)
        self._which.setAccessibleName(_("Which mails"))
        self._search.setPlaceholderText(_("Address, domain or voter number"))
        self._search.setAccessibleName(_("Address, domain or voter number"))
        words = (
            (self._retry, _("Try again now…")),
            (self._cancel, _("Cancel the mail…")),
            (self._handled, _("Handled")),
            (self._invite, _("Invite voters…")),
            (self._campaigns, _("Campaigns…")),
            (self._word, _("Wording of mails…")),
        )
        for button, text in words:
            button.setText(text)
            button.setAccessibleName(text)
        self._empty.say("mail", _("Nothing here"), _("Choose another list, or shorten what is searched for."))
        self._show(None)


class _Sheet(ContentScroll):
    """One mail, with the server's words explained, or one answer with its text."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("mailSheet")
        card = QFrame()
        card.setProperty("surface", "card")
        self._head, self._body = QLabel(), QLabel()
        self._head.setProperty("tone", "heading")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(space(4), space(3), space(4), space(4))
        layout.setSpacing(space(2))
        for label in (self._head, self._body):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            layout.addWidget(label)
        layout.addStretch(1)
        self.setWidget(card)

    def show_mail(self, mail: OutboxLine | None, returned: ReturnedView | None) -> None:
        self.setVisible(mail is not None or returned is not None)
        self.setAccessibleName(_("The mail"))
        if mail is not None:
            self._head.setText(_("{name} · voter {number}").format(name=mail.name, number=mail.voter))
            self._body.setText("\n\n".join(self._about_mail(mail)))
        elif returned is not None:
            self._head.setText(returned.subject or returned_kind_text(returned.kind))
            self._body.setText("\n\n".join(self._about_returned(returned)))

    def _about_mail(self, mail: OutboxLine) -> list[str]:
        zone = self._session.zone
        lines = [
            mail_kind_text(mail.kind),
            _("To {address}: {fate}").format(address=mail.to, fate=fate_text(mail.fate)),
            _("Put in the outbox on {when}").format(when=moment_text(mail.queued_at, zone)),
        ]
        if mail.next_attempt_at is not None:
            lines.append(_("Tried {count} times, next on {when}").format(
                count=mail.attempts, when=moment_text(mail.next_attempt_at, zone)))  # fmt: skip
        if mail.answer:
            lines.append(_("What it means: {meaning}").format(meaning=answer_text(mail.answer)))
            lines.append(_("The server's own words: {answer}").format(answer=mail.answer))
        return lines

    def _about_returned(self, view: ReturnedView) -> list[str]:
        whose = _("voter {number}").format(number=view.voter) if view.voter else _("no known mail")
        lines = [f"{returned_kind_text(view.kind)} · {view.address} · {whose}"]
        if view.status:
            lines.append(_("What it means: {meaning}").format(meaning=answer_text(view.status)))
        lines.append(view.text)
        if view.handled_at is not None:
            when = moment_text(view.handled_at, self._session.zone)
            lines.append(_("Handled by {name} on {when}").format(name=view.handled_by, when=when))
        return lines


def _read(session: Session, which: str, text: str) -> _Listing:
    mails, operator = session.services.mail_desk, session.operator
    counts = mails.counts(operator)
    if which == _ANSWERS:
        return _Listing(counts, returned=mails.returned(operator))
    if which == _BOUNCES:
        return _Listing(counts, returned=mails.returned(operator, kinds=_BOUNCE_KINDS, unhandled_only=False))
    return _Listing(counts, mails=mails.outbox(operator, MailFilter(which), text=text))


def _list_names() -> tuple[str, ...]:
    return (_("Waiting"), _("Failed"), _("Sent"), _("All"), _("Answers to read"), _("Came back"))


def _mails_name() -> str:
    return _("Outbox")


def _returned_name() -> str:
    return _("What came back")


def _fate_column() -> str:
    return _("State")


def _fate_of(line: OutboxLine) -> str:
    return fate_text(line.fate)


def _fate_sign(line: OutboxLine) -> Sign:
    return FATE_SIGNS[line.fate]


def _to_column() -> str:
    return _("Recipient")


def _to_of(line: OutboxLine) -> str:
    return line.to


def _voter_column() -> str:
    return _("Voter")


def _name_of(line: OutboxLine) -> str:
    return line.name


def _kind_column() -> str:
    return _("Kind")


def _kind_of(line: OutboxLine) -> str:
    return mail_kind_text(line.kind)


def _queued_column() -> str:
    return _("Queued")


def _returned_kind_of(view: ReturnedView) -> str:
    return returned_kind_text(view.kind)


def _returned_sign(view: ReturnedView) -> Sign:
    return _KIND_SIGNS[view.kind]


def _from_column() -> str:
    return _("Address")


def _address_of(view: ReturnedView) -> str:
    return view.address


def _subject_column() -> str:
    return _("Subject")


def _subject_of(view: ReturnedView) -> str:
    return view.subject


def _read_column() -> str:
    return _("Read on")
