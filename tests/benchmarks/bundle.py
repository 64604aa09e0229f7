"""The bundle: its size, and the start of the frozen desk beside the unfrozen one, in turn.

`python -m tests.benchmarks.bundle`, after `make bundle` (which it runs where there is none). A start is a process of
its own that opens the window on an empty store, paints once and ends (`--self-check`).
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from release.bundle import BUNDLE, ROOT, size_in_bytes
from tests.proof.figures import Figure, full, paired_ratio, write

COMMAND = "python -m tests.benchmarks.bundle"
LARGEST_MB, SLOWEST_RATIO = 180, 1.3
FROZEN = (str(BUNDLE / "helpdesk"), "--self-check")
UNFROZEN = (sys.executable, "-m", "helpdesk", "--self-check")


def main() -> None:
    """Measure, print, leave the figures for the proof."""
    if not (BUNDLE / "helpdesk").exists():
        subprocess.run(["make", "bundle"], cwd=ROOT, check=True)
    megabytes = size_in_bytes(BUNDLE) / 1e6
    rounds = 15 if full() else 5
    _seconds(FROZEN), _seconds(UNFROZEN)  # both read from the disk once
    pairs = [(_seconds(FROZEN), _seconds(UNFROZEN)) for _round in range(rounds)]
    ratio = paired_ratio([frozen for frozen, _ in pairs], [unfrozen for _, unfrozen in pairs])
    spread = f"{ratio.median:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"
    print(f"bundle: {megabytes:.0f} MB; start, frozen over unfrozen: {spread}")
    write(
        "bundle",
        [
            Figure(
                "size of the bundle", megabytes, "MB", COMMAND, asked=f"≤ {LARGEST_MB} MB", kept=megabytes <= LARGEST_MB
            ),
            Figure(
                "start of the frozen desk",
                ratio.median,
                "times",
                COMMAND,
                compared_with="the unfrozen desk",
                ratio=ratio,
                asked=f"≤ {SLOWEST_RATIO}",
                kept=ratio.median <= SLOWEST_RATIO,
                timed=True,
            ),
        ],
    )


def _seconds(command: Sequence[str]) -> float:
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as place:
        environment = os.environ | {
            "QT_QPA_PLATFORM": "offscreen",
            "HELPDESK_DATA_DIR": place,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        begun = time.perf_counter()
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        return time.perf_counter() - begun


if __name__ == "__main__":
    main()
