"""Password hashing with argon2id (RFC 9106)."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher as Argon2
from argon2 import Type
from argon2.exceptions import InvalidHashError, VerificationError

from helpdesk.domain.errors import Overloaded
from helpdesk.domain.limits import Limits


class Argon2Hasher:
    """Argon2id with the settings' parameters; the defaults are RFC 9106's second recommended option.

    At most `limits.argon2_at_once` are computed at a time, so that a flood cannot take more than so many times the
    memory of one. Who waits longer than `limits.argon2_wait_seconds` for a turn gets Overloaded.
    """

    def __init__(self, limits: Limits) -> None:
        """Take time cost (passes), memory (KiB) and lanes from the limits."""
        self._turns = BoundedSemaphore(max(1, limits.argon2_at_once))
        self._patience = limits.argon2_wait_seconds
        self._hasher = Argon2(
            time_cost=limits.argon2_time_cost,
            memory_cost=max(limits.argon2_memory_kib, 8 * limits.argon2_parallelism),  # RFC 9106, 3.1: the least
            parallelism=limits.argon2_parallelism,
            type=Type.ID,
        )
        self._decoy: str | None = None

    def hash(self, secret: str) -> str:
        """An encoded hash with a random salt."""
        with self._turn():
            return self._hasher.hash(_bytes(secret))

    def matches(self, encoded: str, secret: str) -> bool:
        """True when the secret belongs to the hash; False for a malformed hash."""
        with self._turn():
            try:
                return self._hasher.verify(encoded, _bytes(secret))
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, encoded: str) -> bool:
        """True when the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def waste(self, secret: str) -> None:
        """Compare against a hash of nothing anybody knows, at the price of a real comparison."""
        if self._decoy is None:
            self._decoy = self.hash("decoy")
        self.matches(self._decoy, secret)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._patience):
            raise Overloaded
        try:
            yield
        finally:
            self._turns.release()


def _bytes(secret: str) -> bytes:
    """Whatever can be typed or piped in, lone surrogates too, is a secret and no error."""
    return secret.encode("utf-8", "surrogatepass")
