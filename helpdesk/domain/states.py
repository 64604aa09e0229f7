"""States of accounts, mails and links, and the one table of account transitions."""

from datetime import datetime
from enum import IntEnum, StrEnum


class AccountState(StrEnum):
    """Where a voter stands on the way to a usable account.

    All but `LOCKED` are stored. `LOCKED` is what an account is *shown* as while its `locked_until` lies
    ahead: the stored state is kept, so that a lock ends by itself when its time comes.
    """

    NOT_INVITED = "not_invited"
    INVITED = "invited"
    LINK_OPENED = "link_opened"
    PASSWORD_SET = "password_set"  # noqa: S105
    ACTIVE = "active"
    CHALLENGE_RESET = "challenge_reset"
    LOCKED = "locked"


STORED_STATES = tuple(state for state in AccountState if state is not AccountState.LOCKED)


class AccountEvent(StrEnum):
    """What moves an account from one state to another."""

    LINK_ISSUED = "link_issued"
    LINK_OPENED = "link_opened"
    PASSWORD_CHOSEN = "password_chosen"  # noqa: S105
    QUESTION_CHOSEN = "question_chosen"
    CHALLENGE_RESET = "challenge_reset"


_S, _E = AccountState, AccountEvent

TRANSITIONS: dict[tuple[AccountState, AccountEvent], AccountState] = {
    (_S.NOT_INVITED, _E.LINK_ISSUED): _S.INVITED,
    (_S.INVITED, _E.LINK_ISSUED): _S.INVITED,
    (_S.LINK_OPENED, _E.LINK_ISSUED): _S.INVITED,
    (_S.PASSWORD_SET, _E.LINK_ISSUED): _S.PASSWORD_SET,
    (_S.ACTIVE, _E.LINK_ISSUED): _S.ACTIVE,
    (_S.CHALLENGE_RESET, _E.LINK_ISSUED): _S.CHALLENGE_RESET,
    (_S.INVITED, _E.LINK_OPENED): _S.LINK_OPENED,
    (_S.LINK_OPENED, _E.LINK_OPENED): _S.LINK_OPENED,
    (_S.PASSWORD_SET, _E.LINK_OPENED): _S.PASSWORD_SET,
    (_S.ACTIVE, _E.LINK_OPENED): _S.ACTIVE,
    (_S.CHALLENGE_RESET, _E.LINK_OPENED): _S.CHALLENGE_RESET,
    (_S.INVITED, _E.PASSWORD_CHOSEN): _S.PASSWORD_SET,
    (_S.LINK_OPENED, _E.PASSWORD_CHOSEN): _S.PASSWORD_SET,
    (_S.PASSWORD_SET, _E.PASSWORD_CHOSEN): _S.PASSWORD_SET,
    (_S.ACTIVE, _E.PASSWORD_CHOSEN): _S.ACTIVE,
    (_S.CHALLENGE_RESET, _E.PASSWORD_CHOSEN): _S.CHALLENGE_RESET,
    (_S.PASSWORD_SET, _E.QUESTION_CHOSEN): _S.ACTIVE,
    (_S.CHALLENGE_RESET, _E.QUESTION_CHOSEN): _S.ACTIVE,
    (_S.ACTIVE, _E.QUESTION_CHOSEN): _S.ACTIVE,
    (_S.ACTIVE, _E.CHALLENGE_RESET): _S.CHALLENGE_RESET,
}


def next_state(state: AccountState, event: AccountEvent) -> AccountState | None:
    """The stored state after `event`, or None where the table has no such step."""
    return TRANSITIONS.get((state, event))


def shown_state(state: AccountState, locked_until: datetime | None, now: datetime) -> AccountState:
    """The state to show: `LOCKED` while the lock lasts, else the stored one."""
    if locked_until is not None and now < locked_until:
        return AccountState.LOCKED
    return state


class LinkPurpose(StrEnum):
    """What a one-time link opens."""

    ACTIVATION = "activation"
    PASSWORD = "password"  # noqa: S105
    QUESTION = "question"


def link_purpose(state: AccountState) -> LinkPurpose:
    """The link that helps a voter in this stored state onwards (facts.md, "What callers want").

    A voter whose password is chosen but whose question is not logs in again through a password link, so that
    an activation link never reopens an account that already has a password.
    """
    match state:
        case AccountState.NOT_INVITED | AccountState.INVITED | AccountState.LINK_OPENED:
            return LinkPurpose.ACTIVATION
        case AccountState.CHALLENGE_RESET:
            return LinkPurpose.QUESTION
        case _:
            return LinkPurpose.PASSWORD


class LinkState(StrEnum):
    """What became of a one-time link."""

    VALID = "valid"
    USED = "used"
    REPLACED = "replaced"
    EXPIRED = "expired"


class MailKind(StrEnum):
    """What a mail says. The first three carry a link and are sent to the tied address only."""

    ACTIVATION = "activation"
    PASSWORD = "password"  # noqa: S105
    QUESTION = "question"
    QUESTION_RESET_NOTICE = "question_reset_notice"
    TIED_ADDRESS_NOTICE = "tied_address_notice"
    OTHER_ADDRESS_NOTICE = "other_address_notice"
    ACTIVATION_NOTICE = "activation_notice"
    PASSWORD_NOTICE = "password_notice"  # noqa: S105
    QUESTION_NOTICE = "question_notice"
    LOCK_NOTICE = "lock_notice"
    CODE_NOTICE = "code_notice"
    CODE_CLOSED_NOTICE = "code_closed_notice"


LINK_MAILS: dict[MailKind, LinkPurpose] = {
    MailKind.ACTIVATION: LinkPurpose.ACTIVATION,
    MailKind.PASSWORD: LinkPurpose.PASSWORD,
    MailKind.QUESTION: LinkPurpose.QUESTION,
}


class MailFate(StrEnum):
    """What is known of a mail, from the outbox to the mailbox."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    FAILED_TEMPORARILY = "failed_temporarily"
    FAILED_PERMANENTLY = "failed_permanently"
    EXPIRED = "expired"


WAITING_FATES = frozenset({MailFate.QUEUED, MailFate.SENDING, MailFate.FAILED_TEMPORARILY})
"""Fates of mails that the mailer still has to deliver."""


class MailPriority(IntEnum):
    """Who waits for whom in the outbox: a mail that somebody asked for never waits behind a campaign."""

    ASKED = 0
    BULK = 1
    HELD = 2


SENT_PRIORITIES = (MailPriority.ASKED, MailPriority.BULK)
"""Priorities that the mailer sends, in this order; mails of a paused campaign are held."""


class CampaignState(StrEnum):
    """Where a bulk invitation stands. `STOPPED` and `DONE` are ends."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class ReturnedKind(StrEnum):
    """What came back to the bounce mailbox: three kinds of bounce, a machine's answer, a person's, anything else."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    AUTO_REPLY = "auto_reply"
    REPLY = "reply"
    OTHER = "other"


class Phase(StrEnum):
    """The part of the election's calendar that a moment falls into."""

    BEFORE_OPENING = "before_opening"
    ACTIVATION = "activation"
    VOTE = "vote"
    CLOSED = "closed"


class AddressSource(StrEnum):
    """Where an address came from."""

    ROLL = "roll"
    APPROVAL = "approval"
