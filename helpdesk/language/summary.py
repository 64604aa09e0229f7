"""A voter's masked summary for a ticket: enough to go on with, nothing that says who they are to a stranger."""

from helpdesk.domain.addresses import mask_address
from helpdesk.domain.voters import VoterDetail
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.findings import finding_text
from helpdesk.language.moments import moment_text
from helpdesk.language.words import fate_text, mail_kind_text, state_text


def masked_summary(detail: VoterDetail, zone: str) -> str:
    """Voter number, académie, state, masked addresses, last mail and findings; no name, no whole address, no secret."""
    lines = [
        _("Voter {number}").format(number=detail.number),
        _("Académie: {academy}, department: {department}").format(academy=detail.academy, department=detail.department),
        _("State: {state}").format(state=state_text(detail.state)),
        _("Tied address: {address}").format(address=mask_address(detail.tied_address)),
    ]
    others = [mask_address(each.address) for each in detail.addresses if not each.tied]
    if others:
        lines.append(_("Other addresses: {addresses}").format(addresses=", ".join(others)))
    if detail.mails:
        mail = detail.mails[0]
        when = moment_text(mail.queued_at, zone)
        words = _("Last mail: {kind}, {time}, {fate}")
        lines.append(words.format(kind=mail_kind_text(mail.kind), time=when, fate=fate_text(mail.fate)))
    lines += [f"- {finding_text(finding, zone)}" for finding in detail.findings]
    return "\n".join(lines)
