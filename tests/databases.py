"""A PostgreSQL server of one's own, on a free port of this machine."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The server's superuser is let in by name; everybody else proves who they are, as on a real server.
HBA = """\
local all all trust
host all postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""


@contextmanager
def postgresql(*, durable: bool, memory_mib: int = 128) -> Iterator[str]:
    """A URL without a database. What need not survive a crash is faster when it is not `durable`.

    The server shares so much memory for what it reads; 128 MiB is its own default.
    """
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = binaries[-1] if binaries else Path(shutil.which("initdb") or "/missing/initdb").parent
    if not found.is_dir():
        raise RuntimeError("PostgreSQL's server is not installed: run `make system` or apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-pg-"))
    as_postgres: list[str] = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    initdb = [f"{found}/initdb", "-N", "-D", folder / "data", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run([*as_postgres, *initdb, "-U", "postgres"], check=True, capture_output=True, cwd="/")
    (folder / "data" / "pg_hba.conf").write_text(HBA)
    safety = "on" if durable else "off"
    options = f"-p {port} -c unix_socket_directories={folder} -c fsync={safety} -c listen_addresses=127.0.0.1"
    options += f" -c shared_buffers={memory_mib}MB"
    control = [*as_postgres, f"{found}/pg_ctl", "-D", folder / "data", "-w"]
    start = [*control, "-l", folder / "log", "-o", options, "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd="/")
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)
