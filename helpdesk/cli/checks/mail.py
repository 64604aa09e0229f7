"""The way of mails: the server they are given to, the mailbox of what comes back, the sender's domain."""

import uuid
from collections.abc import Iterator

from helpdesk.bootstrap import Program, bounce_mailbox, sender_dns, smtp_transport
from helpdesk.cli.checks.check import Check, Level, bad, note, tried, well
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.mail_pace import domain_of
from helpdesk.domain.mail_transport import OutgoingMail, Verdict
from helpdesk.domain.ports import MailContent
from helpdesk.domain.sender_domain import DnsVerdict
from helpdesk.language.catalogue import current_language
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.errors import error_text
from helpdesk.language.sender_domain import dns_text
from helpdesk.language.server_answers import answer_text
from helpdesk.mailer.letter import Letterhead, compose, envelope_id, return_path


def servers(program: Program) -> Iterator[Check]:
    """The mail server and the bounce mailbox."""
    yield tried(_("Mail server"), lambda: _reached(program))
    if program.settings.imap.host:
        yield tried(_("Bounce mailbox"), lambda: _mailbox_read(program))
    else:
        yield note(_("Bounce mailbox"), _("none is set (imap.host): bounces are not read"))


def sender_domain(program: Program, *, unreachable: Level) -> Iterator[Check]:
    """What the world may look up about the sender's domain; `unreachable` is how bad it is that nobody answers."""
    domain = domain_of(program.settings.mail.sender)
    if "." not in domain:
        yield note(domain, _("no domain of the Internet: nothing to look up"))
        return
    levels = {
        DnsVerdict.GOOD: Level.WELL,
        DnsVerdict.NOT_ASKED: Level.NOTE,
        DnsVerdict.UNREACHABLE: unreachable,
    }
    for finding in sender_dns(program).look_up(domain, selector=program.settings.dns.dkim_selector):
        yield Check(domain, levels.get(finding.verdict, Level.BAD), dns_text(finding))


def way_of_a_mail(program: Program, to: str) -> Iterator[Check]:
    """One mail sent, each step told, and the sender's domain."""
    reached = tried(_("Mail server"), lambda: _reached(program))
    yield reached
    if reached.level is Level.WELL:
        yield _sent(program, to)
    yield from sender_domain(program, unreachable=Level.BAD)


def _reached(program: Program) -> str:
    transport = smtp_transport(program)
    try:
        features = transport.probe()
    finally:
        transport.close()
    offered = _("reports of delivery offered") if "dsn" in features else _("no reports of delivery offered")
    return _("{host}:{port} answers; {offered}").format(
        host=program.settings.smtp.host, port=program.settings.smtp.port, offered=offered
    )


def _mailbox_read(program: Program) -> str:
    mailbox = bounce_mailbox(program)
    try:
        mailbox.unread(1)
    finally:
        mailbox.close()
    return _("can be read")


def _sent(program: Program, to: str) -> Check:
    mail, message_id = program.settings.mail, f"{uuid.uuid4()}@{domain_of(program.settings.mail.sender)}"
    head = Letterhead(mail.sender, mail.reply_to, program.settings.portal.url, mail.bounces)
    words = _("This mail checks the way of mails from the support desk. Nothing needs to be done.")
    content = MailContent(_("Check of the support desk's mails"), words + "\n", f"<p>{words}</p>\n")
    letter = compose(head, content, to=to, message_id=message_id, language=current_language(), at=program.clock())
    transport = smtp_transport(program)
    name = _("Mail to {address}").format(address=to)
    try:
        outgoing = OutgoingMail(return_path(head, message_id), to, letter, envelope_id(message_id), tell_success=True)
        delivery = transport.send(outgoing)
    except HelpdeskError as error:
        return bad(name, error_text(error))
    finally:
        transport.close()
    if delivery.verdict is Verdict.ACCEPTED:
        said = _(
            "taken by the server ({answer}). If it does not arrive: look in the spam folder, then at what came back."
        )
        return well(name, said.format(answer=delivery.answer))
    said = _("not taken: {meaning} ({answer})")
    return bad(name, said.format(meaning=answer_text(delivery.answer), answer=delivery.answer))
