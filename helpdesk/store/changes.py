"""What a PostgreSQL server tells of changes as they are committed (LISTEN/NOTIFY), on a connection of its own."""

from collections.abc import Callable
from threading import Event, Thread

from sqlalchemy import func, select

from helpdesk.domain.errors import CredentialsRefused, HelpdeskError, SessionEnded
from helpdesk.store.engine import Store

_CHANNEL = "helpdesk"
_LOOK_SECONDS = 0.5
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0


class ChangeFeed:
    """Listens in a thread until stopped; a lost connection is made again after pauses that grow.

    `heard` is called in that thread with the words of each notice, and with "listening" after each connection, since
    something may have been missed; `lost` when a connection broke.
    """

    def __init__(self, store: Store, heard: Callable[[str], None], lost: Callable[[], None]) -> None:
        """Listen with the login that the store has."""
        self._store, self._heard, self._lost = store, heard, lost
        self._stop = Event()
        self._thread = Thread(target=self._run, name="changes", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more; returns when the thread has ended or after some seconds."""
        self._stop.set()
        self._thread.join(_LOOK_SECONDS * 10)

    def _run(self) -> None:
        import psycopg  # noqa: PLC0415 (an embedded store has no use for it)

        pause = _FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            try:
                with self._store.open_connection() as connection:
                    connection.execute(f"LISTEN {_CHANNEL}".encode())
                    self._heard("listening")
                    pause = _FIRST_PAUSE_SECONDS
                    while not self._stop.is_set():
                        for notice in connection.notifies(timeout=_LOOK_SECONDS):
                            self._heard(notice.payload)
            except (CredentialsRefused, SessionEnded):
                self._lost()
                self._wait_for_another_login()
            except (psycopg.Error, HelpdeskError):
                self._lost()
                self._stop.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _wait_for_another_login(self) -> None:
        """A password that was refused once is not tried again: a directory might lock the account."""
        refused = self._store.sign_ins
        while self._store.sign_ins == refused and not self._stop.wait(_LOOK_SECONDS):
            pass


def announce_presence(store: Store, voter_key: int, *, here: bool) -> None:
    """Tell the other desks that this login is on a voter, or no longer; kept nowhere."""
    with store.write() as connection:
        connection.execute(select(func.helpdesk.announce(voter_key, here)))
