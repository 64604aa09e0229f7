"""`helpdesk doctor`: checks, one line each: ok, or what to do."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import click

from helpdesk.bootstrap import (
    Program,
    bounce_mailbox,
    link_key,
    mail_renderer,
    open_program,
    sender_dns,
    smtp_transport,
)
from helpdesk.cli.options import TranslatedCommand, TranslatedOption
from helpdesk.cli.session import logged_in, print_json, wants_json
from helpdesk.cli.settings import settings_of
from helpdesk.domain.addresses import is_address
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.mail_pace import domain_of
from helpdesk.domain.mail_transport import OutgoingMail, Verdict
from helpdesk.domain.ports import MailContent, MailFacts
from helpdesk.domain.roles import Permission
from helpdesk.domain.sender_domain import DnsVerdict
from helpdesk.domain.states import MailKind
from helpdesk.language.catalogue import current_language, to_translate
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.errors import error_text
from helpdesk.language.sender_domain import dns_text
from helpdesk.language.server_answers import answer_text
from helpdesk.mailer.letter import Letterhead, compose, envelope_id, return_path
from helpdesk.resource_files import resource

_UNREACHABLE = 5


@dataclass(frozen=True, slots=True)
class _Check:
    """One line: what was checked, whether it is well, and more to say."""

    name: str
    well: bool
    text: str


@click.command(cls=TranslatedCommand, help=to_translate("Check what the program needs; one line each."))
@click.option("--mail", "to", metavar="ADDRESS", cls=TranslatedOption,
              help=to_translate("Send one mail there and explain each step, and the sender's domain."))  # fmt: skip
@click.pass_context
def doctor(context: click.Context, to: str | None) -> int:
    """Check everything, or the way of a mail."""
    if to is not None and not is_address(to):
        raise click.UsageError(_("--mail takes one mail address."))
    if to is not None:
        with logged_in(context) as session:
            session.program.services.operators.require(session.operator, Permission.RUN_MAILER)
            checks = list(_the_way_of_a_mail(session.program, to))
    else:
        checks = list(_everything(context))
    if wants_json(context):
        print_json([{"check": check.name, "ok": check.well, "text": check.text} for check in checks])
    else:
        for check in checks:
            click.echo(f"{_('ok') if check.well else '!!'}  {check.name}: {check.text}")
    return 0 if all(check.well for check in checks) else _UNREACHABLE


def _everything(context: click.Context) -> Iterator[_Check]:
    try:
        program = open_program(settings_of(context))
    except HelpdeskError as error:
        yield _Check(_("Store"), well=False, text=error_text(error))
        return
    try:
        yield _Check(_("Store"), well=True, text=_("of this program's version"))
        yield _tried(_("Resources"), lambda: mail_renderer().render(_facts(program)).subject)
        yield _tried(_("Link key"), lambda: _("can be read") if link_key(program) else "")
        yield _tried(_("Mail server"), lambda: _reached(program))
        if program.settings.imap.host:
            yield _tried(_("Bounce mailbox"), lambda: _mailbox_read(program))
        else:
            yield _Check(_("Bounce mailbox"), well=True, text=_("none is set (imap.host): bounces are not read"))
        for font in ("icons", "styles", "locale"):
            well = resource(font).is_dir()
            yield _Check(_("Files: {name}").format(name=font), well=well, text=_("there") if well else _("missing"))
    finally:
        program.close()


def _tried(name: str, check: object) -> _Check:
    try:
        return _Check(name, well=True, text=str(check()))  # type: ignore[operator]
    except HelpdeskError as error:
        return _Check(name, well=False, text=error_text(error))


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


def _the_way_of_a_mail(program: Program, to: str) -> Iterator[_Check]:
    reached = _tried(_("Mail server"), lambda: _reached(program))
    yield reached
    if reached.well:
        yield _sent(program, to)
    domain = domain_of(program.settings.mail.sender)
    for finding in sender_dns(program).look_up(domain, selector=program.settings.dns.dkim_selector):
        well = finding.verdict in {DnsVerdict.GOOD, DnsVerdict.NOT_ASKED}
        yield _Check(domain, well=well, text=dns_text(finding))


def _sent(program: Program, to: str) -> _Check:
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
        return _Check(name, well=False, text=error_text(error))
    finally:
        transport.close()
    if delivery.verdict is Verdict.ACCEPTED:
        said = _(
            "taken by the server ({answer}). If it does not arrive: look in the spam folder, then at what came back."
        )
        return _Check(name, well=True, text=said.format(answer=delivery.answer))
    said = _("not taken: {meaning} ({answer})")
    return _Check(name, well=False, text=said.format(meaning=answer_text(delivery.answer), answer=delivery.answer))


def _facts(program: Program) -> MailFacts:
    mail = program.settings.mail
    return MailFacts(
        kind=MailKind.ACTIVATION,
        language=current_language(),
        greeting_name="-",
        election_name="-",
        tied_address="-",
        link=None,
        link_hours=72,
        desk_phone=mail.desk_phone,
        desk_hours=mail.desk_hours,
        portal_url=program.settings.portal.url,
    )


COMMANDS: tuple[click.Command, ...] = (doctor,)
"""One command."""
