"""The voter search: its index, kept in step with voters and addresses, and the tiers that answer a query."""

from helpdesk.store.search.entries import add_voters, remove_voters
from helpdesk.store.search.tiers import find_voters

__all__ = ["add_voters", "find_voters", "remove_voters"]
