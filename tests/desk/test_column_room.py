"""Columns in the room there is: the least important go first, and the widths fill it."""

import pytest

from helpdesk.desk.widgets.column_room import Need, share_room

STATE, ADDRESS, NAME, KIND = Need(100), Need(120, stretch=True), Need(80, rank=2), Need(90, rank=3)
COLUMNS = (STATE, ADDRESS, NAME, KIND)


@pytest.mark.parametrize(
    ("room", "widths"),
    [
        (500, {0: 100, 1: 230, 2: 80, 3: 90}),
        (390, {0: 100, 1: 120, 2: 80, 3: 90}),
        (389, {0: 100, 1: 209, 2: 80}),
        (299, {0: 100, 1: 199}),
        (180, {0: 90, 1: 90}),
        (100, {0: 50, 1: 50}),
    ],
)
def test_what_finds_no_room_is_left_out_by_rank_and_the_rest_fills_it(room: int, widths: dict[int, int]):
    assert share_room(room, COLUMNS) == widths


@pytest.mark.parametrize("room", range(0, 700, 7))
def test_widths_never_exceed_the_room(room: int):
    shared = share_room(room, COLUMNS)
    assert sum(shared.values()) <= max(room, len(shared))
    assert {0, 1} <= set(shared)


def test_without_a_stretching_column_the_last_one_takes_what_is_left():
    assert share_room(300, (Need(100), Need(50))) == {0: 100, 1: 200}
