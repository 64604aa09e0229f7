"""What the desk trusts Qt's binding with."""

import subprocess
import sys

ASK = """
from PySide6.QtCore import QObject
lonely = QObject()
for _time in range(200_000):
    lonely.parent()
"""


def test_a_day_of_calls_that_answer_none_leaves_the_program_alive():
    """PySide6 6.12.0 gave None back once more than it took it, until Python 3.11 aborted: after some minutes of use."""
    done = subprocess.run([sys.executable, "-c", ASK], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
