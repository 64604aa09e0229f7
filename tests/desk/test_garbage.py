"""Garbage of the desk is found, and on the GUI thread only: a widget must not die in another."""

import gc
import threading
from typing import ClassVar

import pytest
from PySide6.QtWidgets import QWidget

from helpdesk.desk.garbage import GarbageRounds


class Cycle:
    """Found by the collector only; remembers in which thread that was."""

    died_in: ClassVar[list[str]] = []

    def __init__(self, widget: QWidget | None = None) -> None:
        self.itself, self.widget = self, widget

    def __del__(self) -> None:
        self.died_in.append(threading.current_thread().name)


@pytest.fixture
def rounds(qapp):
    gc.enable()
    found = GarbageRounds(qapp)
    yield found
    found.end()
    found.deleteLater()
    gc.unfreeze()
    gc.disable()


def make_much(kept, count=20_000):
    """As much that stays as makes Python look by itself many times."""
    kept += [[object()] for _each in range(count)]


def test_no_thread_looks_for_garbage_but_the_one_of_the_window(rounds, qtbot):
    rounds.begin()
    Cycle.died_in.clear()
    Cycle(QWidget())
    kept = []
    worker = threading.Thread(target=make_much, args=(kept,), name="worker")
    worker.start()
    worker.join()
    assert Cycle.died_in == []
    qtbot.waitUntil(lambda: Cycle.died_in == [threading.current_thread().name])


def test_what_survives_the_youngest_is_found_later(rounds):
    rounds.begin()
    Cycle.died_in.clear()
    cycle, kept = Cycle(), []
    for turn in range(300):
        make_much(kept, 1_000)
        rounds.look()
        if turn == 30:
            del cycle
    assert Cycle.died_in == [threading.current_thread().name]


def test_what_is_loaded_as_it_begins_is_not_looked_at_again(rounds):
    rounds.begin()
    frozen = gc.get_freeze_count()
    assert frozen > 10_000
    kept = []
    make_much(kept)
    rounds.begin()
    assert gc.get_freeze_count() < frozen + len(kept)


def test_at_its_end_everything_is_as_before(rounds):
    assert not gc.isenabled()
    rounds.begin()
    rounds.end()
    assert gc.isenabled()
