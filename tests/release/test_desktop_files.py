"""Menu entry, AppStream data and icons of Linux; details and installer of Windows."""

import ast
import re
import shutil
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest
from PIL import Image

from helpdesk import __version__
from release.deb import appstream_data
from release.icons import SIZES, WINDOWS_SIZES
from release.windows_details import four_numbers, version_file
from tests.documents.reading import ROOT

LINUX = ROOT / "release" / "linux"


def accepted(*command: object) -> None:
    if shutil.which(str(command[0])) is None:
        pytest.fail(f"{command[0]} is missing: run `make system`")
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_menu_entry_is_valid():
    accepted("desktop-file-validate", LINUX / "org.helpdesk.desk.desktop")


def test_the_appstream_data_is_valid_and_belongs_to_the_menu_entry(tmp_path: Path):
    data = appstream_data()
    assert f'version="{__version__}"' in data
    path = tmp_path / "org.helpdesk.desk.metainfo.xml"
    path.write_text(data, encoding="utf-8")
    accepted("appstreamcli", "validate", "--no-net", path)
    assert "org.helpdesk.desk.desktop" in data


def test_icons_are_drawn_in_every_size_that_is_asked_for(tmp_path: Path):
    subprocess.run([sys.executable, "-m", "release.icons", tmp_path], check=True, cwd=ROOT)
    for size in SIZES:
        with Image.open(tmp_path / f"{size}x{size}" / "helpdesk.png") as picture:
            assert picture.size == (size, size)
            assert picture.getextrema()[3] == (0, 255)  # something is drawn, and something is clear
    with Image.open(tmp_path / "helpdesk.ico") as icon:
        assert icon.info["sizes"] == {(size, size) for size in WINDOWS_SIZES}


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("0.1.0", (0, 1, 0, 0)),
        ("1.2", (1, 2, 0, 0)),
        ("1.2.3rc1", (1, 2, 3, 0)),
        ("2026.11.25.1.9", (2026, 11, 25, 1)),
    ],
)
def test_windows_wants_four_numbers(version: str, numbers: tuple[int, ...]):
    assert four_numbers(version) == numbers


def test_windows_details_are_the_packages_and_one_literal_that_pyinstaller_reads(tmp_path: Path):
    about = metadata("helpdesk")
    text = version_file(about, tmp_path / "build" / "version.txt").read_text(encoding="utf-8")
    told = {call.args[0].value: call.args[1].value for call in ast.walk(ast.parse(text))
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "StringStruct"}  # fmt: skip
    assert told["FileVersion"] == told["ProductVersion"] == about["Version"] == __version__
    assert told["ProductName"] == "helpdesk"
    assert told["FileDescription"] == "Support desk for voter accounts in professional elections"
    assert told["OriginalFilename"] == "helpdesk.exe"


def test_the_installer_takes_what_the_bundle_makes():
    script = (ROOT / "release" / "windows" / "helpdesk.iss").read_text(encoding="utf-8")
    sections = re.findall(r"^\[(\w+)\]$", script, re.MULTILINE)
    assert sections == ["Setup", "Languages", "InstallDelete", "Files", "Icons"]
    assert 'Source: "build\\dist\\helpdesk\\*"' in script
    assert "SetupIconFile=build\\icons\\helpdesk.ico" in script
    programs = set(re.findall(r"\{app\}\\([\w-]+)\.exe", script))
    spec = (ROOT / "helpdesk.spec").read_text(encoding="utf-8")
    assert programs == {"helpdesk-desk"}
    assert all(f'program("{name}"' in spec for name in programs)
    assert re.search(r"^AppId=\{\{[0-9A-F-]{36}\}$", script, re.MULTILINE)
    assert "PrivilegesRequired=lowest" in script
