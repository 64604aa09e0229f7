"""Which columns of a table are shown in the room there is, and how wide each is."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """What a column needs, in pixels. Of rank 0 it is always shown; one that stretches takes what is left."""

    width: int
    rank: int = 0
    stretch: bool = False


def share_room(room: int, needs: Sequence[Need]) -> dict[int, int]:
    """The columns that are shown, by place, with widths that fill the room.

    Columns of the highest rank are left out first; what is still too much is taken from the widest ones.
    """
    shown = dict(enumerate(needs))
    for place in sorted(shown, key=lambda place: -needs[place].rank):
        if needs[place].rank and sum(need.width for need in shown.values()) > room:
            del shown[place]
    widths = {place: need.width for place, need in shown.items()}
    too_much = sum(widths.values()) - room
    while too_much > 0:
        widest = max(widths, key=lambda place: widths[place])
        next_widest = max((width for place, width in widths.items() if place != widest), default=0)
        taken = min(too_much, max(1, widths[widest] - next_widest))
        if widths[widest] <= taken:
            break
        widths[widest] -= taken
        too_much -= taken
    takers = [place for place, need in shown.items() if need.stretch] or list(shown)[-1:]
    for number, place in enumerate(takers):
        free = room - sum(widths.values())
        widths[place] += max(0, free) // (len(takers) - number)
    return widths
