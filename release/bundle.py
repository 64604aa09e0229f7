"""Build the bundle into `build/dist/helpdesk`: `python -m release.bundle`, in the environment of `make bundle`."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUNDLE = ROOT / "build" / "dist" / "helpdesk"


def build() -> Path:
    """Draw the icons, run PyInstaller, leave out debugging symbols; the bundle's folder."""
    subprocess.run([sys.executable, "-m", "release.icons", ROOT / "build" / "icons"], check=True, cwd=ROOT)
    subprocess.run(
        [
            *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"),
            *("--distpath", BUNDLE.parent, "--workpath", ROOT / "build" / "pyinstaller"),
            ROOT / "helpdesk.spec",
        ],
        check=True,
        cwd=ROOT,
    )
    if sys.platform == "linux":
        _strip(BUNDLE)
    return BUNDLE


def _strip(bundle: Path) -> None:
    """Take debugging symbols out of Python's own libraries and extensions.

    Qt's libraries come without; those that wheels bring in `*.libs` were rewritten and do not stand it.
    """
    libraries = [
        path
        for path in (bundle / "_internal").rglob("*.so*")
        if not path.is_symlink()
        and not any(part in {"PySide6", "shiboken6"} or part.endswith(".libs") for part in path.parts)
    ]
    strip = shutil.which("strip")
    if strip is None:
        raise SystemExit("strip is missing: apt-get install binutils")
    subprocess.run([strip, "--strip-unneeded", *libraries], check=True)


def size_in_bytes(bundle: Path) -> int:
    """The bundle's files together, links not counted."""
    return sum(path.lstat().st_size for path in bundle.rglob("*") if path.is_file() and not path.is_symlink())


if __name__ == "__main__":
    made = build()
    sys.stdout.write(f"{made}: {size_in_bytes(made) / 1e6:.0f} MB\n")
