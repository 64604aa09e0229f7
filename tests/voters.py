"""Voters put straight into the tables, in whatever state a test needs."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Connection, insert, select

from helpdesk.domain.addresses import fold_address
from helpdesk.domain.folding import fold_answer
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import AccountState
from helpdesk.domain.verification import Claim
from helpdesk.services import Services
from helpdesk.services.context import ServiceContext
from helpdesk.store.schema import account, address, ballot, challenge_question, enrolment, establishment, voter
from helpdesk.store.search import add_voters

VOTER_PASSWORD = "Voter-Password-1!"
VOTER_ANSWER = "Médor le chien"


@dataclass
class VoterMaker:
    """Callable fixture: every argument has a sensible default."""

    context: ServiceContext
    made: int = field(default=0)

    def __call__(
        self,
        number: str | None = None,
        *,
        first: str = "Marie",
        family: str = "Dupont",
        usage: str = "",
        tied: str | None = None,
        others: tuple[str, ...] = (),
        state: AccountState = AccountState.NOT_INVITED,
        birth: date = date(1980, 3, 4),
        code: str = "0350001L",
        school: str = "Collège Jean Moulin",
        academy: str = "Rennes",
        department: str = "35",
        corps: str = "Professeur certifié",
        ballots: tuple[str, ...] = ("CSA-MEN", "CSA-A"),
        language: str = "fr",
        locked_minutes: int = 0,
    ) -> str:
        """Insert the voter; the voter number."""
        self.made += 1
        number = number or str(10_000_000 + self.made)
        tied = tied or f"{fold_address(first)}.{fold_address(family)}{self.made}@ac-rennes.fr".replace(" ", "-")
        with self.context.store.write() as connection:
            values = {
                "number": number,
                "title": "Mme",
                "family_name": family,
                "usage_name": usage,
                "first_name": first,
                "birth_date": birth,
                "establishment_id": _establishment(connection, code, school),
                "academy": academy,
                "department": department,
                "corps": corps,
                "language": language,
            }
            voter_id = connection.execute(insert(voter).values(values).returning(voter.c.id)).scalar_one()
            for text, is_tied in ((tied, True), *((other, False) for other in others)):
                connection.execute(
                    insert(address).values(voter_id=voter_id, address=text, folded=fold_address(text), tied=is_tied)
                )
            connection.execute(insert(account).values(self._account(connection, voter_id, state, locked_minutes)))
            for name in ballots:
                connection.execute(insert(enrolment).values(voter_id=voter_id, ballot_id=_ballot(connection, name)))
            add_voters(connection, [voter_id])
        return number

    def _account(
        self, connection: Connection, voter_id: int, state: AccountState, locked_minutes: int
    ) -> dict[str, object]:
        hasher, now = self.context.hasher, self.context.clock()
        has_password = state in {AccountState.PASSWORD_SET, AccountState.ACTIVE, AccountState.CHALLENGE_RESET}
        active = state is AccountState.ACTIVE
        question = connection.scalar(select(challenge_question.c.id).limit(1))
        return {
            "voter_id": voter_id,
            "state": state,
            "password_hash": hasher.hash(VOTER_PASSWORD) if has_password else None,
            "challenge_question_id": question if active else None,
            "answer_hash": hasher.hash(fold_answer(VOTER_ANSWER)) if active else None,
            "locked_until": now + timedelta(minutes=locked_minutes) if locked_minutes else None,
        }


def verify_caller(services: Services, operator: Operator, number: str) -> None:
    """Verify the caller of a voter made with the default birth date."""
    claims = {Claim.BIRTH_DATE: "4/3/1980", Claim.VOTER_NUMBER: number}
    assert services.verification.verify(operator, number, claims).matched


def _establishment(connection: Connection, code: str, name: str) -> int:
    found = connection.scalar(select(establishment.c.id).where(establishment.c.code == code))
    if found is None:
        made = insert(establishment).values(code=code, name=name).returning(establishment.c.id)
        found = connection.execute(made).scalar_one()
    return int(found)


def _ballot(connection: Connection, code: str) -> int:
    found = connection.scalar(select(ballot.c.id).where(ballot.c.code == code))
    if found is None:
        made = insert(ballot).values(code=code, name=code).returning(ballot.c.id)
        found = connection.execute(made).scalar_one()
    return int(found)
