"""Every line of a voter's history belongs to one of its four parts."""

import pytest

from helpdesk.domain.history import HistoryKind, kind_of
from helpdesk.language import timeline


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("mail_queued", HistoryKind.MAILS),
        ("mail_delivered", HistoryKind.MAILS),
        ("mail_returned_permanent", HistoryKind.MAILS),
        ("mail_cancelled_done", HistoryKind.DESK),
        ("mail_hurried_refused", HistoryKind.DESK),
        ("returned_mail_handled_done", HistoryKind.DESK),
        ("link_opened", HistoryKind.LINKS),
        ("link_resent_done", HistoryKind.DESK),
        ("link_requested_refused", HistoryKind.PORTAL),
        ("password_chosen_done", HistoryKind.PORTAL),
        ("code_reissued_refused", HistoryKind.PORTAL),
        ("call_logged_done", HistoryKind.DESK),
        ("caller_verified_failed", HistoryKind.DESK),
    ],
)
def test_what_a_line_is_about(event: str, kind: HistoryKind):
    assert kind_of(event) is kind


def test_all_that_the_history_has_words_for_falls_into_a_part_as_its_words_say():
    assert {kind_of(event) for event in timeline._MAIL_STEPS} == {HistoryKind.MAILS}
    assert {kind_of(event) for event in timeline._LINK_STEPS} == {HistoryKind.LINKS}
    assert {kind_of(event) for event in timeline._ACTIONS} == {HistoryKind.PORTAL, HistoryKind.DESK}
