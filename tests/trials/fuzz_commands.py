"""Settings and command lines that nobody would write: an exit code of the table, a sentence, never a traceback.

`python -m tests.trials.fuzz_commands`
"""

import contextlib
import io
import os
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from helpdesk.cli import entry
from helpdesk.cli.entry import helpdesk, run
from helpdesk.config import known_keys
from tests.conftest import PASSWORD
from tests.proof.figures import counted, finish, full
from tests.trials.naughty_strings import KINDS
from tests.trials.stage import Stage, stage

COMMAND = "python -m tests.trials.fuzz_commands"
STAYING = {"demo", "portal", "mailer", "bounces"}  # they serve until stopped: tried with their options only
NEVER_GIVEN = ("\0", "\ud800", "\udfff")  # no system hands these to a program
PIECES = [text for kind in KINDS.values() for text in kind if not any(char in text for char in NEVER_GIVEN)]
SLOWEST_SECONDS = 20.0
MOSTLY = 0.9


def main() -> int:
    """Both, in one process: `run` is all that `helpdesk` calls. Lines that open the desk stop short of its window."""
    rng, checkout = random.Random(3), Path.cwd()
    entry.open_desk = lambda *_: 0
    with stage(voters=5) as play:
        play.store.close()
        surroundings(play)
        commands = tried("command lines", command_lines(rng, play, 6000 if full() else 400))
        settings = tried("settings files", settings_files(rng, play, 6000 if full() else 400))
        environment = tried("environment variables", environments(rng, 3000 if full() else 200))
        os.chdir(checkout)
    return finish("fuzz", [commands, settings, environment])


def surroundings(play: Stage) -> None:
    """A user's environment, with a store that works."""
    for name in [name for name in os.environ if name.startswith("HELPDESK_")]:
        del os.environ[name]
    (play.folder / "password").write_text(PASSWORD)
    os.chdir(play.folder)
    os.environ |= {
        "HOME": str(play.folder),
        "XDG_CONFIG_HOME": str(play.folder),
        "HELPDESK_DATA_DIR": str(play.folder / "data"),
        "HELPDESK_DATABASE": f"sqlite:///{play.path}",
        "HELPDESK_OPERATOR": "Ada Admin",
        "HELPDESK_PASSWORD_FILE": str(play.folder / "password"),
        "HELPDESK_LIMITS_ARGON2_TIME_COST": "1",
        "HELPDESK_LIMITS_ARGON2_MEMORY_KIB": "64",
        "HELPDESK_SMTP_HOST": "127.0.0.1",
        "HELPDESK_SMTP_PORT": "9",
        "HELPDESK_IMAP_HOST": "127.0.0.1",
        "HELPDESK_IMAP_PORT": "9",
    }


def tried(what: str, lines: Iterator[list[str]]):
    """Run each; one line of the table."""
    wrong: Counter[str] = Counter()
    codes: Counter[int] = Counter()
    for arguments in lines:
        code, out, complaint = outcome(arguments)
        codes[code] += 1
        if complaint:
            wrong[complaint] += 1
            print(f"{complaint}: {[each[:80] for each in arguments]!a}\n{out[-1500:]}" if wrong[complaint] <= 3 else "")
    print(f"{what}: exit codes {dict(sorted(codes.items()))}")
    return counted(
        f"fuzz of {what}: tracebacks, bugs, unknown exit codes, silent refusals",
        wrong=wrong.total(),
        of=codes.total(),
        command=COMMAND,
        note=f"exit codes met: {dict(sorted(codes.items()))}",
    )


def outcome(arguments: list[str]) -> tuple[int, str, str]:
    """Exit code, what was printed, and what is wrong with that ("" if nothing)."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace") for _ in range(2))
    started = time.monotonic()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = run(arguments)
        except BaseException as error:  # noqa: BLE001 (`run` never raises: that is what is tried)
            return -1, repr(error), f"raised {type(error).__name__}"
    out.flush(), err.flush()
    printed = out.buffer.getvalue().decode("utf-8", "replace")
    said = err.buffer.getvalue().decode("utf-8", "replace")
    complaint = ""
    if code == 70:
        complaint, said = "a bug", said + newest_log()
    elif code not in range(6):
        complaint = f"exit code {code}"
    elif "Traceback" in said + printed:
        complaint = "a traceback"
    elif code and not said.strip() and not printed.strip():
        complaint = f"code {code} without a word"
    elif time.monotonic() - started > SLOWEST_SECONDS:
        complaint = "slow"
    return code, said, complaint


def newest_log() -> str:
    """The end of the program's log: what the bug was."""
    logs = sorted(Path(os.environ["HELPDESK_DATA_DIR"]).glob("helpdesk-*.log"))
    return logs[-1].read_text(encoding="utf-8", errors="replace")[-1200:] if logs else ""


# --- command lines


def command_lines(rng: random.Random, play: Stage, count: int) -> Iterator[list[str]]:
    """Real commands with wrong, missing, doubled and strange arguments."""
    paths = list(_commands(helpdesk, []))
    files = strange_files(play.folder)
    for _ in range(count):
        path, command = rng.choice(paths)
        arguments = list(path)
        for _each in range(rng.choice((0, 0, 0, 1, 1, 2, 4))):
            option = rng.choice([name for p in command.params for name in p.opts if name.startswith("-")] or ["--json"])
            if option in {"--help", "--password-stdin", "--self-check"}:
                continue
            arguments += rng.choice(([option], [option, rng.choice(PIECES)], [option, rng.choice(files)], []))
        wanted = sum(isinstance(each, click.Argument) for each in command.params)
        arguments += ["--"] * rng.randrange(2)
        given = wanted if rng.random() < MOSTLY else rng.randrange(3)
        arguments += [rng.choice((rng.choice(PIECES), rng.choice(files), "10000001")) for _ in range(given)]
        if path[0] in STAYING:
            arguments = [path[0], rng.choice(PIECES), "--nonsense"]
        if rng.random() < 0.1:
            rng.shuffle(arguments)
        if STAYING & set(arguments[1:]):
            continue
        yield arguments


def _commands(group: click.Group, path: list[str]) -> Iterator[tuple[list[str], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):  # a group may load its commands when asked
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from _commands(command, [*path, name])
        else:
            yield [*path, name], command


def strange_files(folder: Path) -> list[str]:
    """Files and names that are not what they are taken for."""
    (folder / "empty").touch()
    (folder / "noise").write_bytes(random.Random(1).randbytes(5000))
    (folder / "text").write_text("hello\nworld\n")
    (folder / "table.csv").write_text("a;b;c\n1;2;3\n")
    (folder / "json").write_text("[1, 2")
    (folder / "toml.toml").write_text("a = [1")
    (folder / "folder").mkdir(exist_ok=True)
    return [
        *("empty", "noise", "text", "table.csv", "json", "toml.toml", "folder", "missing", "folder/missing/deep"),
        *("/", ".", "..", "/proc/self/mem", "/dev/null", "a" * 300, "-", "~", "$HOME", "name\nwith\nlines", "\x1b[31m"),
    ]


# --- settings


def settings_files(rng: random.Random, play: Stage, count: int) -> Iterator[list[str]]:
    """Files with known, unknown and misspelt keys and every kind of value, and with noise in them."""
    path = play.folder / "fuzzed.toml"
    keys = [*known_keys(), "smtp", "smtp.password", "nonsense", "limits.", "smtp.porte", "a.b.c"]
    for _ in range(count):
        lines = [f"{rng.choice(keys)} = {rng.choice(VALUES)}" for _each in range(rng.randrange(1, 4))]
        content = "\n".join(lines).encode("utf-8", "surrogatepass")
        if rng.random() < 0.15:
            noisy = bytearray(content)
            for _each in range(3):
                noisy[rng.randrange(len(noisy))] = rng.randrange(256)
            content = bytes(noisy)
        path.write_bytes(content)
        yield [
            "--config",
            str(path),
            *rng.choice((["search", "marie"], ["audit", "verify"], ["voter", "show", "10000001"])),
        ]


VALUES = (
    *(
        "0",
        "-1",
        "1",
        "99999999999999999999999",
        "1.5",
        "true",
        "nan",
        "inf",
        '""',
        '"x"',
        '"é"',
        "[]",
        "[1, 'a']",
        "{}",
    ),
    *(
        "1979-05-27",
        "07:32:00",
        '"""a\nb"""',
        "'\\'",
        '"\\u0000"',
        "0x10",
        "1_000",
        '"sqlite://"',
        '"sqlite:///missing.db"',
    ),
    *('"postgresql://127.0.0.1:1/x"', '"mysql://x"', '"fr"', '"dark"', '"tls"', '"a@b.fr"', '"a@b\\nBcc: c@d.fr"'),
    *('"22:00"', '"25:61"', '"http://x"', '"https://x/y?z#f"', '"file:///etc/passwd"', '"sqlite:////proc/self/mem"'),
)


def environments(rng: random.Random, count: int) -> Iterator[list[str]]:
    """One variable after another set to something strange; the arguments say which."""
    names = [f"HELPDESK_{key.replace('.', '_').upper()}" for key in known_keys()]
    names += [
        "HELPDESK_NOW",
        "HELPDESK_PASSWORD_FILE",
        "HELPDESK_LINK_KEY_FILE",
        "HELPDESK_DATA_DIR",
        "TZ",
        "LANG",
        "HOME",
    ]
    kept = dict(os.environ)
    for _ in range(count):
        name = rng.choice(names)
        os.environ[name] = rng.choice((rng.choice(PIECES), rng.choice(VALUES).strip("\"'"))).replace("\0", "").encode(
            "utf-8", "replace").decode()  # fmt: skip
        try:
            yield rng.choice((["search", "marie"], ["voter", "show", "10000001"], ["audit", "head"]))
        finally:
            os.environ.clear()
            os.environ.update(kept)
    shutil.rmtree("data", ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
