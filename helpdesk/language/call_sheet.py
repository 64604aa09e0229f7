"""A voter's call sheet, to print: what an agent needs on paper, and nothing that is asked of a caller as proof."""

from datetime import datetime
from html import escape

from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.contacts import motive_text, outcome_text
from helpdesk.language.findings import finding_text
from helpdesk.language.moments import moment_text
from helpdesk.language.timeline import event_text
from helpdesk.language.words import state_text

_CALLS, _EVENTS = 5, 20


def call_sheet(detail: VoterDetail, zone: str, now: datetime) -> str:
    """HTML in the subset that Qt prints. No birth date, no answer, no link and no code: none of them is in `detail`."""
    addresses = [
        f"<b>{escape(each.address)}</b> ({escape(_('tied'))})" if each.tied else escape(each.address)
        for each in sorted(detail.addresses, key=lambda each: not each.tied)
    ]
    calls = [
        " · ".join(
            (moment_text(call.started, zone), call.operator, motive_text(call.motive), outcome_text(call.outcome))
        )
        for call in detail.contacts[:_CALLS]
    ]
    events = [
        " · ".join(filter(None, (moment_text(entry.at, zone), event_text(entry), entry.actor)))
        for entry in detail.timeline[:_EVENTS]
    ]
    place = _("{establishment} ({code}), académie {academy}, department {department}").format(
        establishment=detail.establishment_name,
        code=detail.establishment_code,
        academy=detail.academy,
        department=detail.department,
    )
    parts = [
        f"<h1>{escape(_('Call sheet: {name}').format(name=detail.name))}</h1>",
        f"<p>{escape(_('Voter {number}').format(number=detail.number))} · {escape(detail.corps)}</p>",
        f"<p>{escape(place)}</p>",
        f"<p>{escape(_('State: {state}').format(state=state_text(detail.state)))}</p>",
        _section(_("Addresses"), addresses),
        _section(_("Say this"), [escape(finding_text(finding, zone)) for finding in detail.findings]),
        _section(_("Ballots"), [escape(f"{each.name} ({each.code})") for each in detail.ballots]),
        _section(_("Earlier calls"), [escape(line) for line in calls]),
        _section(_("History"), [escape(line) for line in events]),
        f"<p><i>{escape(_('As of {time}').format(time=moment_text(now, zone)))}</i></p>",
    ]
    return "".join(parts)


def _section(title: str, lines: list[str]) -> str:
    """A heading and a list; nothing where there is nothing to list."""
    return f"<h2>{escape(title)}</h2><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""
