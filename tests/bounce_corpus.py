"""Mails as they come to a bounce mailbox, written for the tests after the forms that mail systems use."""

from dataclasses import dataclass
from email.message import EmailMessage
from textwrap import dedent

from helpdesk.domain.states import ReturnedKind

BOUNCES, DOMAIN = "retours@ac-rennes.example", "ac-rennes.example"
TOKEN = "k3Vd0xQ9mZtB7uYw1sHc5pLg8nRf2aJe4iOq6kTvXyz"
LINK = f"https://portail.example.org/activate/{TOKEN}"


@dataclass(frozen=True)
class Sample:
    """A mail, what it is, and the status that it names."""

    name: str
    kind: ReturnedKind
    content: bytes
    status: str = ""


def original(message: str) -> str:
    """The mail that comes back, as systems quote it."""
    return dedent(f"""\
        From: =?utf-8?q?=C3=89lections?= <elections@{DOMAIN}>
        To: marie.dupont@ac-lille.example
        Subject: Activez votre compte
        Message-ID: <{message}@{DOMAIN}>
        Auto-Submitted: auto-generated
        Content-Type: text/plain; charset="utf-8"

        Ouvrez ce lien :

        {LINK}
        """)


def report(
    message: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <marie.dupont@ac-lille.example>: user unknown",
    to: str | None = None,
    quoted: str = "message/rfc822",
    sender: str = "MAILER-DAEMON@mx.ac-lille.example (Mail Delivery System)",
    subject: str = "Undelivered Mail Returned to Sender",
    envelope_id: str = "",
) -> bytes:
    """A delivery report (RFC 3464)."""
    to = to or f"retours+{message}@{DOMAIN}"
    about = f"Reporting-MTA: dns; mx.ac-lille.example\n{f'Original-Envelope-Id: {envelope_id}' if envelope_id else ''}"
    head = original(message) if quoted == "message/rfc822" else original(message).partition("\n\n")[0] + "\n"
    return "\n".join(
        [
            "Return-Path: <>",
            f"From: {sender}",
            f"To: {to}",
            f"Subject: {subject}",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
            "",
            "--b1",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "This is the mail system. I'm sorry to have to inform you that your message",
            "could not be delivered to one or more recipients.",
            "",
            "--b1",
            "Content-Type: message/delivery-status",
            "",
            about.rstrip(),
            "",
            "Final-Recipient: rfc822; marie.dupont@ac-lille.example",
            "Original-Recipient: rfc822;marie.dupont@ac-lille.example",
            f"Action: {action}",
            f"Status: {status}",
            f"Diagnostic-Code: {diagnostic}",
            "",
            "--b1",
            f"Content-Type: {quoted}",
            "",
            head,
            "--b1--",
            "",
        ]
    ).encode()


def plain(text: str, *, to: str, subject: str, sender: str, **headers: str) -> bytes:
    """A mail without any MIME structure."""
    more = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", *more, "Content-Type: text/plain; charset=utf-8"]
    return ("\n".join(head) + "\n\n" + dedent(text)).encode()


def samples(message: str) -> list[Sample]:
    """Every form, about the mail of this random id."""
    own, kind = f"retours+{message}@{DOMAIN}", ReturnedKind
    daemon = "Mail Delivery Subsystem <MAILER-DAEMON@mx.ac-lille.example>"
    person = "Marie Dupont <marie.dupont@ac-lille.example>"
    return [
        Sample("postfix: unknown user", kind.PERMANENT, report(message), "5.1.1"),
        Sample(
            "exchange: unknown user",
            kind.PERMANENT,
            report(
                message,
                status="5.1.10",
                diagnostic="smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
                sender="postmaster@ac-lille.example",
                subject="Non remis : Activez votre compte",
            ),
            "5.1.10",
        ),
        Sample(
            "gmail: unknown user, headers quoted only",
            kind.PERMANENT,
            report(
                message,
                diagnostic="smtp; 550-5.1.1 The email account that you tried to reach does not exist. 550 5.1.1 gsmtp",
                quoted="text/rfc822-headers",
                sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
                subject="Delivery Status Notification (Failure)",
            ),
            "5.1.1",
        ),
        Sample(
            "a vague status with a precise diagnostic",
            kind.PERMANENT,
            report(message, status="5.0.0", diagnostic="smtp; 554 5.7.1 Message rejected as spam"),
            "5.7.1",
        ),
        Sample("no address of its own, Message-ID quoted", kind.PERMANENT, report(message, to=BOUNCES), "5.1.1"),
        Sample(
            "no address of its own, headers quoted",
            kind.PERMANENT,
            report(message, to=BOUNCES, quoted="text/rfc822-headers"),
            "5.1.1",
        ),
        Sample(
            "envelope id only",
            kind.PERMANENT,
            report("00000000-0000-4000-8000-000000000000", to=BOUNCES, envelope_id=message),
            "5.1.1",
        ),
        Sample(
            "mailbox full",
            kind.TEMPORARY,
            report(message, status="5.2.2", diagnostic="smtp; 552 5.2.2 Mailbox full"),
            "5.2.2",
        ),
        Sample(
            "given up after days",
            kind.TEMPORARY,
            report(message, status="4.4.7", diagnostic="smtp; 451 4.4.7 delivery time expired"),
            "4.4.7",
        ),
        Sample(
            "postfix: delayed",
            kind.DELAYED,
            report(
                message,
                action="delayed",
                status="4.4.1",
                diagnostic="X-Postfix; connect to mx.ac-lille.example[192.0.2.1]:25: Connection timed out",
                subject="Delayed Mail (still being retried)",
            ),
            "4.4.1",
        ),
        Sample(
            "postfix: delivered",
            kind.DELIVERED,
            report(message, action="delivered", status="2.0.0", diagnostic="smtp; 250 2.0.0 Ok", subject="Successful"),
            "2.0.0",
        ),
        Sample("relayed to a system without reports", kind.OTHER, report(message, action="relayed", status="2.0.0")),
        Sample(
            "exim: not a report",
            kind.PERMANENT,
            plain(
                f"""\
                This message was created automatically by mail delivery software.

                A message that you sent could not be delivered to one or more of its
                recipients. This is a permanent error. The following address(es) failed:

                  marie.dupont@ac-lille.example
                    SMTP error from remote mail server after RCPT TO:<marie.dupont@ac-lille.example>:
                    550 5.1.1 User unknown

                ------ This is a copy of the message, including all the headers. ------

                Message-ID: <{message}@{DOMAIN}>
                """,
                to=own,
                subject="Mail delivery failed: returning message to sender",
                sender=daemon,
                X_Failed_Recipients="marie.dupont@ac-lille.example",
                Auto_Submitted="auto-replied",
            ),
            "5.1.1",
        ),
        Sample(
            "qmail",
            kind.PERMANENT,
            plain(
                """\
                Hi. This is the qmail-send program at mx.ac-lille.example.
                I'm afraid I wasn't able to deliver your message to the following addresses.
                This is a permanent error; I've given up. Sorry it didn't work out.

                <marie.dupont@ac-lille.example>:
                Sorry, no mailbox here by that name. (#5.1.1)

                --- Below this line is a copy of the message.
                """,
                to=own,
                subject="failure notice",
                sender="MAILER-DAEMON@mx.ac-lille.example",
                Return_Path="<>",
            ),
            "5.1.1",
        ),
        Sample(
            "out of office, RFC 3834",
            kind.AUTO_REPLY,
            plain(
                "Je suis absente jusqu'au 2 novembre.\n",
                to=own,
                subject="Réponse automatique : Activez votre compte",
                sender=person,
                Auto_Submitted="auto-replied",
            ),
        ),
        Sample(
            "out of office, by its subject only",
            kind.AUTO_REPLY,
            plain("I am away.\n", to=own, subject="Automatic reply: Activez", sender=person),
        ),
        Sample(
            "out of office, with a null return path",
            kind.AUTO_REPLY,
            plain(
                "Je suis en congé.\n",
                to=own,
                subject="Absence du bureau",
                sender=person,
                Return_Path="<>",
                Auto_Submitted="auto-replied",
            ),
        ),
        Sample(
            "an old vacation program",
            kind.AUTO_REPLY,
            plain("Gone fishing.\n", to=own, subject="Re: Activez", sender=person, Precedence="auto_reply"),
        ),
        Sample(
            "a person's answer, with the mail quoted",
            kind.REPLY,
            plain(
                f"""\
                Bonjour, le lien ne marche pas chez moi, que dois-je faire ?
                Le voici : {LINK}
                Marie Dupont

                > Ouvrez ce lien :
                > {LINK}
                """,
                to=own,
                subject="Re: Activez votre compte",
                sender=person,
                In_Reply_To=f"<{message}@{DOMAIN}>",
            ),
        ),
        Sample("a person's answer in HTML", kind.REPLY, _html(own, person)),
        Sample(
            "a person who quotes a bounce",
            kind.REPLY,
            plain(
                """\
                Ma collègue a reçu ceci, est-ce grave ?

                550 5.1.1 User unknown
                This is a permanent error. The following address(es) failed:
                  jean.martin@ac-lille.example
                """,
                to=own,
                subject="Question",
                sender=person,
            ),
        ),
        Sample(
            "a challenge that wants a click",
            kind.AUTO_REPLY,
            plain(
                "Cliquez pour être accepté.\n",
                to=own,
                subject="Vérification",
                sender="robot@antispam.example",
                Auto_Submitted="auto-generated",
            ),
        ),
    ]


def _html(own: str, person: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = person, own, "RE: Activez votre compte"
    mail.set_content(f"<p>Merci, c'est <b>fait</b> !</p><a href='{LINK}'>lien</a>", subtype="html")
    return mail.as_bytes()


def ordinary(count: int) -> list[bytes]:
    """Mails that are no bounces, with words that bounces use too."""
    texts = [
        "Bonjour, je n'ai pas reçu le mail d'activation. Merci de me le renvoyer.",
        "My mailbox was full last week; it works again. Could you send the mail once more?",
        "Votre message du 12 est bien arrivé, mais le lien a échoué : « lien expiré ».",
        "Undeliverable? I got your letter twice. Regards.",
        "Le courrier recommandé est revenu : adresse inconnue. L'adresse électronique est bonne.",
        "Could not be delivered: that is what the postman wrote. See you on Monday.",
    ]
    subjects = ["Question", "Re: Activez votre compte", "Mail failure?", "Permanent contract", "Delivery of ballots"]
    return [
        plain(
            f"{texts[place % len(texts)]}\n\nNuméro {place}\n",
            to=BOUNCES,
            subject=subjects[place % len(subjects)],
            sender=f"Jean Martin <jean.martin{place}@ac-lille.example>",
        )
        for place in range(count)
    ]
