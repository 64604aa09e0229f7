"""Files with people's data: for their owner only, whole or not there."""

import os
import stat
from pathlib import Path

import pytest

from helpdesk.domain.errors import UnreadableFile
from helpdesk.private_file import private_file, write_private

for_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has access lists, not modes")


@for_posix
def test_only_its_owner_can_read_it_whatever_the_umask_is(tmp_path: Path):
    before = os.umask(0o000)
    try:
        write_private(tmp_path / "sheet.pdf", b"Marie")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "sheet.pdf").stat().st_mode) == 0o600


@for_posix
def test_an_earlier_file_that_others_could_read_is_replaced_and_closed_to_them(tmp_path: Path):
    path = tmp_path / "sheet.pdf"
    path.write_bytes(b"old")
    path.chmod(0o644)
    with path.open("rb") as reader:
        write_private(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_must_not_be_replaced_is_left_alone(tmp_path: Path):
    path = tmp_path / "held.json"
    path.write_bytes(b"old")
    with pytest.raises(UnreadableFile) as refused:
        write_private(path, b"new", replace=False)
    assert refused.value.why == "exists"
    assert path.read_bytes() == b"old"


def test_nothing_is_left_of_a_file_that_could_not_be_finished(tmp_path: Path):
    path = tmp_path / "trail.csv"
    path.write_bytes(b"whole")

    def fail_midway() -> None:
        with private_file(path) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    assert path.read_bytes() == b"whole"
    assert [each.name for each in tmp_path.iterdir()] == ["trail.csv"]


def test_a_place_that_takes_no_file_is_told(tmp_path: Path):
    with pytest.raises(UnreadableFile) as refused:
        write_private(tmp_path / "missing" / "sheet.pdf", b"")
    assert refused.value.why == "unwritable"
