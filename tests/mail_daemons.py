"""Debian's exim4 and dovecot on free ports of loopback: a mail system that bounces, and a mailbox to read."""

import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EXIM, DOVECOT = Path("/usr/sbin/exim4"), Path("/usr/sbin/dovecot")
PATIENCE_SECONDS = 20
PASSWORD = "Sesame-9"


@dataclass(frozen=True)
class MailSystem:
    """Where it listens, and where mails arrive."""

    folder: Path
    smtp_port: int
    imap_port: int
    ca_file: Path

    def arrived(self, mailbox: str) -> list[bytes]:
        """Mails of a mailbox (`bounces`, `marie`), as they lie there."""
        return [path.read_bytes() for path in sorted((self.folder / "mail" / mailbox / "new").glob("*"))]


EXIM_CONFIGURATION = """
primary_hostname = mx.ac-lille.example
local_interfaces = 127.0.0.1
daemon_smtp_ports = {smtp_port}
domainlist local_domains = ac-lille.example : ac-rennes.example
deliver_drop_privilege = true
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
dsn_advertise_hosts = *
acl_smtp_rcpt = take
disable_ipv6
begin acl
take:
  accept domains = +local_domains
  deny
begin routers
bounces:
  driver = accept
  domains = ac-rennes.example
  local_parts = retours
  local_part_suffix = +*
  local_part_suffix_optional
  transport = to_bounces
marie:
  driver = accept
  domains = ac-lille.example
  local_parts = marie
  transport = to_marie
full:
  driver = redirect
  domains = ac-lille.example
  local_parts = full
  allow_fail
  data = ":fail: 5.2.2 mailbox full"
begin transports
to_bounces:
  driver = appendfile
  directory = {folder}/mail/bounces
  maildir_format
  envelope_to_add
  return_path_add
  user = Debian-exim
to_marie:
  driver = appendfile
  directory = {folder}/mail/marie
  maildir_format
  user = Debian-exim
"""

DOVECOT_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
log_path = {folder}/dovecot.log
ssl = required
ssl_cert = <{chain}
ssl_key = <{chain}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imap_port}
  }}
}}
first_valid_uid = 8
first_valid_gid = 8
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
mail_location = maildir:{folder}/mail/bounces
"""


@contextmanager
def mail_system(folder: Path, *, chain: Path, ca_file: Path) -> Iterator[MailSystem]:
    """Both servers until the block ends; `chain` holds the certificate and key of 127.0.0.1."""
    if not (EXIM.exists() and DOVECOT.exists()):
        raise RuntimeError("exim4 and dovecot are not installed: run `make system`")
    user = pwd.getpwnam("Debian-exim")
    for name in ("spool", "log", "mail", "home", "run"):
        (folder / name).mkdir()
        shutil.chown(folder / name, user.pw_uid, user.pw_gid)
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == 0 and parent != Path("/") and str(parent) not in {"/tmp", "/var"}:  # noqa: S108
            parent.chmod(parent.stat().st_mode | 0o011)
    system = MailSystem(folder, _free_port(), _free_port(), ca_file)
    values = {
        "folder": folder,
        "smtp_port": system.smtp_port,
        "imap_port": system.imap_port,
        "chain": chain,
        "password": PASSWORD,
        "uid": user.pw_uid,
        "gid": user.pw_gid,
    }
    exim, dovecot = folder / "exim.conf", folder / "dovecot.conf"
    exim.write_text(EXIM_CONFIGURATION.format(**values))
    dovecot.write_text(DOVECOT_CONFIGURATION.format(**values))
    running = [
        subprocess.Popen([EXIM, "-C", exim, "-bdf", "-q1m"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
        subprocess.Popen([DOVECOT, "-F", "-c", dovecot], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
    ]
    try:
        for port in (system.smtp_port, system.imap_port):
            _wait_for(port)
        yield system
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")
