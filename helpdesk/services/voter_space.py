"""The voter space: the ballots a voter is enrolled in, their candidate lists, the calendar."""

from sqlalchemy import Connection, select

from helpdesk.domain.portal import CandidateList, PortalVoter, SpaceBallot, VoterSpace
from helpdesk.domain.states import AccountState
from helpdesk.services.context import ServiceContext
from helpdesk.services.elections import current_election
from helpdesk.services.mail_queue import tied_address
from helpdesk.services.voter_action import called, number_of_session, voter_and_account
from helpdesk.store.schema import ballot, candidate, candidate_list, enrolment


class VoterSpaces:
    """Reading voter spaces."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def of_session(self, session: str) -> VoterSpace:
        """The space of a session's voter; candidate lists only from their publication on. Raises PortalSessionEnded."""
        now = self._context.clock()
        with self._context.store.read() as connection:
            number = number_of_session(connection, session, now, self._context.limits)
            row, state = voter_and_account(connection, number)
            election = current_election(connection)
            published = now >= election.lists_published
            ballots = connection.execute(
                select(ballot.c.id, ballot.c.code, ballot.c.name)
                .join(enrolment, enrolment.c.ballot_id == ballot.c.id)
                .where(enrolment.c.voter_id == row.id)
                .order_by(ballot.c.id)
            ).all()
            lists = _lists(connection, [each.id for each in ballots]) if published else {}
            return VoterSpace(
                voter=PortalVoter(number, called(row), tied_address(connection, row.id), AccountState(state.state)),
                election=election,
                ballots=tuple(SpaceBallot(each.code, each.name, lists.get(each.id, ())) for each in ballots),
                lists_published=published,
            )


def _lists(connection: Connection, ballots: list[int]) -> dict[int, tuple[CandidateList, ...]]:
    names: dict[int, list[str]] = {}
    query = (
        select(candidate.c.list_id, candidate.c.name)
        .join(candidate_list, candidate_list.c.id == candidate.c.list_id)
        .where(candidate_list.c.ballot_id.in_(ballots))
        .order_by(candidate.c.list_id, candidate.c.position)
    )
    for row in connection.execute(query):
        names.setdefault(row.list_id, []).append(row.name)
    lists: dict[int, list[CandidateList]] = {}
    query_lists = (
        select(candidate_list).where(candidate_list.c.ballot_id.in_(ballots)).order_by(candidate_list.c.position)
    )
    for row in connection.execute(query_lists):
        made = CandidateList(row.union_name, row.statement, tuple(names.get(row.id, ())))
        lists.setdefault(row.ballot_id, []).append(made)
    return {ballot_id: tuple(each) for ballot_id, each in lists.items()}
