"""Setting the program up for somebody who has just installed it: all of what they answered, or nothing."""

import socket
import struct
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from helpdesk.adapters.secrets import KeyringSecrets
from helpdesk.cli.window import embedded_file
from helpdesk.config import Settings, default_database, load_settings, make_settings_file, settings_path, write_settings
from helpdesk.domain.errors import (
    HelpdeskError,
    SecretStoreUnavailable,
    StoreReadOnly,
    StoreUnreachable,
    TextMissing,
)
from helpdesk.domain.ports import SecretStore
from helpdesk.domain.progress import Progress
from helpdesk.language.settings_file import settings_file_text
from helpdesk.resource_files import resource
from helpdesk.system.open_files import replace_file

if TYPE_CHECKING:  # the desk's own types, which bring no Qt
    from helpdesk.desk.context import DeskStart
    from helpdesk.desk.setup_port import MailPlan, ServerPlan, SetupPlan

SAMPLE_VOTERS = 2_000
_PATIENCE_SECONDS = 5.0
_OF_THE_PLACE = {"host", "hostaddr", "port", "dbname"}
"""Options of an address that say where the server is, as its fields do (libpq's parameter key words)."""
_SSL_REQUEST, _SSL_ANSWERS = struct.pack("!ii", 8, 80877103), {b"S", b"N"}
"""How a client of PostgreSQL asks whether it may encrypt, and all that a server answers (protocol 3, SSLRequest)."""


class FirstRun:
    """Creates the embedded store beside its place and gives it its name last; or names the server to use."""

    def __init__(
        self,
        settings: Settings,
        config_file: Path | None,
        start: "Callable[[Settings], DeskStart]",
        *,
        secrets: SecretStore | None = None,
    ) -> None:
        """`config_file` is the one that was named, if any; `start` makes the desk's start with the new settings."""
        self._settings, self._start = settings, start
        self.server = _server_of(settings.database)
        self._file = settings_path(config_file)
        self._secrets = secrets or KeyringSecrets()

    def check_operator(self, name: str, password: str) -> None:
        """Raises TextMissing, WeakPassword."""
        from helpdesk.services.credentials import check_strength  # noqa: PLC0415 (the first window waits for none of it)

        if not name.strip():
            raise TextMissing
        check_strength(password, name, self._settings.limits.operator_password_characters)

    def reach(self, server: "ServerPlan") -> None:
        """See whether a PostgreSQL server answers there, within five seconds. Raises StoreUnreachable."""
        try:
            with socket.create_connection((server.host, server.port), _PATIENCE_SECONDS) as line:
                line.sendall(_SSL_REQUEST)
                answer = line.recv(1)
        except (OSError, UnicodeError):
            raise StoreUnreachable from None
        if answer not in _SSL_ANSWERS:
            raise StoreUnreachable

    def set_up(self, plan: "SetupPlan", progress: Progress) -> "DeskStart":
        """Do all of it; how the desk starts then."""
        if plan.server is not None:
            url = _server_url(plan.server, before=self._settings.database)
            self._keep(plan, {"database": url})
            return self._started(url)
        target = embedded_file(self._settings.database)
        if target is None:
            raise StoreReadOnly
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
                self._build(plan, Path(folder, target.name), progress)
                undo = self._keep(plan, {})
                try:
                    replace_file(Path(folder, target.name), target)
                except BaseException:
                    undo()
                    raise
        except OSError:
            raise StoreReadOnly from None
        return self._started(self._settings.database)

    def _started(self, database: str) -> "DeskStart":
        return self._start(load_settings(config_file=self._file, database=database, operator=self._settings.operator))

    def _build(self, plan: "SetupPlan", path: Path, progress: Progress) -> None:
        """A whole store in this file."""
        from helpdesk.bootstrap import create_program, read_ballots, reference_calendar  # noqa: PLC0415
        from helpdesk.demo.sample_roll import write_sample  # noqa: PLC0415

        sample = str(plan.voters) == "sample"
        program = create_program(replace(self._settings, database=f"sqlite:///{path}"), trial=sample)
        try:
            calendar = reference_calendar().opened_last(program.clock())
            program.services.setup.set_election(calendar, trial=sample)
            administrator = program.services.operators.add_first(plan.operator.strip(), plan.password)
            progress(0, 0)
            roll = plan.roll
            if sample:
                roll = path.with_name("sample.csv")
                write_sample(roll, voters=SAMPLE_VOTERS)
            if roll is not None:
                program.services.rolls.import_roll(administrator, roll, progress=progress)
            if sample:
                ballots = resource("ballots", "sample.toml")
                program.services.ballots.import_ballots(administrator, read_ballots(ballots), file_name=ballots.name)
                program.services.trial.spread_cases()
        finally:
            program.close()

    def _keep(self, plan: "SetupPlan", changes: dict[str, str]) -> Callable[[], None]:
        """Write settings and the mail server's password; how to take both back."""
        before = self._file.read_bytes() if self._file.exists() else None
        wanted = {"language": plan.language, **changes, **_mail_settings(plan.mail)}
        name = f"smtp-password:{plan.mail.user}" if plan.mail is not None and plan.mail.password else ""

        def undo() -> None:
            if before is None:
                self._file.unlink(missing_ok=True)
            else:
                self._file.write_bytes(before)
            if name:
                with suppress(SecretStoreUnavailable):
                    self._secrets.forget(name)

        try:
            make_settings_file(self._file, settings_file_text(default_database()))
            write_settings(self._file, wanted)
            if name and plan.mail is not None:
                self._secrets.write(name, plan.mail.password)
        except HelpdeskError:
            undo()
            raise
        return undo


def _server_of(url: str) -> "ServerPlan | None":
    from helpdesk.desk.setup_port import POSTGRESQL_PORT, ServerPlan  # noqa: PLC0415

    if embedded_file(url) is not None:
        return None
    parts = urlsplit(url)
    return ServerPlan(parts.hostname or "", parts.port or POSTGRESQL_PORT, unquote(parts.path.removeprefix("/")))


def _server_url(server: "ServerPlan", *, before: str) -> str:
    """The server's address. User and options, such as the certificates it is checked against, stay those of before.

    A password stays with its own server: another is not told it.
    """
    earlier = urlsplit(before if embedded_file(before) is None else "postgresql+psycopg:")
    login = earlier.netloc.rpartition("@")[0]
    if (server.host.casefold(), server.port) != (earlier.hostname, earlier.port or server.port):
        login = login.partition(":")[0]
    host = f"[{server.host}]" if ":" in server.host else server.host
    place = f"{login}@{host}:{server.port}" if login else f"{host}:{server.port}"
    options = [each for each in parse_qsl(earlier.query, keep_blank_values=True) if each[0] not in _OF_THE_PLACE]
    query = urlencode(options, safe="/", quote_via=quote)
    return urlunsplit((earlier.scheme, place, f"/{quote(server.database, safe='')}", query, ""))


def _mail_settings(mail: "MailPlan | None") -> dict[str, str]:
    if mail is None:
        return {}
    given = {
        "smtp.host": mail.host,
        "smtp.port": mail.port,
        "smtp.security": mail.security,
        "smtp.user": mail.user,
        "mail.sender": mail.sender,
        "portal.url": mail.portal,
    }
    return {key: value for key, value in given.items() if value}
