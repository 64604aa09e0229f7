"""The wording of mails: what whoever edits it may write, and what has to remain (facts.md, rules 4 and 6)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk.domain.states import LINK_MAILS, MailKind

LANGUAGES = ("fr", "en")
"""Languages that mails are written in."""

SUBJECT_LENGTH = (3, 100)
"""Fewest and most characters of a subject: longer ones are cut by mailboxes."""

BODY_LENGTH = (20, 4000)
"""Fewest and most characters of a text."""


class Placeholder(StrEnum):
    """What is filled in for each voter, written in braces."""

    LINK = "link"
    ADVICE = "advice"
    TIED_ADDRESS = "tied_address"
    PORTAL = "portal"
    NAME = "name"
    ELECTION = "election"


STANDS_ALONE = (Placeholder.LINK, Placeholder.ADVICE)
"""Placeholders that are a paragraph of their own, and stand once."""

_IN_EVERY_MAIL = (Placeholder.TIED_ADDRESS, Placeholder.PORTAL, Placeholder.NAME, Placeholder.ELECTION)
_REQUIRED = {
    MailKind.QUESTION_RESET_NOTICE: (Placeholder.TIED_ADDRESS,),
    MailKind.TIED_ADDRESS_NOTICE: (Placeholder.TIED_ADDRESS,),
    MailKind.OTHER_ADDRESS_NOTICE: (Placeholder.TIED_ADDRESS, Placeholder.PORTAL),
    MailKind.ACTIVATION_NOTICE: (Placeholder.PORTAL,),
    MailKind.LOCK_NOTICE: (Placeholder.PORTAL,),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Subject and text of a mail, without the greeting, the desk's phone and the signature that every mail has.

    In the text, an empty line parts paragraphs, `## ` begins a heading and `- ` an item of a list.
    """

    subject: str
    body: str


class WordingProblem(StrEnum):
    """Why a wording cannot be used."""

    SUBJECT_TOO_SHORT = "subject_too_short"
    SUBJECT_TOO_LONG = "subject_too_long"
    BODY_TOO_SHORT = "body_too_short"
    BODY_TOO_LONG = "body_too_long"
    MISSING = "missing"
    UNKNOWN = "unknown"
    REPEATED = "repeated"
    NOT_ALONE = "not_alone"
    IN_SUBJECT = "in_subject"
    MARKUP = "markup"
    WEB_ADDRESS = "web_address"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class WordingFault:
    """One thing to mend; `what` is the piece of text, the placeholder or the number that it is about."""

    problem: WordingProblem
    what: str = ""


@dataclass(frozen=True, slots=True)
class WordingVersion:
    """One version of a mail's wording; `wording` is None where it went back to the text that the program ships."""

    version: int
    wording: Wording | None
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class WordingView:
    """The wording in force: `version` 0 was never changed; `shipped` is the program's own text."""

    kind: MailKind
    language: str
    wording: Wording
    shipped: Wording
    version: int = 0
    written_by: str = ""
    written_at: datetime | None = None

    @property
    def is_shipped(self) -> bool:
        """True when the program's own text goes out."""
        return self.wording == self.shipped


def required_placeholders(kind: MailKind) -> tuple[Placeholder, ...]:
    """What the text of this mail cannot do without: its link, and the advice that the program has for it.

    The advice of a notice is what to do for whoever did not ask for the change (facts.md rule 6).
    """
    if kind in LINK_MAILS:
        return (Placeholder.LINK, Placeholder.ADVICE)
    return (*_REQUIRED.get(kind, ()), Placeholder.ADVICE)


def allowed_placeholders(kind: MailKind) -> tuple[Placeholder, ...]:
    """What the text of this mail may hold."""
    return (*STANDS_ALONE, *_IN_EVERY_MAIL) if kind in LINK_MAILS else (Placeholder.ADVICE, *_IN_EVERY_MAIL)


def written(subject: str, body: str) -> Wording:
    """A wording as it is kept: composed Unicode, one kind of line break, no spaces at the ends of lines."""
    subject = " ".join(unicodedata.normalize("NFC", subject).split())
    lines = unicodedata.normalize("NFC", body).replace("\t", " ").splitlines()
    return Wording(subject, _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip())


def faults(kind: MailKind, wording: Wording) -> tuple[WordingFault, ...]:
    """Everything that keeps a wording from being used for this mail, in the order to tell it; empty when it is fit."""
    return (*_subject_faults(wording.subject), *_body_faults(kind, wording.body), *_foreign(wording))


_EMPTY_LINES = re.compile(r"\n{3,}")
_IN_BRACES = re.compile(r"\{([^{}\n]*)\}")
_BRACE = re.compile(r"[{}]+[^{}\n]{0,20}")
_TAG = re.compile(r"<\s*[a-z/!?][^>\n]{0,20}>?|&(?:#\w{1,8}|[a-z]{2,8});", re.IGNORECASE)
# Links are the program's: one that somebody types could lead voters elsewhere, or count who opens it.
_WEB_ADDRESS = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.|mailto:|javascript:|data:)\S{0,40}|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/\S{0,40}",
    re.IGNORECASE,
)


def _length_faults(
    text: str, lengths: tuple[int, int], too_short: WordingProblem, too_long: WordingProblem
) -> list[WordingFault]:
    fewest, most = lengths
    if len(text) < fewest:
        return [WordingFault(too_short, str(fewest))]
    return [WordingFault(too_long, str(most))] if len(text) > most else []


def _subject_faults(subject: str) -> list[WordingFault]:
    found = _length_faults(subject, SUBJECT_LENGTH, WordingProblem.SUBJECT_TOO_SHORT, WordingProblem.SUBJECT_TOO_LONG)
    if "{" in subject or "}" in subject:
        found.append(WordingFault(WordingProblem.IN_SUBJECT))
    return found


def _body_faults(kind: MailKind, body: str) -> list[WordingFault]:
    found = _length_faults(body, BODY_LENGTH, WordingProblem.BODY_TOO_SHORT, WordingProblem.BODY_TOO_LONG)
    names = _IN_BRACES.findall(body)
    known = {str(each) for each in allowed_placeholders(kind)}
    missing = [_braced(each) for each in required_placeholders(kind) if each not in names]
    unknown = [_braced(name) for name in dict.fromkeys(names) if name not in known]
    unknown += [piece.strip() for piece in _BRACE.findall(_IN_BRACES.sub("", body))]
    found += [WordingFault(WordingProblem.MISSING, what) for what in missing]
    found += [WordingFault(WordingProblem.UNKNOWN, what) for what in unknown]
    paragraphs = body.split("\n\n")
    for each in STANDS_ALONE:
        if names.count(each) > 1:
            found.append(WordingFault(WordingProblem.REPEATED, _braced(each)))
        elif each in known and each in names and _braced(each) not in paragraphs:
            found.append(WordingFault(WordingProblem.NOT_ALONE, _braced(each)))
    return found


def _foreign(wording: Wording) -> list[WordingFault]:
    """What has no place in any mail: markup, web addresses, characters that cannot be seen."""
    text = f"{wording.subject}\n{wording.body}"
    found = [WordingFault(WordingProblem.MARKUP, piece) for piece in dict.fromkeys(_TAG.findall(text))]
    found += [WordingFault(WordingProblem.WEB_ADDRESS, piece) for piece in dict.fromkeys(_WEB_ADDRESS.findall(text))]
    strange = dict.fromkeys(char for char in text if _is_strange(char))
    return found + [WordingFault(WordingProblem.CHARACTER, f"U+{ord(char):04X}") for char in strange]


def _is_strange(char: str) -> bool:
    """Controls, invisible formats (they can turn a text around), private, unassigned and lone surrogates."""
    return char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _braced(name: str) -> str:
    return f"{{{name}}}"


def fill(text: str, values: dict[Placeholder, str]) -> str:
    """The text with its placeholders filled in, each value taken as it is."""
    return _IN_BRACES.sub(lambda found: values[Placeholder(found[1])], text)
