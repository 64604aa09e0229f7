"""Disks that fill up, cannot be written, or come back damaged.

`python -m tests.trials.disk`. Full and read-only disks are small ones that it mounts, as root: without the right to
they are not tried, and the figures say so.
"""

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from helpdesk.domain.errors import HelpdeskError, StoreFull
from helpdesk.services import build_services
from helpdesk.store.engine import Store
from tests.conftest import make_context
from tests.proof.figures import Figure, counted, finish, full
from tests.rolls import row, write_roll
from tests.trials.contents import fingerprint, integrity
from tests.trials.stage import Stage, memory_folder, stage
from tests.voters import verify_caller

COMMAND = "python -m tests.trials.disk"
DISK_MB = 6


def main() -> int:
    """Every kind of disk."""
    figures = [disk_full(200 if full() else 30), read_only(), *damaged(400 if full() else 40)]
    return finish("disk", figures)


# --- full


def disk_full(times: int) -> Figure:
    """Fill the disk to within a few pages, act, compare; make room, act again."""
    wrong: list[str] = []
    refused = 0
    rng = random.Random(1)
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk())
        if disk is None:
            return not_tried("disk full")
        play = stack.enter_context(stage(disk, voters=30))
        roll = write_roll(disk / "roll.csv", [row(number, prenom="Anne") for number in range(100, 200)])
        acts = actions(play, roll)
        for place in range(times):
            play.clock.advance(hours=2)
            act = acts[place % len(acts)]
            room_left = rng.randrange(0, 24) * 4096
            checkpoint(play.path, truncate=place % 3 == 0)
            before = fingerprint(play.path)
            with ballast(disk, room_left):
                said = outcome(act)
            play.store.close()
            after = fingerprint(play.path)
            if said == "done":
                continue
            refused += 1
            if said != StoreFull.__name__:
                wrong.append(f"{said} with {room_left} bytes left")
            if after != before:
                wrong.append(f"half done: {[name for name in after if after[name] != before[name]]}")
            if (again := outcome(act)) not in {"done", "ResendThrottled"}:
                wrong.append(f"with room again: {again}")
        wrong += still_whole(play)
    report(wrong)
    return counted("disk full: actions half done, wrongly told or not possible later", wrong=len(wrong), of=refused,
                   command=COMMAND)  # fmt: skip


def actions(play: Stage, roll: Path) -> list[Callable[[], object]]:
    """What desks do, each on the next voter."""
    turn = iter(range(10**9))

    def number() -> str:
        return str(10_000_001 + next(turn) % 30)

    return [
        lambda: play.services.activation.resend(play.agent, number(), reason="disk trial"),
        lambda: verify_caller(play.services, play.agent, number()),
        lambda: play.services.rolls.import_roll(play.administrator, roll, remove_missing=False),
        lambda: play.services.voters.open(play.agent, number()),
        lambda: play.services.activation.resend(play.agent, number(), reason="x" * 500),
    ]


def outcome(act: Callable[[], object]) -> str:
    """`done`, the type of a typed error, or the whole of an untyped one."""
    try:
        act()
    except HelpdeskError as error:
        return type(error).__name__
    except Exception as error:  # noqa: BLE001 (whatever it is, it is what this trial looks for)
        return f"untyped {error!r}"
    return "done"


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """A disk of a few megabytes, None without the right to mount one."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder]
    mounted = os.getuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def ballast(disk: Path, room: int) -> Iterator[None]:
    """Take all the disk's room but for so many bytes."""
    path = disk / "ballast"
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - room
    if size > 0 and free.f_blocks * free.f_frsize <= DISK_MB << 20:
        with path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def checkpoint(path: Path, *, truncate: bool) -> None:
    """Leave the write-ahead log as it is, or empty."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if truncate else 'PASSIVE'})")


def still_whole(play: Stage) -> list[str]:
    """What is wrong at the end: the file, or the trail."""
    play.store.close()
    said = integrity(play.path)
    wrong = [] if said == "ok" else [said]
    trail = outcome(lambda: play.services.trail.verify(play.administrator))
    return wrong if trail == "done" else [*wrong, f"trail: {trail}"]


# --- read only


def read_only() -> Figure:
    """A disk that becomes read-only: every write is refused in its own words, nothing changes, later all goes on."""
    wrong: list[str] = []
    tried = 0
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk())
        if disk is None:
            return not_tried("read-only disk")
        play = stack.enter_context(stage(disk, voters=30))
        roll = write_roll(disk / "roll.csv", [row(number) for number in range(100, 110)])
        for log_left in (False, True):
            keeper = sqlite3.connect(f"file:{play.path}?mode=ro", uri=True)  # who keeps the log's files from vanishing
            keeper.execute("SELECT count(*) FROM voter").fetchone()
            play.store.close()
            if not log_left:
                keeper.close()
            before = fingerprint(play.path)
            keeper.close()
            with unwritable(disk):
                for act in actions(play, roll):
                    said = outcome(act)
                    tried += 1
                    if said not in {"StoreReadOnly", "StoreUnreachable"}:
                        wrong.append(f"read-only disk: {said}")
            play.store.close()
            wrong += ["changed"] if fingerprint(play.path) != before else []
            for act in actions(play, roll):
                play.clock.advance(hours=2)
                if (said := outcome(act)) != "done":
                    wrong.append(f"writable again: {said}")
        wrong += still_whole(play)
    report(wrong)
    return counted("read-only disk: writes wrongly told or half done", wrong=len(wrong), of=tried, command=COMMAND)


@contextmanager
def unwritable(disk: Path) -> Iterator[None]:
    """Make the disk read-only for a while."""
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True, capture_output=True)


def not_tried(what: str) -> Figure:
    """A line that hides nothing."""
    return Figure(
        f"{what}: not tried", 0, "tries", COMMAND, asked="0 wrong", note="It takes the right to mount a disk."
    )


# --- damaged


def damaged(times: int) -> list[Figure]:
    """Overwrite a random page: whoever meets it says so in a typed error, nobody spreads it, audit rows always tell."""
    wrong: list[str] = []
    spread: list[str] = []
    unnoticed = 0
    rng = random.Random(2)
    folder = memory_folder()
    try:
        with stage(folder, voters=60) as play:
            for number in range(10_000_001, 10_000_031):
                play.services.activation.resend(play.agent, str(number), reason="before the damage")
            checkpoint(play.path, truncate=True)
            play.store.close()
            whole = play.path.read_bytes()
            for _ in range(times):
                hurt = damage(whole, rng)
                said, grown = met(play, hurt)
                wrong += [each for each in said if each.startswith("untyped")]
                unnoticed += not any(
                    each in {"StoreDamaged", "AuditBroken", "NotAStore", "CopyBroken"} for each in said
                )
                spread += grown
        report(wrong + spread)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    noticed = Figure(
        "damaged page: found while working, by `audit verify` or by the next backup",
        times - unnoticed,
        f"of {times}",
        COMMAND,
        note="The rest hit unused space, or cells whose text still reads as text: SQLite keeps no checksums.",
    )
    return [
        counted("damaged page: errors without a type", wrong=len(wrong), of=times, command=COMMAND),
        counted("damaged page: a page that was whole is damaged by working on", wrong=len(spread), of=times,
                command=COMMAND),
        noticed,
    ]  # fmt: skip


def damage(whole: bytes, rng: random.Random) -> bytes:
    """One page overwritten: with noise, with zeros, with another page, or with some flipped bits."""
    size = int.from_bytes(whole[16:18], "big") or 65536
    page = rng.randrange(len(whole) // size)
    start = page * size
    kind = rng.randrange(4)
    if kind == 0:
        filling = rng.randbytes(size)
    elif kind == 1:
        filling = bytes(size)
    elif kind == 2:
        other = rng.randrange(len(whole) // size) * size
        filling = whole[other : other + size]
    else:
        flipped = bytearray(whole[start : start + size])
        for _ in range(8):
            flipped[rng.randrange(size)] ^= 1 << rng.randrange(8)
        filling = bytes(flipped)
    return whole[:start] + filling + whole[start + size :]


def met(play: Stage, hurt: bytes) -> tuple[list[str], list[str]]:
    """What the desk's work meets in a damaged copy, and the complaints that it added to those of the file."""
    path = play.folder / "hurt.db"
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    path.write_bytes(hurt)
    complaints = complaints_of(path)
    store = Store(f"sqlite:///{path}")
    services = build_services(make_context(store, play.clock))
    try:
        said = [
            outcome(store.check),
            outcome(lambda: services.trail.verify(play.administrator)),
            *(
                outcome(lambda text=text: services.search.search(play.agent, text))
                for text in ("dupont", "marie.d", "1")
            ),
            *(
                outcome(lambda number=number: services.voters.open(play.agent, str(number)))
                for number in range(10_000_001, 10_000_061, 7)
            ),
            outcome(lambda: services.activation.resend(play.agent, "10000050", reason="after the damage")),
            outcome(lambda: services.backups.write(play.administrator, path.with_name("copy.db"))),
        ]
    finally:
        store.close()
        path.with_name("copy.db").unlink(missing_ok=True)
    grown = complaints_of(path) - complaints
    return said, [f"new: {each}" for each in sorted(grown)][:3] if complaints == frozenset({"ok"}) else []


def complaints_of(path: Path) -> frozenset[str]:
    """All that SQLite finds wrong with a file."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            return frozenset(row[0] for row in connection.execute("PRAGMA integrity_check(1000)"))
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter at a complaint that is no text
        return frozenset({str(error)})


def report(wrong: list[str]) -> None:
    """Print what went wrong, the same thing once."""
    for line in sorted(set(wrong))[:20]:
        print(f"{wrong.count(line)} × {line}")


if __name__ == "__main__":
    sys.exit(main())
