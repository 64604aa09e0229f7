"""The words of the search index are those of the whole country; a login of one académie keeps them without reading."""

import pytest
from sqlalchemy import select

from helpdesk.store.engine import Store
from helpdesk.store.schema import address, voter
from helpdesk.store.search import add_voters, remove_voters
from helpdesk.store.search.tables import search_entry, search_key, search_part, search_slip, search_vocabulary
from tests.conftest import PASSWORD
from tests.store.guard.conftest import RENNES

SCOPED, EVERYWHERE = "sofia supervisor", "sam supervisor"
INDEX = (search_key, search_entry, search_vocabulary, search_part, search_slip)


def index_of(connection):
    return [sorted(tuple(each) for each in connection.execute(select(table))) for table in INDEX]


@pytest.mark.parametrize("who", [SCOPED, EVERYWHERE])
def test_a_login_changes_the_words_of_a_voter_as_the_owner_would(cell, who):
    desk = Store(cell.store.url.set(username=None, password=None))
    desk.sign_in(who, PASSWORD)
    changed = cell.ids[RENNES]
    try:
        for new in ("zanzibar.nouvelle@ac-rennes.fr", "marie.dupond2@ac-rennes.fr"):
            with cell.store.write() as owner:  # what the approval of a change would have done
                before = owner.scalar(select(address.c.folded).where(address.c.voter_id == changed))
            with desk.engine.connect() as connection, connection.begin():
                remove_voters(connection, [changed])
            with cell.store.write() as owner:
                renamed = address.update().where(address.c.voter_id == changed, address.c.folded == before)
                owner.execute(renamed.values(address=new, folded=new))
            with desk.engine.connect() as connection, connection.begin():
                add_voters(connection, [changed])
            with cell.store.write() as owner:
                kept = index_of(owner)
                for table in INDEX:
                    owner.execute(table.delete())
                add_voters(owner, owner.scalars(select(voter.c.id)).all())
                assert index_of(owner) == kept
    finally:
        desk.close()


def test_a_scoped_login_is_not_told_which_words_are_new_or_gone(cell):
    count = "SELECT * FROM helpdesk.count_words('{nobodyhas,zanzibar}', '{1,1}', '{x,y}')"
    discount = "SELECT * FROM helpdesk.discount_words('{nobodyhas,zanzibar}', '{1,1}')"
    told = {}
    for who in (SCOPED, EVERYWHERE):
        connection = cell.connect(who)
        told[who] = [sorted(word for (word,) in connection.execute(each)) for each in (count, discount)]
        connection.rollback()
    assert told == {SCOPED: [["nobodyhas", "zanzibar"]] * 2, EVERYWHERE: [["nobodyhas"], ["nobodyhas"]]}
