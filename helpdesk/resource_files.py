"""Where icons, catalogues and templates lie: in a checkout, a wheel and a frozen bundle alike."""

import sys
from functools import cache
from pathlib import Path


@cache
def _root() -> Path:
    package = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [Path(frozen, "resources")] if frozen else []
    candidates += [package / "resources", package.parent / "resources"]
    return next(path for path in candidates if path.is_dir())


def resource(*parts: str) -> Path:
    """The path of a file or folder below `resources/`."""
    return _root().joinpath(*parts)
