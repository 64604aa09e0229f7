"""Applying the differences between a roll and the store, with the search index kept in step."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from helpdesk.domain.addresses import fold_address
from helpdesk.domain.audit import Action
from helpdesk.domain.roles import Operator
from helpdesk.domain.roll import RollRow
from helpdesk.domain.states import AccountState, AddressSource, MailKind
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import VOTER_COLUMNS
from helpdesk.services.mail_queue import queue_mail, renew_links
from helpdesk.store.audit_chain import append
from helpdesk.store.schema import account, address, ballot, enrolment, establishment, voter
from helpdesk.store.search import add_voters, remove_voters

_BATCH = 2_000
_Item = TypeVar("_Item")


class RollChanges:
    """One import's changes, in the transaction that it was given."""

    def __init__(self, connection: Connection, context: ServiceContext, who: Operator, now: datetime) -> None:
        """Learn which establishments and ballots there are."""
        self._connection, self._context, self._who, self._now = connection, context, who, now
        places = connection.execute(select(establishment.c.code, establishment.c.id, establishment.c.name))
        self._places = {row.code: (row.id, row.name) for row in places}
        self._ballots = {row.code: row.id for row in connection.execute(select(ballot.c.code, ballot.c.id))}

    def add(self, rows: Sequence[RollRow], progress: Callable[[int, int], None] | None = None) -> None:
        """Insert voters whom the store does not know."""
        done = 0
        for batch in _batches(rows):
            self._learn(batch)
            result = self._connection.execute(
                insert(voter).returning(voter.c.id, sort_by_parameter_order=True), [self._columns(row) for row in batch]
            )
            ids = list(result.scalars())
            pairs = list(zip(ids, batch, strict=True))
            self._connection.execute(
                insert(address), [each for voter_id, row in pairs for each in _addresses(voter_id, row)]
            )
            self._connection.execute(insert(account), [{"voter_id": voter_id} for voter_id in ids])
            enrolments = [each for voter_id, row in pairs for each in self._enrolments(voter_id, row)]
            if enrolments:
                self._connection.execute(insert(enrolment), enrolments)
            add_voters(self._connection, ids)
            done += len(batch)
            if progress is not None:
                progress(done, len(rows))

    def change(self, pairs: Sequence[tuple[int, RollRow]]) -> None:
        """Bring known voters up to date; accounts, links and histories stay, but where a tied address changes."""
        for batch in _batches(pairs):
            self._learn([row for _voter_id, row in batch])
            ids = [voter_id for voter_id, _row in batch]
            remove_voters(self._connection, ids)
            columns = self._columns(batch[0][1])
            statement = update(voter).where(voter.c.id == bindparam("of_voter"))
            self._connection.execute(
                statement.values({name: bindparam(f"to_{name}") for name in columns}),
                [
                    {"of_voter": voter_id} | {f"to_{name}": value for name, value in self._columns(row).items()}
                    for voter_id, row in batch
                ],
            )
            self._connection.execute(delete(enrolment).where(enrolment.c.voter_id.in_(ids)))
            enrolments = [each for voter_id, row in batch for each in self._enrolments(voter_id, row)]
            if enrolments:
                self._connection.execute(insert(enrolment), enrolments)
            self._change_addresses(batch)
            add_voters(self._connection, ids)

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

    def _change_addresses(self, batch: Sequence[tuple[int, RollRow]]) -> None:
        """Untie everything first: two voters may have swapped addresses."""
        ids = [voter_id for voter_id, _row in batch]
        before = {
            row.voter_id: row.address
            for row in self._connection.execute(
                select(address.c.voter_id, address.c.address).where(address.c.voter_id.in_(ids), address.c.tied)
            )
        }
        self._connection.execute(update(address).where(address.c.voter_id.in_(ids)).values(tied=False))
        for voter_id, row in batch:
            wanted = {str(each["folded"]): each for each in _addresses(voter_id, row)}
            known = {
                each.folded: each
                for each in self._connection.execute(select(address).where(address.c.voter_id == voter_id))
            }
            for folded, each in known.items():
                if folded in wanted:
                    values = {"address": wanted[folded]["address"], "tied": wanted[folded]["tied"]}
                    if values["tied"] and folded != fold_address(before[voter_id]):
                        values["bounces"] = 0  # newly tied: what came back before was of another time
                    self._connection.execute(update(address).where(address.c.id == each.id).values(values))
                elif each.source == AddressSource.ROLL:
                    self._connection.execute(delete(address).where(address.c.id == each.id))
            for folded, each_wanted in wanted.items():
                if folded not in known:
                    self._connection.execute(insert(address).values(each_wanted))
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
        """Make the establishments and ballots of some rows known, and their names up to date."""
        for row in rows:
            code, name = row.establishment_code, row.establishment_name
            if code not in self._places:
                made = insert(establishment).values(code=code, name=name).returning(establishment.c.id)
                self._places[code] = (self._connection.execute(made).scalar_one(), name)
            elif self._places[code][1] != name:
                place_id = self._places[code][0]
                self._connection.execute(update(establishment).where(establishment.c.id == place_id).values(name=name))
                self._places[code] = (place_id, name)
            for ballot_code in row.ballots:
                if ballot_code not in self._ballots:
                    new = insert(ballot).values(code=ballot_code, name=ballot_code).returning(ballot.c.id)
                    self._ballots[ballot_code] = self._connection.execute(new).scalar_one()

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

    def _enrolments(self, voter_id: int, row: RollRow) -> list[dict[str, object]]:
        return [{"voter_id": voter_id, "ballot_id": self._ballots[code]} for code in row.ballots]


def _addresses(voter_id: int, row: RollRow) -> Iterator[dict[str, object]]:
    for text in (row.tied, *row.others):
        yield {"voter_id": voter_id, "address": text, "folded": fold_address(text), "tied": text == row.tied}


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
