"""Where memory is to be spared, a search reads the store's file and does not map it."""

import pytest

from helpdesk.store.engine import Store
from helpdesk.store.search.session import SearchSession


@pytest.mark.parametrize("spared", [False, True])
def test_the_file_is_mapped_unless_memory_is_spared(sqlite_store: Store, *, spared: bool):
    sqlite_store.spares_memory = spared
    session = SearchSession(sqlite_store)
    with session._connection() as connection:
        (mapped,) = connection.execute("PRAGMA mmap_size").fetchone()
        (pages,) = connection.execute("PRAGMA cache_size").fetchone()
    session._drop()
    assert (mapped == 0, -pages <= 2_048) == (spared, spared)
