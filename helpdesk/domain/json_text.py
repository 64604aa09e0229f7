"""Values of the program as JSON, for scripts."""

import json
from dataclasses import is_dataclass
from datetime import datetime
from pathlib import Path


def json_text(value: object) -> str:
    """One JSON document; times in ISO 8601 UTC."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, Path | frozenset | set):
        return str(value) if isinstance(value, Path) else sorted(value)
    raise TypeError(type(value).__name__)
