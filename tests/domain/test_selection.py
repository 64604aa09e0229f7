"""Whom a campaign writes to: what a selection chooses, kept and read back unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.invitations import INVITABLE, Selection
from helpdesk.domain.states import STORED_STATES, AccountState

TEXTS = st.text(max_size=8)


@pytest.mark.parametrize(
    ("selection", "states"),
    [
        (Selection(), (AccountState.NOT_INVITED,)),
        (Selection(days=0), INVITABLE),
        (Selection(days=3), INVITABLE),
        (Selection(state=AccountState.INVITED), (AccountState.INVITED,)),
        (Selection(state=AccountState.INVITED, days=3), (AccountState.INVITED,)),
    ],
)
def test_the_states_it_chooses(selection, states):
    assert selection.states == states


def test_only_active_accounts_need_no_mail():
    assert set(STORED_STATES) - set(INVITABLE) == {AccountState.ACTIVE}


@given(
    st.builds(
        Selection, academy=TEXTS, department=TEXTS, establishment=TEXTS, corps=TEXTS,
        state=st.none() | st.sampled_from(STORED_STATES), days=st.none() | st.integers(0, 60),
    )
)  # fmt: skip
def test_a_selection_is_read_back_as_it_was_kept(selection):
    document = selection.document()
    assert Selection.of(document) == selection
    assert document == selection.document()
