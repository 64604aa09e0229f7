"""How long work tells how far it is, and how it is stopped."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many steps are done, and of how many (0: nobody knows). It raises `errors.Stopped` to have the work end:
the work then leaves everything as it was."""
