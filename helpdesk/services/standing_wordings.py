"""The wordings in force: what the mailer and every preview read in place of the texts that the program ships."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, func, select

from helpdesk.domain.mail_wording import Wording, faults
from helpdesk.domain.states import MailKind
from helpdesk.store.schema import mail_wording

_NEWEST = (
    select(mail_wording.c.kind, mail_wording.c.language, func.max(mail_wording.c.version).label("version"))
    .group_by(mail_wording.c.kind, mail_wording.c.language)
    .subquery()
)
_IN_FORCE = select(mail_wording.c.kind, mail_wording.c.language, mail_wording.c.subject, mail_wording.c.body).join(
    _NEWEST,
    (mail_wording.c.kind == _NEWEST.c.kind)
    & (mail_wording.c.language == _NEWEST.c.language)
    & (mail_wording.c.version == _NEWEST.c.version),
)


def standing_wordings(connection: Connection) -> Mapping[tuple[MailKind, str], Wording]:
    """The wordings that take the place of the program's own, by kind and language.

    One that got into the store by another way than the service and breaks a rule is passed over: a mail without its
    link would be worse than one in the shipped words.
    """
    found: dict[tuple[MailKind, str], Wording] = {}
    for row in connection.execute(_IN_FORCE):
        wording = stored_wording(row)
        if wording is not None and _is_fit(MailKind(row.kind), wording):
            found[MailKind(row.kind), row.language] = wording
    return found


def stored_wording(row: Any) -> Wording | None:  # noqa: ANN401 (a row)
    """What a row of the table holds; None where it says to go back to the shipped text."""
    return Wording(row.subject, row.body) if row.body else None


@lru_cache(maxsize=64)
def _is_fit(kind: MailKind, wording: Wording) -> bool:
    return not faults(kind, wording)
