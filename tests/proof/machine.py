"""What the figures were measured on."""

import os
import platform
import sqlite3
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Enough to compare two reports, and nothing that names the machine."""

    cores: int
    memory_gb: float
    load: float
    system: str
    python: str
    sqlite: str

    @property
    def words(self) -> str:
        """One line."""
        return (
            f"{self.cores} cores, {self.memory_gb:.0f} GB, load {self.load:.1f} at the start, {self.system}, "
            f"Python {self.python}, SQLite {self.sqlite}"
        )


def this_machine() -> Machine:
    """The machine that runs this, now."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    release = Path("/etc/os-release")
    names = (
        dict(line.split("=", 1) for line in release.read_text().splitlines() if "=" in line) if release.exists() else {}
    )
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        memory_gb=pages / 1e9,
        load=os.getloadavg()[0],
        system=names.get("PRETTY_NAME", platform.system()).strip('"'),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
    )
