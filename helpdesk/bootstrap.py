"""The only place that builds the engine and hands adapters to services."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk.adapters.argon2 import Argon2Hasher
from helpdesk.adapters.ballot_file import read_ballots
from helpdesk.adapters.election_file import read_election
from helpdesk.adapters.link_key import read_link_key, read_portal_key
from helpdesk.adapters.mail_templates import MailTemplates
from helpdesk.adapters.roll_file import RollFile
from helpdesk.adapters.secrets import KeyringSecrets, read_credential, write_credential
from helpdesk.adapters.smtp import SmtpTransport
from helpdesk.adapters.statement_key import read_signer
from helpdesk.config import Settings
from helpdesk.domain.calendar import Election
from helpdesk.domain.errors import BadSetting, NotEmbedded, SecretStoreUnavailable
from helpdesk.domain.mail_pace import QuietHours
from helpdesk.domain.ports import Clock, SecretStore, StatementSigner
from helpdesk.domain.returned_mail import ReturnedMail
from helpdesk.resource_files import resource
from helpdesk.services import Services, build_services
from helpdesk.services.context import MailIdentity, ServiceContext
from helpdesk.services.elections import store_is_trial
from helpdesk.services.live import Live
from helpdesk.store.copies import check_copy, copy_store, keep_before_upgrade
from helpdesk.store.engine import Store, file_url
from helpdesk.store.upgrade import upgrade_store

if TYPE_CHECKING:  # what a desk's start does not need is imported by who asks for it
    from helpdesk.adapters.imap import ImapMailbox
    from helpdesk.adapters.sender_dns import SenderDns

__all__ = [
    "Program",
    "bounce_mailbox",
    "create_program",
    "keyring_backend",
    "link_key",
    "live_changes",
    "mail_renderer",
    "open_backup",
    "open_for_operators",
    "open_program",
    "portal_key",
    "read_ballots",
    "read_credential",
    "read_election",
    "read_returned",
    "reference_calendar",
    "secret_names",
    "sender_dns",
    "smtp_transport",
    "statement_signer",
    "system_clock",
    "write_credential",
]


@dataclass(frozen=True, slots=True)
class Program:
    """The program put together: what fronts are given, and what closes with them."""

    settings: Settings
    store: Store
    clock: Clock
    secrets: SecretStore
    services: Services
    kept: Path | None = None
    """The copy of the store as it was before this run upgraded it, if it did and the store is a file."""

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def open_program(settings: Settings) -> Program:
    """The program over an existing store of this version.

    Raises StoreMissing, NotAStore, StoreTooOld, StoreTooNew, and the store's faults.
    """
    secrets = KeyringSecrets()
    store = _store(settings, secrets)
    try:
        if not store.keeps_logins or store.url.username:  # without a name, somebody logs in first: `log_in` checks
            store.check()
        clock = _clock(settings, store)
    except BaseException:
        store.close()
        raise
    return _assemble(settings, store, clock, secrets)


def create_program(settings: Settings, *, trial: bool = False) -> Program:
    """The program over a store that is created, or upgraded to this version, first."""
    secrets = KeyringSecrets()
    store = _store(settings, secrets)
    try:
        kept = keep_before_upgrade(store)
        upgrade_store(store, limits=settings.limits)
        clock = _clock(settings, store, trial=trial)
    except BaseException:
        store.close()
        raise
    return replace(_assemble(settings, store, clock, secrets), kept=kept)


def open_for_operators(program: Program) -> Program:
    """Another program over the same store of a server, without the login of the URL: somebody logs in first."""
    url = program.store.url.set(username=None, password=None)
    return open_program(replace(program.settings, database=url.render_as_string()))


@contextmanager
def open_backup(settings: Settings, copy: Path) -> Iterator[tuple[Program, Store]]:
    """The program over a scratch copy of a backup, checked and upgraded, and the store that it is to replace.

    Raises NotEmbedded for a store on a server, UnreadableFile, CopyBroken, StoreTooNew, the store's faults.
    """
    target = Store(settings.database)
    try:
        if target.path is None:
            raise NotEmbedded
        check_copy(copy)
        target.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.path.name}.", dir=target.path.parent) as folder:
            scratch = Path(folder, target.path.name)
            source = Store(file_url(copy))
            try:
                copy_store(source, scratch)
            finally:
                source.close()
            program = create_program(replace(settings, database=f"sqlite:///{scratch}"))
            try:
                yield program, target
            finally:
                program.close()
    finally:
        target.close()


def live_changes(program: Program) -> Live | None:
    """What tells of changes by itself, where the store can."""
    return Live(program.store) if program.store.keeps_logins else None


def keyring_backend() -> str | None:
    """What keeps secrets on this machine, by name; None where nothing does. Raises SecretStoreUnavailable."""
    return KeyringSecrets().backend()


def secret_names(settings: Settings) -> dict[str, tuple[str, str | None]]:
    """Every secret that the program may need: its name in the keyring, and the setting that names a file instead."""
    return {
        "database.password": (f"database:{settings.database}", "database_password_file"),
        "smtp.password": (f"smtp-password:{settings.smtp.user}", "smtp_password_file"),
        "imap.password": (f"imap-password:{settings.imap.user}", "imap_password_file"),
        "link key": ("link-key", "link_key_file"),
        "portal key": ("portal-key", "portal_key_file"),
        "statement key": ("statement-key", "statement_key_file"),
        "operator's password": (f"operator-password:{settings.operator}", "password_file"),
    }


def reference_calendar() -> Election:
    """The calendar of the reference election, to be moved to where it is needed."""
    return read_election(resource("elections", "reference.toml"))


def mail_renderer() -> MailTemplates:
    """The words of mails."""
    return MailTemplates(resource("mail"))


def smtp_transport(program: Program) -> SmtpTransport:
    """The way to the mail server that the settings name; the password comes from a file or the keyring.

    Raises BadSetting for an unencrypted server that is not this machine, SecretStoreUnavailable.
    """
    smtp = program.settings.smtp
    password = ""
    if smtp.user:
        path = program.settings.smtp_password_file
        password = read_credential(path) if path else (program.secrets.read(f"smtp-password:{smtp.user}") or "")
    return SmtpTransport(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        user=smtp.user,
        password=password,
        ca_file=Path(smtp.ca_file) if smtp.ca_file else None,
    )


def bounce_mailbox(program: Program) -> "ImapMailbox":
    """The bounce mailbox that the settings name; the password comes from a file or the keyring.

    Raises BadSetting without a host, or without encryption to another machine; SecretStoreUnavailable.
    """
    from helpdesk.adapters.imap import ImapMailbox  # noqa: PLC0415 (only who reads the mailbox needs it)

    imap = program.settings.imap
    if not imap.host:
        raise BadSetting("imap.host", "missing")
    path = program.settings.imap_password_file
    password = read_credential(path) if path else (program.secrets.read(f"imap-password:{imap.user}") or "")
    return ImapMailbox(
        host=imap.host,
        port=imap.port,
        security=imap.security,
        user=imap.user,
        password=password,
        folder=imap.folder,
        ca_file=Path(imap.ca_file) if imap.ca_file else None,
    )


def read_returned(raw: bytes) -> ReturnedMail:
    """What a returned mail says: which message it is about, and how it ended."""
    from helpdesk.adapters import bounce_reader  # noqa: PLC0415 (only who reads bounces needs it)

    return bounce_reader.read_returned(raw)


def sender_dns(program: Program) -> "SenderDns":
    """Who is asked about the sender's domain."""
    from helpdesk.adapters.sender_dns import SenderDns  # noqa: PLC0415 (only the doctor asks)

    return SenderDns(server=program.settings.dns.server, port=program.settings.dns.port)


def link_key(program: Program) -> bytes:
    """The mailer's key for one-time links. Raises SecretStoreUnavailable without a keyring or a file."""
    return read_link_key(program.secrets, program.settings.link_key_file)


def portal_key(program: Program) -> bytes:
    """The portal's key for cookies and CAPTCHAs. Raises SecretStoreUnavailable without a keyring or a file."""
    return read_portal_key(program.secrets, program.settings.portal_key_file)


def statement_signer(program: Program) -> StatementSigner:
    """What signs statements. Raises SecretStoreUnavailable without a keyring or a file."""
    return read_signer(program.secrets, program.settings.statement_key_file)


def _assemble(settings: Settings, store: Store, clock: Callable[[], datetime], secrets: SecretStore) -> Program:
    context = ServiceContext(
        store=store,
        clock=clock,
        limits=settings.limits,
        hasher=Argon2Hasher(settings.limits),
        renderer=mail_renderer(),
        read_roll=RollFile(),
        mail=MailIdentity(
            sender=settings.mail.sender,
            portal_url=settings.portal.url,
            desk_phone=settings.mail.desk_phone,
            desk_hours=settings.mail.desk_hours,
            quiet=_quiet_hours(settings),
        ),
    )
    return Program(settings, store, clock, secrets, build_services(context))


def _quiet_hours(settings: Settings) -> QuietHours | None:
    """When campaigns rest. Raises BadSetting for what is no time of day, or one of the two alone."""
    given = {"mail.quiet_from": settings.mail.quiet_from, "mail.quiet_until": settings.mail.quiet_until}
    if not any(given.values()):
        return None
    moments = []
    for key, value in given.items():
        try:
            moments.append(time.fromisoformat(value))
        except ValueError:
            raise BadSetting(key, "not_a_time_of_day") from None
    return QuietHours(*moments)


def _store(settings: Settings, secrets: SecretStore) -> Store:
    """The store of the settings; a service's own password comes from a credential file or the keyring."""
    store = Store(settings.database)
    if store.url.password is not None:
        raise BadSetting("database", "password_in_url")
    if not store.keeps_logins or not store.url.username:
        return store
    try:
        password = (
            read_credential(settings.database_password_file)
            if settings.database_password_file
            else secrets.read(f"database:{settings.database}")
        )
    except SecretStoreUnavailable:
        if settings.database_password_file:
            raise
        return store  # libpq may know: peer or Kerberos authentication
    if password is None:
        return store
    store.close()
    return Store(settings.database, password=password)


def _clock(settings: Settings, store: Store, *, trial: bool = False) -> Clock:
    """The system's clock; HELPDESK_NOW replaces it for trial stores only, which is asked once somebody looks."""
    if not settings.now:
        return system_clock
    try:
        moment = datetime.fromisoformat(settings.now)
    except ValueError:
        raise BadSetting("HELPDESK_NOW", "not_a_time") from None
    if moment.tzinfo is None:
        raise BadSetting("HELPDESK_NOW", "not_a_time")

    @cache
    def holds() -> bool:
        return trial or store_is_trial(store)

    return lambda: moment.astimezone(UTC) if holds() else system_clock()
