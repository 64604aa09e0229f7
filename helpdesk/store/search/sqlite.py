"""Running a plan on SQLite: one small statement a probe, in the process itself."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from helpdesk.domain.search import SearchFilters
from helpdesk.domain.states import AccountState
from helpdesk.store.search.found import FoundVoter, found_voter
from helpdesk.store.search.plan import END, Kind, Like, Plan, Probe

MOST_SIMILAR = 240
MOST_CHECKED = 3_000
MOST_SCANNED = 10_000
MOST_WORDS = 60
MOST_OF_TWO = 24
EACH_WORD = 20

_KEY_ORDER = "ORDER BY k.key, k.voter_id, k.place"
_CHECKS = "instr(e.text, ?) AND instr(e.text, ?) AND instr(e.text, ?)"
_LIKES = f"""
    SELECT word, min(far) AS far, max(voters) AS voters FROM (
        SELECT v.word, 0 AS far, v.voters
        FROM json_each(?) AS t
        CROSS JOIN search_slip AS s ON s.slip = t.key AND (s.place = 0 OR t.value = 0 OR abs(s.place - t.value) <= 1)
        CROSS JOIN search_vocabulary AS v ON v.word >= s.stem AND v.word < s.stem || '{END}'
        WHERE length(v.word) BETWEEN ? AND ? AND (NOT ? OR length(s.stem) = 6 OR v.word = s.stem)
        UNION ALL
        SELECT v.word, 1, v.voters FROM search_vocabulary AS v WHERE v.sound = ? AND v.sound <> ''
        UNION ALL
        SELECT v.word, 2, v.voters
        FROM search_part AS p CROSS JOIN search_vocabulary AS v ON v.word = p.word
        WHERE p.part = ? AND length(v.word) BETWEEN ? AND ? AND substr(v.word, 1, 1) = ?
    ) WHERE word <> ? GROUP BY word ORDER BY far, voters DESC, word
"""
_HITS = """
    SELECT v.id, v.number, v.first_name, v.family_name, v.usage_name, p.code, p.name, a.state, a.locked_until,
        (SELECT group_concat(iif(d.tied, '*' || d.address, d.address), ' ') FROM address AS d WHERE d.voter_id = v.id)
    FROM json_each(?) AS j
    CROSS JOIN voter AS v ON v.id = j.value
    CROSS JOIN establishment AS p ON p.id = v.establishment_id
    CROSS JOIN account AS a ON a.voter_id = v.id
"""


_SCOPED = "SELECT 1 FROM operator_scope WHERE operator_id = :operator LIMIT 1"
_PLACES = """
    SELECT p.id FROM search_place AS p
    WHERE (:academy = '' OR p.academy = :academy) AND (:department = '' OR p.department = :department)
    AND (NOT EXISTS (SELECT 1 FROM operator_scope AS o WHERE o.operator_id = :operator) OR EXISTS (
        SELECT 1 FROM operator_scope AS o WHERE o.operator_id = :operator
        AND ((o.kind = 'academy' AND o.value = p.academy) OR (o.kind = 'department' AND o.value = p.department))
    ))
"""


class SqliteSearch:
    """One query's way through the index."""

    def __init__(
        self, connection: sqlite3.Connection, *, operator_id: int, filters: SearchFilters, now: datetime, limit: int
    ) -> None:
        """Ask over this connection, for voters of the operator's scope that the filters let through."""
        self._run = connection.execute
        self._limit = limit
        self._found: dict[int, bool] = {}
        self._exact = 0
        self._where = ""
        self._given: list[object] = []
        self._stay_within(operator_id, filters)
        self._let_through(filters, now)

    def run(self, plan: Plan) -> list[FoundVoter]:
        """The voters in the order in which the probes found them."""
        for probe in plan.probes:
            if self._passes_over(probe):
                continue
            for row in self._ask(probe):
                self._found.setdefault(row[0], probe.similar)
            if not probe.similar:
                self._exact = len(self._found)
        return self._hits()

    def _passes_over(self, probe: Probe) -> bool:
        if not probe.similar:
            return self._exact >= min(probe.below, self._limit)
        total = len(self._found)
        enough = total if probe.kind is Kind.BOTH_SIMILAR else self._exact
        return total >= MOST_SIMILAR or enough >= probe.below

    def _ask(self, probe: Probe) -> Iterable[Sequence[Any]]:
        ask = {
            Kind.KEY: self._keys,
            Kind.CHECKED_KEY: self._checked_keys,
            Kind.CHECKED: self._checked,
            Kind.NUMBER: self._codes,
            Kind.ESTABLISHMENT: self._codes,
            Kind.PART: self._parts,
            Kind.SIMILAR: self._similar,
            Kind.BOTH_SIMILAR: self._both_similar,
        }[probe.kind]
        return ask(probe)

    @property
    def _wanted(self) -> int:
        return self._limit + len(self._found)

    def _keys(self, probe: Probe) -> Iterable[Sequence[Any]]:
        sql = f"SELECT DISTINCT k.voter_id FROM search_key AS k WHERE k.key >= ? AND k.key < ?{self._where} LIMIT ?"
        return self._run(sql, (probe.low, probe.high, *self._given, self._wanted))

    def _checked_keys(self, probe: Probe) -> Iterable[Sequence[Any]]:
        sql = f"""SELECT DISTINCT voter_id FROM (
            SELECT k.key, k.voter_id FROM search_key AS k WHERE k.key >= ? AND k.key < ?{self._where} LIMIT ?
        ) WHERE instr(key, ?) LIMIT ?"""
        given = (probe.low, probe.high, *self._given, MOST_SCANNED, probe.checks[0], self._wanted)
        return self._run(sql, given)

    def _checked(self, probe: Probe) -> Iterable[Sequence[Any]]:
        sql = f"""SELECT DISTINCT k.voter_id FROM (
            SELECT voter_id FROM (
                SELECT k.key, k.voter_id FROM search_key AS k WHERE k.key >= ? AND k.key < ?{self._where} LIMIT ?
            ) WHERE instr(key, ?) LIMIT ?
        ) AS k CROSS JOIN search_entry AS e ON e.voter_id = k.voter_id WHERE {_CHECKS} LIMIT ?"""
        given = (probe.low, probe.high, *self._given, MOST_SCANNED, probe.within, MOST_CHECKED)
        return self._run(sql, (*given, *_three(probe.checks), self._wanted))

    def _codes(self, probe: Probe) -> Iterable[Sequence[Any]]:
        join = ""
        if self._where:
            join = " CROSS JOIN search_place AS q ON q.academy = v.academy AND q.department = v.department"
        where = self._where.replace("k.voter_id", "v.id").replace("k.place", "q.id")
        if probe.kind is Kind.NUMBER:
            sql = f"""SELECT v.id FROM voter AS v{join}
                WHERE v.number >= ? AND v.number < ?{where} ORDER BY v.number LIMIT ?"""
        else:
            sql = f"""SELECT v.id FROM establishment AS p CROSS JOIN voter AS v ON v.establishment_id = p.id{join}
                WHERE p.code >= ? AND p.code < ?{where} ORDER BY p.code, v.id LIMIT ?"""
        return self._run(sql, (probe.low, probe.high, *self._given, self._wanted))

    def _parts(self, probe: Probe) -> Iterable[Sequence[Any]]:
        sql = f"""SELECT DISTINCT k.voter_id FROM (
            SELECT k.voter_id FROM (
                SELECT v.word FROM search_part AS p CROSS JOIN search_vocabulary AS v ON v.word = p.word
                WHERE p.part >= ? AND p.part < ? ORDER BY v.voters DESC, v.word LIMIT {MOST_OF_TWO * 10}
            ) AS w CROSS JOIN search_key AS k ON k.key >= w.word || ? AND k.key < w.word || ? || '{END}'
            WHERE true{self._where} LIMIT ?
        ) AS k CROSS JOIN search_entry AS e ON e.voter_id = k.voter_id WHERE {_CHECKS} LIMIT ?"""
        given = (probe.low, probe.high, probe.after, probe.after, *self._given, MOST_CHECKED)
        return self._run(sql, (*given, *_three(probe.checks), self._wanted))

    def _similar(self, probe: Probe) -> Iterable[Sequence[Any]]:
        (like,) = probe.like
        sql = f"""WITH likely AS MATERIALIZED ({_LIKES} LIMIT {MOST_WORDS}), near AS MATERIALIZED (
            SELECT k.voter_id, row_number() OVER (PARTITION BY w.word {_KEY_ORDER}) AS place, w.far, w.voters, w.word
            FROM likely AS w
            CROSS JOIN search_key AS k ON k.key >= ? || w.word || ? AND k.key < ? || w.word || ? || '{END}'
            WHERE true{self._where} LIMIT ?
        )"""
        around = (probe.before, probe.after, probe.before, probe.after)
        given = (*_like_given(like), *around, *self._given, MOST_CHECKED)
        if not probe.checks:
            sql += f" SELECT DISTINCT voter_id FROM near WHERE place <= {EACH_WORD} LIMIT {MOST_SIMILAR}"
            return self._run(sql, given)
        sql += f""" SELECT DISTINCT k.voter_id FROM near AS k CROSS JOIN search_entry AS e ON e.voter_id = k.voter_id
        WHERE k.place <= {EACH_WORD} AND {_CHECKS} LIMIT {MOST_SIMILAR}"""
        return self._run(sql, (*given, *_three(probe.checks)))

    def _both_similar(self, probe: Probe) -> Iterable[Sequence[Any]]:
        first, second = probe.like
        sql = f"""WITH one AS MATERIALIZED ({_LIKES} LIMIT {MOST_OF_TWO}),
            other AS MATERIALIZED ({_LIKES} LIMIT {MOST_OF_TWO})
        SELECT DISTINCT k.voter_id FROM one CROSS JOIN other
        CROSS JOIN search_key AS k ON k.key >= one.word || ' ' || other.word
            AND k.key < one.word || ' ' || other.word || '{END}'
        WHERE true{self._where} LIMIT {MOST_SIMILAR}"""
        return self._run(sql, (*_like_given(first), *_like_given(second), *self._given))

    def _hits(self) -> list[FoundVoter]:
        if not self._found:
            return []
        rows = self._run(_HITS, (json.dumps(list(self._found)),))
        return [found_voter(row[0], self._found[row[0]], *_converted(row)) for row in rows]

    def _stay_within(self, operator_id: int, filters: SearchFilters) -> None:
        """The operator's scope as stored, and the académie and department asked for."""
        given = {"operator": operator_id, "academy": filters.academy, "department": filters.department}
        if not (filters.academy or filters.department or self._run(_SCOPED, given).fetchone()):
            return
        places = {row[0] for row in self._run(_PLACES, given)}
        self._where += " AND substr(?, k.place, 1) = '1'"
        self._given.append("".join("01"[place in places] for place in range(1, max(places, default=0) + 1)))

    def _let_through(self, filters: SearchFilters, now: datetime) -> None:
        tests: list[tuple[str, tuple[object, ...]]] = []
        moment = f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
        if filters.establishment:
            tests.append(("of_it.code >= ? AND of_it.code < ?", (filters.establishment, filters.establishment + END)))
        if filters.corps:
            tests.append(("it.corps = ?", (filters.corps,)))
        if filters.state is AccountState.LOCKED:
            tests.append(("its.locked_until > ?", (moment,)))
        elif filters.state is not None:
            unlocked = "its.state = ? AND (its.locked_until IS NULL OR its.locked_until <= ?)"
            tests.append((unlocked, (filters.state, moment)))
        if tests:
            both = " AND ".join(test for test, _given in tests)
            self._where += f""" AND EXISTS (
                SELECT 1 FROM voter AS it
                JOIN establishment AS of_it ON of_it.id = it.establishment_id
                JOIN account AS its ON its.voter_id = it.id
                WHERE it.id = k.voter_id AND {both}
            )"""
            self._given += [value for _test, given in tests for value in given]


def _three(checks: tuple[str, ...]) -> tuple[str, str, str]:
    one, two, three = (*checks, "", "", "")[:3]
    return one, two, three


def _like_given(like: Like) -> tuple[object, ...]:
    far = (len(like.word) - 2, len(like.word) + 2)
    return (
        json.dumps(like.slips), like.shortest, like.longest, like.finished, like.sound,
        like.ending, *far, like.word[:1], like.word,
    )  # fmt: skip


def _converted(row: Sequence[Any]) -> Sequence[Any]:
    """The columns after the id, with the time as one."""
    return (*row[1:8], _moment(row[8]), row[9])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
