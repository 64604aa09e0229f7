"""Importing ballots with their candidate lists: all of a file, or nothing."""

from sqlalchemy import Connection, delete, insert, select

from helpdesk.domain.audit import Action
from helpdesk.domain.ballots import BallotCounts, BallotEntry
from helpdesk.domain.errors import Refusal, RollFrozen
from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.states import Phase
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.guard import operator_at_work, record_refusal
from helpdesk.store.audit_chain import append
from helpdesk.store.engine import upsert
from helpdesk.store.schema import ballot, candidate, candidate_list


class Ballots:
    """What can be voted on."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def import_ballots(self, actor: Operator, ballots: tuple[BallotEntry, ...], *, file_name: str) -> BallotCounts:
        """Name ballots and replace their lists; ballots that the file does not name stay as they are.

        Raises RoleRefused, and RollFrozen from vote opening to close (facts.md rule 9).
        """
        now = self._context.clock()
        counts = BallotCounts(
            len(ballots),
            sum(len(each.lists) for each in ballots),
            sum(len(one.candidates) for each in ballots for one in each.lists),
        )
        try:
            with self._context.store.write() as connection:
                who = operator_at_work(connection, actor, Permission.IMPORT_ROLL)
                if current_election(connection).phase(now) is Phase.VOTE:
                    raise RollFrozen
                for each in ballots:
                    _write(connection, each)
                detail = {"file": file_name, "ballots": str(counts.ballots), "lists": str(counts.lists)}
                append(connection, at=now, actor=who.name, action=Action.BALLOTS_IMPORTED, detail=detail)
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.BALLOTS_IMPORTED, refusal)
            raise
        return counts


def _write(connection: Connection, entry: BallotEntry) -> None:
    values = {"code": entry.code, "name": entry.name}
    connection.execute(upsert(connection, ballot, values, key="code", renew=("name",)))
    ballot_id = connection.execute(select(ballot.c.id).where(ballot.c.code == entry.code)).scalar_one()
    connection.execute(delete(candidate_list).where(candidate_list.c.ballot_id == ballot_id))
    for position, each in enumerate(entry.lists, 1):
        made = connection.execute(
            insert(candidate_list)
            .values(ballot_id=ballot_id, position=position, union_name=each.union_name, statement=each.statement)
            .returning(candidate_list.c.id)
        ).scalar_one()
        names = [{"list_id": made, "position": place, "name": name} for place, name in enumerate(each.candidates, 1)]
        connection.execute(insert(candidate), names)
