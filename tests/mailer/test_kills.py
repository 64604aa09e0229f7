"""A mailer killed at random points loses no mail and doubles only what it could not record: the small form.

The large one, 300 kills over 5,000 mails, is `make trials`.
"""

from tests.trials.mailer_kills import run


def test_killed_again_and_again_nothing_is_lost(tmp_path):
    found = run(f"sqlite:///{tmp_path / 'store.db'}", kills=6, mails=120, seed=7)
    assert found.kept, found
    assert found.kills == 6
