"""The voter search: its index, kept in step with voters and addresses, and the tiers that answer a query."""

from helpdesk.store.search.entries import add_voters, remove_voters
from helpdesk.store.search.found import FoundVoter
from helpdesk.store.search.plan import folded_query, plan
from helpdesk.store.search.session import search_session

__all__ = ["FoundVoter", "add_voters", "folded_query", "plan", "remove_voters", "search_session"]
