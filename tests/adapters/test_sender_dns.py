"""SPF, DKIM and DMARC of a sender's domain, asked of a name server on loopback."""

import socket
import threading
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from helpdesk.adapters.sender_dns import SenderDns
from helpdesk.domain.sender_domain import DnsFinding, DnsVerdict
from helpdesk.language.sender_domain import dns_text

DOMAIN = "ac-rennes.example"


@contextmanager
def name_server(records):
    """Answers TXT questions from `records`, everything else with NXDOMAIN; its port."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(0.1)
    done = threading.Event()

    def serve():
        while not done.is_set():
            try:
                asked, whom = server.recvfrom(4096)
            except TimeoutError:
                continue
            query = dns.message.from_wire(asked)
            answer = dns.message.make_response(query)
            name = query.question[0].name.to_text(omit_final_dot=True)
            if name in records and query.question[0].rdtype == dns.rdatatype.TXT:
                texts = [f'"{text}"' for text in records[name]]
                answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *texts))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            server.sendto(answer.to_wire(), whom)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        done.set()
        thread.join(5)
        server.close()


def verdicts(records, selector="s1"):
    with name_server(records) as port:
        found = SenderDns(server="127.0.0.1", port=port).look_up(DOMAIN, selector=selector)
    return {each.what: each.verdict for each in found}


def test_a_domain_in_order():
    assert verdicts(
        {
            DOMAIN: ["google-site-verification=x", "v=spf1 mx include:_spf.example -all"],
            f"s1._domainkey.{DOMAIN}": ["v=DKIM1; k=rsa; p=MIIBIjANBg"],
            f"_dmarc.{DOMAIN}": ["v=DMARC1; p=quarantine; rua=mailto:x@y.example"],
        }
    ) == dict.fromkeys(("spf", "dkim", "dmarc"), DnsVerdict.GOOD)


def test_nothing_published():
    assert verdicts({}) == dict.fromkeys(("spf", "dkim", "dmarc"), DnsVerdict.MISSING)


@pytest.mark.parametrize(
    ("records", "verdict"),
    [
        (["v=spf1 mx -all", "v=spf1 a -all"], DnsVerdict.SEVERAL),
        (["v=spf1 +all"], DnsVerdict.OPEN),
        (["v=spf1 all"], DnsVerdict.OPEN),
        (["v=spf1 mx"], DnsVerdict.UNDECIDED),
        (["v=spf1 redirect=_spf.example"], DnsVerdict.GOOD),
        (["v=spf1 mx ~all"], DnsVerdict.GOOD),
        (["v=spf10 mx -all"], DnsVerdict.MISSING),
    ],
)
def test_spf(records, verdict):
    assert verdicts({DOMAIN: records})["spf"] is verdict


def test_a_withdrawn_key_and_a_selector_nobody_named():
    assert verdicts({f"s1._domainkey.{DOMAIN}": ["v=DKIM1; p="]})["dkim"] is DnsVerdict.REVOKED
    assert verdicts({}, selector="")["dkim"] is DnsVerdict.NOT_ASKED


def test_a_policy_that_asks_for_nothing_and_one_of_the_domain_above():
    assert verdicts({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none"]})["dmarc"] is DnsVerdict.UNDECIDED
    with name_server({"_dmarc.rennes.example": ["v=DMARC1; p=reject"]}) as port:
        found = SenderDns(server="127.0.0.1", port=port).look_up("mails.rennes.example")
    assert found[2].verdict is DnsVerdict.GOOD


def test_a_name_server_that_is_away(monkeypatch):
    asker = SenderDns(server="127.0.0.1", port=1)
    asker._resolver.lifetime = 0.3
    assert {each.verdict for each in asker.look_up(DOMAIN, selector="s1")} == {DnsVerdict.UNREACHABLE}


def test_every_verdict_has_its_words():
    for what in ("spf", "dkim", "dmarc"):
        for verdict in DnsVerdict:
            words = dns_text(DnsFinding(what, verdict, "the-record"))
            assert what.upper() in words
            assert "the-record" in words
