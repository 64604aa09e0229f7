"""Which pages there are, and who gets which; each is imported and made when it is first shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from PySide6.QtWidgets import QWidget

from helpdesk.desk.navigation import PageEntry
from helpdesk.desk.session import Session
from helpdesk.desk.troubles import Troubles
from helpdesk.domain.roles import Permission
from helpdesk.language.catalogue import gettext as _

VOTERS, MAIL, APPROVALS, OVERVIEW, AUDIT, ROLL, SETTINGS = range(1, 8)
"""The pages' numbers: Ctrl+1 … 7, the same for every role."""


class ShownPage(Protocol):
    """What the window asks of every page, besides being a widget."""

    def furnish(self) -> Iterator[None]:
        """Make what the page shows, in steps, once it is in the window."""
        ...

    def shown(self) -> None:
        """The page comes into view."""

    def end(self) -> None:
        """The window closes."""


@dataclass(frozen=True, slots=True)
class _Offer:
    number: int
    icon: str
    name: Callable[[], str]
    needs: Permission | None
    make: Callable[[Session, Troubles], QWidget]
    modules: tuple[str, ...]


def permitted_pages(
    session: Session, troubles: Troubles, *, voters: QWidget, settings: Callable[[], QWidget]
) -> tuple[PageEntry, ...]:
    """The entries of the operator's role, in order; `voters` is made already, `settings` makes the last page."""

    def entry(offer: _Offer) -> PageEntry:
        return PageEntry(offer.number, offer.icon, offer.name, partial(offer.make, session, troubles), offer.modules)

    def the_voters() -> QWidget:
        return voters

    allowed = [entry(offer) for offer in _OFFERS if offer.needs is None or session.operator.may(offer.needs)]
    if session.operator.may(Permission.SEARCH_VOTERS):
        allowed.insert(0, PageEntry(VOTERS, "voters", _voters_name, the_voters))
    allowed.append(PageEntry(SETTINGS, "settings", _settings_name, settings, _SETTINGS_MODULES))
    return tuple(allowed)


def as_page(widget: QWidget) -> ShownPage:
    """Every entry of the navigation makes a page."""
    return cast("ShownPage", widget)


def _approvals(session: Session, troubles: Troubles) -> QWidget:
    from helpdesk.desk.pages.approvals import ApprovalsPage  # noqa: PLC0415 (what login does not need comes later)

    return ApprovalsPage(session, troubles)


def _overview(session: Session, troubles: Troubles) -> QWidget:
    from helpdesk.desk.pages.overview.page import OverviewPage  # noqa: PLC0415

    return OverviewPage(session, troubles)


def _audit(session: Session, troubles: Troubles) -> QWidget:
    from helpdesk.desk.pages.audit import AuditPage  # noqa: PLC0415

    return AuditPage(session, troubles)


def _roll(session: Session, troubles: Troubles) -> QWidget:
    from helpdesk.desk.pages.roll.wizard import RollPage  # noqa: PLC0415

    return RollPage(session, troubles)


def _mail(session: Session, troubles: Troubles) -> QWidget:
    from helpdesk.desk.pages.mail import MailPage  # noqa: PLC0415

    return MailPage(session, troubles)


def _voters_name() -> str:
    return _("Voters")


def _mail_name() -> str:
    return _("Mails")


def _approvals_name() -> str:
    return _("Approvals")


def _overview_name() -> str:
    return _("Overview")


def _audit_name() -> str:
    return _("Audit trail")


def _roll_name() -> str:
    return _("Roll")


def _settings_name() -> str:
    return _("Settings")


_TABLE = ("widgets.column_room", "widgets.table")
_MAIL_MODULES = (
    *_TABLE, "dialogs.campaigns", "dialogs.invite", "dialogs.mail_waiting", "dialogs.wording_tabs", "dialogs.wording",
    "widgets.beside", "pages.mail",
)  # fmt: skip
_APPROVAL_MODULES = (*_TABLE, "dialogs.decide", "widgets.beside", "pages.approvals")
_OVERVIEW_MODULES = (
    *_TABLE, "pages.overview.figures", "pages.overview.plot", "pages.overview.print", "pages.overview.page",
)  # fmt: skip
_AUDIT_MODULES = (*_TABLE, "widgets.progress", "widgets.beside", "pages.audit")
_ROLL_MODULES = (*_TABLE, "widgets.progress", "pages.roll.steps", "pages.roll.wizard")
_SETTINGS_MODULES = (
    *_TABLE, "pages.settings.calendar", "dialogs.operator", "pages.settings.operators", "settings_port",
    "pages.settings.system", "pages.settings.page",
)  # fmt: skip
_OFFERS = (
    _Offer(MAIL, "mail", _mail_name, Permission.SEARCH_VOTERS, _mail, _MAIL_MODULES),
    _Offer(APPROVALS, "approval", _approvals_name, Permission.APPROVE_ADDRESS_CHANGE, _approvals, _APPROVAL_MODULES),
    _Offer(OVERVIEW, "chart", _overview_name, Permission.READ_STATISTICS, _overview, _OVERVIEW_MODULES),
    _Offer(AUDIT, "audit", _audit_name, Permission.READ_AUDIT, _audit, _AUDIT_MODULES),
    _Offer(ROLL, "roll", _roll_name, Permission.IMPORT_ROLL, _roll, _ROLL_MODULES),
)
