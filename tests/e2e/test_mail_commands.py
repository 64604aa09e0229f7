"""What comes back, invitations and the doctor, from the command line."""

from pathlib import Path

from sqlalchemy import select

from helpdesk.store.schema import outbox
from tests.bounce_corpus import BOUNCES, plain, report
from tests.e2e.conftest import ADMIN_PASSWORD
from tests.rolls import row, write_roll


def ready(helpdesk, voters=3):
    helpdesk.ok("init", "--trial", "--admin", "Ada Admin", "--password-stdin", stdin=ADMIN_PASSWORD + "\n")
    write_roll(Path(helpdesk.folder) / "roll.csv", [row(number) for number in range(1, voters + 1)])
    helpdesk.ok("roll", "import", "roll.csv")


def test_bounces_are_read_from_files(helpdesk, store):
    ready(helpdesk)
    helpdesk.ok("resend", "10000001", "--reason", "no mail came")
    helpdesk.ok("mailer", "--until-empty")
    with store.read() as connection:
        message = connection.scalar(select(outbox.c.message_id)).partition("@")[0]
    files = {
        "bounce.eml": report(message),
        "person.eml": plain("Merci !", to=BOUNCES, subject="Re: mail", sender="jean.martin@ac-lille.example"),
    }
    for name, content in files.items():
        (Path(helpdesk.folder) / name).write_bytes(content)
    read = helpdesk.ok("bounces", "read", "bounce.eml", "person.eml", "--json").json
    bounce, person = read["messages"]
    assert (bounce["file"], bounce["kind"], bounce["voter"]) == ("bounce.eml", "permanent", "10000001")
    assert (bounce["status"], bounce["address"]) == ("5.1.1", "marie.dupont1@ac-rennes.fr")
    assert (person["kind"], person["voter"], person["text"]) == ("reply", None, "Merci !")
    shown = helpdesk.ok("voter", "show", "10000001", "--json").json
    assert shown["mails"][0]["fate"] == "failed_permanently"
    assert "mail_refused" in [finding["code"] for finding in shown["findings"]]
    assert "2 mails read." in helpdesk.ok("bounces", "read", "bounce.eml", "person.eml").out


def test_a_missing_file_or_mailbox_is_told_in_one_line(helpdesk):
    ready(helpdesk)
    run = helpdesk("bounces", "read", "nowhere.eml")
    assert (run.code, "nowhere.eml" in run.err) == (3, True)
    run = helpdesk("bounces", "--once")
    assert (run.code, "imap.host" in run.err) == (3, True)
    away = {"HELPDESK_IMAP_HOST": "127.0.0.1", "HELPDESK_IMAP_PORT": "1", "HELPDESK_IMAP_USER": "a"}
    (Path(helpdesk.folder) / "imap").write_text("x")
    run = helpdesk("bounces", "--once", **away, HELPDESK_IMAP_PASSWORD_FILE=str(Path(helpdesk.folder) / "imap"))
    assert (run.code, len(run.err.strip().splitlines())) == (5, 1)


def test_voters_are_invited_in_bulk_and_reminded_later(helpdesk, catcher):
    ready(helpdesk, voters=103)
    assert helpdesk.ok("invite", "--count").out.strip() == "103 voters."
    run = helpdesk("invite", stdin="99\n")
    assert (run.code, "103" in run.err) == (1, True)
    assert "103 of 103" in helpdesk.ok("invite", stdin="103\n").out
    assert "0 of 0" in helpdesk.ok("invite", "--yes").out  # nobody twice
    helpdesk.ok("mailer", "--until-empty")
    assert len({mail.recipients for mail in catcher.messages}) == len(catcher.messages) == 103
    assert helpdesk.ok("invite", "--not-active-since", "3", "--count", "--json").json == {"count": 0}
    first = helpdesk.ok("invite", "--list", "--json").json[-1]
    assert (first["total"], first["sent"], first["state"]) == (103, 103, "done")
    run = helpdesk("invite", "--stop", "77")
    assert (run.code, len(run.err.strip().splitlines())) == (3, 1)


def test_the_doctor_sends_a_mail_and_explains_the_domain(helpdesk, catcher):
    ready(helpdesk)
    run = helpdesk("doctor", "--mail", "me@ac-rennes.example")
    assert run.code == 5  # nobody could be asked about the domain
    assert "ok  Mail to me@ac-rennes.example: taken by the server (250 2.0.0 Ok" in run.out
    assert "SPF" in run.out
    assert "DMARC" in run.out
    (mail,) = catcher.messages
    assert (mail.recipients, "Nothing needs to be done" in mail.text) == (("me@ac-rennes.example",), True)
    catcher.answers["bad@ac-rennes.example"] = "550 5.1.1 User unknown"
    run = helpdesk("doctor", "--mail", "bad@ac-rennes.example")
    assert "!!  Mail to bad@ac-rennes.example: not taken: there is no such mailbox" in run.out
    assert helpdesk("doctor", "--mail", "nonsense").code == 2


def test_a_supervisor_words_a_mail_from_the_command_line(helpdesk, catcher):
    ready(helpdesk)
    every = helpdesk.ok("mail", "wording", "show", "--json").json
    assert {line["shipped"] for line in every} == {True}
    subject, text = "ouvrez votre compte", "Bienvenue parmi nous.\n\n{link}\n\n{advice}"
    (Path(helpdesk.folder) / "mail.txt").write_text(f"{subject}\n\n{text}\n", encoding="utf-8")
    saved = helpdesk.ok("mail", "wording", "set", "activation", "fr", "mail.txt", "--json").json
    assert saved == {"kind": "activation", "language": "fr", "version": 1}
    assert helpdesk.ok("mail", "wording", "show", "activation", "fr").out.strip() == f"{subject}\n\n{text}"
    assert "Bienvenue" in helpdesk.ok("mail", "wording", "show", "activation", "fr", "--preview", "--html").out
    helpdesk.ok("resend", "10000001", "--reason", "no mail came")
    helpdesk.ok("mailer", "--until-empty")
    assert "Bienvenue parmi nous." in catcher.messages[0].text
    (Path(helpdesk.folder) / "bad.txt").write_text("sujet\n\nSans lien: https://x.example/", encoding="utf-8")
    run = helpdesk("mail", "wording", "set", "activation", "fr", "bad.txt")
    assert (run.code, len(run.err.strip().splitlines())) == (3, 1)
    assert "{link}" in run.err
    assert "https://x.example/" in run.err
    assert helpdesk("mail", "wording", "set", "activation", "fr", "nowhere.txt").code == 3
    assert helpdesk("mail", "wording", "show", "activation").code == 2
    helpdesk.ok("mail", "wording", "reset", "activation", "fr")
    history = helpdesk.ok("mail", "wording", "history", "activation", "fr", "--json").json
    assert [(each["version"], each["shipped"], each["text"]) for each in history] == [(2, True, None), (1, False, text)]
