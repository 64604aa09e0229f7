"""Running the parts, each as its own process group with a time it may take."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.proof.figures import FOLDER, Figure, read
from tests.proof.parts import Part

QUICK_TRIALS_AT_ONCE, FULL_TRIALS_AT_ONCE = 2, 3
"""Much of a trial is waiting: for a moment to kill, a server that restarts, a disk that is held back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a part ended: `said` is "ok" or the reason why it is not; `output` is all that it printed."""

    part: Part
    said: str
    seconds: float
    figures: tuple[Figure, ...]
    output: Path

    @property
    def ok(self) -> bool:
        """True when the part ran to its end and broke no promise that is judged."""
        return self.said == "ok"


def run_all(parts: Sequence[Part], *, full: bool, told: Callable[[Outcome], None]) -> list[Outcome]:
    """Run benchmarks one after another, then trials some at a time; outcomes in the parts' order, told as they come.

    The trial that may take longest begins first, so that no long one is left alone at the end.
    """

    def finished(part: Part) -> Outcome:
        outcome = run(part, full=full)
        told(outcome)
        return outcome

    measured = {part.name: finished(part) for part in parts if part.measures}
    with ThreadPoolExecutor(FULL_TRIALS_AT_ONCE if full else QUICK_TRIALS_AT_ONCE) as threads:
        trials = [part for part in parts if not part.measures]
        trials.sort(key=lambda part: part.full_seconds if full else part.quick_seconds, reverse=True)
        tried = dict(zip((part.name for part in trials), threads.map(finished, trials), strict=True))
    return [(measured | tried)[part.name] for part in parts]


def run(part: Part, *, full: bool) -> Outcome:
    """Run one part; never raises for what the part does."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{part.name}.json").unlink(missing_ok=True)
    output = FOLDER / f"{part.name}.txt"
    allowed = part.full_seconds if full else part.quick_seconds
    environment = os.environ | {"PROOF": "full" if full else "quick", "PYTHONUNBUFFERED": "1"}
    started = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", part.module],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        try:
            status = process.wait(allowed)
            said = "ok" if status == 0 else f"exit status {status}"
        except subprocess.TimeoutExpired:
            said = f"stopped after the {allowed} s it may take"
        finally:
            _end(process)
    try:
        figures = read(part.name)
    except FileNotFoundError:
        figures = ()
        said = "no figures" if said == "ok" else said
    return Outcome(part, said, time.monotonic() - started, figures, output)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End whatever the part left running in its group: a server of its own must not outlive it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
