"""The lock files hold what the program asks for, nothing that nobody asks for, and no old package without a reason."""

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

from release import dependency_ages
from release.dependency_ages import LOCKS, old, pinned, reasons
from tests.documents.reading import ROOT

OF_EACH = pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(.*?)(?=^[a-z0-9]|\Z)", re.MULTILINE | re.DOTALL)


def entries(lock: Path) -> dict[str, str]:
    return dict(ENTRY.findall(lock.read_text(encoding="utf-8")))


def asked_for(*groups: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = project["project"]["dependencies"] + [
        line for name in groups for line in project["dependency-groups"][name]
    ]
    return {re.match(r"[A-Za-z0-9._-]+", line)[0].lower().replace(".", "-").replace("_", "-") for line in lines}


@pytest.mark.parametrize(("lock", "group"), [*zip(LOCKS, ("dev", "release"), strict=True)], ids=["dev", "release"])
def test_what_the_project_asks_for_is_pinned(lock: Path, group: str):
    assert asked_for(group) <= {name.replace(".", "-") for name in pinned(lock)}


@OF_EACH
def test_every_pinned_package_has_hashes_and_somebody_who_asks_for_it(lock: Path):
    known = entries(lock)
    assert len(known) > 50
    for name, entry in known.items():
        assert "--hash=sha256:" in entry, name
        remarks = [
            line.partition("#")[2].strip().removeprefix("via").split() for line in entry.splitlines() if "#" in line
        ]
        asking = [words[0] for words in remarks if words and words[0] != "-c"]
        assert asking, f"{name}: nobody asks for it (run `make lock`)"
        assert [who for who in asking if who != "helpdesk" and who not in known] == []


def test_both_files_pin_the_same_versions():
    first, second = (pinned(lock) for lock in LOCKS)
    assert {
        name: (first[name], second[name]) for name in first.keys() & second.keys() if first[name] != second[name]
    } == {}


def test_every_old_package_that_is_kept_is_pinned_and_has_a_reason():
    every = {name for lock in LOCKS for name in pinned(lock)}
    assert reasons().keys() <= every
    assert [name for name, why in reasons().items() if len(why) < 20] == []


def test_a_package_is_old_when_today_s_newest_was_the_newest_two_years_ago(monkeypatch):
    today = dt.date(2026, 11, 25)
    released = {"alive": ("1.0", "2.0"), "old": ("1.0", "1.0"), "new": (None, "1.0")}

    def newest(name: str, *, on: dt.date | None = None) -> str | None:
        assert on in {None, dt.date(2024, 11, 25)}
        return released[name][on is None]

    monkeypatch.setattr(dependency_ages, "newest", newest)
    assert old(released, today=today) == {"old": "1.0"}


@pytest.mark.parametrize(
    ("found", "told", "code"),
    [({"a": "1"}, {"a": "why"}, 0), ({"a": "1"}, {}, 1), ({}, {"a": "why"}, 1), ({}, {}, 0)],
)
def test_an_old_one_without_a_reason_and_a_reason_without_an_old_one_fail(found, told, code, monkeypatch):
    monkeypatch.setattr(dependency_ages, "old", lambda *_, **__: found)
    monkeypatch.setattr(dependency_ages, "reasons", lambda: told)
    assert dependency_ages.main() == code
