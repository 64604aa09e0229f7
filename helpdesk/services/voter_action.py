"""The one path of what voters do to their own account: begin, lock, check, act, audit, commit.

The counterpart of `guard` for the portal. It reads no more of a voter than a page needs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Row, insert, select, update

from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.calendar import Election
from helpdesk.domain.errors import PortalSessionEnded, Refusal
from helpdesk.domain.limits import Limits
from helpdesk.domain.links import token_hash
from helpdesk.domain.states import MailKind
from helpdesk.domain.voter_password import own_words
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import record_refusal
from helpdesk.services.mail_queue import tell_every_address, tied_address
from helpdesk.store.audit_chain import append
from helpdesk.store.engine import lock_voter
from helpdesk.store.schema import account, portal_session, voter

PORTAL = "portal"
"""The actor of the trail where a voter acted, or somebody who may not be one."""

_VOTER_COLUMNS: tuple[Column[Any], ...] = (
    voter.c.id,
    voter.c.number,
    voter.c.first_name,
    voter.c.family_name,
    voter.c.usage_name,
    voter.c.language,
)
_RENEWAL = timedelta(minutes=1)  # how often, at most, a page that is looked at renews its session


@dataclass(slots=True)
class VoterAction:
    """What an action of a voter works with, inside its transaction. `detail` must hold no secret."""

    connection: Connection
    now: datetime
    voter: Row[Any]
    account: Row[Any]
    election: Election
    detail: dict[str, str] = field(default_factory=dict)
    outcome: Outcome = Outcome.DONE
    silent: bool = False


@contextmanager
def voter_action(context: ServiceContext, *, action: Action, number: str) -> Iterator[VoterAction]:
    """Run the body of an action on one voter's own account, under the voter's lock.

    A refusal is rolled back, audited by itself and raised again. Set `silent` where nothing was changed.
    """
    now = context.clock()
    try:
        with context.store.write() as connection:
            lock_voter(connection, number)
            act = VoterAction(connection, now, *voter_and_account(connection, number), current_election(connection))
            yield act
            if not act.silent:
                append(
                    connection,
                    at=now,
                    actor=PORTAL,
                    action=action,
                    outcome=act.outcome,
                    voter=number,
                    detail=act.detail,
                )
    except Refusal as refusal:
        record_refusal(context, PORTAL, action, refusal, number=number)
        raise


def voter_and_account(connection: Connection, number: str) -> tuple[Row[Any], Row[Any]]:
    """The voter's names and account. Raises PortalSessionEnded for a voter who left the roll meanwhile."""
    row = connection.execute(select(*_VOTER_COLUMNS).where(voter.c.number == number)).first()
    if row is None:
        raise PortalSessionEnded
    state = connection.execute(select(account).where(account.c.voter_id == row.id)).one()
    return row, state


def number_of_session(connection: Connection, token: str, now: datetime, limits: Limits) -> str:
    """The voter number of a portal session. Raises PortalSessionEnded for one that is over or never was."""
    row = connection.execute(
        select(voter.c.number, portal_session.c.created, portal_session.c.expires)
        .join(voter, voter.c.id == portal_session.c.voter_id)
        .where(portal_session.c.token_hash == token_hash(token), portal_session.c.ended.is_(None))
    ).first()
    longest = timedelta(seconds=limits.portal_session_longest_seconds)
    if row is None or now >= row.expires or now >= row.created + longest:
        raise PortalSessionEnded
    return str(row.number)


def still_in_session(act: VoterAction, token: str, limits: Limits) -> None:
    """Raise PortalSessionEnded unless the session is this voter's and still runs, now that the lock is held."""
    if number_of_session(act.connection, token, act.now, limits) != act.voter.number:
        raise PortalSessionEnded


def renew_session(context: ServiceContext, token: str) -> None:
    """Let a session that is in use run on, `portal_session_seconds` from now; written once a minute at most."""
    now = context.clock()
    until = now + timedelta(seconds=context.limits.portal_session_seconds)
    mine = (portal_session.c.token_hash == token_hash(token)) & portal_session.c.ended.is_(None)
    with context.store.read() as connection:
        expires = connection.scalar(select(portal_session.c.expires).where(mine))
    if expires is not None and until - expires >= _RENEWAL:
        with context.store.write() as connection:
            connection.execute(update(portal_session).where(mine).values(expires=until))


def begin_session(act: VoterAction, token: str, limits: Limits) -> None:
    """Start a portal session, known from now on by the hash of its token."""
    act.connection.execute(
        insert(portal_session).values(
            voter_id=act.voter.id,
            token_hash=token_hash(token),
            created=act.now,
            expires=act.now + timedelta(seconds=limits.portal_session_seconds),
        )
    )


def end_sessions(act: VoterAction, *, but: str | None = None) -> None:
    """End every session of the voter, except that of the token `but`."""
    running = (portal_session.c.voter_id == act.voter.id) & portal_session.c.ended.is_(None)
    if but is not None:
        running &= portal_session.c.token_hash != token_hash(but)
    act.connection.execute(update(portal_session).where(running).values(ended=act.now))


def tell_voter(context: ServiceContext, act: VoterAction, kind: MailKind) -> None:
    """Queue the mails that tell the voter of a change, to every known address (facts.md rule 6)."""
    tell_every_address(
        act.connection, context, act.voter, kind=kind, generation=act.account.link_generation, now=act.now
    )


def change_account(act: VoterAction, **values: object) -> None:
    """Write columns of the voter's account."""
    act.connection.execute(update(account).where(account.c.voter_id == act.voter.id).values(values))


def own_words_of(connection: Connection, row: Row[Any]) -> tuple[str, ...]:
    """What is no secret of this voter: names and address."""
    return own_words(
        first_name=row.first_name,
        family_name=row.family_name,
        usage_name=row.usage_name,
        tied_address=tied_address(connection, row.id),
    )


def called(row: Row[Any]) -> str:
    """The voter's name as it is shown."""
    return f"{row.first_name} {row.usage_name or row.family_name}"
