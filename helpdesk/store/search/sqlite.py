"""Running a plan on SQLite: one small statement a probe, in the process itself."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from helpdesk.domain.search import SearchFilters
from helpdesk.domain.states import AccountState
from helpdesk.store.search.found import FoundVoter, found_voter
from helpdesk.store.search.plan import END, TWO_SLIPS, Kind, Like, Plan, Probe
from helpdesk.store.search.spelling import apart

MOST_SIMILAR = 40
MOST_SCANNED = 4_000
MOST_NEAR, MOST_NEAR_IN_ALL = 500, 1_200
MOST_PARTS, MOST_PART_WORDS = 800, 240
MOST_WORDS, MOST_OF_TWO = 24, 16
EACH_WORD, EACH_CHECKED_WORD = 20, 200
MOST_SLIPS = 2

_KEY_ORDER = "ORDER BY k.key, k.voter_id, k.place"
_CHECKS = "instr(e.text, ?) AND instr(e.text, ?) AND instr(e.text, ?)"
_HOLDS = f"EXISTS (SELECT 1 FROM search_entry AS e WHERE e.voter_id = k.voter_id AND {_CHECKS})"
_SLIPS = """
    json_each(:slips) AS t CROSS JOIN search_slip AS s
    ON s.slip = t.key AND (s.place = 0 OR t.value = 0 OR abs(s.place - t.value) <= 1
        OR s.place >= length(s.stem) - 1 OR t.value >= length(t.key))
"""
_LIKES = f"""
    SELECT word FROM (
        SELECT s.stem AS word, apart(s.stem, :typed) AS far, 0 AS voters FROM {_SLIPS} WHERE :by_stem
        UNION ALL
        SELECT v.word, apart(iif(:finished, v.word, substr(v.word, 1, :length)), :typed), v.voters
        FROM {_SLIPS} CROSS JOIN search_vocabulary AS v ON v.word >= s.stem AND v.word < s.stem || '{END}'
        WHERE NOT :by_stem AND (length(s.stem) = 6 OR v.word = s.stem)
        AND length(v.word) BETWEEN :shortest AND :longest
        UNION ALL
        SELECT v.word, 1, v.voters FROM search_vocabulary AS v WHERE v.sound = :sound AND v.sound <> ''
        UNION ALL
        SELECT p.word, apart(p.word, :typed), 0 FROM search_part AS p
        WHERE p.part = :ending AND p.word >= substr(:typed, 1, 1) AND p.word < substr(:typed, 1, 1) || '{END}'
        AND length(p.word) BETWEEN :length - 2 AND :length + 2
    ) WHERE word <> :typed GROUP BY word ORDER BY min(far), max(voters) DESC, word LIMIT :limit
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
            most = self._exact + MOST_SIMILAR if probe.similar else self._limit
            for row in self._ask(probe):
                self._found.setdefault(row[0], probe.similar)
                if len(self._found) >= most:
                    break
            if not probe.similar:
                self._exact = len(self._found)
        return self._hits()

    def _passes_over(self, probe: Probe) -> bool:
        total = len(self._found)
        if self._exact >= self._limit or total - self._exact >= MOST_SIMILAR:
            return True
        if probe.kind in TWO_SLIPS:
            return self._exact > 0 or total >= probe.below
        return self._exact >= probe.below

    def _ask(self, probe: Probe) -> Iterable[Sequence[Any]]:
        ask = {
            Kind.KEY: self._keys,
            Kind.KEYS: self._any_key,
            Kind.CHECKED_KEY: self._checked_keys,
            Kind.CHECKED: self._checked,
            Kind.NUMBER: self._codes,
            Kind.ESTABLISHMENT: self._codes,
            Kind.PART: self._parts,
            Kind.SIMILAR: self._similar,
            Kind.BOTH_SIMILAR: self._both_similar,
            Kind.NEAR: self._near,
        }[probe.kind]
        return ask(probe)

    def _keys(self, probe: Probe) -> Iterable[Sequence[Any]]:
        sql = f"SELECT k.voter_id FROM search_key AS k WHERE k.key >= ? AND k.key < ?{self._where}"
        return self._run(sql, (probe.low, probe.high, *self._given))

    def _any_key(self, probe: Probe) -> Iterator[Sequence[Any]]:
        sql = f"SELECT k.voter_id FROM search_key AS k WHERE k.key >= ? AND k.key < ?{self._where}"
        sql += f" LIMIT {EACH_WORD}"
        for low, *checks in probe.keys:
            given = (low, low + END, *self._given)
            if checks[0]:
                yield from self._run(f"SELECT k.voter_id FROM ({sql}) AS k WHERE {_HOLDS}", (*given, *checks))
            else:
                yield from self._run(sql, given)

    def _checked_keys(self, probe: Probe) -> Iterable[Sequence[Any]]:
        (check,) = probe.checks
        sql = f"""SELECT voter_id FROM (
            SELECT k.key, k.voter_id FROM search_key AS k WHERE k.key >= ? AND k.key < ?{self._where} LIMIT ?
        ) WHERE instr(key, ?)"""
        return self._run(sql, (probe.low, probe.high, *self._given, MOST_SCANNED, check))

    def _checked(self, probe: Probe) -> Iterable[Sequence[Any]]:
        sql = f"SELECT k.voter_id FROM search_key AS k WHERE k.key >= ? AND k.key < ?{self._where} LIMIT ?"
        given = (probe.low, probe.high, *self._given, probe.most)
        if probe.within:
            sql = f"""SELECT voter_id FROM (
                SELECT k.key, k.voter_id FROM search_key AS k WHERE k.key >= ? AND k.key < ?{self._where} LIMIT ?
            ) WHERE substr(key, ?) = ? LIMIT ?"""
            ending = (-len(probe.within), probe.within)
            given = (probe.low, probe.high, *self._given, MOST_SCANNED, *ending, probe.most)
        sql = f"SELECT k.voter_id FROM ({sql}) AS k WHERE {_HOLDS}"
        return self._run(sql, (*given, *_three(probe.checks)))

    def _codes(self, probe: Probe) -> Iterable[Sequence[Any]]:
        join = ""
        if self._where:
            join = " CROSS JOIN search_place AS q ON q.academy = v.academy AND q.department = v.department"
        where = self._where.replace("k.voter_id", "v.id").replace("k.place", "q.id")
        if probe.kind is Kind.NUMBER:
            sql = f"""SELECT v.id FROM voter AS v{join}
                WHERE v.number >= ? AND v.number < ?{where} ORDER BY v.number"""
        else:
            sql = f"""SELECT v.id FROM establishment AS p CROSS JOIN voter AS v ON v.establishment_id = p.id{join}
                WHERE p.code >= ? AND p.code < ?{where} ORDER BY p.code, v.id"""
        return self._run(sql, (probe.low, probe.high, *self._given))

    def _parts(self, probe: Probe) -> Iterable[Sequence[Any]]:
        sql = f"""SELECT k.voter_id FROM (
            SELECT k.voter_id FROM (
                SELECT v.word FROM (
                    SELECT p.word FROM search_part AS p WHERE p.part >= ? AND p.part < ? LIMIT {MOST_PARTS}
                ) AS p CROSS JOIN search_vocabulary AS v ON v.word = p.word
                ORDER BY v.voters DESC, v.word LIMIT {MOST_PART_WORDS}
            ) AS w CROSS JOIN search_key AS k ON k.key >= w.word || ? AND k.key < w.word || ? || '{END}'
            WHERE true{self._where} LIMIT ?
        ) AS k"""
        given = (probe.low, probe.high, probe.after, probe.after, *self._given, probe.most)
        if not probe.checks:
            return self._run(sql, given)
        return self._run(f"{sql} WHERE {_HOLDS}", (*given, *_three(probe.checks)))

    def _similar(self, probe: Probe) -> Iterator[Sequence[Any]]:
        sql = f"SELECT k.voter_id FROM search_key AS k WHERE k.key >= ? AND k.key < ?{self._where} LIMIT ?"
        for word in self._likes(probe.like[0], MOST_WORDS):
            for before, after, *checks in probe.keys:
                low = f"{before}{word}{after}"
                given = (low, low + END, *self._given)
                if checks[0]:
                    checked = f"SELECT k.voter_id FROM ({sql}) AS k WHERE {_HOLDS}"
                    yield from self._run(checked, (*given, EACH_CHECKED_WORD, *checks, ""))
                else:
                    yield from self._run(sql, (*given, EACH_WORD))

    def _both_similar(self, probe: Probe) -> Iterable[Sequence[Any]]:
        one, other = (self._likes(like, MOST_OF_TWO) for like in probe.like)
        sql = f"""SELECT k.voter_id FROM json_each(?) AS one CROSS JOIN json_each(?) AS other
        CROSS JOIN search_key AS k ON k.key >= one.value || ' ' || other.value
            AND k.key < one.value || ' ' || other.value || '{END}'
        WHERE true{self._where}"""
        return self._run(sql, (json.dumps(one), json.dumps(other), *self._given))

    def _near(self, probe: Probe) -> list[tuple[int]]:
        sql = f"SELECT k.voter_id, k.key FROM search_key AS k WHERE k.key >= ? AND k.key < ?{self._where} LIMIT ?"
        found: list[tuple[int, str, int]] = []
        left = MOST_NEAR_IN_ALL
        for low, typed, compared, _ in probe.keys:
            for voter_id, key in self._run(sql, (low, low + END, *self._given, min(left, MOST_NEAR))):
                left -= 1
                word = key.partition(" ")[2].partition(" ")[0]
                begun = word[: int(compared)]
                if abs(len(begun) - len(typed)) <= MOST_SLIPS and (far := apart(begun, typed)) <= 2 * MOST_SLIPS:
                    found.append((far, word, voter_id))
        found.sort()
        return [(voter_id,) for _far, _word, voter_id in found[:MOST_SIMILAR]]

    def _likes(self, like: Like, limit: int) -> list[str]:
        given = {
            "slips": json.dumps(like.slips), "typed": like.word, "finished": like.finished, "length": len(like.word),
            "by_stem": like.by_stem, "shortest": like.shortest, "longest": like.longest, "sound": like.sound,
            "ending": like.ending, "limit": limit,
        }  # fmt: skip
        return [row[0] for row in self._run(_LIKES, given)]

    def _hits(self) -> list[FoundVoter]:
        if not self._found:
            return []
        rows = self._run(_HITS, (json.dumps(list(self._found)),))
        return [found_voter(self._found[row[0]], row) for row in rows]

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
