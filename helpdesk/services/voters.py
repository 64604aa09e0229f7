"""Opening a voter: everything the desk may know of one, with the diagnosis."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from helpdesk.domain.addresses import fold_address, read_pasted
from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.errors import AmbiguousVoter, VoterNotFound
from helpdesk.domain.findings import CaseFacts, LastLink, LastMail, diagnose
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import (
    LINK_MAILS,
    AccountState,
    AddressSource,
    LinkPurpose,
    MailFate,
    MailKind,
    shown_state,
)
from helpdesk.domain.voters import (
    BIRTH_DATE_MASK,
    AddressView,
    BallotView,
    LinkView,
    MailView,
    VoterDetail,
)
from helpdesk.services.address_change import change_view, waiting_change
from helpdesk.services.contacts import contact_views, contacts_of
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import GuardedAction, guarded_action, guarded_look, operator_at_work
from helpdesk.services.timeline import actions_of, timeline_of
from helpdesk.services.verification import budget_left, late_failures
from helpdesk.store.schema import (
    account,
    address,
    audit_event,
    ballot,
    enrolment,
    establishment,
    one_time_link,
    outbox,
    voter,
)
from helpdesk.store.together import Record, read_together

_COLLEAGUES = 200
_ENOUGH_COLLEAGUES = 5
_RECENT_MAILS = 50


class Voters:
    """Finding one voter exactly, and showing all that is known."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def resolve(self, actor: Operator, text: str) -> str:
        """The voter number that a number or an address means; a tied address wins over other ones.

        Raises VoterNotFound (also for voters out of scope, whose addresses tell nothing), AmbiguousVoter.
        """
        wanted = read_pasted(text)
        with self._context.store.read() as connection:
            who = operator_at_work(connection, actor, Permission.SEARCH_VOTERS)
            if "@" not in wanted:
                number: str | None = connection.scalar(select(voter.c.number).where(voter.c.number == wanted))
                if number is None and who.scope.is_everything:
                    raise VoterNotFound
                return number or wanted  # to the others, opening it tells that it is out of scope, if it is at all
            rows = connection.execute(
                select(voter.c.number, voter.c.academy, voter.c.department, address.c.tied)
                .join(address, address.c.voter_id == voter.c.id)
                .where(address.c.folded == fold_address(wanted))
            ).all()
        rows = [row for row in rows if who.scope.includes(academy=row.academy, department=row.department)]
        found = [row.number for row in rows if row.tied] or [row.number for row in rows]
        if not found:
            raise VoterNotFound
        if len(found) > 1:
            raise AmbiguousVoter(tuple(sorted(found)))
        return str(found[0])

    def open(self, actor: Operator, number: str, *, given_address: str = "") -> VoterDetail:
        """The voter's page; the view is audited. `given_address` is what the caller says their address is.

        Raises VoterNotFound, OutOfScope, OwnRecord, RoleRefused, SessionEnded.
        """
        with guarded_action(
            self._context,
            actor,
            action=Action.VOTER_VIEWED,
            permission=Permission.SEARCH_VOTERS,
            number=number,
        ) as act:
            return self._detail(act, given_address)

    def refresh(self, actor: Operator, number: str, *, given_address: str = "") -> VoterDetail:
        """The page again, while it is open: no new view in the trail. Raises what `open` raises.

        Without a view by this operator in the last hours (`limits.view_seconds`) it is one, and audited as such.
        """
        look = guarded_look(self._context, actor, permission=Permission.SEARCH_VOTERS, number=number)
        with look as seen:
            if self._viewed(seen):
                return self._detail(seen, given_address)
        return self.open(actor, number, given_address=given_address)

    def _viewed(self, seen: GuardedAction) -> bool:
        since = seen.now - timedelta(seconds=self._context.limits.view_seconds)
        view = select(audit_event.c.seq).where(
            audit_event.c.voter == seen.voter.number,
            audit_event.c.actor == seen.operator.name,
            audit_event.c.action == Action.VOTER_VIEWED,
            audit_event.c.outcome == Outcome.DONE,
            audit_event.c.at > since,
        )
        return seen.connection.scalar(view.limit(1)) is not None

    def _detail(self, act: GuardedAction, given_address: str) -> VoterDetail:
        row, now, limits = act.voter, act.now, self._context.limits
        known = read_together(
            act.connection,
            {
                "states": _state(row.id),
                "places": _place(row.establishment_id),
                "mails": _mails(row.id),
                "links": _links(row.id),
                "addresses": _addresses(row.id),
                "failures": late_failures(row.id, now, limits),
                "missing_ballots": _missing_ballots(row),
                "ballots": _ballots(row.id),
                "actions": actions_of(row.number),
                "contacts": contacts_of(row.id),
                "changes": waiting_change(row.id, now),
            },
        )
        (state,), (place,) = known["states"], known["places"]
        mails, links = _mail_views(known["mails"]), _link_views(known["links"])
        addresses = _address_views(known["addresses"], mails, limits.failing_bounces)
        stored = AccountState(state.state)
        closed_until, _ = budget_left([failure.at for failure in known["failures"]], limits)
        facts = CaseFacts(
            now=now,
            phase=act.election.phase(now),
            vote_opens=act.election.vote_opens,
            vote_closes=act.election.vote_closes,
            state=stored,
            locked_until=state.locked_until,
            tied_address=next(view.address for view in addresses if view.tied),
            other_addresses=tuple(view.address for view in addresses if not view.tied),
            given_address=read_pasted(given_address),
            mail=_last_mail(mails),
            link=_last_link(links, now),
            reissue_closed_until=state.reissue_closed_until,
            missing_ballots=tuple(each.code for each in known["missing_ballots"]),
            missing_from_roll=row.missing_since,
            tied_failing=next(view.failing for view in addresses if view.tied),
        )
        return VoterDetail(
            key=row.id,
            number=row.number,
            title=row.title,
            first_name=row.first_name,
            family_name=row.family_name,
            usage_name=row.usage_name,
            birth_date_masked=BIRTH_DATE_MASK,
            establishment_code=place.code,
            establishment_name=place.name,
            academy=row.academy,
            department=row.department,
            corps=row.corps,
            state=shown_state(stored, state.locked_until, now),
            stored_state=stored,
            locked_until=state.locked_until,
            link_generation=state.link_generation,
            addresses=addresses,
            ballots=tuple(BallotView(each.code, each.name) for each in known["ballots"]),
            verified_until=act.verified_until,
            verification_closed_until=closed_until,
            mails=mails,
            links=links,
            timeline=timeline_of(known["actions"], mails, links),
            findings=diagnose(facts),
            missing_from_roll=row.missing_since,
            contacts=contact_views(known["contacts"]),
            waiting_change=next(map(change_view, known["changes"]), None),
        )


def _state(voter_id: int) -> Select[Any]:
    columns = (account.c.state, account.c.locked_until, account.c.link_generation, account.c.reissue_closed_until)
    return select(*columns).where(account.c.voter_id == voter_id)


def _place(establishment_id: int) -> Select[Any]:
    return select(establishment.c.code, establishment.c.name).where(establishment.c.id == establishment_id)


def _addresses(voter_id: int) -> Select[Any]:
    return (
        select(address.c.address, address.c.tied, address.c.source, address.c.bounces)
        .where(address.c.voter_id == voter_id)
        .order_by(address.c.tied.desc(), address.c.id)
    )


def _address_views(rows: Sequence[Record], mails: tuple[MailView, ...], failing_from: int) -> tuple[AddressView, ...]:
    fates = {mail.to: mail.fate for mail in reversed(mails)}
    return tuple(
        AddressView(
            row.address,
            row.tied,
            AddressSource(row.source),
            fates.get(row.address),
            failing=row.bounces >= failing_from,
        )
        for row in rows
    )


def _ballots(voter_id: int) -> Select[Any]:
    return (
        select(ballot.c.code, ballot.c.name)
        .join(enrolment, enrolment.c.ballot_id == ballot.c.id)
        .where(enrolment.c.voter_id == voter_id)
        .order_by(ballot.c.id)
    )


def _mails(voter_id: int) -> Select[Any]:
    """The voter's mails, newest first."""
    return (
        select(
            outbox.c.id,
            outbox.c.kind,
            outbox.c.to_address,
            outbox.c.fate,
            outbox.c.queued_at,
            outbox.c.sent_at,
            outbox.c.answer,
            outbox.c.answer_code,
            outbox.c.attempts,
            outbox.c.next_attempt_at,
        )
        .where(outbox.c.voter_id == voter_id)
        .order_by(outbox.c.id.desc())
        .limit(_RECENT_MAILS)
    )


def _mail_views(rows: Sequence[Record]) -> tuple[MailView, ...]:
    return tuple(
        MailView(
            id=row.id,
            kind=MailKind(row.kind),
            to=row.to_address,
            fate=MailFate(row.fate),
            queued_at=row.queued_at,
            sent_at=row.sent_at,
            answer=row.answer or row.answer_code,
            attempts=row.attempts,
            next_attempt_at=row.next_attempt_at if row.fate == MailFate.FAILED_TEMPORARILY else None,
        )
        for row in rows
    )


def _links(voter_id: int) -> Select[Any]:
    """The voter's links, newest first."""
    columns = (
        one_time_link.c.purpose,
        one_time_link.c.issued,
        one_time_link.c.expires,
        one_time_link.c.opened,
        one_time_link.c.used,
        one_time_link.c.replaced,
    )
    return select(*columns).where(one_time_link.c.voter_id == voter_id).order_by(one_time_link.c.id.desc())


def _link_views(rows: Sequence[Record]) -> tuple[LinkView, ...]:
    return tuple(
        LinkView(LinkPurpose(row.purpose), row.issued, row.expires, row.opened, row.used, row.replaced) for row in rows
    )


def _last_mail(mails: tuple[MailView, ...]) -> LastMail | None:
    mail = next((mail for mail in mails if mail.kind in LINK_MAILS), None)
    if mail is None:
        return None
    return LastMail(mail.fate, mail.answer, mail.queued_at, mail.sent_at, mail.next_attempt_at)


def _last_link(links: tuple[LinkView, ...], now: datetime) -> LastLink | None:
    if not links:
        return None
    newest = links[0]
    replaced = sum(link.replaced is not None for link in links[1:])
    return LastLink(newest.state(now), newest.expires, newest.used, replaced)


def _missing_ballots(row: Record) -> Select[Any]:
    """Ballots that most of some colleagues of the same corps and académie have, and this voter has not.

    Two hundred colleagues tell; counting them all would take a tenth of a second in a large académie.
    """
    colleagues = (
        select(voter.c.id)
        .where(voter.c.corps == row.corps, voter.c.academy == row.academy, voter.c.id != row.id)
        .limit(_COLLEAGUES)
        .cte("colleagues")
    )
    asked = select(func.count()).select_from(colleagues).scalar_subquery()
    theirs = (
        select(enrolment.c.ballot_id, func.count().label("holders"))
        .where(enrolment.c.voter_id.in_(select(colleagues.c.id)))
        .group_by(enrolment.c.ballot_id)
        .subquery("theirs")
    )
    mine = select(enrolment.c.ballot_id).where(enrolment.c.voter_id == row.id)
    return (
        select(ballot.c.code)
        .join(theirs, theirs.c.ballot_id == ballot.c.id)
        .where(ballot.c.id.not_in(mine), asked >= _ENOUGH_COLLEAGUES, theirs.c.holders * 2 > asked)
        .order_by(ballot.c.id)
    )
