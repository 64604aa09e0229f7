"""Counting what happened lately, whatever a clock that was ahead for a while has left behind."""

from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement

CLOCKS_APART = timedelta(minutes=5)
"""How far two clocks that are right may be apart; a database server takes no others (`helpdesk.now` there)."""


def lately(moment: Column[datetime], now: datetime, window: timedelta) -> ColumnElement[bool]:
    """Rows of the last `window`. A moment that has not come yet counts only as far as right clocks differ.

    Otherwise a clock that was a year ahead for a minute would leave a throttle closed for a year.
    """
    return (moment > now - window) & (moment <= now + CLOCKS_APART)
