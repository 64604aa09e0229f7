"""The short form of the trial of many desks: a few of them, one restart, wires that are cut."""

from tests.trials.many_desks import run


def test_nothing_is_lost_or_doubled_while_the_server_restarts_and_connections_are_cut():
    figures = run(desks=4, seconds=5, restarts=1)
    assert [(figure.name, figure.value, figure.note) for figure in figures if figure.kept is False] == []
    met = next(figure for figure in figures if figure.name == "faults that desks met")
    assert met.value > 0
