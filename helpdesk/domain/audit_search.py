"""What somebody looks for in the audit trail."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Rows that fit all that is given; empty texts and None ask nothing. `since` is included, `until` is not (UTC)."""

    voter: str = ""
    actor: str = ""
    action: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None
