"""What the program can do: one module a capability, one function a use case, sole owners of transactions."""

from dataclasses import dataclass

from helpdesk.services.access import Access
from helpdesk.services.activation import Activation
from helpdesk.services.address_change import AddressChanges
from helpdesk.services.audit import Trail
from helpdesk.services.backups import Backups
from helpdesk.services.ballots import Ballots
from helpdesk.services.bounces import Bounces
from helpdesk.services.calendar import Calendar
from helpdesk.services.challenge import Challenge
from helpdesk.services.code_reissue import CodeReissue
from helpdesk.services.contacts import Contacts
from helpdesk.services.context import ServiceContext
from helpdesk.services.drafts import Drafts
from helpdesk.services.elections import Elections
from helpdesk.services.form_drafts import FormDrafts
from helpdesk.services.health import Health
from helpdesk.services.incidents import Incidents
from helpdesk.services.invitations import Invitations
from helpdesk.services.link_requests import LinkRequests
from helpdesk.services.mail_desk import MailDesk
from helpdesk.services.mail_wording import MailWordings
from helpdesk.services.one_time_links import OneTimeLinks
from helpdesk.services.operators import Operators
from helpdesk.services.outbox import Outbox
from helpdesk.services.own_account import OwnAccount
from helpdesk.services.portal_sessions import PortalSessions
from helpdesk.services.retention import Retention
from helpdesk.services.roll import Rolls
from helpdesk.services.roll_columns import RollColumns
from helpdesk.services.search import Search
from helpdesk.services.setup import Setup
from helpdesk.services.shortlist import Shortlist
from helpdesk.services.statistics import Statistics
from helpdesk.services.trial import Trial
from helpdesk.services.verification import Verification
from helpdesk.services.voter_space import VoterSpaces
from helpdesk.services.voters import Voters


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a front may call."""

    setup: Setup
    elections: Elections
    operators: Operators
    search: Search
    voters: Voters
    verification: Verification
    activation: Activation
    challenge: Challenge
    rolls: Rolls
    outbox: Outbox
    bounces: Bounces
    mail_desk: MailDesk
    mail_wordings: MailWordings
    invitations: Invitations
    trail: Trail
    trial: Trial
    ballots: Ballots
    link_requests: LinkRequests
    one_time_links: OneTimeLinks
    portal_sessions: PortalSessions
    own_account: OwnAccount
    voter_spaces: VoterSpaces
    code_reissue: CodeReissue
    contacts: Contacts
    address_changes: AddressChanges
    drafts: Drafts
    form_drafts: FormDrafts
    shortlist: Shortlist
    health: Health
    incidents: Incidents
    backups: Backups
    calendar: Calendar
    roll_columns: RollColumns
    statistics: Statistics
    retention: Retention
    access: Access


def build_services(context: ServiceContext) -> Services:
    """One of each, over the same store, clock and ports."""
    return Services(
        setup=Setup(context),
        elections=Elections(context),
        operators=Operators(context),
        search=Search(context),
        voters=Voters(context),
        verification=Verification(context),
        activation=Activation(context),
        challenge=Challenge(context),
        rolls=Rolls(context),
        outbox=Outbox(context),
        bounces=Bounces(context),
        mail_desk=MailDesk(context),
        mail_wordings=MailWordings(context),
        invitations=Invitations(context),
        trail=Trail(context),
        trial=Trial(context),
        ballots=Ballots(context),
        link_requests=LinkRequests(context),
        one_time_links=OneTimeLinks(context),
        portal_sessions=PortalSessions(context),
        own_account=OwnAccount(context),
        voter_spaces=VoterSpaces(context),
        code_reissue=CodeReissue(context),
        contacts=Contacts(context),
        address_changes=AddressChanges(context),
        drafts=Drafts(context),
        form_drafts=FormDrafts(context),
        shortlist=Shortlist(context),
        health=Health(context),
        incidents=Incidents(context),
        backups=Backups(context),
        calendar=Calendar(context),
        roll_columns=RollColumns(context),
        statistics=Statistics(context),
        retention=Retention(context),
        access=Access(context),
    )
