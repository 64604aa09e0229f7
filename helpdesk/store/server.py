"""Connecting to a PostgreSQL server: who is let in how, and what keeps others from listening."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

from sqlalchemy import URL

from helpdesk.domain.errors import BadSetting, CredentialsRefused, SessionEnded, StoreMissing, StoreUnreachable

if TYPE_CHECKING:  # 100 ms that an embedded store has no use for
    import psycopg

CONNECT_SECONDS = 5
_LOST_AFTER_MS = 10_000
_ONLY_HERE = frozenset({"localhost", ""})
_SURE = "verify-full"
_CLOSED = re.compile("not permitted to log in|pas autorisé à se connecter")
_NO_DATABASE = re.compile('database ".*" does not exist|base de données .* n.existe pas')
_NOT_ABOUT_ONESELF = re.compile("pg_hba|too many|trop de|remaining connection")


@dataclass(frozen=True, slots=True)
class Login:
    """A login of the server. Without a password the server asks elsewhere (Kerberos) or lets the machine in."""

    name: str
    password: str | None = field(repr=False)


def guarded_url(url: URL) -> URL:
    """The URL with what every connection needs: TLS with a verified certificate unless the server is this machine.

    Raises BadSetting for a server elsewhere without `sslmode=verify-full`. Lost connections are noticed within ten
    seconds; of several hosts, the one that can be written to is used.
    """
    query = dict(url.query)
    hosts = _hosts(url)
    if not all(_is_here(host) for host in hosts):
        if query.setdefault("sslmode", _SURE) != _SURE:
            raise BadSetting("database", "insecure_database")
        query.setdefault("sslrootcert", "system")
    query.setdefault("connect_timeout", str(CONNECT_SECONDS))
    query.setdefault("keepalives_idle", "5")
    query.setdefault("keepalives_interval", "2")
    query.setdefault("keepalives_count", "3")
    query.setdefault("tcp_user_timeout", str(_LOST_AFTER_MS))
    query.setdefault("application_name", "helpdesk")
    if len(hosts) > 1:
        query.setdefault("target_session_attrs", "read-write")
    return url.set(query=query)


def connect(url: URL, login: Login | None, *, autocommit: bool = False) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection as this login, or as the URL says where there is none.

    Raises CredentialsRefused when the server does not take name and password, SessionEnded when it takes them and the
    login was closed, StoreMissing when it has no such database, StoreUnreachable for every other reason.
    """
    import psycopg  # noqa: PLC0415
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415

    name = login.name if login else url.username or ""
    try:
        return psycopg.connect(make_conninfo(**_parameters(url, login)), autocommit=autocommit)
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[-1]
        if _NO_DATABASE.search(said):
            raise StoreMissing from None
        if name and f'"{name}"' in re.sub("[«»“”]\\s?|\\s?[»”]", '"', said) and not _NOT_ABOUT_ONESELF.search(said):
            raise (SessionEnded if _CLOSED.search(said) else CredentialsRefused) from None
        if error.pgconn is not None and error.pgconn.needs_password:
            raise CredentialsRefused from None
        raise StoreUnreachable from None
    except (psycopg.Error, UnicodeError, ValueError):  # a password that no server could have
        raise CredentialsRefused from None


def encrypted_password(connection: "psycopg.Connection[tuple[object, ...]]", login: str, password: str) -> str:
    """What the server keeps of a password (SCRAM-SHA-256, RFC 5803), computed here: it never crosses the network."""
    made = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    return made.decode("ascii")


def _parameters(url: URL, login: Login | None) -> dict[str, str]:
    given = {
        "host": url.host,
        "port": str(url.port) if url.port else None,
        "dbname": url.database,
        "user": login.name if login else url.username,
        "password": login.password if login else str(url.password) if url.password is not None else None,
    }
    parameters = {name: value for name, value in given.items() if value is not None}
    for name, value in url.query.items():
        if name == "host":
            pairs = [each.rpartition(":") for each in ((value,) if isinstance(value, str) else value)]
            hosts = [host if colon and port.isdigit() else f"{host}{colon}{port}" for host, colon, port in pairs]
            ports = [port if colon and port.isdigit() else "" for _host, colon, port in pairs]
            parameters["host"] = ",".join(hosts)
            if any(ports):
                parameters["port"] = ",".join(port or "5432" for port in ports)
        else:
            parameters[name] = value if isinstance(value, str) else ",".join(value)
    return parameters


def _hosts(url: URL) -> list[str]:
    more = url.query.get("host", ())
    listed = [url.host] if url.host else []
    for each in (more,) if isinstance(more, str) else more:
        host, colon, port = each.rpartition(":")
        listed.append(host if colon and port.isdigit() else each)
    return [host or "" for name in listed for host in name.split(",")] or [""]


def _is_here(host: str) -> bool:
    """True for this machine: a socket in the file system, `localhost`, a loopback address."""
    if host in _ONLY_HERE or host.startswith(("/", "@")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
