"""Make a Debian package from the bundle, or use one: `python3 -m release.deb build|check`.

`check` installs the package into this system, runs it, and removes it: nothing of it may be left.
"""

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUNDLE, ICONS, PACKAGES = ROOT / "build" / "dist" / "helpdesk", ROOT / "build" / "icons", ROOT / "build" / "packages"
LINUX = ROOT / "release" / "linux"
NEEDS = (
    "libgl1, libegl1, libxkbcommon-x11-0, libxcb-cursor0, libxcb-icccm4, libxcb-keysyms1, libxcb-shape0,"
    " libfontconfig1, fonts-dejavu-core"
)
CONTROL = """\
Package: helpdesk
Version: {version}
Architecture: {architecture}
Maintainer: The helpdesk authors
Installed-Size: {size}
Depends: {needs}
Section: misc
Priority: optional
Description: support desk for voter accounts in professional elections
 Find a voter, see the address tied to the account, resend the activation mail,
 reset the challenge question; every step is in a provable audit trail.
"""


def version() -> str:
    """The program's version, read without importing it."""
    text = (ROOT / "helpdesk" / "__init__.py").read_text(encoding="utf-8")
    return text.partition('__version__ = "')[2].partition('"')[0]


def build() -> Path:
    """Put the bundle, the menu entry, icons and AppStream data into a package; its file."""
    architecture = _output("dpkg", "--print-architecture")
    tree = ROOT / "build" / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(BUNDLE, tree / "usr" / "lib" / "helpdesk", symlinks=True)
    _fill_share(tree / "usr" / "share")
    (tree / "usr" / "bin").mkdir(parents=True)
    (tree / "usr" / "bin" / "helpdesk").symlink_to("../lib/helpdesk/helpdesk")
    size = sum(path.lstat().st_size for path in tree.rglob("*") if path.is_file()) // 1024
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(
        CONTROL.format(version=version(), architecture=architecture, size=size, needs=NEEDS), encoding="utf-8"
    )
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    PACKAGES.mkdir(parents=True, exist_ok=True)
    package = PACKAGES / f"helpdesk_{version()}_{architecture}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", tree, package], check=True)
    shutil.rmtree(tree)
    return package


def _fill_share(share: Path) -> None:
    for folder in ("applications", "metainfo", "doc/helpdesk"):
        (share / folder).mkdir(parents=True)
    shutil.copy(LINUX / "org.helpdesk.desk.desktop", share / "applications")
    (share / "metainfo" / "org.helpdesk.desk.metainfo.xml").write_text(appstream_data(), encoding="utf-8")
    for picture in ICONS.glob("*/helpdesk.png"):
        place = share / "icons" / "hicolor" / picture.parent.name / "apps"
        place.mkdir(parents=True)
        shutil.copy(picture, place)
    drawing = share / "icons" / "hicolor" / "scalable" / "apps"
    drawing.mkdir(parents=True)
    shutil.copy(ROOT / "resources" / "icons" / "app" / "helpdesk.svg", drawing)
    shutil.copytree(ROOT / "resources" / "deploy", share / "doc" / "helpdesk" / "deploy")
    shutil.copy(ROOT / "CHANGELOG.md", share / "doc" / "helpdesk")


def appstream_data() -> str:
    """What software centres show of the program, with this version and day."""
    data = (LINUX / "org.helpdesk.desk.metainfo.xml").read_text(encoding="utf-8")
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    return data.replace("@VERSION@", version()).replace("@DATE@", today)


def check(package: Path) -> None:
    """Install, run, remove. Raises where something does not work or is left."""
    if _installed():
        raise SystemExit("a helpdesk is installed here already: it would be replaced")
    as_root = [] if os.getuid() == 0 else ["sudo", "-n"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    subprocess.run([*as_root, "dpkg", "--install", package], check=True, stdout=subprocess.DEVNULL)
    try:
        files = _output("dpkg", "--listfiles", "helpdesk").splitlines()
        ours = [Path(line) for line in files if "helpdesk" in line]
        for command in (["helpdesk", "--self-check"], ["helpdesk", "--version"]):
            said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
            if version() not in said:
                raise SystemExit(f"{command}: {said}")
        for tool in (["desktop-file-validate"], ["appstreamcli", "validate", "--no-net"]):
            wanted = ".desktop" if tool[0].startswith("desktop") else ".metainfo.xml"
            if shutil.which(tool[0]):
                subprocess.run([*tool, *(str(path) for path in ours if path.name.endswith(wanted))], check=True)
    finally:
        subprocess.run([*as_root, "dpkg", "--purge", "helpdesk"], check=True, stdout=subprocess.DEVNULL)
    left = [str(path) for path in ours if path.exists() or path.is_symlink()]
    if left or _installed():
        raise SystemExit(f"left behind: {left[:5]}")
    sys.stdout.write(f"ok: {package.name} installs, runs and leaves nothing ({package.stat().st_size / 1e6:.0f} MB)\n")


def _installed() -> bool:
    told = subprocess.run(["dpkg-query", "-W", "helpdesk"], capture_output=True, check=False)
    return told.returncode == 0


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    if sys.argv[1:] == ["build"]:
        build()
    else:
        check(max(PACKAGES.glob("*.deb"), key=lambda path: path.stat().st_mtime))
