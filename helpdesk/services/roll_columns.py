"""The columns of a roll file, before it is read: which are recognised, and a mapping for those that are not."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from helpdesk.domain.roles import Operator, Permission
from helpdesk.domain.roll import COLUMNS, canonical_header
from helpdesk.services.context import ServiceContext
from helpdesk.services.guard import operator_at_work

_CANONICAL = {canonical_header(column): column for column in COLUMNS}
_NEVER_READ = "numen"
_NEAR = 0.75


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """One column of a file. `recognised` is the roll's column of that name, `column` that or the nearest one."""

    header: str
    recognised: str | None
    column: str | None
    never_read: bool = False


class RollColumns:
    """Reading headers, and writing down what they mean."""

    def __init__(self, context: ServiceContext) -> None:
        """Work on the context's store and reader."""
        self._context = context

    def read(self, actor: Operator, path: Path) -> tuple[ColumnMatch, ...]:
        """The file's columns in their order. Raises UnreadableFile, RoleRefused."""
        with self._context.store.read() as connection:
            operator_at_work(connection, actor, Permission.IMPORT_ROLL)
        headers = self._context.read_roll.headers(path)
        recognised = [_CANONICAL.get(canonical_header(header)) for header in headers]
        free = [name for name, column in _CANONICAL.items() if column not in recognised]
        matches = []
        for header, column in zip(headers, recognised, strict=True):
            folded = canonical_header(header)
            if folded == _NEVER_READ:
                matches.append(ColumnMatch(header, None, None, never_read=True))
                continue
            near = get_close_matches(folded, free, 1, _NEAR) if column is None else []
            matches.append(ColumnMatch(header, column, column or (_CANONICAL[near[0]] if near else None)))
        return tuple(matches)

    def write_mapping(self, folder: Path, mapping: dict[str, str]) -> Path | None:
        """A mapping file in `folder` for columns by their roll's name and the file's own; None for no columns."""
        if not mapping:
            return None
        path = folder / "mapping.toml"
        lines = [f"{column} = {_quoted(header)}" for column, header in mapping.items()]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
