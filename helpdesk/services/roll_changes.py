"""Applying the differences between a roll and the store, with the search index kept in step."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, delete, insert, select, update

from helpdesk.domain.addresses import fold_address
from helpdesk.domain.audit import Action
from helpdesk.domain.roles import Operator
from helpdesk.domain.roll_rows import RollRow
from helpdesk.domain.states import AccountState, AddressSource, MailKind
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import VOTER_COLUMNS
from helpdesk.services.mail_queue import queue_mail, renew_links
from helpdesk.store.audit_chain import append
from helpdesk.store.rows import delete_values, insert_values, update_rows
from helpdesk.store.schema import account, address, ballot, enrolment, establishment, voter
from helpdesk.store.search import kept_findable, remove_voters

_BATCH = 2_000
_Item = TypeVar("_Item")


class RollChanges:
    """One import's changes, in the transaction that it was given."""

    def __init__(self, connection: Connection, context: ServiceContext, who: Operator, now: datetime) -> None:
        """Learn which establishments and ballots there are."""
        self._connection, self._context, self._who, self._now = connection, context, who, now
        self._places = self._known_places()
        self._released: dict[int, str] = {}
        self.ballots = {row.code: row.id for row in connection.execute(select(ballot.c.code, ballot.c.id))}

    def ids_of(self, numbers: Sequence[str]) -> dict[str, int]:
        """The internal ids of known voters."""
        found: dict[str, int] = {}
        for batch in _batches(numbers):
            query = select(voter.c.number, voter.c.id).where(voter.c.number.in_(batch))
            found |= {row.number: row.id for row in self._connection.execute(query)}
        return found

    def release(self, rows: Sequence[RollRow]) -> None:
        """Untie the addresses that known voters give up; of all of them, before any is changed: they may be swapped."""
        known = self.ids_of([row.number for row in rows])
        for batch in _batches([(known[row.number], row) for row in rows]):
            before = self._tied([voter_id for voter_id, _row in batch])
            given_up = {
                voter_id: before[voter_id]
                for voter_id, row in batch
                if fold_address(before[voter_id]) != fold_address(row.tied)
            }
            if given_up:  # PostgreSQL looks through the whole table for a row of no voter
                of_these = (address.c.voter_id.in_(given_up), address.c.tied)
                self._connection.execute(update(address).where(*of_these).values(tied=False))
            self._released |= given_up

    def change(self, rows: Sequence[RollRow]) -> None:
        """Bring known voters up to date; accounts, links and histories stay, but where a tied address changes.

        What they give up is released before.
        """
        known = self.ids_of([row.number for row in rows])
        for batch in _batches([(known[row.number], row) for row in rows]):
            self._learn([row for _voter_id, row in batch])
            with kept_findable(self._connection, [voter_id for voter_id, _row in batch]):
                values = [{"id": voter_id} | self._columns(row) for voter_id, row in batch]
                update_rows(self._connection, voter, values, where={})
                self._change_enrolments(batch)
                self._change_addresses(batch)

    def welcome_back(self, ids: Sequence[int]) -> None:
        """Unmark voters who are on the roll again."""
        self._mark(ids, None)

    def mark_missing(self, ids: Sequence[int]) -> None:
        """Mark voters whom the roll no longer has; those marked before keep their date."""
        self._mark(ids, self._now)

    def remove(self, ids: Sequence[int]) -> None:
        """Delete voters whom the roll no longer has, with all that is theirs; the audit trail stays."""
        for batch in _batches(ids):
            remove_voters(self._connection, batch)
            self._connection.execute(delete(voter).where(voter.c.id.in_(batch)))

    def _mark(self, ids: Sequence[int], since: datetime | None) -> None:
        for batch in _batches(ids):
            unmarked = voter.c.missing_since.is_(None) if since is not None else voter.c.missing_since.is_not(None)
            self._connection.execute(update(voter).where(voter.c.id.in_(batch), unmarked).values(missing_since=since))

    def _tied(self, ids: Sequence[int]) -> dict[int, str]:
        query = select(address.c.voter_id, address.c.address).where(address.c.voter_id.in_(ids), address.c.tied)
        return {row.voter_id: row.address for row in self._connection.execute(query)}

    def _change_enrolments(self, batch: Sequence[tuple[int, RollRow]]) -> None:
        query = select(enrolment).where(enrolment.c.voter_id.in_([voter_id for voter_id, _row in batch]))
        before = {(row.voter_id, row.ballot_id) for row in self._connection.execute(query)}
        wanted = {(voter_id, self.ballots[code]) for voter_id, row in batch for code in row.ballots}
        names = ("voter_id", "ballot_id")
        delete_values(self._connection, enrolment, names, sorted(before - wanted))
        insert_values(self._connection, enrolment, names, sorted(wanted - before))

    def _change_addresses(self, batch: Sequence[tuple[int, RollRow]]) -> None:
        ids = [voter_id for voter_id, _row in batch]
        before = self._tied(ids) | self._released
        held: dict[int, list[Row[Any]]] = {}
        for each in self._connection.execute(select(address).where(address.c.voter_id.in_(ids))):
            held.setdefault(each.voter_id, []).append(each)
        gone: list[int] = []
        changed: list[dict[str, object]] = []
        new: list[tuple[object, ...]] = []
        for voter_id, row in batch:
            was_tied = fold_address(before[voter_id])
            wanted = {folded: (text, tied) for text, folded, tied in _addresses(row)}
            for each in held.get(voter_id, ()):
                if each.folded not in wanted:
                    gone += [each.id] if each.source == AddressSource.ROLL else []
                    continue
                text, tied = wanted.pop(each.folded)
                # newly tied: what came back before was of another time
                bounces = 0 if tied and each.folded != was_tied else each.bounces
                if (text, tied, bounces) != (each.address, each.tied, each.bounces):
                    changed.append({"id": each.id, "address": text, "tied": tied, "bounces": bounces})
            new += [(voter_id, text, folded, tied) for folded, (text, tied) in wanted.items()]
        for some in _batches(gone):
            self._connection.execute(delete(address).where(address.c.id.in_(some)))
        for several in _batches(changed):
            update_rows(self._connection, address, several, where={})
        insert_values(self._connection, address, ("voter_id", "address", "folded", "tied"), new)
        for voter_id, row in batch:
            if fold_address(before[voter_id]) != fold_address(row.tied):
                self._tell_of_tied_address(voter_id, before[voter_id], row)

    def _tell_of_tied_address(self, voter_id: int, before: str, row: RollRow) -> None:
        """Links die, and both addresses are told if the voter has ever been written to (facts.md rules 4 and 6)."""
        state = self._connection.scalar(select(account.c.state).where(account.c.voter_id == voter_id))
        generation = renew_links(self._connection, voter_id, self._now)
        stored = self._connection.execute(select(*VOTER_COLUMNS).where(voter.c.id == voter_id)).one()
        if state != AccountState.NOT_INVITED:
            for to in (before, row.tied):
                queue_mail(
                    self._connection,
                    self._context,
                    stored,
                    kind=MailKind.TIED_ADDRESS_NOTICE,
                    to=to,
                    generation=generation,
                    now=self._now,
                )
        append(
            self._connection,
            at=self._now,
            actor=self._who.name,
            action=Action.ROLL_IMPORTED,
            voter=row.number,
            detail={"change": "tied_address"},
        )

    def _learn(self, rows: Sequence[RollRow]) -> None:
        self.learn(
            {row.establishment_code: row.establishment_name for row in rows},
            [code for row in rows for code in row.ballots],
        )

    def _known_places(self) -> dict[str, tuple[int, str]]:
        query = select(establishment.c.code, establishment.c.id, establishment.c.name)
        return {code: (place_id, name) for code, place_id, name in self._connection.execute(query).all()}

    def learn(self, names: Mapping[str, str], ballots: Iterable[str]) -> None:
        """Make establishments, by their codes, and ballots known, and the names of the former up to date."""
        new = [(code, name) for code, name in names.items() if code not in self._places]
        insert_values(self._connection, establishment, ("code", "name"), new)
        if new:
            self._places = self._known_places()
        for code, name in names.items():
            place_id, known_as = self._places[code]
            if known_as != name:
                self._connection.execute(update(establishment).where(establishment.c.id == place_id).values(name=name))
                self._places[code] = (place_id, name)
        for code in dict.fromkeys(ballots):
            if code not in self.ballots:
                new_ballot = insert(ballot).values(code=code, name=code).returning(ballot.c.id)
                self.ballots[code] = self._connection.execute(new_ballot).scalar_one()

    def _columns(self, row: RollRow) -> dict[str, object]:
        return {
            "number": row.number,
            "title": row.title,
            "family_name": row.family_name,
            "usage_name": row.usage_name,
            "first_name": row.first_name,
            "birth_date": row.birth_date,
            "establishment_id": self._places[row.establishment_code][0],
            "academy": row.academy,
            "department": row.department,
            "corps": row.corps,
            "status": row.status,
            "roll_digest": row.digest,
        }


def _addresses(row: RollRow) -> Iterator[tuple[str, str, bool]]:
    """Each address as written, folded, and whether it is the tied one."""
    yield row.tied, fold_address(row.tied), True
    for text in row.others:
        yield text, fold_address(text), False


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
