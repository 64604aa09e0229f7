"""Speaking to a server over TLS: only one that proves who it is hears a password."""

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from helpdesk.domain.errors import StoreUnreachable
from helpdesk.store.engine import Store
from tests.databases import postgresql
from tests.mail_servers import make_authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def url(authority):
    """A server that offers TLS, with a certificate of the authority for this machine's address."""
    with postgresql(durable=False) as server:
        engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            folder = connection.execute(text("SHOW data_directory")).scalar_one()
            pem = Path(folder, "server.pem")
            shutil.copy(authority.ca_file.with_name("server.pem"), pem)
            pem.chmod(0o600)
            if os.getuid() == 0:
                shutil.chown(pem, "postgres", "postgres")
            for setting, value in (("ssl_cert_file", pem), ("ssl_key_file", pem), ("ssl", "on")):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = '{value}'"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        yield f"{server}/postgres?sslmode=verify-full"


def asked(url):
    store = Store(url)
    try:
        with store.read() as connection:
            return connection.execute(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).scalar_one()
    finally:
        store.close()


def test_a_server_with_the_right_certificate_is_spoken_to_encrypted(url, authority):
    assert asked(f"{url}&sslrootcert={authority.ca_file}") is True


def test_a_certificate_of_nobody_known_is_refused(url, tmp_path):
    with pytest.raises(StoreUnreachable):
        asked(f"{url}&sslrootcert={make_authority(tmp_path).ca_file}")


def test_a_server_of_another_name_is_refused(url, authority):
    with pytest.raises(StoreUnreachable):
        asked(f"{url}&sslrootcert={authority.ca_file}".replace("127.0.0.1", "localhost"))
