"""`make screenshots`: pictures of every screen, over a trial store of invented voters, into a folder."""

import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from sqlalchemy import insert, select

from helpdesk.adapters.ballot_file import read_ballots
from helpdesk.adapters.secrets import KeyringSecrets
from helpdesk.demo.sample_roll import write_sample
from helpdesk.desk.context import DeskContext
from helpdesk.domain.contacts import Channel, Contact, ContactOutcome, Motive
from helpdesk.domain.roles import Operator, Role
from helpdesk.domain.states import AccountState
from helpdesk.domain.verification import Claim
from helpdesk.resource_files import resource
from helpdesk.services import Services, build_services
from helpdesk.store.engine import Store
from helpdesk.store.schema import account, address, verification, voter
from helpdesk.store.upgrade import upgrade_store
from tests.conftest import PASSWORD, make_context
from tests.desk.screenshots import Cast, take_screenshots
from tests.elections import election_around

NOW = datetime(2026, 11, 24, 9, 32, tzinfo=UTC)


def pass_on(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """What Qt says, but for what the offscreen platform says of every window."""
    if "propagateSizeHints" not in message:
        sys.stderr.write(f"{message}\n")


def main(folder: Path, only: str) -> None:
    """Build the store, take the pictures, say how many."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-pictures-") as place:
        store = Store(f"sqlite:///{Path(place, 'helpdesk.db')}")
        upgrade_store(store)
        context = make_context(store, lambda: NOW)
        services = build_services(context)
        services.setup.set_election(election_around(), trial=True)
        administrator = services.operators.add_first("Ada Admin", PASSWORD)
        agent = services.operators.add(administrator, "Alix Martin", role=Role.AGENT, password=PASSWORD)
        write_sample(Path(place, "roll.csv"), voters=1500, seed=3)
        services.rolls.import_roll(administrator, Path(place, "roll.csv"))
        services.ballots.import_ballots(administrator, read_ballots(resource("ballots", "sample.toml")), file_name="")
        services.trial.spread_cases()
        cast = choose_cast(store, services, agent)
        live(services, agent, administrator, cast)
        desk = DeskContext(
            services=services,
            secrets=KeyringSecrets(),
            mailer=None,
            clock=lambda: NOW,
            database_label="helpdesk.db",
        )
        taken = take_screenshots(desk, agent, administrator, cast, folder, only=only)
        store.close()
    sys.stdout.write(f"{taken} pictures in {folder}\n")


def live(services: Services, agent: Operator, administrator: Operator, cast: Cast) -> None:
    """Calls, promises, requests and notes, as a desk has them after a morning."""
    today = NOW.date()
    for hours, number, motive, outcome, note in (
        (26, cast.active, Motive.NO_MAIL, ContactOutcome.MAIL_SENT, "Boîte pleine, a fait de la place."),
        (3, cast.active, Motive.ANSWER_FORGOTTEN, ContactOutcome.TO_FOLLOW, "Rappeler après 17 h."),
        (2, cast.waiting, Motive.TWO_ADDRESSES, ContactOutcome.ADVISED, ""),
        (1, cast.other_address, Motive.DEAD_ADDRESS, ContactOutcome.REFERRED, "Vu avec la DSI."),
    ):
        day = today if outcome is ContactOutcome.TO_FOLLOW else None
        started = NOW - timedelta(hours=hours)
        services.contacts.log(agent, number, Contact(started, Channel.PHONE, motive, outcome, note, day))
    services.voters.open(agent, cast.other_address)
    services.drafts.keep(agent, cast.waiting, "Demande si le scrutin CAPD")
    services.shortlist.pin(agent, cast.active)
    services.voters.open(agent, cast.active)
    for number, who in ((cast.other_address, agent), (cast.waiting, administrator)):
        detail = services.voters.open(who, number)
        others = [address.address for address in detail.addresses if not address.tied]
        claims = {Claim.VOTER_NUMBER: number, Claim.CORPS: detail.corps}
        assert services.verification.verify(who, number, claims).matched
        services.address_changes.request(
            who,
            number,
            wanted=others[0] if others else "nouvelle.adresse@ac-rennes.fr",
            reason="Boîte fermée",
            evidence="Annuaire académique, fiche du 24 novembre",
        )


def choose_cast(store: Store, services: Services, agent: Operator) -> Cast:
    """Voters whose pages tell the most."""
    with store.write() as connection:
        tied_and_other = (
            select(voter.c.id, voter.c.number, voter.c.family_name, address.c.address)
            .join(account, account.c.voter_id == voter.c.id)
            .join(address, (address.c.voter_id == voter.c.id) & ~address.c.tied)
            .where(voter.c.usage_name != "")
            .order_by(voter.c.id)
        )
        other = connection.execute(tied_and_other.where(account.c.state == AccountState.INVITED)).first()
        active = connection.execute(tied_and_other.where(account.c.state == AccountState.ACTIVE)).first()
        waiting = connection.execute(tied_and_other.where(account.c.state == AccountState.NOT_INVITED)).first()
        assert other is not None
        assert active is not None
        assert waiting is not None
        verified = {"operator_id": agent.id, "voter_id": active.id, "at": NOW, "matched": True}
        connection.execute(insert(verification).values(**verified, expires=NOW.replace(minute=47)))
    services.activation.resend(agent, waiting.number, reason="message non reçu")
    return Cast(
        query="martin",
        waiting=waiting.number,
        other_address=other.number,
        caller_says=other.address,
        active=active.number,
    )


if __name__ == "__main__":
    qInstallMessageHandler(pass_on)
    main(Path(sys.argv[1]), "".join(sys.argv[2:3]))
