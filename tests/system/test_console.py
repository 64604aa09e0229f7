"""Any character can be written anywhere, and a program without a console does not mind."""

import io
import subprocess
import sys

import pytest

from helpdesk.system.console import prepare_console

TEXT = "Hélène → Ψ"


class Stream(io.TextIOWrapper):
    """A stream as a system hands it over."""

    def __init__(self, encoding: str, *, terminal: bool, content: bytes = b"") -> None:
        self.raw_bytes = io.BytesIO(content)
        reads = bool(content)
        buffer = io.BufferedReader(self.raw_bytes) if reads else io.BufferedWriter(self.raw_bytes)
        super().__init__(buffer, encoding=encoding)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def written(self) -> bytes:
        self.flush()
        return self.raw_bytes.getvalue()


@pytest.mark.parametrize(
    ("platform", "encoding", "to", "expected"),
    [
        ("win32", "cp1252", "a file", TEXT.encode()),
        ("win32", "utf-8", "a terminal", TEXT.encode()),
        ("win32", "cp850", "a terminal", "Hélène ".encode("cp850") + rb"\u2192 \u03a8"),
        ("linux", "latin-1", "a file", "Hélène ".encode("latin-1") + rb"\u2192 \u03a8"),
        ("linux", "utf-8", "a file", TEXT.encode()),
    ],
)
def test_every_character_comes_out(platform: str, encoding: str, to: str, expected: bytes):
    stream = Stream(encoding, terminal=to == "a terminal")
    prepare_console(stream, platform=platform)
    stream.write(TEXT)
    assert stream.written() == expected


def test_what_is_handed_over_by_a_pipe_is_read_as_utf_8_on_windows():
    stream = Stream("cp1252", terminal=False, content=TEXT.encode())
    prepare_console(stream, platform="win32")
    assert stream.read() == TEXT


def test_no_console_at_all():
    prepare_console(None, None, platform="win32")


def test_the_program_itself_writes_to_a_terminal_without_accents(tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONIOENCODING": "iso8859-5", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "helpdesk", "--lang", "fr", "--help"]
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\xe9" in done.stdout
