"""The voters whom a store has, as a roll meets them: who is just as the file says, who is otherwise, who is missing."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select

from helpdesk.domain.roll_rows import DIGEST_BYTES
from helpdesk.store.engine import Store
from helpdesk.store.schema import address, voter

_BATCH, _JOINED = 10_000, 100_000
_HEX = 2 * DIGEST_BYTES


class KnownVoters:
    """Of a million voters nothing is kept but the digests of their rows; what differs is asked of the store."""

    def __init__(self, store: Store) -> None:
        """Those that are there now."""
        self._store = store
        self._digests: set[bytes] = set()
        self._without: set[str] = set()
        self._away: set[str] = set()
        digest = voter.c.roll_digest
        with store.read() as connection:
            # joined by the database: a million rows of one small value each would cost far more than what they say
            joined = select(func.aggregate_strings(digest, "")).where(func.length(digest) == _HEX)
            for first in range(1, (connection.scalar(select(func.max(voter.c.id))) or 0) + 1, _JOINED):
                some = connection.scalar(joined.where(voter.c.id.between(first, first + _JOINED - 1)))
                together = bytes.fromhex(some or "")
                ends = range(DIGEST_BYTES, len(together) + 1, DIGEST_BYTES)
                self._digests.update(together[end - DIGEST_BYTES : end] for end in ends)
            odd = select(voter.c.number, func.length(digest), voter.c.missing_since.is_not(None))
            for number, length, is_away in connection.execute(
                odd.where(or_(func.length(digest) != _HEX, voter.c.missing_since.is_not(None)))
            ):
                if length != _HEX:
                    self._without.add(number)
                if is_away:
                    self._away.add(number)
        self._is_nobody = not self._digests and not self._without

    @property
    def have_rows(self) -> bool:
        """Whether there are voters of a roll who were not met yet."""
        return bool(self._digests)

    def are_otherwise(self, digests: Sequence[bytes]) -> list[bool]:
        """For each row of the file, whether no voter is just like it who was not met before."""
        known = self._digests
        if not known:
            return [True] * len(digests)
        otherwise = [digest not in known for digest in digests]
        known.difference_update(digests)
        return otherwise

    def are_new(self, numbers: Sequence[str]) -> list[bool]:
        """For each row that is otherwise, whether the voter is not known at all."""
        if self._is_nobody:
            return [True] * len(numbers)
        with self._store.read() as connection:
            query = select(voter.c.number, voter.c.roll_digest).where(voter.c.number.in_(numbers))
            known = {row.number: row.roll_digest for row in connection.execute(query)}
        self._digests.difference_update(bytes.fromhex(each) for each in known.values() if len(each) == _HEX)
        self._without.difference_update(known)
        return [number not in known for number in numbers]

    def owners(self, tied: Sequence[str]) -> dict[str, str]:
        """The numbers of voters to whom these folded addresses are tied now."""
        if self._is_nobody:
            return {}
        query = select(address.c.folded, voter.c.number).join(voter, voter.c.id == address.c.voter_id)
        with self._store.read() as connection:
            rows = connection.execute(query.where(address.c.tied, address.c.folded.in_(tied)))
            return {row.folded: row.number for row in rows}

    def back(self, numbers: Iterable[str]) -> list[str]:
        """Those of these voters who are marked as missing."""
        return [*filter(self._away.__contains__, numbers)] if self._away else []

    def missing(self) -> list[str]:
        """The voters of whom no row was met."""
        if not self._digests:
            return [*self._without]
        with self._store.read() as connection:
            rows = connection.execution_options(yield_per=_BATCH).execute(select(voter.c.number, voter.c.roll_digest))
            left = [number for number, digest in rows if len(digest) == _HEX and bytes.fromhex(digest) in self._digests]
        return [*left, *self._without]
