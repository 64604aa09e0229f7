"""The proof's own form: figures survive their file, broken promises are found, parts that hang are ended."""

import os
import select
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier
from xml.etree import ElementTree as ET

import pytest

from tests.proof import runner
from tests.proof.figures import Figure, Ratio, Series, broken, counted, paired_ratio, read, write
from tests.proof.machine import this_machine
from tests.proof.parts import PARTS, Part
from tests.proof.plot import svg
from tests.proof.report import write_report
from tests.proof.runner import Outcome, run, run_all

CURVE = Series("ours", ((1e4, 1.0), (1e6, 3.5)), x="voters", y="ms", log=True)
SLOW = Figure("key", 9.5, "ms", "python -m x", "bare SQL", Ratio(2.0, 1.5, 3.0, 9), "≤ 1.5", kept=False, timed=True,
              series=(CURVE,))  # fmt: skip
ENDS = """
from tests.proof.figures import counted, finish
raise SystemExit(finish("a-part", [counted("a", wrong={wrong}, of=1, command="x")]))
"""
LOST = counted("mails", wrong=1, of=200, command="python -m y")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of the test, and the modules it makes, lie in its own folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[2]}")


def part(module: str, seconds: int = 20) -> Part:
    return Part("a-part", module, "A part.", quick_seconds=seconds, full_seconds=seconds)


def test_figures_survive_their_file():
    write("some", [SLOW, LOST])
    assert read("some") == (SLOW, LOST)


def test_times_are_judged_only_when_asked_and_counts_always():
    assert broken([SLOW, LOST], judge_times=False) == (LOST,)
    assert broken([SLOW, LOST], judge_times=True) == (SLOW, LOST)


def test_a_trial_that_tried_nothing_keeps_no_promise():
    assert counted("nothing", wrong=0, of=0, command="x").kept is False


def test_ratios_are_taken_pair_by_pair():
    assert paired_ratio([2, 20, 200], [1, 10, 50]) == Ratio(2.0, 2.0, 4.0, 3)
    with pytest.raises(ValueError, match="longer"):
        paired_ratio([1], [1, 2])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (ENDS.format(wrong=0), "ok"),
        (ENDS.format(wrong=1), "exit status 1"),
        ("pass", "no figures"),
        ("raise SystemExit(3)", "exit status 3"),
    ],
)  # fmt: skip
def test_how_a_part_ended_is_told(body: str, said: str):
    Path("ended.py").write_text(body)
    assert run(part("ended"), full=False).said == said


def test_benchmarks_run_alone_and_trials_some_at_a_time(monkeypatch: pytest.MonkeyPatch):
    parts = [Part(name, f"tests.{kind}.{name}", "", 1, 1) for name, kind in
             (("a", "trials"), ("b", "benchmarks"), ("c", "trials"), ("d", "benchmarks"))]  # fmt: skip
    both = Barrier(2)
    under_way: list[str] = []

    def ran(part: Part, *, full: bool) -> Outcome:
        under_way.append(part.name)
        if part.measures:
            assert under_way == [part.name]
        else:
            both.wait(10)  # broken, and an error, unless the other trial runs meanwhile
        under_way.remove(part.name)
        return Outcome(part, "ok", 0, (), Path("nowhere"))

    monkeypatch.setattr(runner, "run", ran)
    told: list[str] = []
    outcomes = run_all(parts, full=False, told=lambda outcome: told.append(outcome.part.name))
    assert [outcome.part.name for outcome in outcomes] == ["a", "b", "c", "d"]
    assert told[:2] == ["b", "d"]
    assert sorted(told[2:]) == ["a", "c"]


def test_a_part_that_hangs_is_ended_with_all_that_it_started():
    Path("hangs.py").write_text(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('child', 'w').write(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    outcome = run(part("hangs", seconds=2), full=False)
    assert "stopped after the 2 s" in outcome.said
    try:
        child = os.pidfd_open(int(Path("child").read_text()))
    except ProcessLookupError:
        return
    assert select.select([child], [], [], 10)[0], "its child lives on"
    os.close(child)


def test_the_report_says_first_what_falls_short_and_its_plots_are_drawn():
    write("a-part", [SLOW, LOST])
    Path("again.py").write_text(
        "from tests.proof.figures import finish\n"
        "from tests.proof.test_form import LOST, SLOW\n"
        "raise SystemExit(finish('a-part', [SLOW, LOST]))\n"
    )
    outcome = run(part("again"), full=False)
    page = write_report([outcome], this_machine(), full=False, not_run=["search"]).read_text()
    assert page.index("What falls short") < page.index("1 wrong of 200") < page.index("<svg")
    assert "not run: search" in page
    points = ET.fromstring(svg("key", [CURVE])).findall(".//circle")  # noqa: S314 (our own text)
    assert len(points) == 2


def test_every_part_is_a_module_of_its_own_name():
    assert [each.module for each in PARTS if find_spec(each.module) is None] == []
    assert len({each.name for each in PARTS}) == len(PARTS)
