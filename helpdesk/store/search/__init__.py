"""The voter search: its index, kept in step with voters and addresses, and the tiers that answer a query."""

from helpdesk.store.search.entries import add_voters, kept_findable, remove_voters
from helpdesk.store.search.found import FoundVoter
from helpdesk.store.search.plan import Plan, folded_query
from helpdesk.store.search.session import search_session

__all__ = ["FoundVoter", "Plan", "add_voters", "folded_query", "kept_findable", "remove_voters", "search_session"]
