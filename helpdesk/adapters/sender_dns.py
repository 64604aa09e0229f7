"""What the world may look up about a sender's domain: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489)."""

import re

import dns.exception
import dns.resolver

from helpdesk.domain.sender_domain import DnsFinding, DnsVerdict

_PATIENCE_SECONDS = 5.0
_ALL = re.compile(r"(?:^|\s)([-~?+]?)all(?:\s|$)", re.IGNORECASE)
_POLICY = re.compile(r"(?:^|;)\s*p\s*=\s*(none|quarantine|reject)\b", re.IGNORECASE)
_KEY = re.compile(r"(?:^|;)\s*p\s*=\s*([^;\s]*)", re.IGNORECASE)


class SenderDns:
    """Asks one name server, or the system's."""

    def __init__(self, *, server: str = "", port: int = 53) -> None:
        """Ask nothing yet."""
        self._resolver = dns.resolver.Resolver(configure=not server)
        if server:
            self._resolver.nameservers = [server]
            self._resolver.port = port
        self._resolver.lifetime = _PATIENCE_SECONDS
        self._silent = False

    def look_up(self, domain: str, *, selector: str = "") -> tuple[DnsFinding, ...]:
        """SPF, DKIM and DMARC of a domain; DKIM needs the selector that the mail server signs with."""
        return (self._spf(domain), self._dkim(domain, selector), self._dmarc(domain))

    def _spf(self, domain: str) -> DnsFinding:
        records = self._texts(domain)
        if records is None:
            return DnsFinding("spf", DnsVerdict.UNREACHABLE, domain)
        found = [record for record in records if record.lower().split(" ")[0] == "v=spf1"]
        if not found:
            return DnsFinding("spf", DnsVerdict.MISSING, domain)
        if len(found) > 1:
            return DnsFinding("spf", DnsVerdict.SEVERAL, domain)
        ending = _ALL.search(found[0])
        if ending is not None and ending[1] in {"", "+"}:
            return DnsFinding("spf", DnsVerdict.OPEN, found[0])
        if ending is None and "redirect=" not in found[0].lower():
            return DnsFinding("spf", DnsVerdict.UNDECIDED, found[0])
        return DnsFinding("spf", DnsVerdict.GOOD, found[0])

    def _dkim(self, domain: str, selector: str) -> DnsFinding:
        if not selector:
            return DnsFinding("dkim", DnsVerdict.NOT_ASKED, "dns.dkim_selector")
        name = f"{selector}._domainkey.{domain}"
        records = self._texts(name)
        if records is None:
            return DnsFinding("dkim", DnsVerdict.UNREACHABLE, name)
        keys = [found[1] for record in records if (found := _KEY.search(record)) is not None]
        if not keys:
            return DnsFinding("dkim", DnsVerdict.MISSING, name)
        return DnsFinding("dkim", DnsVerdict.GOOD if keys[0] else DnsVerdict.REVOKED, name)

    def _dmarc(self, domain: str) -> DnsFinding:
        """The domain's own policy, or that of the domain above it (RFC 7489, 6.6.3, without the public suffix list)."""
        name = domain
        while name.count(".") >= 1:
            records = self._texts(f"_dmarc.{name}")
            if records is None:
                return DnsFinding("dmarc", DnsVerdict.UNREACHABLE, f"_dmarc.{name}")
            found = [record for record in records if record.lower().startswith("v=dmarc1")]
            if len(found) > 1:
                return DnsFinding("dmarc", DnsVerdict.SEVERAL, f"_dmarc.{name}")
            if found:
                policy = _POLICY.search(found[0])
                verdict = DnsVerdict.UNDECIDED if policy is None or policy[1].lower() == "none" else DnsVerdict.GOOD
                return DnsFinding("dmarc", verdict, found[0])
            name = name.partition(".")[2]
        return DnsFinding("dmarc", DnsVerdict.MISSING, f"_dmarc.{domain}")

    def _texts(self, name: str) -> list[str] | None:
        """The TXT records of a name; None when nobody could be asked, who is then not asked again."""
        if self._silent:
            return None
        try:
            answer = self._resolver.resolve(name, "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException:
            self._silent = True
            return None
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
