"""The store: its revision, the clock, the election's calendar, the mailer's key."""

from collections.abc import Iterator
from datetime import timedelta

from helpdesk.bootstrap import Program, link_key, mail_renderer, system_clock
from helpdesk.cli.checks.check import Check, bad, note, tried, well
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.ports import MailFacts
from helpdesk.domain.states import MailKind
from helpdesk.language.catalogue import current_language
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.errors import error_text
from helpdesk.language.moments import moment_text

_APART = timedelta(seconds=60)


def store(program: Program) -> Iterator[Check]:
    """The store and what it says."""
    yield tried(_("Store"), lambda: _revision(program))
    yield clock(program)
    yield tried(_("Election"), lambda: _election(program))
    yield tried(_("Resources"), lambda: mail_renderer().render(_facts(program)).subject)
    yield tried(_("Link key"), lambda: _("can be read") if link_key(program) else "")


def clock(program: Program) -> Check:
    """This machine's clock, against the database server's, or against what was written last."""
    name = _("Clock")
    try:
        server = program.services.health.server_time()
        newest = program.services.health.newest_act()
    except HelpdeskError as error:
        return bad(name, error_text(error))
    if server is not None:
        apart = system_clock() - server
        said = _("{seconds} seconds from the database server's").format(seconds=f"{apart.total_seconds():+.1f}")
        return well(name, said) if abs(apart) <= _APART else bad(name, said + "; " + _("set this machine's clock"))
    now = program.clock()
    if newest is not None and newest > now + _APART:
        said = _("the newest row of the audit trail is of {when}, ahead of this machine's clock: set it")
        return bad(name, said.format(when=moment_text(newest, "UTC")))
    return well(name, _("not behind what was written last ({when})").format(when=moment_text(newest or now, "UTC")))


def mail_settings(program: Program) -> Iterator[Check]:
    """Settings that no installation for real leaves at their defaults."""
    if program.settings.portal.url == "https://localhost":
        yield note("portal.url", _("is not set: links in mails lead to this machine only"))
    if program.settings.mail.sender.endswith("@localhost"):
        yield note("mail.sender", _("is not set: other servers will refuse the mails"))


def _revision(program: Program) -> str:
    program.store.check()
    return _("revision {revision}, of this program's version").format(revision=program.store.revision())


def _election(program: Program) -> str:
    current = program.services.elections.current()
    opens = moment_text(current.vote_opens, current.zone)
    return _("{name}: the vote opens on {opens}").format(name=current.name, opens=opens)


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
