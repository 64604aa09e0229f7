"""Secrets in a real system keyring, and the one answer to all the ways of not having one."""

import os
import shutil
import subprocess
import sys

import keyring
import pytest
from keyring.backend import KeyringBackend

from helpdesk.adapters.link_key import read_link_key
from helpdesk.adapters.secrets import KeyringSecrets, read_credential, write_credential
from helpdesk.domain.errors import SecretStoreUnavailable

ROUND_TRIP = """
from helpdesk.adapters.link_key import read_link_key
from helpdesk.adapters.secrets import KeyringSecrets

secrets = KeyringSecrets()
assert secrets.read("operator") is None
secrets.write("operator", "Hélène d'Arc")
secrets.write("operator", "Zoé")
assert KeyringSecrets().read("operator") == "Zoé"
secrets.forget("operator")
secrets.forget("operator")
assert secrets.read("operator") is None
key = read_link_key(secrets, None)
assert len(key) == 32 and read_link_key(KeyringSecrets(), None) == key
print("kept and forgotten")
"""
UNLOCK = 'printf %s a-passphrase | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" "$@"'


@pytest.fixture
def session(tmp_path):
    """A desktop session of its own, to run Python in, with or without a keyring."""
    if not shutil.which("dbus-run-session") or not shutil.which("gnome-keyring-daemon"):
        pytest.fail("no D-Bus or GNOME keyring: run `make system`, or apt-get install dbus gnome-keyring")
    (tmp_path / "run").mkdir(mode=0o700)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"}
    environment |= {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}

    def run(code, *, keyring):
        unlocked = ["sh", "-c", UNLOCK] if keyring else []
        return subprocess.run(
            ["dbus-run-session", "--", *unlocked, sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_real_keyring_keeps_replaces_and_forgets(session):
    done = session(ROUND_TRIP, keyring=True)
    assert (done.returncode, done.stdout) == (0, "kept and forgotten\n"), done.stderr


def test_a_session_without_a_keyring_says_so(session):
    code = "from helpdesk.adapters.secrets import KeyringSecrets\nKeyringSecrets().read('operator')"
    done = session(code, keyring=False)
    assert done.stderr.strip().splitlines()[-1].endswith("SecretStoreUnavailable")


@pytest.mark.parametrize("use", [lambda s: s.read("x"), lambda s: s.write("x", "y"), lambda s: s.forget("x")])
def test_no_backend_is_one_answer(use):
    with pytest.raises(SecretStoreUnavailable):
        use(KeyringSecrets())


class CredentialManager(KeyringBackend):
    """Windows' vault, where there is no logon session: its error is none of the keyring library's."""

    priority = 9

    def refuse(self, *_: str) -> None:
        error = type("error", (Exception,), {"__module__": "pywintypes"})(1312, "CredRead", "no logon session")
        error.winerror = 1312
        raise error

    get_password = set_password = delete_password = refuse


@pytest.mark.parametrize("use", [lambda s: s.read("x"), lambda s: s.write("x", "y"), lambda s: s.forget("x")])
def test_windows_own_refusal_is_the_same_answer(use):
    before = keyring.get_keyring()
    keyring.set_keyring(CredentialManager())
    try:
        assert KeyringSecrets().backend() == "test secrets CredentialManager"
        with pytest.raises(SecretStoreUnavailable):
            use(KeyringSecrets())
    finally:
        keyring.set_keyring(before)


def test_a_bug_of_our_own_is_not_taken_for_a_missing_keyring(monkeypatch):
    monkeypatch.setattr("keyring.get_password", lambda *_: {}["nothing"])
    with pytest.raises(KeyError):
        KeyringSecrets().read("x")


def test_the_name_of_what_keeps_secrets_is_known_and_none_where_nothing_does():
    assert KeyringSecrets().backend() is None


def test_a_credential_file_is_its_owners_alone_and_never_overwritten(tmp_path):
    path = tmp_path / "credential"
    write_credential(path, "Sésame")
    assert path.stat().st_mode & 0o077 == 0
    assert read_credential(path) == "Sésame"
    with pytest.raises(FileExistsError):
        write_credential(path, "other")
    assert read_credential(path) == "Sésame"


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"too short", b""])
def test_a_link_key_that_cannot_be_used_stops_the_mailer(tmp_path, content):
    path = tmp_path / "missing" / "key"
    if content is not None:
        path.parent.mkdir()
        path.write_bytes(content)
    with pytest.raises(SecretStoreUnavailable):
        read_link_key(KeyringSecrets(), path)


def test_a_link_key_file_is_made_once(tmp_path):
    path = tmp_path / "key"
    first = read_link_key(KeyringSecrets(), path)
    assert read_link_key(KeyringSecrets(), path) == first
    assert path.stat().st_mode & 0o077 == 0
