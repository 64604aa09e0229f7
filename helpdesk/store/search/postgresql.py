"""Running a plan on PostgreSQL: one call of a function of the database, which works through the probes there.

The function `helpdesk.search_voters` (`guard/sql/6_search.sql`) runs as the owner of the index and limits the answer
to the scope of the operator. It looks at the operator too: a keystroke is one round trip.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from helpdesk.domain.roles import Operator
from helpdesk.domain.search import SearchFilters
from helpdesk.store.search.found import FoundVoter, read_found
from helpdesk.store.search.plan import Plan

if TYPE_CHECKING:
    import psycopg

_NAME = b"helpdesk_search"
_SEARCH = b"SELECT role, voters FROM helpdesk.search_voters($1::jsonb, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
_to_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def prepare_search(connection: "psycopg.Connection") -> None:
    """Make a new connection ready for `search_postgresql`."""
    connection.autocommit = True
    _sound(connection, connection.pgconn.prepare(_NAME, _SEARCH))


def search_postgresql(
    connection: "psycopg.Connection",
    plan: Plan,
    *,
    operator: Operator,
    filters: SearchFilters,
    now: datetime,
    limit: int,
) -> tuple[str | None, list[FoundVoter]]:
    """The operator's role as stored now (None when they may not work), and the voters in order of the probes.

    By libpq itself: a cursor would take as long for its own as the server for a quick search.
    """
    given = (
        _to_json(list(plan.probes())), str(limit), str(operator.id), operator.name, filters.academy,
        filters.department, filters.establishment, filters.corps, filters.state or "", now.isoformat(),
    )  # fmt: skip
    row = _sound(connection, connection.pgconn.exec_prepared(_NAME, [each.encode() for each in given]))
    role, found = row.get_value(0, 0), row.get_value(0, 1)
    return (role.decode() if role else None), read_found((found or b"").decode())


def _sound(connection: "psycopg.Connection", result: "psycopg.pq.abc.PGresult") -> "psycopg.pq.abc.PGresult":
    """The result of a statement that went well. Raises psycopg's error for one that did not."""
    from psycopg import OperationalError  # noqa: PLC0415 (only where there is a server)
    from psycopg.errors import error_from_result  # noqa: PLC0415
    from psycopg.pq import ConnStatus, ExecStatus  # noqa: PLC0415

    if result.status in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        return result
    if connection.pgconn.status == ConnStatus.BAD:
        raise OperationalError(connection.pgconn.get_error_message())
    raise error_from_result(result)
