"""Keeping open pages current: what changed elsewhere, and who else is on the same voter."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.domain.errors import HelpdeskError
from helpdesk.store.changes import ChangeFeed, announce_presence
from helpdesk.store.engine import Store
from helpdesk.store.schema import operator

_KEY = re.compile("[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class LiveChange:
    """Something changed. `topic` is "voter", "all", "here", "gone", "listening", "lost", or what else there is.

    `voter` is the key of a voter's page (`VoterDetail.key`) where one is concerned; `who` the operator's id and name
    of a presence.
    """

    topic: str
    voter: int | None = None
    who: tuple[int, str] | None = None


class Live:
    """The changes of a store on a server, told within a second of their commit."""

    def __init__(self, store: Store) -> None:
        """Listen on this store, with the login that it has by then."""
        self._store = store
        self._feed: ChangeFeed | None = None
        self._names: dict[int, str] = {}

    def start(self, on_change: Callable[[LiveChange], None]) -> None:
        """Listen from now on; `on_change` is called from a thread of its own."""

        def heard(words: str) -> None:
            change = self._read(words)
            if change is not None:
                on_change(change)

        self.stop()
        self._feed = ChangeFeed(self._store, heard, lambda: on_change(LiveChange("lost")))
        self._feed.start()

    def stop(self) -> None:
        """Listen no more."""
        feed, self._feed = self._feed, None
        if feed is not None:
            feed.stop()

    def be_on(self, voter: int) -> None:
        """Tell the other desks that this operator has the voter's page open."""
        announce_presence(self._store, voter, here=True)

    def leave(self, voter: int) -> None:
        """Tell the other desks that the page is closed."""
        announce_presence(self._store, voter, here=False)

    def _read(self, words: str) -> LiveChange | None:
        """None for words that helpdesk does not say: whoever may log in to the server may notify this channel."""
        topic, *numbers = words.split() or [""]
        if not all(_KEY.fullmatch(number) for number in numbers):
            return None
        match topic, [int(number) for number in numbers]:
            case ("voter", [voter]):
                return LiveChange("voter", voter)
            case (("here" | "gone"), [voter, operator_id]):
                return LiveChange(topic, voter, (operator_id, self._name(operator_id)))
            case (str(), []) if topic:
                return LiveChange(topic)
        return None

    def _name(self, operator_id: int) -> str:
        if operator_id not in self._names:
            try:
                with self._store.read() as connection:
                    found = connection.scalar(select(operator.c.name).where(operator.c.id == operator_id))
            except HelpdeskError:
                return "?"
            self._names[operator_id] = found or "?"
        return self._names[operator_id]
