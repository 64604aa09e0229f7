"""What the log learns of an unexpected error: kinds and places, and nothing that anybody typed."""

import pytest

from helpdesk.domain.bug_trace import where_it_broke

SECRET = "marie.dupont@ac-rennes.fr"


def caught(raiser) -> BaseException:
    with pytest.raises(Exception) as error:  # noqa: PT011 (whatever it is)
        raiser()
    return error.value


def fails():
    raise ValueError(SECRET)


def chained():
    try:
        fails()
    except ValueError as error:
        raise KeyError(SECRET) from error


def test_kinds_and_places_of_an_error_and_its_cause_without_words():
    told = where_it_broke(caught(chained)).splitlines()
    assert told[0] == "builtins.KeyError"
    assert "builtins.ValueError" in told
    assert told.index("builtins.KeyError") < told.index("builtins.ValueError")
    places = [line for line in told if line.startswith("  ")]
    assert any(line.endswith(" chained") and "test_bug_trace.py:" in line for line in places)
    assert any(line.endswith(" fails") for line in places)
    assert SECRET not in "\n".join(told)


def test_an_error_that_came_up_while_another_was_handled_tells_both():
    def handling():
        try:
            fails()
        except ValueError:
            raise OSError(SECRET)  # noqa: B904 (that is the case)

    told = where_it_broke(caught(handling))
    assert told.startswith("builtins.OSError\n")
    assert "builtins.ValueError" in told


def test_errors_that_cause_one_another_end():
    first, second = caught(fails), caught(chained)
    first.__cause__, second.__cause__ = second, first
    assert where_it_broke(first).count("builtins.") == 2


def test_a_deep_recursion_is_told_by_its_last_thirty_places():
    def deep(left):
        return deep(left - 1) if left else fails()

    told = where_it_broke(caught(lambda: deep(100))).splitlines()
    assert len(told) == 31
    assert told[-1].endswith(" fails")
