"""Without seeing the window: what a screen reader is told on the real accessibility bus, and what is typed in reply."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from helpdesk.domain.calendar import Election
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState
from helpdesk.language.findings import finding_text
from helpdesk.services import Services, build_services
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import write_election
from helpdesk.store.engine import Store
from tests.accessibility.screen import Seat, seat
from tests.conftest import PASSWORD, SetClock, make_context
from tests.desk.tour import DIALOGS, OF_A_VOTER, OF_APPROVALS, OF_MAIL, OF_MENUS, OF_OPERATORS, furnish
from tests.voters import VoterMaker, verify_caller

TIED, OTHER, MARIE = "helene.martin@ac-rennes.fr", "helene.lefevre@ac-rennes.fr", "marie.dupont@ac-rennes.fr"


@pytest.fixture
def context(sqlite_store: Store, clock: SetClock, election: Election) -> ServiceContext:
    """The embedded store, as one sits before it."""
    with sqlite_store.write() as connection:
        write_election(connection, election, trial=True)
    return make_context(sqlite_store, clock)


@pytest.fixture
def services(context: ServiceContext) -> Services:
    return build_services(context)


@pytest.fixture
def begin(context: ServiceContext, clock: SetClock, tmp_path: Path) -> Iterator[Callable[[Operator], Seat]]:
    """Sit down and log in by typing."""
    environment = {
        "HELPDESK_DATA_DIR": str(tmp_path),
        "HELPDESK_DATABASE": f"sqlite:///{context.store.path}",
        "HELPDESK_LANGUAGE": "en",
        "HELPDESK_NOW": clock().isoformat(),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    with seat(tmp_path, environment) as sitting:

        def log_in(operator: Operator) -> Seat:
            sitting.sits_before("Log in")
            sitting.focus_comes_to("Your name")
            sitting.type(operator.name)
            assert sitting.tab_to("Password").role == "password text"
            assert sitting.nameless() == []
            sitting.type(PASSWORD)
            sitting.key("Return")
            sitting.sits_before(operator.name)
            assert sitting.focus_comes_to("Search for a voter").role == "text"
            return sitting

        yield log_in


def open_voter(sitting: Seat, said: str) -> None:
    """What the caller says, typed into the search, and Enter."""
    sitting.type(said)
    sitting.hears("1 voter found")
    sitting.key("Return")
    sitting.focus_comes_to("Voter")
    assert sitting.nameless() == []


def test_the_whole_main_job_is_heard_and_typed(
    begin: Callable[[Operator], Seat],
    services: Services,
    add_voter: VoterMaker,
    administrator: Operator,
    agent: Operator,
):
    helene = add_voter(first="Hélène", family="Martin", tied=TIED, others=(OTHER,))
    marie = add_voter(tied=MARIE, state=AccountState.ACTIVE)
    sitting = begin(agent)

    # "No mail came": found by her other address, and what to say is read out in its order.
    open_voter(sitting, OTHER)
    found = services.voters.refresh(administrator, helene, given_address=OTHER)
    findings = [finding_text(each, "Europe/Paris") for each in found.findings]
    assert len(findings) > 1
    sitting.hears(". ".join(findings))
    labels = [each.name for each in sitting.controls() if each.role == "label"]
    assert [name for name in labels if name in findings] == findings
    resend(sitting)
    assert [mail.fate for mail in services.voters.refresh(administrator, helene).mails] == ["queued"]
    sitting.sits_before(agent.name)
    sitting.focus_comes_to("Voter")  # where it was

    # "I forgot the answer": another voter, verified, and the question is reset.
    sitting.key("Escape")
    sitting.focus_comes_to("Search for a voter")
    open_voter(sitting, MARIE)
    verify(sitting, marie)
    sitting.sits_before(agent.name)
    sitting.focus_comes_to("Voter")
    reset_question(sitting)
    sitting.sits_before(agent.name)
    sitting.focus_comes_to("Voter")
    assert services.voters.refresh(administrator, marie).state is AccountState.CHALLENGE_RESET


def resend(sitting: Seat) -> None:
    """Ctrl+R, a reason, Enter once the mail is shown."""
    sitting.key("ctrl+r")
    sitting.focus_comes_to("Reason")
    assert sitting.nameless() == []
    sitting.type("not received")
    sitting.until(lambda: "enabled" in sitting.finds(role="push button", name="Send").states, "the mail to send")
    sitting.key("Return")
    sitting.hears("in the outbox")


def verify(sitting: Seat, number: str) -> None:
    """Ctrl+I, birth date and voter number, Enter."""
    sitting.key("ctrl+i")
    sitting.focus_comes_to("Birth date")
    assert sitting.nameless() == []
    sitting.type("4 mars 1980")
    sitting.tab_to("Voter number")
    sitting.type(number)
    sitting.key("Return")
    sitting.hears("the caller is verified until")


def reset_question(sitting: Seat) -> None:
    """Ctrl+Shift+R, the address to confirm, a reason, and the button itself: Enter does nothing here."""
    sitting.key("ctrl+shift+r")
    sitting.focus_comes_to("Cancel")
    assert sitting.nameless() == []
    sitting.tab_to("To confirm, type the address")
    sitting.type(MARIE)
    sitting.tab_to("Reason")
    sitting.type("answer forgotten")
    sitting.tab_to("Reset the question")
    sitting.key("space")
    sitting.hears("The question is reset")


def test_every_page_tells_a_name_a_role_and_a_state_of_each_control(
    begin: Callable[[Operator], Seat], administrator: Operator, add_voter: VoterMaker
):
    add_voter(tied=TIED)
    sitting = begin(administrator)
    wanting = {}
    for number, page in enumerate(
        ("Voters", "Mails", "Approvals", "Overview", "Audit trail", "Roll", "Settings"), start=1
    ):
        sitting.key(f"ctrl+{number}")
        sitting.until(partial(is_chosen, sitting, page), f"the page {page}")
        wanting[page] = sitting.nameless()
    assert {page: found for page, found in wanting.items() if found} == {}


@dataclass(frozen=True)
class Way:
    """How a dialog is opened: by keys, or with the button of this name; and what its window is called."""

    title: str
    keys: tuple[str, ...] = ()
    button: str = ""


WAYS = {
    "verifyDialog": Way("Verify the caller", keys=("ctrl+i",)),
    "resendDialog": Way("Resend the mail", keys=("ctrl+r",)),
    "resetChallengeDialog": Way("Reset the challenge question", keys=("ctrl+shift+r",)),
    "callDialog": Way("Log the call", keys=("ctrl+l",)),
    "addressDialog": Way("Ask for another tied address", button="Change the address"),
    "inviteDialog": Way("Invite voters in bulk", button="Invite voters"),
    "campaignsDialog": Way("Campaigns", button="Campaigns"),
    "wordingDialog": Way("Wording of mails", button="Wording of mails"),
    "approveDialog": Way("Approve the change of address", button="Approve"),
    "refuseDialog": Way("Turn down the change of address", button="Turn down"),
    "addOperatorDialog": Way("Add an operator", button="Add an operator"),
    "operatorScopeDialog": Way("Change the scope", button="Change the scope"),
    "operatorPasswordDialog": Way("Give a new password", button="New password"),
    "operatorToggleDialog": Way("Close the access", button="Close the access"),
    "incidentDialog": Way("Incident notice", keys=("alt+d", *("Down",) * 4, "Return")),
    "helpWindow": Way("User guide", keys=("F1",)),
}


def test_every_dialog_tells_a_name_a_role_and_a_state_of_each_control_and_gives_the_focus_back(
    begin: Callable[[Operator], Seat],
    services: Services,
    add_voter: VoterMaker,
    administrator: Operator,
    agent: Operator,
    clock: SetClock,
):
    """All that the walk of the desk's own tests comes to (`tests.desk.tour`)."""
    number = furnish(services, agent, add_voter, clock)
    verify_caller(services, administrator, number)
    sitting = begin(administrator)
    wanting = {}

    def look_at(*names: str) -> None:
        for name in names:
            wanting[name] = look(sitting, WAYS[name], back_to=administrator.name)

    open_voter(sitting, number)
    look_at(*OF_A_VOTER)
    for page, names in ((2, OF_MAIL), (3, OF_APPROVALS)):
        sitting.key(f"ctrl+{page}")
        look_at(*(f"{name}Dialog" for name in names))
    sitting.key("ctrl+7")
    sitting.focus_comes_to("Look")
    sitting.key("Right")
    look_at(*(f"{name}Dialog" for name in OF_OPERATORS))
    look_at(*OF_MENUS)
    assert set(wanting) == set(DIALOGS)
    assert {name: found for name, found in wanting.items() if found} == {}


def look(sitting: Seat, way: Way, *, back_to: str) -> list[str]:
    """Open it, see what its controls do not tell, and leave it: the focus is where it was."""
    if way.button:
        sitting.tab_to(way.button)
    before = sitting.focus_comes_to(way.button)
    sitting.key(*(way.keys or ("space",)))
    sitting.sits_before(way.title)
    sitting.focus_comes_to("")
    wanting = sitting.nameless()
    sitting.key("Escape")
    sitting.sits_before(back_to)
    sitting.focus_comes_to(before.name)
    return wanting


def is_chosen(sitting: Seat, page: str) -> bool:
    return "checked" in sitting.finds(role="radio button", name=page).states
