"""Words of the call log and of address changes."""

from helpdesk.domain.address_changes import ChangeState
from helpdesk.domain.contacts import Channel, ContactOutcome, Motive
from helpdesk.language.catalogue import gettext as _


def motive_text(motive: Motive) -> str:
    """What the caller wanted."""
    return {
        Motive.NO_MAIL: _("No mail came"),
        Motive.TWO_ADDRESSES: _("Which address to use"),
        Motive.DEAD_ADDRESS: _("The tied address no longer works"),
        Motive.LINK_REFUSED: _("Link expired or already used"),
        Motive.PASSWORD_REFUSED: _("Password refused"),
        Motive.PASSWORD_FORGOTTEN: _("Password forgotten"),
        Motive.ANSWER_FORGOTTEN: _("Challenge answer forgotten"),
        Motive.CODE_LOST: _("Voter code lost"),
        Motive.BALLOT_WRONG: _("A ballot is missing or wrong"),
        Motive.PORTAL_DOWN: _("Portal slow or down"),
        Motive.VOTE_QUESTION: _("Question about the vote itself"),
        Motive.OTHER: _("Something else"),
    }[motive]


def outcome_text(outcome: ContactOutcome) -> str:
    """What came of a call."""
    return {
        ContactOutcome.SOLVED: _("Solved during the call"),
        ContactOutcome.MAIL_SENT: _("Mail sent"),
        ContactOutcome.ADVISED: _("Advice given"),
        ContactOutcome.REFERRED: _("Passed on to somebody else"),
        ContactOutcome.TO_FOLLOW: _("To be followed up"),
    }[outcome]


def channel_text(channel: Channel) -> str:
    """How the voter reached the desk."""
    return {
        Channel.PHONE: _("Telephone"),
        Channel.MAIL: _("Mail"),
        Channel.VISIT: _("At the desk in person"),
    }[channel]


def change_state_text(state: ChangeState) -> str:
    """Where a change of address stands."""
    return {
        ChangeState.WAITING: _("Waiting for approval"),
        ChangeState.APPROVED: _("Approved"),
        ChangeState.REFUSED: _("Turned down"),
        ChangeState.EXPIRED: _("Expired, nobody decided"),
    }[state]
