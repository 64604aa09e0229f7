"""A known weakness fails the audit; a service that does not answer fails it too, unless that is allowed for."""

import json
import subprocess
from types import SimpleNamespace

import pytest

from release import audit

CLEAN = {"name": "click", "version": "8.5.1", "vulns": []}
WEAK = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1"}, {"id": "GHSA-x"}]}


def answered(packages: list[dict[str, object]]) -> SimpleNamespace:
    return SimpleNamespace(stdout=json.dumps({"dependencies": packages, "fixes": []}), stderr="")


@pytest.mark.parametrize(
    ("answer", "allowed", "code"),
    [
        (answered([CLEAN]), "no", 0),
        (answered([CLEAN, WEAK]), "no", 1),
        (answered([CLEAN, WEAK]), "yes", 1),
        (SimpleNamespace(stdout="", stderr="no route to host"), "no", 1),
        (SimpleNamespace(stdout="", stderr="no route to host"), "yes", 0),
    ],
)
def test_what_the_audit_answers(answer, allowed: str, code: int, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    assert audit.main(may_be_unreachable=allowed == "yes") == code


def test_a_weakness_is_named(monkeypatch, capsys):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answered([WEAK]))
    audit.main(may_be_unreachable=True)
    assert "old 1.0: PYSEC-2026-1, GHSA-x" in capsys.readouterr().out


def test_a_service_that_was_not_asked_is_told_of(monkeypatch, capsys):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout="", stderr="no route"))
    audit.main(may_be_unreachable=True)
    assert "NOT ASKED" in capsys.readouterr().err
