"""Words for what was found about the sender's domain: what it is, what is wrong, what to do."""

from helpdesk.domain.sender_domain import DnsFinding, DnsVerdict
from helpdesk.language.catalogue import gettext as _


def dns_text(finding: DnsFinding) -> str:
    """One line to read: the record's purpose, its state, and what to ask the domain's owner for."""
    what = {
        "spf": _("SPF (which servers may send for the domain)"),
        "dkim": _("DKIM (the signature on each mail)"),
        "dmarc": _("DMARC (what receivers do with forgeries)"),
    }[finding.what]
    return f"{what}: {_verdict(finding).format(record=finding.record)}"


def _verdict(finding: DnsFinding) -> str:
    weak_dmarc = _(
        "the policy asks for nothing ({record}): forgeries are let through; ask for p=quarantine or p=reject"
    )
    return {
        DnsVerdict.GOOD: _("in order ({record})"),
        DnsVerdict.MISSING: _("missing ({record}): many servers will treat the mails as unwanted; have it published"),
        DnsVerdict.SEVERAL: _("published several times ({record}): receivers then ignore all of them; keep one"),
        DnsVerdict.OPEN: _("lets everybody send ({record}): it must end in -all or ~all"),
        DnsVerdict.UNDECIDED: weak_dmarc
        if finding.what == "dmarc"
        else _("says nothing of other servers ({record}): it should end in -all or ~all"),
        DnsVerdict.REVOKED: _("the key is withdrawn ({record}): signatures no longer count; have a new one published"),
        DnsVerdict.NOT_ASKED: _("not looked up: set {record} to the selector that the mail server signs with"),
        DnsVerdict.UNREACHABLE: _("could not be looked up ({record}): no name server answered"),
    }[finding.verdict]
