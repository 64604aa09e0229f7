"""What a search can be narrowed to, besides the text and the operator's scope."""

from dataclasses import dataclass

from helpdesk.domain.states import AccountState


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """Filters that combine with the text; an empty one lets everybody through.

    `establishment` is a code, or the beginning of one.
    """

    academy: str = ""
    department: str = ""
    establishment: str = ""
    corps: str = ""
    state: AccountState | None = None

    def __bool__(self) -> bool:
        """True when anything is narrowed."""
        return self != NO_FILTERS


NO_FILTERS = SearchFilters()
"""Everybody in the operator's scope."""


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What the filters can be set to within an operator's scope, in order."""

    academies: tuple[str, ...]
    departments: tuple[str, ...]
    corps: tuple[str, ...]
