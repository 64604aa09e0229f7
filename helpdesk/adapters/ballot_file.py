"""Reading ballots, candidate lists and statements from TOML."""

import tomllib
from pathlib import Path
from typing import Any

from helpdesk.adapters.text_file import told_as_unreadable
from helpdesk.domain.ballots import BallotEntry, ListEntry
from helpdesk.domain.errors import BallotsRejected, UnreadableFile
from helpdesk.domain.folding import nfc

_LONGEST_NAME, _LONGEST_STATEMENT = 300, 20_000


def read_ballots(path: Path) -> tuple[BallotEntry, ...]:
    """The ballots of a file:

        [[ballot]]
        code = "CSA-A"
        name = "CSA académique"
        [[ballot.list]]
        union = "Union des exemples"
        statement_file = "union-des-exemples.txt"    # beside this file; optional
        candidates = ["Anne Le Gall", "Yann Morvan"]

    Raises UnreadableFile for a file that cannot be read (a statement's too), BallotsRejected for what is missing,
    doubled or of the wrong kind, saying where.
    """  # noqa: D400 (an example ends the line)
    try:
        content = tomllib.loads(_read(path))
    except tomllib.TOMLDecodeError:
        raise UnreadableFile(str(path), "not_toml") from None
    entries = content.get("ballot")
    if not isinstance(entries, list) or not entries:
        raise BallotsRejected(str(path), "ballot", "missing")
    ballots = tuple(_ballot(path, entry, f"ballot {place}") for place, entry in enumerate(entries, 1))
    codes = [each.code for each in ballots]
    for code in codes:
        if codes.count(code) > 1:
            raise BallotsRejected(str(path), code, "doubled")
    return ballots


def _ballot(path: Path, entry: Any, where: str) -> BallotEntry:  # noqa: ANN401 (whatever the file holds)
    if not isinstance(entry, dict):
        raise BallotsRejected(str(path), where, "kind")
    _check_keys(path, entry, {"code", "name", "list"}, where)
    code = _text(path, entry, "code", where)
    lists = entry.get("list", [])
    if not isinstance(lists, list):
        raise BallotsRejected(str(path), f"{code}: list", "kind")
    made = tuple(_list(path, each, f"{code}, list {place}") for place, each in enumerate(lists, 1))
    unions = [each.union_name for each in made]
    for union in unions:
        if unions.count(union) > 1:
            raise BallotsRejected(str(path), f"{code}: {union}", "doubled")
    return BallotEntry(code, _text(path, entry, "name", where), made)


def _list(path: Path, entry: Any, where: str) -> ListEntry:  # noqa: ANN401
    if not isinstance(entry, dict):
        raise BallotsRejected(str(path), where, "kind")
    _check_keys(path, entry, {"union", "candidates", "statement_file"}, where)
    names = entry.get("candidates")
    if not isinstance(names, list) or not names:
        raise BallotsRejected(str(path), f"{where}: candidates", "missing")
    candidates = tuple(
        _text(path, {"candidate": name}, "candidate", f"{where}, {place}") for place, name in enumerate(names, 1)
    )
    statement = ""
    if "statement_file" in entry:
        statement = _read(path.parent / _text(path, entry, "statement_file", where)).strip()
        if len(statement) > _LONGEST_STATEMENT:
            raise BallotsRejected(str(path), f"{where}: statement_file", "too_long")
    return ListEntry(_text(path, entry, "union", where), candidates, statement)


def _check_keys(path: Path, entry: dict[str, Any], known: set[str], where: str) -> None:
    for key in entry:
        if key not in known:
            raise BallotsRejected(str(path), f"{where}: {key}", "unknown")


def _text(path: Path, entry: dict[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if value is None:
        raise BallotsRejected(str(path), f"{where}: {key}", "missing")
    if not isinstance(value, str) or not nfc(value):
        raise BallotsRejected(str(path), f"{where}: {key}", "kind")
    if len(value) > _LONGEST_NAME:
        raise BallotsRejected(str(path), f"{where}: {key}", "too_long")
    return nfc(value)


def _read(path: Path) -> str:
    with told_as_unreadable(path):
        return path.read_text(encoding="utf-8")
