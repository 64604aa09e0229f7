"""Putting mails into the outbox, in the transaction of the change that they tell of."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, insert, select, update

from helpdesk.domain.mail_pace import domain_of
from helpdesk.domain.mail_wording import Wording
from helpdesk.domain.ports import MailFacts
from helpdesk.domain.states import (
    LINK_MAILS,
    WAITING_FATES,
    LinkPurpose,
    MailFate,
    MailKind,
    MailPriority,
)
from helpdesk.services.context import ServiceContext
from helpdesk.store.schema import account, address, one_time_link, outbox
from helpdesk.store.together import Record

SUPERSEDED = "superseded"
"""The answer code of a mail that a newer one replaced before it was sent."""

CANCELLED = "cancelled"
"""The answer code of a mail that the desk took back before it was sent."""

NEVER_SENT: ColumnElement[bool] = outbox.c.answer_code.in_((SUPERSEDED, CANCELLED)) & (outbox.c.attempts == 0)
"""Mails that nobody ever tried to send; they count for no throttle."""


def queue_mail(
    connection: Connection,
    context: ServiceContext,
    voter: Record,
    *,
    kind: MailKind,
    to: str,
    generation: int,
    now: datetime,
) -> int:
    """Add a row to the outbox; its number. The row holds no link: the mailer derives that when it sends."""
    row = new_mail(context, voter.id, kind=kind, language=voter.language, to=to, generation=generation, now=now)
    return int(connection.execute(insert(outbox).values(row).returning(outbox.c.id)).scalar_one())


def tell_every_address(
    connection: Connection, context: ServiceContext, voter: Record, *, kind: MailKind, generation: int, now: datetime
) -> int:
    """Tell a voter of a change at every known address (NIST SP 800-63B-4, 4.6); how many mails.

    Whoever took over one mailbox cannot keep the change from the others.
    """
    known = connection.scalars(
        select(address.c.address).where(address.c.voter_id == voter.id).order_by(address.c.id)
    ).all()
    for to in known:
        queue_mail(connection, context, voter, kind=kind, to=to, generation=generation, now=now)
    return len(known)


def new_mail(
    context: ServiceContext,
    voter_id: int,
    *,
    kind: MailKind,
    language: str,
    to: str,
    generation: int,
    now: datetime,
    campaign: int | None = None,
) -> dict[str, object]:
    """A row of the outbox. A mail of a campaign waits behind every other, and lives longer."""
    limits = context.limits
    lifetime = limits.mail_lifetime_seconds if campaign is None else limits.bulk_lifetime_seconds
    return {
        "message_id": f"{uuid.uuid4()}@{context.mail.domain}",
        "voter_id": voter_id,
        "kind": kind,
        "language": language,
        "to_address": to,
        "domain": domain_of(to),
        "generation": generation,
        "queued_at": now,
        "next_attempt_at": now,
        "expires_at": now + timedelta(seconds=lifetime),
        "priority": MailPriority.ASKED if campaign is None else MailPriority.BULK,
        "campaign_id": campaign,
    }


def renew_links(connection: Connection, voter_id: int, now: datetime) -> int:
    """Make every older link of a voter dead, sent or still waiting to be; the new link generation."""
    generation: int = connection.execute(
        update(account)
        .where(account.c.voter_id == voter_id)
        .values(link_generation=account.c.link_generation + 1)
        .returning(account.c.link_generation)
    ).scalar_one()
    connection.execute(
        update(one_time_link)
        .where(
            one_time_link.c.voter_id == voter_id,
            one_time_link.c.used.is_(None),
            one_time_link.c.replaced.is_(None),
        )
        .values(replaced=now)
    )
    connection.execute(
        update(outbox)
        .where(outbox.c.voter_id == voter_id, outbox.c.kind.in_(LINK_MAILS), outbox.c.fate.in_(WAITING_FATES))
        .values(fate=MailFate.EXPIRED, answer_code=SUPERSEDED, leased_by=None, leased_until=None)
    )
    return generation


def tied_address(connection: Connection, voter_id: int) -> str:
    """The one address that the voter's account is tied to."""
    found: str = connection.execute(
        select(address.c.address).where(address.c.voter_id == voter_id, address.c.tied)
    ).scalar_one()
    return found


def link_lifetime(context: ServiceContext, purpose: LinkPurpose) -> int:
    """How long a link of this purpose works, in seconds."""
    limits = context.limits
    activation = purpose is LinkPurpose.ACTIVATION
    return limits.activation_link_seconds if activation else limits.reset_link_seconds


def mail_facts(
    context: ServiceContext,
    voter: Record,
    *,
    kind: MailKind,
    election_name: str,
    tied: str,
    link: str | None,
    wording: Wording | None,
) -> MailFacts:
    """What a mail may say. `tied` is masked where the mail goes to another address."""
    purpose = LINK_MAILS.get(kind, LinkPurpose.QUESTION)
    return MailFacts(
        kind=kind,
        language=voter.language,
        greeting_name=f"{voter.first_name} {voter.usage_name or voter.family_name}",
        election_name=election_name,
        tied_address=tied,
        link=link,
        link_hours=link_lifetime(context, purpose) // 3600,
        desk_phone=context.mail.desk_phone,
        desk_hours=context.mail.desk_hours,
        portal_url=context.mail.portal_url,
        wording=wording,
    )
