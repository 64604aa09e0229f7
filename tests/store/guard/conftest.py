"""A store on a real server with one login for each kind of person and service, and plain connections as each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import insert, select, text

from helpdesk.domain.roles import Role
from helpdesk.domain.states import AccountState
from helpdesk.services import Services, build_services
from helpdesk.services.elections import write_election
from helpdesk.store.engine import Store
from helpdesk.store.schema import operator, operator_scope, voter
from tests.conftest import PASSWORD, make_context
from tests.elections import election_around
from tests.voters import VoterMaker

RENNES, ACTIVE, WAITING, NANTES, OWN = "10000001", "10000002", "10000003", "44000001", "10000009"


def server_time() -> datetime:
    return datetime.now(UTC)


@dataclass
class Cell:
    """The support cell's database and the people at it."""

    store: Store
    services: Services
    ids: dict[str, int]
    connections: list[psycopg.Connection] = field(default_factory=list)

    def connect(self, who: str) -> psycopg.Connection:
        """A plain connection with the person's own login, as psql would make."""
        url = self.store.url
        connection = psycopg.connect(
            host=url.host, port=url.port, dbname=url.database, user=who, password=PASSWORD, connect_timeout=5
        )
        self.connections.append(connection)
        return connection


PEOPLE = {
    "alix agent": (Role.AGENT, ("academy", "Rennes"), OWN),
    "abel agent": (Role.AGENT, None, None),
    "sam supervisor": (Role.SUPERVISOR, None, None),
    "sofia supervisor": (Role.SUPERVISOR, ("academy", "Rennes"), None),
    "ada admin": (Role.ADMINISTRATOR, None, None),
    "odile auditor": (Role.AUDITOR, None, None),
    "denis disabled": (Role.AGENT, None, None),
}


@pytest.fixture
def cell(postgresql_store: Store) -> Iterator[Cell]:
    """Voters in and out of Alix's scope, Alix among them; time is the server's own."""
    now = server_time()
    with postgresql_store.write() as connection:
        write_election(connection, election_around(now - timedelta(days=7)), trial=False)
        for name, (role, scope, own) in PEOPLE.items():
            values = {"name": name.title(), "folded": name, "role": role, "created": now, "voter_number": own}
            made = insert(operator).values(values).returning(operator.c.id)
            made_id = connection.execute(made).scalar_one()
            if scope is not None:
                connection.execute(insert(operator_scope).values(operator_id=made_id, kind=scope[0], value=scope[1]))
            connection.execute(
                text("SELECT helpdesk.create_login(:login, :verifier)"),
                {"login": name, "verifier": verifier(connection, name)},
            )
        connection.execute(text("UPDATE operator SET disabled = now() WHERE folded = 'denis disabled'"))
        for name, group in (("a mailer", "helpdesk_mailer"), ("a portal", "helpdesk_portal"), ("nobody", None)):
            create = f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{verifier(connection, name)}'"
            connection.exec_driver_sql(create)
            connection.exec_driver_sql(f'GRANT {group or "helpdesk_desk"} TO "{name}"')
    context = make_context(postgresql_store, server_time)
    add = VoterMaker(context)
    add(RENNES, first="Marie", family="Dupont")
    add(ACTIVE, first="Jean", family="Martin", state=AccountState.ACTIVE, others=("jean.m@ac-rennes.fr",))
    add(WAITING, first="Anne", family="Leroy", state=AccountState.INVITED)
    add(NANTES, first="Zacharie", family="Zanzibar", academy="Nantes", department="44", state=AccountState.ACTIVE)
    add(OWN, first="Alix", family="Agent")
    services = build_services(context)
    with postgresql_store.read() as connection:
        ids = {row.number: row.id for row in connection.execute(select(voter.c.number, voter.c.id))}
        ids |= {row.folded: row.id for row in connection.execute(select(operator.c.folded, operator.c.id))}
    made = Cell(postgresql_store, services, ids)
    yield made
    for connection in made.connections:
        connection.close()


def verifier(connection, login: str) -> str:
    """What the server keeps of the password, computed on this side."""
    driver = connection.connection.driver_connection
    return driver.pgconn.encrypt_password(PASSWORD.encode(), login.encode(), b"scram-sha-256").decode()
