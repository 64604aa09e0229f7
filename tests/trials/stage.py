"""What trials play on: a store in a file, its services, a clock to set, operators of each role and a few voters."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from helpdesk.domain.roles import Operator, Role
from helpdesk.services import Services, build_services
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import write_election
from helpdesk.store.engine import Store
from helpdesk.store.upgrade import upgrade_store
from tests.conftest import PASSWORD, SetClock, make_context
from tests.elections import election_around
from tests.logins import EachTheirLogin
from tests.voters import VoterMaker


@dataclass(frozen=True, slots=True)
class Stage:
    """A store that works, and who works with it."""

    folder: Path
    store: Store
    clock: SetClock
    context: ServiceContext
    services: Services
    administrator: Operator
    agent: Operator
    add_voter: VoterMaker

    @property
    def path(self) -> Path:
        """The embedded store's file."""
        assert self.store.path is not None
        return self.store.path


def memory_folder() -> Path:
    """A temporary folder in memory where there is one: what a killed process wrote is kept there as on a disk."""
    memory = Path("/dev/shm")  # noqa: S108
    return Path(tempfile.mkdtemp(prefix="helpdesk-trial-", dir=memory if os.access(memory, os.W_OK) else None))


@contextmanager
def stage(folder: Path | None = None, *, url: str | None = None, voters: int = 0) -> Iterator[Stage]:
    """A fresh store in `folder` (a temporary one if None), or in the empty database of `url`."""
    made = folder or memory_folder()
    store = Store(url or f"sqlite:///{made / 'store.db'}")
    try:
        upgrade_store(store)
        with ExitStack() as opened:
            yield staged(made, store, opened, voters=voters)
    finally:
        store.close()
        if folder is None:
            shutil.rmtree(made, ignore_errors=True)


def staged(folder: Path, store: Store, opened: ExitStack, *, voters: int) -> Stage:
    """Calendar, operators and voters put into an upgraded store that is empty."""
    clock = SetClock()
    with store.write() as connection:
        write_election(connection, election_around(), trial=store.keeps_logins)
    context = make_context(store, clock)
    services = build_services(context)
    if store.keeps_logins:  # everybody works over connections of their own login, as at a real desk
        with store.write() as connection:
            for service in ("mailer", "portal"):
                create = f"CREATE ROLE \"a {service}\" LOGIN PASSWORD '{PASSWORD}' IN ROLE helpdesk_{service}"
                connection.exec_driver_sql(create)
        everybody = EachTheirLogin(context, PASSWORD)
        services = everybody.services()
        opened.callback(everybody.close)
    administrator = services.operators.add_first("Ada Admin", PASSWORD)
    agent = services.operators.add(administrator, "Alix Agent", role=Role.AGENT, password=PASSWORD)
    add_voter = VoterMaker(context)
    for _ in range(voters):
        add_voter()
    return Stage(folder, store, clock, context, services, administrator, agent, add_voter)
