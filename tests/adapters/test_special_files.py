"""Rolls that are no files: a pipe without a writer, an endless device, a folder, a name too long."""

import os
import threading

import pytest

from helpdesk.adapters.roll_file import RollFile
from helpdesk.domain.errors import UnreadableFile

SECONDS = 20


def read(path):
    """What reading ends in; a reader that hangs is left behind and told."""
    ended: list[BaseException | None] = []

    def work() -> None:
        try:
            RollFile().digest(path)
            list(RollFile()(path))
            ended.append(None)
        except BaseException as error:  # noqa: BLE001 (told to the test)
            ended.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(SECONDS)
    return ended[0] if ended else TimeoutError()


@pytest.mark.parametrize(
    "name", ["/dev/zero", "/proc/self/mem", "/", "/dev/null", "x" * 300, "a/../../../../etc/shadow/x"]
)
def test_what_is_no_file_is_refused_at_once(name, tmp_path):
    assert isinstance(read(tmp_path / name), UnreadableFile)


def test_a_pipe_that_nobody_writes_to_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    assert isinstance(read(tmp_path / "pipe.csv"), UnreadableFile)
