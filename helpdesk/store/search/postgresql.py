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
from helpdesk.store.search.plan import Like, Plan, Probe

if TYPE_CHECKING:
    import psycopg

_SEARCH = "SELECT role, voters FROM helpdesk.search_voters(%s::jsonb, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def search_postgresql(
    connection: "psycopg.Connection",
    plan: Plan,
    *,
    operator: Operator,
    filters: SearchFilters,
    now: datetime,
    limit: int,
) -> tuple[str | None, list[FoundVoter]]:
    """The operator's role as stored now (None when they may not work), and the voters in order of the probes."""
    probes = json.dumps([_row(probe) for probe in plan.probes], ensure_ascii=False)
    given = (
        probes, limit, operator.id, operator.name, filters.academy, filters.department,
        filters.establishment, filters.corps, filters.state or "", now,
    )  # fmt: skip
    role, found = connection.execute(_SEARCH, given, prepare=True).fetchone() or (None, None)
    return role, read_found(found or "")


def _row(probe: Probe) -> list[object]:
    likes = [_like_row(like) for like in probe.like]
    return [
        probe.kind, probe.low, probe.high, probe.checks, probe.below, probe.similar, "", probe.after, likes,
        probe.within, probe.keys, probe.most,
    ]  # fmt: skip


def _like_row(like: Like) -> list[object]:
    return [like.word, like.slips, like.sound, like.ending, like.shortest, like.longest, like.finished]
