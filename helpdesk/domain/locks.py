"""How long wrong passwords lock an account (facts.md: five lock for 15 minutes, growing)."""

from datetime import datetime, timedelta

from helpdesk.domain.limits import Limits

_DOUBLINGS = 30  # more than any lock needs to reach the longest; keeps the number small


def locked_until(failures: int, now: datetime, limits: Limits) -> datetime | None:
    """Until when an account is locked after so many wrong passwords in a row, None if not at all.

    Each further wrong password, once the lock has ended, doubles the next lock, up to the longest.
    """
    beyond = failures - limits.portal_password_failures
    if beyond < 0:
        return None
    seconds = limits.portal_lock_seconds * 2 ** min(beyond, _DOUBLINGS)
    return now + timedelta(seconds=min(seconds, limits.portal_lock_longest_seconds))
