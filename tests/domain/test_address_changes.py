"""Where a request for another tied address stands."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.domain.address_changes import AddressChangeView, ChangeState

EXPIRES = datetime(2026, 11, 25, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("approved", "now", "state"),
    [
        (None, EXPIRES - SECOND, ChangeState.WAITING),
        (None, EXPIRES, ChangeState.EXPIRED),
        (None, EXPIRES + SECOND, ChangeState.EXPIRED),
        (True, EXPIRES + SECOND, ChangeState.APPROVED),
        (False, EXPIRES + SECOND, ChangeState.REFUSED),
        (False, EXPIRES - SECOND, ChangeState.REFUSED),
    ],
)
def test_it_waits_until_somebody_decides_or_its_time_is_over(approved, now, state):
    view = AddressChangeView(
        id=1, voter="10000001", name="", tied_address="", address="", known=True, evidence="", reason="",
        requested_by="", requested_at=EXPIRES - timedelta(hours=48), expires=EXPIRES, decided_by=None,
        decided_at=None, approved=approved, decision_reason="",
    )  # fmt: skip
    assert view.state(now) is state
