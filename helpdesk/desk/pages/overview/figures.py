"""The figures that can be plotted: each with its bars or lines, and the same as a table for export and reading."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from helpdesk.domain.contacts import Motive
from helpdesk.domain.states import AccountState, MailFate
from helpdesk.domain.statistics import Dimension, Fact, Overview, Slice
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.contacts import motive_text
from helpdesk.language.moments import date_text
from helpdesk.language.words import fate_text, state_text


class FigureCode(StrEnum):
    """Which figure."""

    TIME = "time"
    STATES = "states"
    ACADEMY = "academy"
    DEPARTMENT = "department"
    ESTABLISHMENT = "establishment"
    BALLOT = "ballot"
    CALLS = "calls"
    MAILS = "mails"
    LOAD = "load"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, its values by series, and what lies behind it."""

    label: str
    values: tuple[int, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A title, the names of its series, its bars; `lines` for one over time, `behind` where lists lie behind bars."""

    title: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    lines: bool = False
    behind: Dimension | Fact | None = None


_MOST = 30


def figure_of(overview: Overview, code: FigureCode) -> Figure:
    """A figure in the language in use."""
    return _FIGURES[code](overview)


def figure_title(code: FigureCode) -> str:
    """What a figure shows."""
    return {
        FigureCode.TIME: _("Activation over time"),
        FigureCode.STATES: _("Accounts by state"),
        FigureCode.ACADEMY: _("By académie"),
        FigureCode.DEPARTMENT: _("By department"),
        FigureCode.ESTABLISHMENT: _("By establishment (the largest)"),
        FigureCode.BALLOT: _("By ballot"),
        FigureCode.CALLS: _("Calls by motive"),
        FigureCode.MAILS: _("What became of the mails"),
        FigureCode.LOAD: _("Calls today, by hour"),
    }[code]


def _time(overview: Overview) -> Figure:
    totals = [0, 0, 0]
    bars = []
    for day in overview.days:
        for place, count in enumerate((day.invited, day.opened, day.activated)):
            totals[place] += count
        bars.append(Bar(date_text(day.day), tuple(totals)))
    series = (_("Written to"), _("Link opened"), _("Activated"))
    return Figure(figure_title(FigureCode.TIME), series, tuple(bars), lines=True)


def _states(overview: Overview) -> Figure:
    shown = [state for state in AccountState if overview.states.get(state)]
    bars = tuple(Bar(state_text(state), (overview.states[state],), state) for state in shown)
    return Figure(figure_title(FigureCode.STATES), (_("Voters"),), bars, behind=Fact.STATE)


def _slices(code: FigureCode, dimension: Dimension) -> Callable[[Overview], Figure]:
    def figure(overview: Overview) -> Figure:
        bars = tuple(_bar(each) for each in overview.slices[dimension][:_MOST])
        return Figure(figure_title(code), (_("Active"), _("Not active")), bars, behind=dimension)

    return figure


def _bar(each: Slice) -> Bar:
    return Bar(each.name, (each.active, each.voters - each.active), each.code)


def _calls(overview: Overview) -> Figure:
    known = [motive for motive in Motive if overview.calls.get(motive)]
    bars = [Bar(motive_text(motive), (overview.calls[motive],), motive) for motive in known]
    return Figure(figure_title(FigureCode.CALLS), (_("Calls"),), _largest_first(bars), behind=Fact.MOTIVE)


def _mails(overview: Overview) -> Figure:
    bars = [Bar(fate_text(fate), (overview.mails[fate],), fate) for fate in MailFate if overview.mails.get(fate)]
    return Figure(figure_title(FigureCode.MAILS), (_("Mails"),), _largest_first(bars), behind=Fact.FATE)


def _load(overview: Overview) -> Figure:
    bars = tuple(Bar(f"{hour:02}", (count,), str(hour)) for hour, count in enumerate(overview.load))
    return Figure(figure_title(FigureCode.LOAD), (_("Calls"),), bars, behind=Fact.HOUR)


def _largest_first(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    return tuple(sorted(bars, key=lambda bar: -bar.values[0]))


_FIGURES: dict[FigureCode, Callable[[Overview], Figure]] = {
    FigureCode.TIME: _time,
    FigureCode.STATES: _states,
    FigureCode.ACADEMY: _slices(FigureCode.ACADEMY, Dimension.ACADEMY),
    FigureCode.DEPARTMENT: _slices(FigureCode.DEPARTMENT, Dimension.DEPARTMENT),
    FigureCode.ESTABLISHMENT: _slices(FigureCode.ESTABLISHMENT, Dimension.ESTABLISHMENT),
    FigureCode.BALLOT: _slices(FigureCode.BALLOT, Dimension.BALLOT),
    FigureCode.CALLS: _calls,
    FigureCode.MAILS: _mails,
    FigureCode.LOAD: _load,
}
