"""Backups of the embedded store: an administrator's act, in the trail of the store and of its copy."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from helpdesk.domain.audit import Action, ChainHead, verify_chain
from helpdesk.domain.errors import CopyBroken, HelpdeskError, NotAStore, NotEmbedded, Refusal, UnreadableFile
from helpdesk.domain.roles import Operator, Permission
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import operator_at_work, record_refusal
from helpdesk.store.audit_chain import append, chain_head, walk_chain
from helpdesk.store.copies import copy_store, earlier_copy, put_in_place
from helpdesk.store.engine import Store, file_url
from helpdesk.system.open_files import replace_file


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made: its size in bytes, and the end of the audit chain in it."""

    path: Path
    size: int
    head: ChainHead


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the chain's head in what is there now, and where the state before it is kept."""

    head: ChainHead
    kept: Path | None


class Backups:
    """Keeping copies of the store, and putting one back."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store."""
        self._context = context

    def write(self, actor: Operator, target: Path) -> Backup:
        """Copy the store, in use or not, to a new file; the copy is checked before it gets its name.

        Raises NotEmbedded, UnreadableFile when the file exists, CopyBroken, RoleRefused, the store's faults.
        """
        store = self._context.store
        if store.path is None:
            raise NotEmbedded
        if target.exists():
            raise UnreadableFile(str(target), "exists")
        try:
            with store.write() as connection:
                who = operator_at_work(connection, actor, Permission.BACK_UP)
                append(connection, at=self._context.clock(), actor=who.name, action=Action.STORE_BACKED_UP)
        except Refusal as refusal:
            record_refusal(self._context, actor.name, Action.STORE_BACKED_UP, refusal)
            raise
        copy_store(store, target)
        copy = Store(file_url(target))
        try:
            with copy.read() as connection:
                head = verify_chain(walk_chain(connection))
        finally:
            copy.close()
        return Backup(target, target.stat().st_size, head)

    def put_in_place(self, actor: Operator, target: Store) -> Restored:
        """Make this store, a checked copy, the content of `target`; what was there is kept beside it.

        The operator is one of the copy, and an administrator in it: a restore must work when nothing else is
        left. The row that tells of it is in the restored trail, with the head of the trail that it replaced.
        Raises AuditBroken when the copy's trail is not whole, RoleRefused, StoreBusy, the store's faults.
        """
        path = target.path
        if path is None:
            raise NotEmbedded
        now = self._context.clock()
        replaced = _head_of(target)
        with self._context.store.write() as connection:
            who = operator_at_work(connection, actor, Permission.BACK_UP)
            verify_chain(walk_chain(connection))
            detail = {"replaced_seq": str(replaced.seq), "replaced_hash": replaced.hash} if replaced else {}
            append(connection, at=now, actor=who.name, action=Action.STORE_RESTORED, detail=detail)
            head = chain_head(connection)
        kept = _set_aside(target, path, f"before-restore-{now:%Y%m%dT%H%M%S}")
        put_in_place(self._context.store, target)
        with target.read() as connection:
            verify_chain(walk_chain(connection), against=head)
        return Restored(head, kept)


def _head_of(store: Store) -> ChainHead | None:
    """The end of the trail that is about to be replaced, None where there is no store."""
    if store.path is None or not store.path.exists():
        return None
    with suppress(HelpdeskError, DBAPIError), store.read() as connection:
        return chain_head(connection)
    return None


def _set_aside(store: Store, path: Path, mark: str) -> Path | None:
    """Keep what is there: a copy of it, or the file itself where it is too damaged to be copied."""
    if not path.exists() or not path.stat().st_size:
        return None
    kept = earlier_copy(path, mark)
    try:
        copy_store(store, kept)
    except (CopyBroken, NotAStore, UnreadableFile):
        store.close()
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                replace_file(part, kept.with_name(kept.name + suffix))
    return kept
