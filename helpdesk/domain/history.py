"""What a voter's history is made of: mails, links, steps on the portal, and what the desk did."""

from enum import StrEnum

from helpdesk.domain.audit import Action


class HistoryKind(StrEnum):
    """Which part of the history a line belongs to."""

    MAILS = "mails"
    LINKS = "links"
    PORTAL = "portal"
    DESK = "desk"


_MAIL_EVENTS = frozenset({"mail_queued", "mail_accepted", "mail_delivered", "mail_failed_permanently", "mail_expired"})
_RETURNED = "mail_returned_"
_LINK_EVENTS = frozenset({"link_opened", "link_used", "link_replaced"})
_ON_THE_PORTAL = (
    Action.LINK_REQUESTED,
    Action.OTHER_ADDRESS_TOLD,
    Action.PASSWORD_CHOSEN,
    Action.QUESTION_CHOSEN,
    Action.PORTAL_LOGIN,
    Action.PORTAL_LOGOUT,
    Action.PASSWORD_CHANGED,
    Action.QUESTION_CHANGED,
    Action.CODE_REISSUED,
)


def kind_of(event: str) -> HistoryKind:
    """The part that an event's code belongs to; what the voter did by a link is a step on the portal."""
    if event in _MAIL_EVENTS or event.startswith(_RETURNED):
        return HistoryKind.MAILS
    if event in _LINK_EVENTS:
        return HistoryKind.LINKS
    action = event.rpartition("_")[0]
    return HistoryKind.PORTAL if action in _ON_THE_PORTAL else HistoryKind.DESK
