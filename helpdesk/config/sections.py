"""Every setting: name, default, meaning. Frozen; nothing here reads anything."""

from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.domain.limits import Limits
from helpdesk.domain.setting import setting

SECURITIES = ("starttls", "tls", "none")
_PORTS = 65_535


@dataclass(frozen=True, slots=True, repr=False)
class SmtpSettings:
    """How the mailer reaches its server."""

    host: str = setting("localhost", "Name of the mail server.")
    port: int = setting(587, "Its port: 587 for starttls, 465 for tls.", most=_PORTS)
    security: str = setting(
        "starttls", "How it is encrypted; none is for a server on this machine.", choices=SECURITIES
    )
    user: str = setting("", "The user to log in as; empty: without logging in. The password is kept elsewhere.")
    ca_file: str = setting("", "A file with the certificates that its own is checked against; empty: the system's.")


@dataclass(frozen=True, slots=True, repr=False)
class MailSettings:
    """What mails say of themselves and of the desk."""

    sender: str = setting("elections@localhost", "The address that mails come from.")
    reply_to: str = setting("", "The address that replies go to; empty: the sender's.")
    bounces: str = setting(
        "", "The mailbox for what comes back: each mail gets a return path of its own, NAME+ID@DOMAIN."
    )
    desk_phone: str = setting("", "The telephone of the support desk, shown in mails and on the portal.")
    desk_hours: str = setting("", "Its hours, shown there too.")
    quiet_from: str = setting("", "Campaigns rest from this time of day (HH:MM, the election's zone); empty: never.")
    quiet_until: str = setting("", "Until this one. Mails that somebody asked for do not wait.")


@dataclass(frozen=True, slots=True, repr=False)
class ImapSettings:
    """The bounce mailbox; without a host there is none."""

    host: str = setting("", "The server of the mailbox that bounces arrive in; empty: bounces are not read.")
    port: int = setting(993, "Its port: 993 for tls, 143 for starttls.", most=_PORTS)
    security: str = setting("tls", "How it is encrypted; none is for a server on this machine.", choices=SECURITIES)
    user: str = setting("", "The user to log in as. The password is kept elsewhere.")
    folder: str = setting("INBOX", "The folder to read.")
    ca_file: str = setting("", "A file with the certificates that its own is checked against; empty: the system's.")


@dataclass(frozen=True, slots=True, repr=False)
class DnsSettings:
    """Where `doctor` asks about the sender's domain."""

    server: str = setting("", "The name server's address that is asked about the sender's domain; empty: the system's.")
    port: int = setting(53, "Its port.", most=_PORTS)
    dkim_selector: str = setting("", "What the mail server signs with (DKIM); empty: not asked about.")


@dataclass(frozen=True, slots=True, repr=False)
class PortalSettings:
    """The canonical address used in links, and how the portal is served."""

    url: str = setting("https://localhost", "The portal's address, as links in mails have it.")
    proxies: int = setting(0, "Reverse proxies before it, whose X-Forwarded-For and -Proto are believed.", least=0)
    threads: int = setting(8, "How many requests it answers at a time.")
    limits_storage: str = setting(
        "memory://", "Where requests are counted; several processes share one, such as redis://localhost."
    )


@dataclass(frozen=True, slots=True, repr=False)
class LogSettings:
    """What the program writes about itself; never a person's data or a secret."""

    to: str = setting(
        "file", "Where to: a file a month in the data folder, or standard error.", choices=("file", "stderr")
    )
    format: str = setting("text", "How: lines to read, or one JSON object a line.", choices=("text", "json"))
    months: int = setting(12, "How many months of files are kept, the current one included.", least=6, most=12)


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Everything that can be set; paths are absolute."""

    database: str = setting(
        "", "The store: sqlite:///FILE, or postgresql+psycopg://USER@HOST/NAME. Default: a file of the data folder."
    )
    data_dir: Path = setting(Path(), "The folder of the store, the log and drafts.", in_file=False)
    language: str = setting("system", "Language of all texts.", choices=("system", "fr", "en"))
    theme: str = setting("system", "Colours of the desk.", choices=("system", "light", "dark"))
    text_size: str = setting(
        "100", "Size of the desk's text, in percent of the system's.", choices=("100", "125", "150", "200")
    )
    operator: str = setting("", "The operator that commands act as.", in_file=False)
    password_file: Path | None = setting(None, "A file with that operator's password.", in_file=False)
    database_password_file: Path | None = setting(
        None, "A file with the password of the database's login.", in_file=False
    )
    smtp_password_file: Path | None = setting(None, "A file with the mail server's password.", in_file=False)
    imap_password_file: Path | None = setting(None, "A file with the bounce mailbox's password.", in_file=False)
    link_key_file: Path | None = setting(
        None, "A file with the mailer's key for links, made on first use.", in_file=False
    )
    portal_key_file: Path | None = setting(
        None, "A file with the portal's key for cookies, made on first use.", in_file=False
    )
    statement_key_file: Path | None = setting(
        None, "A file with the key that signs the statement of a purge, made on first use.", in_file=False
    )
    now: str = setting("", "A time that replaces the clock, in trial stores only.", in_file=False)
    smtp: SmtpSettings = field(default_factory=SmtpSettings)
    imap: ImapSettings = field(default_factory=ImapSettings)
    dns: DnsSettings = field(default_factory=DnsSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    portal: PortalSettings = field(default_factory=PortalSettings)
    log: LogSettings = field(default_factory=LogSettings)
    limits: Limits = field(default_factory=Limits)
