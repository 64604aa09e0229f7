"""Which pinned packages have had no release for two years: `python -m release.dependency_ages`, which asks the index.

A package is old when the newest version of today was the newest two years ago already. The reason why an old one is
kept stands in `release/old_dependencies.toml`; this ends with 1 for an old one without a reason, and for a reason
without an old one.
"""

import datetime as dt
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-bundle.lock")
REASONS = ROOT / "release" / "old_dependencies.toml"
YEARS = 2
FOR_OTHER_PYTHONS = {"pyyaml-ft"}
"""Pinned for a Python that this is not run with."""

_PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def pinned(lock: Path) -> dict[str, str]:
    """The packages of a lock file, each with its version."""
    return dict(_PINNED.findall(lock.read_text(encoding="utf-8")))


def reasons() -> dict[str, str]:
    """Why each old package is kept."""
    return {name: str(why) for name, why in tomllib.loads(REASONS.read_text(encoding="utf-8")).items()}


def newest(name: str, *, on: dt.date | None = None) -> str | None:
    """The newest version of a package, today or on an earlier day; None where there was none."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-deps", "--no-header", "--no-annotate"]
    command += ["--universal", "--no-python-downloads"]
    if on is not None:
        command += ["--exclude-newer", on.isoformat()]
    done = subprocess.run([*command, "-"], input=name, capture_output=True, text=True, check=False)
    found = _PINNED.search(done.stdout)
    if found is None and on is None:
        raise SystemExit(f"{name}: the index does not answer\n{done.stderr}")
    return found[2] if found else None


def old(names: Iterable[str], *, today: dt.date) -> dict[str, str]:
    """The packages without a release in the last two years, each with its newest version."""
    earlier = today.replace(year=today.year - YEARS)

    def look(name: str) -> tuple[str, str | None]:
        now = newest(name)
        return name, now if now == newest(name, on=earlier) else None

    with ThreadPoolExecutor(4) as askers:
        return {name: version for name, version in askers.map(look, names) if version is not None}


def main() -> int:
    """Ask, and hold what is found against the reasons."""
    names = sorted({name for lock in LOCKS for name in pinned(lock)} - FOR_OTHER_PYTHONS)
    today = dt.datetime.now(tz=dt.UTC).date()
    found, told = old(names, today=today), reasons()
    for name, version in found.items():
        sys.stdout.write(f"{name} {version}: {told.get(name, 'NO REASON in release/old_dependencies.toml')}\n")
    needless = sorted(set(told) - set(found))
    for name in needless:
        sys.stdout.write(f"{name}: has a reason, but is not old, or not pinned\n")
    sys.stdout.write(f"{len(names)} packages, {len(found)} without a release in {YEARS} years\n")
    return 1 if needless or set(found) - set(told) else 0


if __name__ == "__main__":
    sys.exit(main())
