"""Understanding what comes back: delivery reports (RFC 3464), other bounces, automatic answers, people.

Everything is hostile until proven otherwise: size, nesting and time are bounded, and what cannot be understood is
`other`.
"""

import hashlib
import re
import uuid
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from flufl.bounce import all_failures

from helpdesk.domain.addresses import is_address
from helpdesk.domain.mail_transport import clean_answer
from helpdesk.domain.returned_mail import MOST_BYTES, SUBJECT_LENGTH, ReturnedMail, clean_text
from helpdesk.domain.states import ReturnedKind

_MOST_NESTING = 50
_MOST_LINE = 2_000
_MOST_SCANNED = 64 * 1024
_UUID = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_OWN_ADDRESS = re.compile(rf"\+{_UUID}@", re.IGNORECASE)
_OWN_MESSAGE_ID = re.compile(rf"<{_UUID}@[^<>\s]{{1,255}}>", re.IGNORECASE)
_BARE_UUID = re.compile(rf"^{_UUID}$", re.IGNORECASE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_NESTED = re.compile(rb"boundary\s*=|message/rfc822", re.IGNORECASE)
_LONG_LINE = re.compile(rb"[^\r\n]{%d,}" % (_MOST_LINE + 1))
_RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To", "Cc")
_MACHINES = frozenset(
    {"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon", "maildaemon", "mmdf", "mail delivery"}
)
_AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|réponse automatique"
    r"|absen(?:ce|t|te)\b|vacation|away from)",
    re.IGNORECASE,
)
# Systems that bounce under a name of their own give themselves away here; believed only with a failed address found.
_BOUNCE_SUBJECT = re.compile(
    r"returned mail|undeliver|non-?delivery|delivery (?:failure|status|warning|notification)|could not be delivered"
    r"|failure notice|mail delivery (?:failed|error|warning)|non remis|échec de (?:la )?(?:remise|distribution)",
    re.IGNORECASE,
)
_ORDER = (ReturnedKind.PERMANENT, ReturnedKind.TEMPORARY, ReturnedKind.DELAYED, ReturnedKind.DELIVERED)


def read_returned(content: bytes) -> ReturnedMail:
    """What one mail of the bounce mailbox says. Never raises, whatever the bytes."""
    digest = hashlib.sha256(content[:MOST_BYTES]).hexdigest()
    bounded = _LONG_LINE.sub(lambda found: found[0][:_MOST_LINE], content[:MOST_BYTES])
    try:
        if len(_NESTED.findall(bounded)) > _MOST_NESTING:
            bounded = bounded.partition(b"\n\n")[0] if b"\r\n\r\n" not in bounded else bounded.partition(b"\r\n\r\n")[0]
        return _understood(message_from_bytes(bounded), bounded, digest)
    except Exception:  # noqa: BLE001 (a mail that no parser can read is nobody's fault and must not stop the reader)
        return ReturnedMail(ReturnedKind.OTHER, None, "", "", "", "", digest)


def _understood(mail: Message, content: bytes, digest: str) -> ReturnedMail:
    own, subject = _own_message(mail), clean_answer(_header(mail, "Subject"))[:SUBJECT_LENGTH]
    report = _report(mail)
    if report is not None:
        kind, address, status, words = report
        return ReturnedMail(kind, own, address, status, subject, clean_answer(words), digest)
    machine = _is_machine(mail)
    if (machine or _BOUNCE_SUBJECT.search(subject)) and (bounce := _other_bounce(mail, content)) is not None:
        kind, address, status, words = bounce
        return ReturnedMail(kind, own, address, status, subject, words, digest)
    sender = parseaddr(_header(mail, "From"))[1]
    words = clean_text(_text(mail))
    is_report = mail.get_content_type() == "multipart/report"  # of something else than a failure or a delay
    if not is_report and _is_automatic(mail, subject):
        return ReturnedMail(ReturnedKind.AUTO_REPLY, own, sender, "", subject, words, digest)
    if is_report or machine or not sender:
        return ReturnedMail(ReturnedKind.OTHER, own, sender, "", subject, words, digest)
    return ReturnedMail(ReturnedKind.REPLY, own, sender, "", subject, words, digest)


# --- whose answer it is


def _own_message(mail: Message) -> str | None:
    """The random id of the mail that this one answers: from its own return path, else from a Message-ID."""
    return next((_uuid(found[1]) for found in _signs(mail) if found is not None), None)


def _signs(mail: Message) -> Iterator[re.Match[str] | None]:
    for name in _RECIPIENTS:
        for value in mail.get_all(name, []):
            yield _OWN_ADDRESS.search(str(value))
    for fields in _reports(mail):
        yield _BARE_UUID.match(str(fields.get("Original-Envelope-Id", "")).strip())
    for part in list(mail.walk())[1:]:
        quoted = part
        if part.get_content_type() == "text/rfc822-headers":
            quoted = message_from_bytes(_payload(part))
        yield _OWN_MESSAGE_ID.search(str(quoted.get("Message-ID", "")))
    for name in ("In-Reply-To", "References"):
        yield _OWN_MESSAGE_ID.search(str(mail.get(name, "")))
    if _is_machine(mail):
        yield _OWN_MESSAGE_ID.search(_text(mail))


def _uuid(text: str) -> str:
    return str(uuid.UUID(text))


# --- delivery reports


def _reports(mail: Message) -> Iterator[Message]:
    """The groups of fields of a delivery report: the message's first, then one for each recipient."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from (each for each in payload if isinstance(each, Message))


def _report(mail: Message) -> tuple[ReturnedKind, str, str, str] | None:
    """The worst that an RFC 3464 report says of any recipient: kind, address, status, diagnostic."""
    found = []
    for fields in _reports(mail):
        diagnostic = str(fields.get("Diagnostic-Code", "")).partition(";")
        words = " ".join((diagnostic[2] or diagnostic[0]).split())
        code = _precise(str(fields.get("Status", "")), words, _text(mail))
        kind = _kind_of(str(fields.get("Action", "")).strip().lower(), code)
        if kind is not None:
            found.append((kind, _address(fields), code, words or " ".join(_text(mail).split())))
    if not found:
        return None
    return min(found, key=lambda each: _ORDER.index(each[0]))


def _precise(status: str, *elsewhere: str) -> str:
    """The status, or a more precise one of the same class that the words hold where it is a vague 5.0.0."""
    code = found[1] if (found := _STATUS.search(status)) else ""
    for words in elsewhere:
        better = _STATUS.search(words)
        if better and (not code or (code.endswith(".0.0") and better[1][0] == code[0])):
            return better[1]
    return code


def _kind_of(action: str, status: str) -> ReturnedKind | None:
    if action == "failed":
        return ReturnedKind.TEMPORARY if status.startswith("4") or status == "5.2.2" else ReturnedKind.PERMANENT
    return {"delayed": ReturnedKind.DELAYED, "delivered": ReturnedKind.DELIVERED}.get(action)


def _address(fields: Message) -> str:
    for name in ("Original-Recipient", "Final-Recipient"):
        address = str(fields.get(name, "")).partition(";")[2].strip().strip("<>")
        if is_address(address):
            return address
    return ""


# --- bounces of other forms


def _other_bounce(mail: Message, content: bytes) -> tuple[ReturnedKind, str, str, str] | None:
    scanned = message_from_bytes(content[:_MOST_SCANNED])
    try:
        temporary, permanent = all_failures(scanned)
    except Exception:  # noqa: BLE001 (its detectors trust what they read)
        temporary, permanent = frozenset(), frozenset()
    text = _text(mail)
    failed = [str(value) for value in mail.get_all("X-Failed-Recipients", [])]
    if not (temporary or permanent or failed):
        return None
    found = [each.decode("ascii", "replace") if isinstance(each, bytes) else each for each in permanent or temporary]
    addresses = sorted(found) or failed
    status = _STATUS.search(text)
    code = status[1] if status and status[1][0] in "45" else ""
    line = next((line for line in text.splitlines() if code and code in line), "")
    if temporary and not permanent:
        kind = ReturnedKind.DELAYED
    else:
        kind = ReturnedKind.TEMPORARY if code.startswith("4") or code == "5.2.2" else ReturnedKind.PERMANENT
    address = addresses[0].strip()
    return kind, address if is_address(address) else "", code, clean_answer(line or " ".join(text.split()))


# --- machines and people


def _is_machine(mail: Message) -> bool:
    """True for what a mail system sends: a null return path (RFC 5321, 4.5.5), its usual names, a report."""
    path = mail.get("Return-Path")
    if path is not None and str(path).strip() in {"<>", ""}:
        return True
    if mail.get("X-Failed-Recipients") is not None or mail.get_content_type() == "multipart/report":
        return True
    name, sender = parseaddr(_header(mail, "From"))
    local = sender.partition("@")[0].lower()
    return any(each in local or each in name.lower() for each in _MACHINES)


def _is_automatic(mail: Message, subject: str) -> bool:
    """True for automatic answers: RFC 3834, 5, and the signs of systems that do not know it."""
    if _header(mail, "Auto-Submitted").partition(";")[0].strip().lower() not in {"", "no"}:
        return True
    if any(mail.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")):
        return True
    if _header(mail, "Precedence").strip().lower() in {"auto_reply", "auto-reply"}:
        return True
    return _AUTOMATIC_SUBJECT.match(subject) is not None


def _header(mail: Message, name: str) -> str:
    value = mail.get(name)
    if value is None:
        return ""
    try:
        return str(make_header(decode_header(value)))
    except Exception:  # noqa: BLE001 (unknown character sets, broken encodings)
        return str(value)


def _text(mail: Message) -> str:
    """The first text of the mail itself, not of one that it quotes."""
    for part in _own_parts(mail):
        if part.get_content_type() == "text/plain":
            return _decoded(part)
    for part in _own_parts(mail):
        if part.get_content_type() == "text/html":
            return re.sub(r"<[^<>]{0,2000}>", " ", _decoded(part))
    return ""


def _own_parts(mail: Message) -> Iterator[Message]:
    if mail.get_content_type() == "message/rfc822":
        return
    payload = mail.get_payload()
    if isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from _own_parts(part)
    else:
        yield mail


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decoded(part: Message) -> str:
    payload = _payload(part)
    try:
        return payload.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")
