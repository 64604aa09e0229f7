"""Access requests: everything that is held on one voter (GDPR, article 15), as an administrator's audited act."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.domain.audit import Action
from helpdesk.domain.roles import Operator, Permission
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import checked_reason, guarded_action
from helpdesk.store.held import held_on, unreadable


@dataclass(frozen=True, slots=True)
class HeldOnVoter:
    """What the store holds on a voter: rows by table. `not_shown` names columns this login could not read."""

    voter: str
    name: str
    election: str
    zone: str
    produced_at: datetime
    held: dict[str, list[dict[str, object]]]
    not_shown: tuple[str, ...]


class Access:
    """Telling voters what is held on them."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def export(self, actor: Operator, number: str, *, reason: str) -> HeldOnVoter:
        """Everything held on a voter, but for what is kept as a hash. Raises ReasonMissing, the guard's refusals."""
        reason = checked_reason(reason)
        with guarded_action(
            self._context,
            actor,
            action=Action.VOTER_EXPORTED,
            permission=Permission.EXPORT_VOTER,
            number=number,
            reason=reason,
        ) as act:
            row = act.voter
            return HeldOnVoter(
                voter=row.number,
                name=f"{row.first_name} {row.usage_name or row.family_name}",
                election=act.election.name,
                zone=act.election.zone,
                produced_at=act.now,
                held=held_on(act.connection, row.id, row.number),
                not_shown=unreadable(act.connection),
            )
