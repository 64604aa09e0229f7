"""What the tests share: real databases of both kinds, a clock to set, services, operators, voters."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from helpdesk.adapters.argon2 import Argon2Hasher
from helpdesk.adapters.mail_templates import MailTemplates
from helpdesk.adapters.roll_file import RollFile
from helpdesk.domain.calendar import Election
from helpdesk.domain.limits import Limits
from helpdesk.domain.roles import Operator, Role
from helpdesk.language.catalogue import speak
from helpdesk.resource_files import resource
from helpdesk.services import Services, build_services
from helpdesk.services.context import MailIdentity, ServiceContext
from helpdesk.services.elections import write_election
from helpdesk.store.engine import Store
from helpdesk.store.upgrade import upgrade_store
from tests.databases import postgresql
from tests.elections import OPENING, election_around
from tests.logins import EachTheirLogin
from tests.voters import VoterMaker

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

PASSWORD = "Correct-Horse-9-Battery"
CHEAP_ARGON2 = Limits(argon2_time_cost=1, argon2_memory_kib=8, argon2_parallelism=1)


_TESTS_BETWEEN_LOOKS = 20


def pytest_configure() -> None:
    """Garbage is looked for between tests and on the main thread, as the desk does: see `helpdesk.desk.garbage`."""
    gc.disable()


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Look after every so many tests: each look takes a tenth of a second."""
    item.session.stash[_LOOKED] = tests = item.session.stash.get(_LOOKED, 0) + 1
    if tests % _TESTS_BETWEEN_LOOKS == 0:
        gc.collect()


_LOOKED = pytest.StashKey[int]()


class SetClock:
    """A clock that stands where the test puts it."""

    def __init__(self) -> None:
        self.now = OPENING + timedelta(days=7)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    speak("en")
    yield
    speak("en")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server of this test process, as a URL without a database."""
    with postgresql(durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded empty store, copied for each test: migrations run once a session."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    store = Store(f"sqlite:///{path}")
    upgrade_store(store)
    store.close()
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    _run_sql(postgresql_server, "CREATE DATABASE helpdesk_template")
    store = Store(f"{postgresql_server}/helpdesk_template")
    upgrade_store(store)
    store.close()
    return "helpdesk_template"


def _run_sql(server: str, statement: str) -> None:
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def drop_logins(server: str) -> None:
    """Remove the logins that a test made: they belong to the server, not to the test's database."""
    of_helpdesk = (
        "SELECT DISTINCT quote_ident(login.rolname) FROM pg_roles AS login JOIN pg_auth_members ON member = login.oid"
        " JOIN pg_roles AS granted ON granted.oid = roleid"
        " WHERE granted.rolname LIKE 'helpdesk\\_%' AND login.rolname NOT LIKE 'helpdesk\\_%' AND NOT login.rolsuper"
    )
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in connection.scalars(text(of_helpdesk)).all():
            connection.execute(text(f"DROP ROLE {name}"))
    engine.dispose()


@pytest.fixture
def sqlite_store(tmp_path: Path, sqlite_template: Path) -> Iterator[Store]:
    path = tmp_path / "store.db"
    shutil.copy(sqlite_template, path)
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


@pytest.fixture
def postgresql_store(postgresql_server: str, postgresql_template: str) -> Iterator[Store]:
    name = f"helpdesk_{os.urandom(6).hex()}"
    _run_sql(postgresql_server, f"CREATE DATABASE {name} TEMPLATE {postgresql_template}")
    store = Store(f"{postgresql_server}/{name}")
    yield store
    store.close()
    _run_sql(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")
    drop_logins(postgresql_server)


@pytest.fixture
def empty_postgresql(postgresql_server: str) -> Iterator[Callable[[], str]]:
    """Makes databases without any table; their URLs."""
    made: list[str] = []

    def make() -> str:
        name = f"helpdesk_{os.urandom(6).hex()}"
        _run_sql(postgresql_server, f"CREATE DATABASE {name}")
        made.append(name)
        return f"{postgresql_server}/{name}"

    yield make
    for name in made:
        _run_sql(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")
    drop_logins(postgresql_server)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Store:
    """An empty store, once on SQLite and once on PostgreSQL."""
    store: Store = request.getfixturevalue(f"{request.param}_store")
    return store


@pytest.fixture
def election() -> Election:
    return election_around()


def make_context(store: Store, clock: Callable[[], datetime]) -> ServiceContext:
    return ServiceContext(
        store=store,
        clock=clock,
        limits=CHEAP_ARGON2,
        hasher=Argon2Hasher(CHEAP_ARGON2),
        renderer=MailTemplates(resource("mail")),
        read_roll=RollFile(),
        mail=MailIdentity(
            sender="elections@ac-rennes.example",
            portal_url="https://portail.example.org",
            desk_phone="02 23 21 77 77",
            desk_hours="8h-18h",
        ),
    )


@pytest.fixture
def context(database: Store, clock: SetClock, election: Election) -> ServiceContext:
    """A server goes by its own clock, but in a store made for trials, where the tests' clock holds."""
    with database.write() as connection:
        write_election(connection, election, trial=database.keeps_logins)
    return make_context(database, clock)


@pytest.fixture
def services(context: ServiceContext) -> Iterator[Services]:
    """On a server, everybody works over connections of their own login: what the rights lack shows in every test."""
    if not context.store.keeps_logins:
        yield build_services(context)
        return
    with context.store.write() as connection:
        for service in ("mailer", "portal"):
            create = f"CREATE ROLE \"a {service}\" LOGIN PASSWORD '{PASSWORD}' IN ROLE helpdesk_{service}"
            connection.exec_driver_sql(create)
    each = EachTheirLogin(context, PASSWORD)
    yield each.services()
    each.close()


@pytest.fixture
def administrator(services: Services) -> Operator:
    return services.operators.add_first("Ada Admin", PASSWORD)


@pytest.fixture
def add_operator(services: Services, administrator: Operator) -> Callable[..., Operator]:
    """Adds an operator of a role, with a scope or a voter number if given."""

    def add(name: str, role: Role = Role.AGENT, **more: object) -> Operator:
        return services.operators.add(administrator, name, role=role, password=PASSWORD, **more)  # type: ignore[arg-type]

    return add


@pytest.fixture
def agent(add_operator: Callable[..., Operator]) -> Operator:
    return add_operator("Alix Agent")


@pytest.fixture
def supervisor(add_operator: Callable[..., Operator]) -> Operator:
    return add_operator("Sam Supervisor", Role.SUPERVISOR)


@pytest.fixture
def auditor(add_operator: Callable[..., Operator]) -> Operator:
    return add_operator("Odile Auditor", Role.AUDITOR)


@pytest.fixture
def add_voter(context: ServiceContext) -> VoterMaker:
    """Adds voters straight into the tables, in any state, with the search index kept in step."""
    return VoterMaker(context)
