"""Running a plan on SQLite: one small statement a probe, in the process itself."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from helpdesk.domain.search import SearchFilters
from helpdesk.domain.states import AccountState
from helpdesk.store.search.found import FoundVoter, found_voter
from helpdesk.store.search.keys import domain_part
from helpdesk.store.search.plan import ALL, END, TWO_SLIPS, Kind, Like, Plan, Probe
from helpdesk.store.search.spelling import LONGEST_STEM, SHORTEST_PART, apart

MOST_SIMILAR = 40
MOST_SCANNED = 2_500
MOST_TESTED, LEAST_TESTED = 8_000, 400
MOST_READ, MOST_READ_OF_EACH = 40_000, 2_000
MOST_CODES = 5_000
MOST_AMONG = 2_000
MOST_NEAR, MOST_NEAR_IN_ALL = 300, 800
MOST_COMMON, MOST_PARTS, MOST_PART_WORDS = 3_000, 800, 160
EACH_PART_WORD, MOST_PARTS_CHECKED = 100, 2_500
MOST_WORDS, MOST_OF_TWO = 24, 16
EACH_WORD, EACH_CHECKED_WORD = 20, 200
MOST_SLIPS = 2

_RANGE = "SELECT k.voter_id, k.key, k.place FROM search_key AS k WHERE k.key >= ? AND k.key < ?"
_CHECKS = "instr(e.text, ?) AND instr(e.text, ?) AND instr(e.text, ?)"
_SLIPS = """
    json_each(:slips) AS t CROSS JOIN search_slip AS s
    ON s.slip = t.key AND (s.place = 0 OR t.value = 0 OR abs(s.place - t.value) <= 1
        OR s.place >= length(s.stem) - 1 OR t.value >= length(t.key))
"""
_LIKES = f"""
    WITH stems AS MATERIALIZED (SELECT DISTINCT s.stem FROM {_SLIPS})
    SELECT word FROM (
        SELECT stem AS word, apart(stem, :typed) AS far, 0 AS voters FROM stems WHERE :by_stem
        UNION ALL
        SELECT v.word, apart(iif(:finished, v.word, substr(v.word, 1, :length)), :typed), v.voters
        FROM stems CROSS JOIN search_vocabulary AS v
        ON v.word >= stem AND v.word < stem || iif(length(stem) = {LONGEST_STEM}, '{END}', '\x01')
        WHERE NOT :by_stem AND length(v.word) BETWEEN :shortest AND :longest
        UNION ALL
        SELECT v.word, 1, v.voters FROM search_vocabulary AS v WHERE v.sound = :sound AND v.sound <> ''
        UNION ALL
        SELECT p.word, apart(p.word, :typed), 0 FROM search_part AS p
        WHERE p.part = :ending AND p.word >= substr(:typed, 1, 1) AND p.word < substr(:typed, 1, 1) || '{END}'
        AND length(p.word) BETWEEN :length - 2 AND :length + 2
    ) WHERE word <> :typed GROUP BY word ORDER BY min(far), max(voters) DESC, word LIMIT :limit
"""
_HITS = """
    SELECT e.voter_id, e.state, e.locked_until, e.shown, e.text
    FROM json_each(?) AS j CROSS JOIN search_entry AS e ON e.voter_id = j.value
"""


_WITHIN = " AND substr(?, k.place, 1) = '1'"
_COMMONEST = f"SELECT word, voters FROM search_vocabulary ORDER BY voters DESC, word DESC LIMIT {MOST_COMMON}"
_WORDS_OF_PARTS = f"""
    SELECT v.word, v.voters FROM (
        SELECT p.word FROM search_part AS p WHERE p.part >= ? AND p.part < ? LIMIT {MOST_PARTS}
    ) AS p CROSS JOIN search_vocabulary AS v ON v.word = p.word ORDER BY v.voters DESC, v.word
"""
_SCOPED = "SELECT 1 FROM operator_scope WHERE operator_id = :operator LIMIT 1"
_PLACES = """
    SELECT p.id, p.academy FROM search_place AS p
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
        self._may_test = MOST_TESTED
        self._known_likes: dict[str, list[str]] = {}
        self._where = ""
        self._academies: list[str] = []
        self._given: list[object] = []
        self._tests = ""
        self._tested: list[object] = []
        self._among: list[int] | None = None
        self._stay_within(operator_id, filters)
        self._let_through(filters, now)

    def run(self, plan: Plan) -> list[FoundVoter]:
        """The voters in the order in which the probes found them."""
        if self._among == []:  # nobody is let through
            return []
        for probe in plan.probes():
            if self._is_full():
                break
            if self._passes_over(probe):
                continue
            most = self._exact + MOST_SIMILAR if probe.similar else self._limit
            before = len(self._found)
            for row in self._ask(probe):
                self._found.setdefault(row[0], probe.similar)
                if len(self._found) >= most:
                    break
            if len(self._found) > before:  # those that follow add little: all together may not take much longer
                self._may_test = max(LEAST_TESTED, self._may_test // 2)
            if not probe.similar:
                self._exact = len(self._found)
        return self._hits()

    def _is_full(self) -> bool:
        return self._exact >= self._limit or len(self._found) - self._exact >= MOST_SIMILAR

    def _passes_over(self, probe: Probe) -> bool:
        total = len(self._found)
        if not probe.similar and (probe.kind is Kind.AMONG) is (self._among is None):
            return True
        if probe.kind in TWO_SLIPS:
            return self._exact > 0 or total >= probe.below
        return self._exact >= probe.below

    def _ask(self, probe: Probe) -> Iterable[Sequence[Any]]:
        ask = {
            Kind.AMONG: self._among_few,
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

    def _among_few(self, probe: Probe) -> Iterator[Sequence[Any]]:
        few = json.dumps(self._among)
        if probe.high:
            sql = """SELECT v.id FROM json_each(?) AS j CROSS JOIN voter AS v ON v.id = j.value
                CROSS JOIN establishment AS p ON p.id = v.establishment_id
                WHERE substr(p.code, 1, length(?)) = ? OR substr(v.number, 1, length(?)) = ?
                ORDER BY p.code, v.number"""
            yield from self._run(sql, (few, *[probe.high] * 4))
        sql = f"""SELECT e.voter_id FROM json_each(?) AS j CROSS JOIN search_entry AS e ON e.voter_id = j.value
            WHERE (? <> '' AND instr(e.text, ?)) OR (? <> '' AND {_CHECKS}) ORDER BY instr(e.text, ?), e.voter_id"""
        checks = _three(probe.checks)
        yield from self._run(sql, (few, probe.low, probe.low, checks[0], *checks, checks[0]))

    def _keys(self, probe: Probe) -> Iterable[Sequence[Any]]:
        return self._scan(_RANGE, (probe.low, probe.high))

    def _scan(
        self,
        sql: str,
        given: tuple[object, ...],
        most: int = ALL,
        *,
        read: int = MOST_READ,
        tested: int = MOST_TESTED,
        key: tuple[str, str] | None = None,
        near: str | None = None,
        checks: Sequence[str] = (),
    ) -> Iterable[Sequence[Any]]:
        """Ids and keys that a statement finds within the scope and the filters let through, `most` at most.

        Of so many keys `read`, those within the scope are taken. Filters are tried on so many and no more: each is a
        look at a voter. `key` is a condition on the key, with its value, for which many more are taken. `near` marks
        places that alone will do. Of those left, the entry has to hold every check.
        """
        if self._where or near is not None:
            there = self._where if near is None else self._where + _WITHIN
            sql, given = f"SELECT k.* FROM ({sql} LIMIT ?) AS k WHERE true{there}", (*given, read, *self._given)
            given = given if near is None else (*given, near)
        first = min(tested, self._may_test) if self._tests else most
        sql, given = f"{sql} LIMIT ?", (*given, MOST_SCANNED if key else first)
        if key:
            sql = f"SELECT k.* FROM ({sql}) AS k WHERE {key[0]} LIMIT ?"
            given = (*given, key[1], first)
        if self._tests:
            sql = f"SELECT k.* FROM ({sql}) AS k WHERE true{self._tests} LIMIT ?"
            given = (*given, *self._tested, most)
        if checks and checks[0]:
            sql = f"SELECT k.voter_id FROM ({sql}) AS k CROSS JOIN search_entry AS e ON e.voter_id = k.voter_id"
            sql, given = f"{sql} WHERE {_CHECKS}", (*given, *_three(checks))
        return self._run(sql, given)

    def _each(self, low: str, most: int, checks: Sequence[str] = ()) -> Iterable[Sequence[Any]]:
        """Voters of one of many beginnings of keys."""
        tested = max(most, EACH_CHECKED_WORD)
        return self._scan(_RANGE, (low, low + END), most, read=MOST_READ_OF_EACH, tested=tested, checks=checks)

    def _any_key(self, probe: Probe) -> Iterator[Sequence[Any]]:
        for low, *checks in probe.keys:
            yield from self._each(low, EACH_WORD, checks)

    def _checked_keys(self, probe: Probe) -> Iterable[Sequence[Any]]:
        (check,) = probe.checks
        return self._scan(_RANGE, (probe.low, probe.high), MOST_SCANNED, key=("instr(k.key, ?)", check))

    def _checked(self, probe: Probe) -> Iterable[Sequence[Any]]:
        within = probe.within
        key = (f"substr(k.key, -{len(within)}) = ?", within) if within else None
        return self._scan(_RANGE, (probe.low, probe.high), probe.most, key=key, checks=probe.checks)

    def _codes(self, probe: Probe) -> Iterable[Sequence[Any]]:
        limited = bool(self._where or self._tests)
        join = " JOIN search_place AS q ON q.academy = v.academy AND q.department = v.department" if limited else ""
        place = "q.id" if limited else "0"
        if probe.kind is Kind.NUMBER:
            sql = f"""SELECT v.id AS voter_id, {place} AS place, '' AS key FROM voter AS v{join}
                WHERE v.number >= ? AND v.number < ? ORDER BY v.number LIMIT ?"""
        else:
            sql = f"""SELECT v.id AS voter_id, {place} AS place, '' AS key
                FROM establishment AS p CROSS JOIN voter AS v ON v.establishment_id = p.id{join}
                WHERE p.code >= ? AND p.code < ? ORDER BY p.code, v.id LIMIT ?"""
        most = MOST_CODES if limited else ALL
        sql = f"SELECT k.voter_id FROM ({sql}) AS k WHERE true{self._where}{self._tests}"
        return self._run(sql, (probe.low, probe.high, most, *self._given, *self._tested))

    def _parts(self, probe: Probe) -> Iterator[Sequence[Any]]:
        """Of many words, the commonest first, some voters each: else one given name would take every place."""
        near = self._near_places(probe.academy) if probe.academy else None
        limited = near is not None or bool(self._where)
        words = self._words_with(probe)
        most, left = (EACH_CHECKED_WORD, MOST_READ) if limited else (EACH_PART_WORD, MOST_PARTS_CHECKED)
        most = max(most, MOST_PARTS_CHECKED // max(len(words), 1))
        whole_word = probe.after.isspace()
        for word, voters in words:
            read = min(left, 2 * voters, MOST_READ_OF_EACH if limited else most) if whole_word else MOST_READ_OF_EACH
            low = word + probe.after
            yield from self._scan(_RANGE, (low, low + END), most, read=read, near=near, checks=probe.checks)
            left -= read * whole_word
            if left <= 0:
                break

    def _words_with(self, probe: Probe) -> list[tuple[str, int]]:
        """Words that hold a piece and begin before it, most voters' first, with how many have each.

        Where the index of pieces has too many, or none so short, the commonest words are looked through before.
        """
        piece = probe.low
        held = self._run(_WORDS_OF_PARTS, (piece, probe.high)).fetchall() if len(piece) >= SHORTEST_PART else []
        if len(held) < MOST_PARTS and len(piece) >= SHORTEST_PART:
            return held[:MOST_PART_WORDS]
        is_ending = probe.high < piece + "\x02"
        condition = f"substr(word, {-len(piece)}) = ? AND word <> ?" if is_ending else "instr(substr(word, 2), ?) AND ?"
        sql = f"SELECT word, voters FROM ({_COMMONEST}) WHERE {condition} LIMIT {MOST_PART_WORDS}"
        common = self._run(sql, (piece, piece if is_ending else True)).fetchall()
        return [*common, *(each for each in held if each not in common)][:MOST_PART_WORDS]

    def _near_places(self, academy: str) -> str:
        """The places whose mail domain begins so, as `_scan` takes them."""
        rows = self._run("SELECT id, academy FROM search_place").fetchall()
        found = {place for place, name in rows if f"{domain_part(name)}.fr".startswith(academy)}
        return _marked(found)

    def _similar(self, probe: Probe) -> Iterator[Sequence[Any]]:
        for word in self._likes(probe.like[0], MOST_WORDS):
            for before, after, *checks in probe.keys:
                low = f"{before}{word}{after}"
                each = EACH_CHECKED_WORD if checks[0] else EACH_WORD
                yield from self._each(low, each, checks)

    def _both_similar(self, probe: Probe) -> Iterable[Sequence[Any]]:
        one, other = (self._likes(like, MOST_OF_TWO) for like in probe.like)
        sql = f"""SELECT k.voter_id, k.key, k.place FROM json_each(?) AS one CROSS JOIN json_each(?) AS other
        CROSS JOIN search_key AS k ON k.key >= one.value || ' ' || other.value
            AND k.key < one.value || ' ' || other.value || '{END}' WHERE true"""
        return self._scan(sql, (json.dumps(one), json.dumps(other)))

    def _near(self, probe: Probe) -> list[tuple[int]]:
        found: list[tuple[int, str, int]] = []
        left = MOST_NEAR_IN_ALL
        for low, typed, compared, _ in probe.keys:
            for voter_id, key, *_ in self._each(low, min(left, MOST_NEAR)):
                left -= 1
                word = key.partition(" ")[2].partition(" ")[0]
                begun = word[: int(compared)]
                if abs(len(begun) - len(typed)) <= MOST_SLIPS and (far := apart(begun, typed)) <= 2 * MOST_SLIPS:
                    found.append((far, word, voter_id))
        found.sort()
        return [(voter_id,) for _far, _word, voter_id in found[:MOST_SIMILAR]]

    def _likes(self, like: Like, limit: int) -> list[str]:
        if like.word not in self._known_likes:
            given = {
                "slips": json.dumps(like.slips), "typed": like.word, "finished": like.finished,
                "length": len(like.word), "by_stem": like.by_stem, "shortest": like.shortest, "longest": like.longest,
                "sound": like.sound, "ending": like.ending, "limit": MOST_WORDS,
            }  # fmt: skip
            self._known_likes[like.word] = [row[0] for row in self._run(_LIKES, given)]
        return self._known_likes[like.word][:limit]

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
        allowed = dict(self._run(_PLACES, given).fetchall())
        places, self._academies = allowed.keys(), sorted(set(allowed.values()))
        self._where += _WITHIN
        self._given.append(_marked(places))

    def _let_through(self, filters: SearchFilters, now: datetime) -> None:
        if not (filters.establishment or filters.corps or filters.state):
            return
        tests: list[tuple[str, tuple[object, ...]]] = []
        moment = f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
        if filters.establishment:
            test = """SELECT 1 FROM voter AS it JOIN establishment AS of_it ON of_it.id = it.establishment_id
                WHERE it.id = k.voter_id AND of_it.code >= ? AND of_it.code < ?"""
            tests.append((test, (filters.establishment, filters.establishment + END)))
        if filters.corps:
            tests.append(("SELECT 1 FROM voter AS it WHERE it.id = k.voter_id AND it.corps = ?", (filters.corps,)))
        its = "SELECT 1 FROM account AS its WHERE its.voter_id = k.voter_id"
        if filters.state is AccountState.LOCKED:
            tests.append((f"{its} AND its.locked_until > ?", (moment,)))
        elif filters.state is not None:
            unlocked = f"{its} AND its.state = ? AND (its.locked_until IS NULL OR its.locked_until <= ?)"
            tests.append((unlocked, (filters.state, moment)))
        self._tests = "".join(f" AND EXISTS ({test})" for test, _given in tests)
        self._tested = [value for _test, given in tests for value in given]
        self._among = self._few(filters, moment)

    def _few(self, filters: SearchFilters, moment: str) -> list[int] | None:
        """The voters whom the filters let through, if they are few and an index tells them."""
        sql: str
        given: tuple[object, ...]
        if filters.establishment:
            low = "SELECT v.id FROM establishment AS p CROSS JOIN voter AS v ON v.establishment_id = p.id"
            sql, given = f"{low} WHERE p.code >= ? AND p.code < ?", (filters.establishment, filters.establishment + END)
        elif filters.state is AccountState.LOCKED:
            sql, given = "SELECT voter_id FROM account WHERE locked_until > ?", (moment,)
        elif filters.state not in {None, AccountState.NOT_INVITED}:
            sql, given = "SELECT voter_id FROM account WHERE state = ? AND state <> 'not_invited'", (filters.state,)
        elif filters.corps and self._where:
            sql = "SELECT id FROM voter WHERE corps = ? AND academy IN (SELECT value FROM json_each(?))"
            given = (filters.corps, json.dumps(self._academies))
        elif filters.corps:
            sql, given = "SELECT id FROM voter WHERE corps = ?", (filters.corps,)
        else:
            return None
        found = [row[0] for row in self._run(f"{sql} LIMIT {MOST_AMONG + 1}", given)]
        if len(found) > MOST_AMONG:
            return None
        place = """(SELECT q.id FROM voter AS v JOIN search_place AS q
            ON q.academy = v.academy AND q.department = v.department WHERE v.id = j.value)"""
        sql = f"SELECT k.voter_id FROM (SELECT j.value AS voter_id, {place} AS place FROM json_each(?) AS j) AS k"
        given = (json.dumps(found), *self._given, *self._tested)
        return [row[0] for row in self._run(f"{sql} WHERE true{self._where}{self._tests}", given)]


def _marked(places: Collection[int]) -> str:
    """A text that has 1 where the number of a place is among these."""
    return "".join("01"[place in places] for place in range(1, max(places, default=0) + 1))


def _three(checks: Sequence[str]) -> tuple[str, str, str]:
    one, two, three = (*checks, "", "", "")[:3]
    return one, two, three
