"""Values of the program as one JSON document."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpdesk.domain.json_text import json_text


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a command tells."""

    name: str
    at: datetime


def test_plain_values_stay_and_accents_are_written_as_they_are():
    assert json_text({"name": "Hélène", "count": 2}) == '{"name": "Hélène", "count": 2}'


def test_values_of_the_program_become_plain_ones():
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    told = json_text([Told("Zoé", at), Path("a/b"), frozenset({"b", "a"}), {"d", "c"}])
    assert json.loads(told) == [
        {"name": "Zoé", "at": "2026-11-24T12:00:00+00:00"}, str(Path("a/b")), ["a", "b"], ["c", "d"],
    ]  # fmt: skip


@pytest.mark.parametrize(("value", "kind"), [(object(), "object"), (Told, "type"), (b"x", "bytes")])
def test_anything_else_is_a_bug_that_names_its_kind_and_no_value(value, kind):
    with pytest.raises(TypeError, match=f"^{kind}$"):
        json_text(value)
