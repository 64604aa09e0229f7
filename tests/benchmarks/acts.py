"""What each act of desk, mailer and portal costs in a store as full as at the end of an election.

`growth` calls it at each size. Every voter has had a mail, a link and three rows of the trail. Costs are milliseconds
of the processor, so that they hold on a busy machine; hashes are made cheap: argon2id costs the same at any size.
"""

import secrets
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import bindparam, select, text

from helpdesk.domain.audit import Action
from helpdesk.domain.audit_search import TrailFilter
from helpdesk.domain.links import token_hash
from helpdesk.domain.roles import Operator
from helpdesk.domain.states import LinkPurpose
from helpdesk.services import build_services
from helpdesk.services.context import ServiceContext
from helpdesk.store.audit_chain import Entry, append, append_all
from helpdesk.store.schema import UtcDateTime, voter
from tests.conftest import SetClock

TIMES = 60
ROWS_A_VOTER = 3
_AT_ONCE = 5_000
PASSWORD, ANSWER, REASON = "Quatre-Chats-Gris-7", "Bérénice de Troie", "asked for the mail again, none had come"

_MAILS = """
    INSERT INTO outbox (message_id, voter_id, kind, language, to_address, domain, generation, priority, fate, attempts,
        answer, answer_code, queued_at, next_attempt_at, expires_at, sent_at)
    SELECT 'sent.' || a.voter_id, a.voter_id, 'activation', 'fr', a.address, 'ac-rennes.fr', 0, 1, 'accepted', 1,
        'accepted', '2.0.0', :at, :at, :later, :at
    FROM address a WHERE a.tied
"""
_LINKS = """
    INSERT INTO one_time_link (voter_id, outbox_id, purpose, generation, token_hash, issued, expires)
    SELECT voter_id, id, 'activation', 0, printf('%064d', id), queued_at, expires_at FROM outbox
    WHERE message_id LIKE 'sent.%'
"""


def fill(context: ServiceContext) -> list[str]:
    """An invitation sent to everybody, and the trail of it; the voters' numbers."""
    now = context.clock()
    with context.store.write() as connection:
        numbers = list(connection.scalars(select(voter.c.number).order_by(voter.c.id)))
        connection.execute(text("UPDATE account SET state = 'invited'"))
        times = (bindparam("at", now, UtcDateTime), bindparam("later", now + timedelta(days=30), UtcDateTime))
        connection.execute(text(_MAILS).bindparams(*times))
        connection.execute(text(_LINKS))
        for start in range(0, len(numbers) * ROWS_A_VOTER, _AT_ONCE):
            told = [
                Entry(Action.VOTER_VIEWED, voter=numbers[place // ROWS_A_VOTER], reason=REASON)
                for place in range(start, min(start + _AT_ONCE, len(numbers) * ROWS_A_VOTER))
            ]
            append_all(connection, at=now, actor="Ada Admin", entries=told)
    return numbers


def costs(context: ServiceContext, operator: Operator, clock: SetClock) -> dict[str, float]:
    """Milliseconds of the processor that each act takes, in the middle of sixty."""
    numbers = fill(context)
    clock.advance(hours=2)
    services = build_services(context)
    drawn = iter(numbers[:: max(1, len(numbers) // (TIMES * 3))])
    activated = [next(drawn) for _ in range(TIMES)]
    for number in activated:
        services.activation.resend(operator, number, reason=REASON)
    claimed = services.outbox.claim("growth", limit=TIMES)
    tokens = [secrets.token_urlsafe(32) for _ in claimed]
    services.outbox.mint_links([(mail, token_hash(token)) for mail, token in zip(claimed, tokens, strict=True)])

    def activate(place: int) -> None:
        session = services.one_time_links.choose_password(
            tokens[place], LinkPurpose.ACTIVATION, password=PASSWORD, repeated=PASSWORD
        )
        services.own_account.activate(session, question="first_pet", answer=ANSWER)

    asked = [next(drawn) for _ in range(TIMES)]
    found = {
        "activate an account": _middle(activate),
        "open a voter's page": _middle(lambda place: services.voters.open(operator, asked[place])),
        "send the mail again": _middle(lambda place: services.activation.resend(operator, asked[place], reason=REASON)),
        "claim a mail": _middle(lambda place: services.outbox.claim(f"growth {place}", limit=1)),
        "find a voter's rows of the trail": _middle(
            lambda place: services.trail.search(operator, TrailFilter(voter=asked[place]))
        ),
    }

    def add_row(_place: int) -> None:
        with context.store.write() as connection:
            append(connection, at=clock(), actor=operator.name, action=Action.VOTER_VIEWED, voter=asked[0])

    return found | {"append to the trail": _middle(add_row)}


def _middle(act: Callable[[int], object]) -> float:
    spent = []
    for place in range(TIMES):
        began = time.process_time()
        act(place)
        spent.append((time.process_time() - began) * 1000)
    return statistics.median(spent)
