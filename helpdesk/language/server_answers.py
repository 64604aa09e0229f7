"""What a mail server's answer means, in plain words (enhanced status codes of RFC 3463)."""

import re

from helpdesk.language.catalogue import gettext as _

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_BASIC = re.compile(r"\b([45]\d\d)\b")


def answer_text(answer: str) -> str:
    """A short clause: "the mailbox is full"; the server's own words where the code says nothing."""
    if answer == "cancelled":
        return _("cancelled by the desk")
    if not answer or answer == "superseded":
        return _("no answer yet")
    if "greylist" in answer.lower() or "graylist" in answer.lower():
        return _("the server makes new senders wait")
    if found := _ENHANCED.search(answer):
        subject, detail = int(found[2]), int(found[3])
        if text := _meanings().get((subject, detail)):
            return text
    if (found := _BASIC.search(answer)) and (text := _basic_meanings().get(found[1])):
        return text
    return answer


def _meanings() -> dict[tuple[int, int], str]:
    full, unknown = _("the mailbox is full"), _("there is no such mailbox")
    blocked = _("the server blocks the mail as unwanted")
    return {
        (1, 1): unknown,
        (1, 2): _("the domain of the address does not exist"),
        (1, 3): _("the address is badly written"),
        (1, 6): _("the mailbox has moved"),
        (1, 10): _("the domain takes no mail"),
        (2, 1): _("the mailbox is disabled"),
        (2, 2): full,
        (2, 3): _("the mail is too big"),
        (3, 4): _("the mail is too big"),
        (4, 1): _("the server does not answer"),
        (4, 2): _("the connection was cut"),
        (4, 4): _("the domain's mail server cannot be found"),
        (4, 7): _("the server did not take the mail in time"),
        (7, 0): blocked,
        (7, 1): blocked,
        (7, 25): blocked,
        (7, 26): blocked,
    }


def _basic_meanings() -> dict[str, str]:
    return {
        "421": _("the server is busy"),
        "450": _("the mailbox is busy, or the server makes new senders wait"),
        "451": _("the server makes new senders wait"),
        "452": _("the server has no room"),
        "550": _("the server refuses this address"),
        "552": _("the mailbox is full"),
        "553": _("the address is badly written"),
        "554": _("the server blocks the mail as unwanted"),
    }
