"""A small pure model of voters' accounts, links, sessions and mails: what must be true, without a database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from helpdesk.domain.limits import Limits
from helpdesk.domain.locks import locked_until
from helpdesk.domain.states import (
    LINK_MAILS,
    AccountEvent,
    AccountState,
    LinkPurpose,
    LinkState,
    MailKind,
    link_purpose,
    next_state,
)

LIMITS = Limits()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Link:
    """A one-time link that the portal knows."""

    voter: "Voter"
    purpose: LinkPurpose
    expires: datetime
    used: bool = False
    replaced: bool = False

    def state(self, now: datetime) -> LinkState:
        if self.used:
            return LinkState.USED
        if self.replaced:
            return LinkState.REPLACED
        return LinkState.VALID if now < self.expires else LinkState.EXPIRED


@dataclass
class Session:
    """A portal session."""

    voter: "Voter"
    created: datetime
    expires: datetime
    ended: bool = False

    def runs(self, now: datetime) -> bool:
        longest = self.created + timedelta(seconds=LIMITS.portal_session_longest_seconds)
        return not self.ended and now < min(self.expires, longest)


@dataclass
class Mail:
    """A mail that carries a link."""

    kind: MailKind
    queued_at: datetime
    generation: int
    waiting: bool = True
    untouched: bool = True
    superseded: bool = False


@dataclass
class Voter:
    """An account, as one can know it from outside."""

    number: str
    address: str
    state: AccountState = AccountState.NOT_INVITED
    generation: int = 0
    password: str | None = None
    answer: tuple[str, str] | None = None
    failures: int = 0
    locked_until: datetime | None = None
    mails: list[Mail] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    verified_until: datetime | None = None
    failed_verifications: list[datetime] = field(default_factory=list)

    def moves(self, event: AccountEvent) -> None:
        """Go where the table of states says; stay where it has no such step for an event that is allowed."""
        self.state = next_state(self.state, event) or self.state

    def wants(self, *, forgotten: bool = False) -> MailKind:
        """The mail that helps onwards."""
        if forgotten and self.password is not None:
            return MailKind.PASSWORD
        return MailKind(link_purpose(self.state))

    def waits_for(self, kind: MailKind) -> bool:
        """True when such a mail lies in the outbox, not tried yet."""
        return any(mail.kind is kind and mail.waiting and mail.untouched for mail in self.mails)

    def throttled(self, now: datetime) -> bool:
        """True when this hour or this day has had its mails."""
        times = sorted(
            (mail.queued_at for mail in self.mails if not (mail.superseded and mail.untouched)), reverse=True
        )
        allowed = ((LIMITS.resends_per_hour, HOUR), (LIMITS.resends_per_day, DAY))
        return any(len(times) >= most and times[most - 1] + span > now for most, span in allowed)

    def issues(self, kind: MailKind, now: datetime) -> None:
        """A new link is called for: older ones die, sent or still to be sent."""
        self.renews()
        self.moves(AccountEvent.LINK_ISSUED)
        self.mails.append(Mail(kind, now, self.generation))

    def renews(self) -> None:
        self.generation += 1
        for link in self.links.values():
            link.replaced = link.replaced or not link.used
        for mail in self.mails:
            if mail.waiting:
                mail.waiting, mail.superseded = False, True

    def takes_password(self, given: str, now: datetime) -> bool:
        """Whether a password is accepted; wrong ones are counted, and lock."""
        if self.locked_until is not None and now < self.locked_until:
            return False
        if given == self.password:
            if self.failures:
                self.failures, self.locked_until = 0, None
            return True
        self.failures += 1
        self.locked_until = locked_until(self.failures, now, LIMITS)
        return False

    def begins(self, token: str, now: datetime) -> None:
        expires = now + timedelta(seconds=LIMITS.portal_session_seconds)
        self.sessions[token] = Session(self, now, expires)

    def ends_sessions(self, *, but: str | None = None) -> None:
        for token, session in self.sessions.items():
            session.ended = session.ended or token != but

    def closed(self, now: datetime) -> bool:
        """True when too many verifications have failed lately."""
        window = timedelta(seconds=LIMITS.verification_closed_seconds)
        return len([at for at in self.failed_verifications if at > now - window]) >= LIMITS.verification_failures


def lifetime(purpose: LinkPurpose) -> timedelta:
    activation = purpose is LinkPurpose.ACTIVATION
    return timedelta(seconds=LIMITS.activation_link_seconds if activation else LIMITS.reset_link_seconds)


def purpose_of(kind: MailKind) -> LinkPurpose:
    return LINK_MAILS[kind]
