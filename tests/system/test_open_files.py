"""Replacing and removing what somebody holds open: at once on Linux, patiently on Windows."""

from pathlib import Path

import pytest

from helpdesk.system.open_files import remove_file, replace_file, sync_file


class Held:
    """A file that another program lets go of after so many tries."""

    def __init__(self, tries: int) -> None:
        self.tries, self.pauses = tries, []

    def __call__(self, *_paths: Path) -> None:
        self.tries -= 1
        if self.tries >= 0:
            raise PermissionError(13, "ERROR_SHARING_VIOLATION")

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


def replace_held(held: Held, platform: str) -> None:
    replace_file(Path("a"), Path("b"), platform=platform, replace=held, sleep=held.sleep)


def remove_held(held: Held, platform: str) -> None:
    remove_file(Path("a"), platform=platform, remove=held, sleep=held.sleep)


@pytest.mark.parametrize("act", [replace_held, remove_held])
def test_windows_tries_again_until_it_is_let_go(act):
    held = Held(5)
    act(held, "win32")
    assert held.pauses == [0.1] * 5


@pytest.mark.parametrize("act", [replace_held, remove_held])
def test_windows_gives_up_after_two_seconds(act):
    held = Held(1000)
    with pytest.raises(PermissionError):
        act(held, "win32")
    assert 1.5 <= sum(held.pauses) <= 2


@pytest.mark.parametrize("act", [replace_held, remove_held])
def test_elsewhere_a_refusal_is_final(act):
    held = Held(1)
    with pytest.raises(PermissionError):
        act(held, "linux")
    assert held.pauses == []


def test_a_reader_keeps_the_old_file_here(tmp_path: Path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("old")
    new.write_text("new")
    with old.open() as reading:
        sync_file(new)
        replace_file(new, old)
        assert (reading.read(), old.read_text()) == ("old", "new")
    remove_file(old)
    remove_file(old)  # what is gone is well
    assert list(tmp_path.iterdir()) == []
