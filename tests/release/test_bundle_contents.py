"""What goes into the bundle and what does not, and what its inventory and checksums say of it."""

import hashlib
import json

import pytest

from release import inventory
from release.contents import is_wanted_data, is_wanted_library, is_wanted_module
from release.inventory import only_needed, write_checksums


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "PySide6/Qt/lib/libQt6PrintSupport.so.6",
        "PySide6/QtPrintSupport.abi3.so",
        "PySide6\\Qt6PrintSupport.dll",
        "PySide6/Qt/plugins/printsupport/libcupsprintersupport.so",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6\\plugins\\platforms\\qwindows.dll",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "rapidfuzz/distance/metrics_cpp.cpython-311-x86_64-linux-gnu.so",
        "libpython3.11.so.1.0",
    ],
)
def test_what_the_program_opens_stays(path: str):
    assert is_wanted_library(path)


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/Qt/lib/libQt6Network.so.6",
        "PySide6\\Qt6Quick.dll",
        "PySide6/Qt/plugins/sqldrivers/libqsqlite.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "libgtk-3.so.0",
        "PySide6\\opengl32sw.dll",
    ],
)
def test_what_it_never_opens_is_left_out(path: str):
    assert not is_wanted_library(path)


def test_of_languages_french_and_english_are_kept():
    for kept in ("babel/locale-data/fr.dat", "PySide6/Qt/translations/qtbase_fr.qm", "resources/help/fr/1.md"):
        assert is_wanted_data(kept)
    for left in ("babel/locale-data/de.dat", "PySide6/Qt/translations/qtbase_de.qm", "resources/pictures/voter.png"):
        assert not is_wanted_data(left)
    assert is_wanted_module("faker.providers.person.fr_FR")
    assert not is_wanted_module("faker.providers.person.de_DE")


def test_the_inventory_holds_what_the_program_leads_to_and_nothing_else():
    parts = [{"bom-ref": name, "name": name} for name in ("helpdesk", "click", "pyinstaller", "pip-audit")]
    leads = [{"ref": "helpdesk", "dependsOn": ["click"]}, {"ref": "pip-audit", "dependsOn": ["click"]}]
    made = only_needed({"bomFormat": "CycloneDX", "components": parts, "dependencies": leads})
    assert [part["name"] for part in made["components"]] == ["helpdesk", "click", "pyinstaller"]
    assert made["dependencies"] == [leads[0]]
    assert made["bomFormat"] == "CycloneDX"


def test_checksums_are_of_every_file_that_is_published(tmp_path, monkeypatch):
    monkeypatch.setattr(inventory, "PACKAGES", tmp_path)
    (tmp_path / "helpdesk.cdx.json").write_text(json.dumps({}))
    (tmp_path / "helpdesk.deb").write_bytes(b"deb")
    text = write_checksums().read_text(encoding="utf-8")
    assert f"{hashlib.sha256(b'deb').hexdigest()}  helpdesk.deb\n" in text
    assert len(text.splitlines()) == 2
    assert write_checksums().read_text(encoding="utf-8") == text
