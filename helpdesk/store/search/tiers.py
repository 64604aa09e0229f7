"""The tiers that answer a query, best first, each adding voters until there are enough.

One definition for both databases: the index answers small questions, the order of asking is here.
"""

from collections.abc import Iterable
from itertools import zip_longest

from sqlalchemy import Connection

from helpdesk.domain.folding import fold, words
from helpdesk.domain.roles import Scope
from helpdesk.store.search.entries import COMMON_WORDS
from helpdesk.store.search.index import SearchIndex
from helpdesk.store.search.spelling import misspelt

SIMILAR_BELOW = 10
"""Fewer voters than this, and similar spellings are looked for as well."""

_LONGEST_QUERY = 120
_MOST_NAMES = 5
_MISSPELT_FROM = 4


class Found:
    """Voters in the order in which the tiers found them, each once; those of the last tier are marked."""

    def __init__(self, limit: int) -> None:
        """Stop being hungry at `limit` voters."""
        self.limit = limit
        self.ids: dict[int, bool] = {}

    def add(self, ids: Iterable[int], *, similar: bool = False) -> None:
        """Add voters that are new."""
        for voter_id in ids:
            self.ids.setdefault(voter_id, similar)

    @property
    def enough(self) -> bool:
        """True when nothing more is needed."""
        return len(self.ids) >= self.limit


def find_voters(connection: Connection, query: str, *, scope: Scope, limit: int) -> list[tuple[int, bool]]:
    """Internal ids of the best voters, best first, and whether only a similar spelling found them."""
    text = " ".join(fold(query[: _LONGEST_QUERY * 2]).split())[:_LONGEST_QUERY]
    found = Found(limit)
    if text:
        _search(SearchIndex(connection, scope), text, found)
    return list(found.ids.items())[:limit]


def _search(index: SearchIndex, text: str, found: Found) -> None:
    is_address = "@" in text
    exact = False
    _codes(index, text, found)
    if " " in text:
        _names(index, text, found)
    else:
        exact = _addresses(index, text, found)
    literal = not is_address and " " not in text and not text.isalnum()
    if literal and not found.enough:
        found.add(index.by_part_of_address(text, found.limit))
    if found.enough or (is_address and exact):
        return
    if is_address and not found.ids:
        found.add(index.by_part_of_address(text, found.limit))
    if not is_address or not found.ids:
        _words(index, text, found)
        if not is_address and not literal and " " not in text and not found.enough:
            found.add(index.by_part_of_address(text, found.limit))
    if len(text) >= _MISSPELT_FROM and (is_address or len(found.ids) < SIMILAR_BELOW):
        found.add(misspelt(index, text, found.limit), similar=True)


def _codes(index: SearchIndex, text: str, found: Found) -> None:
    """Establishment codes and voter numbers."""
    code = text.replace(" ", "")
    if code[:1].isdigit() and code.isalnum():
        found.add(index.by_establishment(code.upper(), found.limit))
        found.add(index.by_number(code.upper(), found.limit))
        if code != code.upper():
            found.add(index.by_number(code, found.limit))


def _addresses(index: SearchIndex, text: str, found: Found) -> bool:
    """Addresses that begin with the text; True when one of them is the text."""
    rows = index.by_address(text, found.limit)
    found.add(voter_id for voter_id, _folded in rows)
    return any(folded == text for _voter_id, folded in rows)


def _names(index: SearchIndex, text: str, found: Found) -> None:
    """First and last name, whichever comes first and wherever the one ends: both orders take turns."""
    parts = ["".join(char for char in part if char.isalnum() or char == "-") for part in text.split()]
    parts = [part for part in parts if part][:_MOST_NAMES]
    lists = []
    for split in range(1, len(parts)):
        head, tail = "-".join(parts[:split]), "-".join(parts[split:])
        lists += [index.by_address(f"{head}.{tail}", found.limit), index.by_address(f"{tail}.{head}", found.limit)]
    for row in zip_longest(*lists):
        found.add(hit[0] for hit in row if hit is not None)


def _words(index: SearchIndex, text: str, found: Found) -> None:
    """Words of names and addresses: whole, then the last one unfinished, then every one."""
    tokens = words(text)
    wanted = [token for token in tokens if token not in COMMON_WORDS] or tokens
    if not wanted:
        return
    whole = [(word,) for word in wanted]
    if len(wanted) > 1 or len(wanted[0]) > 1:
        found.add(index.by_words(whole, found.limit))
    unfinished = text[-1].isalnum() and wanted[-1] == tokens[-1]
    if unfinished and not found.enough:
        found.add(index.by_words([*whole[:-1], index.beginning(wanted[-1])], found.limit))
    if len(wanted) > 1 and not found.enough:
        found.add(index.by_words([index.beginning(word) for word in wanted], found.limit))
