"""Start-up and memory of the desk beside a bare PySide6 window with a table, in one run, as paired ratios.

`make benchmarks` runs it. Each start is a process of its own, the two kinds in turn; the desk is started as its users
do, and logs in at once with a password that is known, as somebody with a remembered one would. Times are from the
start of the process to the first paint, and to a window that takes a search, the check of the password (argon2id)
included. Memory is the resident set then.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.proof.figures import Figure, paired_ratio, write

ROUNDS = 7
VOTERS = 20_000
PASSWORD = "Correct-Horse-9-Battery"

BARE = """
import os, sys, time
begun = float(os.environ["BENCH_BEGUN"])
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget
app = QApplication([])
window = QMainWindow()
window.setCentralWidget(QTableWidget(50, 5))
window.resize(1280, 800)
window.show()
window.grab()
app.processEvents()
painted = time.time() - begun
print(painted, painted, int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
"""

DESK = """
import os, sys, time
begun = float(os.environ["BENCH_BEGUN"])
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton


class Stopwatch(QObject):
    # Logs in as soon as the login is on the screen, and stops once the search box is.
    painted = ready = 0.0

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.painted and watched.objectName() == "loginDialog":
            self.dialog = watched
            QTimer.singleShot(0, self.log_in)
        if event.type() == QEvent.Type.Paint and not self.ready and watched.objectName() == "searchBox":
            self.window = watched.window()
            QTimer.singleShot(0, self.stop)
        return False

    def log_in(self):
        self.painted = time.time() - begun
        for name, text in (("loginName", "Ada Admin"), ("loginPassword", os.environ["BENCH_PASSWORD"])):
            self.dialog.findChild(QLineEdit, name).setText(text)
        self.dialog.findChild(QPushButton, "loginButton").click()

    def stop(self):
        self.ready = time.time() - begun
        print(self.painted, self.ready, int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
        sys.stdout.flush()
        self.window.close()


app = QApplication(["helpdesk"])
stopwatch = Stopwatch()
app.installEventFilter(stopwatch)
from helpdesk.cli import run
sys.exit(run([]))
"""


def main() -> None:
    """Measure, print the table, write `build/desk_benchmark.json`."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as place:
        environment = os.environ | {
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "HELPDESK_DATA_DIR": place,
            "HELPDESK_DATABASE": f"sqlite:///{place}/helpdesk.db",
            "XDG_CONFIG_HOME": place,
            "BENCH_PASSWORD": PASSWORD,
        }
        _fill(place, environment)
        _start(BARE, environment)
        _start(DESK, environment)
        pairs = [(_start(BARE, environment), _start(DESK, environment)) for _round in range(ROUNDS)]
    ratio = statistics.median(desk[0] / bare[0] for bare, desk in pairs)
    ready = statistics.median(desk[1] for _bare, desk in pairs)
    more = statistics.median(desk[2] - bare[2] for bare, desk in pairs) / 1e6
    figures = {
        "bare_painted_s": round(statistics.median(bare[0] for bare, _desk in pairs), 3),
        "desk_painted_s": round(statistics.median(desk[0] for _bare, desk in pairs), 3),
        "painted_ratio": round(ratio, 2),
        "ready_to_search_s": round(ready, 3),
        "memory_over_bare_mb": round(more, 1),
        "voters": VOTERS,
        "rounds": ROUNDS,
    }
    for name, value in figures.items():
        sys.stdout.write(f"{name:>22}  {value}\n")
    Path("build").mkdir(exist_ok=True)
    Path("build/desk_benchmark.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    command, bare_window = "python -m tests.benchmarks.desk", "bare PySide6 window"
    painted = paired_ratio([desk[0] for _bare, desk in pairs], [bare[0] for bare, _desk in pairs])
    write("desk", [
        Figure("desk: first paint", figures["desk_painted_s"], "s", command, bare_window, painted,
               asked="≤ 1.5 × bare", kept=ratio <= 1.5, timed=True),
        Figure("desk: ready to search", round(ready, 3), "s", command, asked="≤ 0.5 s", kept=ready <= 0.5, timed=True),
        Figure("desk: memory over bare", round(more, 1), "MB", command, bare_window, asked="≤ 80 MB", kept=more <= 80,
               note=f"with {VOTERS} voters in the store"),
    ])  # fmt: skip


def _fill(place: str, environment: dict[str, str]) -> None:
    helpdesk = [sys.executable, "-m", "helpdesk"]
    made = {"input": f"{PASSWORD}\n", "text": True, "env": environment, "stdout": subprocess.DEVNULL}
    subprocess.run([*helpdesk, "init", "--trial", "--admin", "Ada Admin", "--password-stdin"], check=True, **made)
    roll = Path(place, "roll.csv")
    subprocess.run([*helpdesk, "sample", str(roll), "--voters", str(VOTERS)], check=True, **made)
    importing = [*helpdesk, "roll", "import", str(roll), "--operator", "Ada Admin", "--password-stdin"]
    subprocess.run(importing, check=True, **made)


def _start(code: str, environment: dict[str, str]) -> tuple[float, float, int]:
    """Painted and ready, in seconds from the start of the process, and resident bytes."""
    environment = environment | {"BENCH_BEGUN": repr(time.time())}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    painted, ready, memory = done.stdout.split()
    return float(painted), float(ready), int(memory)


if __name__ == "__main__":
    main()
