"""An embedded store on a disk that takes its time. `python -m tests.trials.slow_disk`

Three desks act at once while another one searches, each in a process of its own, and strace holds every write to the
disk back (its fault injection delays the system calls that flush a file). No act may be half done, told as done and
lost, or refused in other words than "busy"; and searches go on meanwhile: they wait for nobody's disk.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import func, select

from helpdesk.domain.errors import HelpdeskError, StoreBusy
from helpdesk.services import build_services
from helpdesk.store.engine import Store
from helpdesk.store.schema import audit_event
from tests.conftest import PASSWORD, SetClock, make_context
from tests.proof.figures import Figure, counted, finish, full, percentile
from tests.trials.kills.whole import complaints
from tests.trials.stage import Stage, stage

COMMAND = "python -m tests.trials.slow_disk"
DESKS = 3
DELAYS_MS = (50, 500, 2000)
"""A network folder, a worn disk, one that is about to fail."""


def main() -> int:
    """Every delay, on a fresh store each."""
    figures: list[Figure] = []
    seconds = 30 if full() else 5
    for delay in DELAYS_MS:
        figures += slowed(delay, seconds)
    return finish("slow-disk", figures)


def slowed(delay: int, seconds: float) -> list[Figure]:
    """Desks at work on a disk that answers each flush after so many milliseconds; what they said against the store."""
    name = f"slow disk, {delay} ms a flush"
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-slow-"))
    try:
        with ExitStack() as stack:
            play = stack.enter_context(stage(folder, voters=30))
            if not can_trace(folder):
                return [Figure(f"{name}: not tried", 0, "tries", COMMAND, asked="0 wrong", note="It takes strace.")]
            desks = [start(folder, delay, "acts", place, seconds) for place in range(DESKS)]
            searcher = start(folder, 0, "searches", 0, seconds)
            said = [json.loads(each.communicate(timeout=seconds + 120)[0]) for each in desks]
            waits = json.loads(searcher.communicate(timeout=seconds + 120)[0])
            return judged(name, delay, play, said, waits)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judged(name: str, delay: int, play: Stage, said: list[dict], waits: dict) -> list[Figure]:
    """What the desks were told, beside what the store holds."""
    told = Counter(word for each in said for word in each["said"])
    wrong = [word for word in told.elements() if word not in {"done", StoreBusy.__name__}]
    wrong += [word for word in waits["said"] if word != "done"]
    play.store.close()
    wrong += complaints(play.path)
    with play.store.read() as connection:
        acts = (audit_event.c.action == "link_resent", audit_event.c.outcome == "done")
        recorded = connection.scalar(select(func.count()).where(*acts))
    if recorded != told["done"]:
        wrong.append(f"{told['done']} acts told as done, {recorded} in the trail")
    if told["done"] == 0:
        wrong.append("nobody got anything done")
    for line in sorted(set(wrong))[:20]:
        print(f"{wrong.count(line)} × {line}")
    slowest = percentile(waits["ms"], 0.99)
    busy = told[StoreBusy.__name__]
    return [
        counted(f"{name}: acts lost, half done or wrongly told", wrong=len(wrong), of=told.total(), command=COMMAND,
                note=f"{told['done']} done, {busy} refused as busy after waiting their turn"),
        Figure(f"{name}: a search meanwhile, p99", slowest, "ms", COMMAND, asked=f"≤ {delay} ms",
               kept=slowest <= delay, timed=True, note="Less than one flush: a search waits for no write."),
    ]  # fmt: skip


def start(folder: Path, delay: int, task: str, place: int, seconds: float) -> "subprocess.Popen[bytes]":
    """A desk in a process of its own; its flushes are held back if there is a delay."""
    slow = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", os.devnull, "-e", "trace=fsync,fdatasync"]
    slow += ["-e", f"inject=fsync,fdatasync:delay_enter={delay * 1000}"]
    own = [sys.executable, "-m", "tests.trials.slow_disk", task, str(folder), str(place), str(seconds)]
    return subprocess.Popen([*(slow if delay else []), *own], stdout=subprocess.PIPE)


def can_trace(folder: Path) -> bool:
    """True where strace is installed and may hold a process back."""
    if shutil.which("strace") is None:
        return False
    probe = f"import os; f = open({str(folder / 'probe')!r}, 'w'); os.fsync(f.fileno())"
    held = ["strace", "-qq", "-o", os.devnull, "-e", "inject=fsync:delay_enter=400000", sys.executable, "-c", probe]
    began = time.monotonic()
    done = subprocess.run(held, check=False, capture_output=True)
    return done.returncode == 0 and time.monotonic() - began > 0.4


def work(task: str, folder: Path, place: int, seconds: float) -> None:
    """What one desk does until its time is over; what it was told, as JSON."""
    store = Store(f"sqlite:///{folder / 'store.db'}")
    clock = SetClock()
    services = build_services(make_context(store, clock))
    said: list[str] = []
    waited: list[float] = []
    agent = None
    while agent is None:
        with contextlib.suppress(StoreBusy):
            agent = services.operators.log_in("Alix Agent", PASSWORD)
    turn, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        turn += 1
        clock.advance(minutes=61)  # the throttle's hour: each act may be done again
        number = str(10_000_001 + (turn * DESKS + place) % 30)
        began = time.perf_counter()
        try:
            if task == "acts":
                services.activation.resend(agent, number, reason="slow disk trial")
            else:
                services.search.search(agent, "dupont"[: 1 + turn % 6])
            said.append("done")
        except HelpdeskError as error:
            said.append(type(error).__name__)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is what this trial looks for)
            said.append(f"untyped {error!r}")
        waited.append((time.perf_counter() - began) * 1000)
    store.close()
    print(json.dumps({"said": said, "ms": waited}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(work(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
    sys.exit(main())
