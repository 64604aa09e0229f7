"""Frozen settings: defaults, then `helpdesk.toml`, then the environment; secrets never come from the file."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_config_path, user_data_path

from helpdesk.domain.errors import BadSetting, UnreadableFile
from helpdesk.domain.limits import Limits

SECURITIES = ("starttls", "tls", "none")
_LARGEST_NUMBER = 1_000_000_000  # seconds: thirty years, and times that far ahead can still be told
_LARGEST = {
    "limits.argon2_time_cost": 100,
    "limits.argon2_memory_kib": 4 * 1024 * 1024,
    "limits.argon2_parallelism": 64,
    "smtp.port": 65_535,
    "imap.port": 65_535,
}
_SECRET_KEYS = frozenset({"smtp.password", "imap.password", "database.password"})


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How the mailer reaches its server; `security` is `starttls`, `tls`, or `none` (loopback only)."""

    host: str = "localhost"
    port: int = 587
    security: str = "starttls"
    user: str = ""
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What mails say of themselves and of the desk.

    Between `quiet_from` and `quiet_until` (HH:MM, the election's zone) campaigns rest; both empty: they never do.
    """

    sender: str = "elections@localhost"
    reply_to: str = ""
    bounces: str = ""
    desk_phone: str = ""
    desk_hours: str = ""
    quiet_from: str = ""
    quiet_until: str = ""


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """The bounce mailbox; without a host there is none. `security` as for SMTP, `tls` by default."""

    host: str = ""
    port: int = 993
    security: str = "tls"
    user: str = ""
    folder: str = "INBOX"
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class DnsSettings:
    """Where `doctor` asks about the sender's domain: a name server's address and port; empty: the system's."""

    server: str = ""
    port: int = 53
    dkim_selector: str = ""


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """The canonical address used in links, and how the portal is served.

    `proxies` is how many reverse proxies stand before it, whose X-Forwarded-For and -Proto are believed;
    `limits_storage` where requests are counted (a URL of the `limits` library: shared by several processes).
    """

    url: str = "https://localhost"
    proxies: int = 0
    threads: int = 8
    limits_storage: str = "memory://"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; paths are absolute."""

    database: str
    data_dir: Path
    language: str = "system"
    theme: str = "system"
    text_size: str = "100"
    operator: str = ""
    password_file: Path | None = None
    database_password_file: Path | None = None
    link_key_file: Path | None = None
    smtp_password_file: Path | None = None
    statement_key_file: Path | None = None
    portal_key_file: Path | None = None
    imap_password_file: Path | None = None
    now: str = ""
    smtp: SmtpSettings = field(default_factory=SmtpSettings)
    imap: ImapSettings = field(default_factory=ImapSettings)
    dns: DnsSettings = field(default_factory=DnsSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    portal: PortalSettings = field(default_factory=PortalSettings)
    limits: Limits = field(default_factory=Limits)


_Section = TypeVar("_Section", SmtpSettings, ImapSettings, DnsSettings, MailSettings, PortalSettings, Limits)
_SECTIONS: dict[str, type[Any]] = {
    "smtp": SmtpSettings,
    "imap": ImapSettings,
    "dns": DnsSettings,
    "mail": MailSettings,
    "portal": PortalSettings,
    "limits": Limits,
}
_CHOICES = {
    "language": ("system", "fr", "en"),
    "theme": ("system", "light", "dark"),
    "text_size": ("100", "125", "150", "200"),
    "smtp.security": SECURITIES,
    "imap.security": SECURITIES,
}
_TOP = ("database", "language", "theme", "text_size")


def load_settings(
    *,
    config_file: Path | None = None,
    database: str | None = None,
    operator: str | None = None,
    language: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """The effective settings; the keyword arguments are the command line's and win.

    Raises BadSetting for an unknown key (naming the nearest known one) or a value of the wrong kind, and
    UnreadableFile for a file that was named and cannot be read.
    """
    data_dir = Path(environment.get("HELPDESK_DATA_DIR") or user_data_path("helpdesk", appauthor=False)).absolute()
    if "?" in str(data_dir):  # in the database's URL, what follows it would be options
        raise BadSetting("HELPDESK_DATA_DIR", "question_mark")
    values = _from_file(config_file) | _from_environment(environment)
    given = {"database": database, "language": language}
    values |= {key: value for key, value in given.items() if value}
    return Settings(
        database=_text("database", values.get("database", f"sqlite:///{data_dir / 'helpdesk.db'}")),
        data_dir=data_dir,
        language=_text("language", values.get("language", "system")),
        theme=_text("theme", values.get("theme", "system")),
        text_size=_text("text_size", values.get("text_size", "100")),
        operator=operator or environment.get("HELPDESK_OPERATOR", ""),
        password_file=_path(environment, "HELPDESK_PASSWORD_FILE"),
        database_password_file=_path(environment, "HELPDESK_DATABASE_PASSWORD_FILE"),
        link_key_file=_path(environment, "HELPDESK_LINK_KEY_FILE"),
        smtp_password_file=_path(environment, "HELPDESK_SMTP_PASSWORD_FILE"),
        statement_key_file=_path(environment, "HELPDESK_STATEMENT_KEY_FILE"),
        portal_key_file=_path(environment, "HELPDESK_PORTAL_KEY_FILE"),
        imap_password_file=_path(environment, "HELPDESK_IMAP_PASSWORD_FILE"),
        now=environment.get("HELPDESK_NOW", ""),
        smtp=_section("smtp", SmtpSettings, values),
        imap=_section("imap", ImapSettings, values),
        dns=_section("dns", DnsSettings, values),
        mail=_section("mail", MailSettings, values),
        portal=_section("portal", PortalSettings, values),
        limits=_section("limits", Limits, values),
    )


def known_keys() -> tuple[str, ...]:
    """Every key that a settings file may hold."""
    nested = (f"{name}.{each.name}" for name, kind in _SECTIONS.items() for each in fields(kind))
    return (*_TOP, *nested)


def settings_path(named: Path | None) -> Path:
    """The settings file: the one that was named, or the one of the user's configuration folder."""
    return named or user_config_path("helpdesk", appauthor=False) / "helpdesk.toml"


def write_settings(path: Path, changes: Mapping[str, str]) -> None:
    """Change some keys of the file, all of them or none; comments and the other keys stay as they are.

    Raises BadSetting when the file would not be read any more, UnreadableFile when it cannot be written.
    """
    import tomlkit  # noqa: PLC0415 (only whoever changes a setting needs it)

    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        document = tomlkit.parse(text)
        for key, value in changes.items():
            section, _dot, name = key.rpartition(".")
            table: Any = document.setdefault(section, tomlkit.table()) if section else document
            table[name] = int(value) if value.isdigit() and key != "text_size" else value
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_text(tomlkit.dumps(document), encoding="utf-8")
    except OSError:
        raise UnreadableFile(str(path), "unwritable") from None
    except (tomlkit.exceptions.TOMLKitError, UnicodeDecodeError):
        raise BadSetting(path.name, "not_toml") from None
    try:
        load_settings(config_file=new, environment={})
        new.replace(path)
    except OSError:
        raise UnreadableFile(str(path), "unwritable") from None
    finally:
        new.unlink(missing_ok=True)


def _from_file(path: Path | None) -> dict[str, object]:
    named = path is not None
    path = path or user_config_path("helpdesk", appauthor=False) / "helpdesk.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named:
            raise UnreadableFile(str(path), "missing") from None
        return {}
    except OSError:
        raise UnreadableFile(str(path), "denied") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise BadSetting(path.name, "not_toml") from None
    flat: dict[str, object] = {}
    for key, value in content.items():
        nested = {f"{key}.{name}": inner for name, inner in value.items()} if isinstance(value, dict) else {key: value}
        flat |= nested
    known = known_keys()
    for key in flat:
        if key not in known:
            near = get_close_matches(key, known, 1)
            raise BadSetting(key, "secret_in_file" if key in _SECRET_KEYS else "unknown", near[0] if near else None)
    return flat


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    names = {f"HELPDESK_{key.replace('.', '_').upper()}": key for key in known_keys()}
    return {key: environment[name] for name, key in names.items() if environment.get(name)}


def _section(name: str, kind: type[_Section], values: dict[str, object]) -> _Section:
    given: dict[str, Any] = {}
    for each in fields(kind):
        key = f"{name}.{each.name}"
        if key in values:
            if each.type is int:
                none_means_no_limit = each.default == 0
                given[each.name] = _number(key, values[key], least=0 if none_means_no_limit else 1)
            else:
                given[each.name] = _text(key, values[key])
    return kind(**given)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or (key in _CHOICES and value not in _CHOICES[key]):
        raise BadSetting(key, "not_a_choice")
    return value


def _number(key: str, value: object, *, least: int) -> int:
    try:
        number = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else -1
    except ValueError:
        number = -1
    if not least <= number <= _LARGEST.get(key, _LARGEST_NUMBER):
        raise BadSetting(key, "not_a_number")
    return number


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name)
    return Path(value).absolute() if value else None
