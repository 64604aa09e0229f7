"""The conditions of the lock file are decided for Windows, whatever system asks."""

from release.dependency_ages import pinned
from release.windows_wheels import LOCK, for_windows

LOCKED = """\
click==8.5.1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via helpdesk
jeepney==0.9.0 ; sys_platform == 'linux' \\
    --hash=sha256:cc
    # via keyring
pefile==2024.8.26 ; sys_platform == 'win32' \\
    --hash=sha256:dd
old==1 ; python_full_version < '3.11' \\
    --hash=sha256:ee
"""


def test_what_windows_gets_and_what_it_does_not():
    assert for_windows(LOCKED) == {
        "click": "click==8.5.1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n",
        "pefile": "pefile==2024.8.26 \\\n    --hash=sha256:dd\n",
    }


def test_the_lock_file_is_read_whole():
    wanted = for_windows(LOCK.read_text(encoding="utf-8"))
    assert {"pywin32-ctypes", "pefile", "tzdata", "pyside6-essentials", "psycopg-binary"} <= set(wanted)
    assert not {"jeepney", "secretstorage"} & set(wanted)
    assert len(wanted) > 0.9 * len(pinned(LOCK)) - 10
