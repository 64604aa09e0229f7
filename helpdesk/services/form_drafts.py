"""Reasons, notices and wordings being typed, kept in the store so that a crash of the desk loses nothing."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, select

from helpdesk.domain.folding import nfc
from helpdesk.domain.form_drafts import MAY_SEND, Form, FormPlace
from helpdesk.domain.roles import Operator
from helpdesk.domain.spoken_secrets import holds_secret, is_secret
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import guarded_look, operator_at_work
from helpdesk.store.engine import upsert
from helpdesk.store.schema import form_draft

TEXT_CHARACTERS = 20_000
KEPT_DAYS = 30


class FormDrafts:
    """Unsent texts, one set an operator and form; seen by nobody but who types them.

    Everything here raises RoleRefused for whom the form is not meant for, SessionEnded, and for forms about a voter
    the guard's refusals.
    """

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def keep(self, actor: Operator, place: FormPlace, texts: Mapping[str, str]) -> bool:
        """Keep what has been typed so far, by the names of the fields; what is empty is forgotten.

        Where any text looks as if it held a secret nothing is kept, of before neither, and False says so. What nobody
        came back to for 30 days is forgotten with the next text of the same operator.
        """
        kept = {name: text for name, each in texts.items() if (text := _storable(each)).strip()}
        looks_secret = is_secret if place.form is Form.WORDING else holds_secret  # mails speak of passwords
        refused = any(looks_secret(text) for text in kept.values())
        operator_id, voter_id = self._admit(actor, place)
        now = self._context.clock()
        with self._context.store.write() as connection:
            old = and_(form_draft.c.operator_id == operator_id, form_draft.c.saved_at < now - timedelta(days=KEPT_DAYS))
            connection.execute(delete(form_draft).where(old))
            if refused or not kept:
                connection.execute(delete(form_draft).where(_at(operator_id, place)))
            else:
                values = {
                    "key": _key(operator_id, place),
                    "operator_id": operator_id,
                    "voter_id": voter_id,
                    "texts": kept,
                    "saved_at": now,
                }
                connection.execute(upsert(connection, form_draft, values, key="key", renew=("texts", "saved_at")))
        return not refused

    def read(self, actor: Operator, place: FormPlace) -> dict[str, str]:
        """What the operator typed and did not send, by the names of the fields; empty without any."""
        operator_id, _voter_id = self._admit(actor, place)
        with self._context.store.read() as connection:
            kept = connection.scalar(select(form_draft.c.texts).where(_at(operator_id, place)))
        return dict(kept or {})

    def forget(self, actor: Operator, place: FormPlace) -> None:
        """It is sent, or not wanted any more."""
        operator_id, _voter_id = self._admit(actor, place)
        with self._context.store.write() as connection:
            connection.execute(delete(form_draft).where(_at(operator_id, place)))

    def _admit(self, actor: Operator, place: FormPlace) -> tuple[int, int | None]:
        """Ids of the operator and of the voter, where there is one."""
        permission = MAY_SEND[place.form]
        if place.voter is None:
            with self._context.store.read() as connection:
                return operator_at_work(connection, actor, permission).id, None
        with guarded_look(self._context, actor, permission=permission, number=place.voter) as seen:
            return seen.operator.id, seen.voter.id


def _key(operator_id: int, place: FormPlace) -> str:
    return f"{operator_id}:{place.form}:{place.about}:{place.voter or ''}"


def _storable(text: str) -> str:
    return "\n".join(nfc(line) for line in text.splitlines())[:TEXT_CHARACTERS]


def _at(operator_id: int, place: FormPlace) -> ColumnElement[bool]:
    return form_draft.c.key == _key(operator_id, place)
