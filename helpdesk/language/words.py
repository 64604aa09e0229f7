"""Names of states, fates, kinds and fields, as people read them."""

from helpdesk.domain.roles import Role
from helpdesk.domain.states import AccountState, CampaignState, MailFate, MailKind, Phase, ReturnedKind
from helpdesk.domain.verification import Claim
from helpdesk.language.catalogue import gettext as _


def state_text(state: AccountState) -> str:
    """An account's state in words."""
    return {
        AccountState.NOT_INVITED: _("Never invited"),
        AccountState.INVITED: _("Invited, link not opened yet"),
        AccountState.LINK_OPENED: _("Link opened, password not chosen yet"),
        AccountState.PASSWORD_SET: _("Password chosen, challenge question missing"),
        AccountState.ACTIVE: _("Active"),
        AccountState.CHALLENGE_RESET: _("Active, a new challenge question must be chosen"),
        AccountState.LOCKED: _("Locked for now"),
    }[state]


def fate_text(fate: MailFate) -> str:
    """What is known of a mail."""
    return {
        MailFate.QUEUED: _("waiting to be sent"),
        MailFate.SENDING: _("being sent"),
        MailFate.ACCEPTED: _("accepted by the mail server"),
        MailFate.DELIVERED: _("delivered"),
        MailFate.DELAYED: _("delayed by the mail server"),
        MailFate.FAILED_TEMPORARILY: _("not taken yet, will be tried again"),
        MailFate.FAILED_PERMANENTLY: _("refused"),
        MailFate.EXPIRED: _("never sent, given up"),
    }[fate]


def mail_kind_text(kind: MailKind) -> str:
    """What a mail is about."""
    return {
        MailKind.ACTIVATION: _("Activation mail"),
        MailKind.PASSWORD: _("Mail to choose a new password"),
        MailKind.QUESTION: _("Mail to choose a challenge question"),
        MailKind.QUESTION_RESET_NOTICE: _("Notice: challenge question reset"),
        MailKind.TIED_ADDRESS_NOTICE: _("Notice: tied address changed"),
        MailKind.OTHER_ADDRESS_NOTICE: _("Notice: account tied to another address"),
        MailKind.ACTIVATION_NOTICE: _("Notice: account active"),
        MailKind.PASSWORD_NOTICE: _("Notice: password changed"),
        MailKind.QUESTION_NOTICE: _("Notice: challenge question chosen"),
        MailKind.LOCK_NOTICE: _("Notice: account locked for now"),
        MailKind.CODE_NOTICE: _("Notice: voter code issued again"),
        MailKind.CODE_CLOSED_NOTICE: _("Notice: re-issue of the code closed for now"),
    }[kind]


def campaign_state_text(state: CampaignState) -> str:
    """Where a campaign stands."""
    return {
        CampaignState.RUNNING: _("running"),
        CampaignState.PAUSED: _("paused"),
        CampaignState.STOPPED: _("stopped"),
        CampaignState.DONE: _("everybody is invited"),
    }[state]


def returned_kind_text(kind: ReturnedKind) -> str:
    """What came back."""
    return {
        ReturnedKind.PERMANENT: _("Came back for good"),
        ReturnedKind.TEMPORARY: _("Came back, may pass"),
        ReturnedKind.DELAYED: _("Delayed on its way"),
        ReturnedKind.DELIVERED: _("Delivered"),
        ReturnedKind.AUTO_REPLY: _("Automatic answer"),
        ReturnedKind.REPLY: _("Answer of a person"),
        ReturnedKind.OTHER: _("Something else"),
    }[kind]


def phase_text(phase: Phase) -> str:
    """The part of the calendar."""
    return {
        Phase.BEFORE_OPENING: _("before the portal opens"),
        Phase.ACTIVATION: _("accounts can be activated"),
        Phase.VOTE: _("the vote is open"),
        Phase.CLOSED: _("the vote is closed"),
    }[phase]


def role_text(role: Role) -> str:
    """An operator's role."""
    return {
        Role.AGENT: _("agent"),
        Role.SUPERVISOR: _("supervisor"),
        Role.ADMINISTRATOR: _("administrator"),
        Role.AUDITOR: _("auditor"),
    }[role]


def claim_text(claim: Claim) -> str:
    """What a caller can be asked for."""
    return {
        Claim.BIRTH_DATE: _("Birth date"),
        Claim.ESTABLISHMENT: _("Establishment (code or name)"),
        Claim.FAMILY_NAME: _("Birth family name"),
        Claim.VOTER_NUMBER: _("Voter number"),
        Claim.CORPS: _("Corps"),
    }[claim]


def match_text(matched: str) -> str:
    """Why a voter was found."""
    return {
        "tied_address": _("tied address"),
        "other_address": _("other address"),
        "voter_number": _("voter number"),
        "establishment": _("establishment"),
        "name": _("name"),
        "former_name": _("former name"),
        "heard": _("sounds alike"),
        "similar": _("similar spelling"),
    }[matched]
