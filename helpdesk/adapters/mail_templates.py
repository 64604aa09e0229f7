"""The words of mails: one text a kind and language, shipped or reworded, in the frame and the page that all share."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk.domain.mail_wording import Placeholder, Wording, fill
from helpdesk.domain.ports import MailContent, MailFacts
from helpdesk.domain.states import LINK_MAILS, MailKind

if TYPE_CHECKING:  # 50 ms that nobody needs before the first mail
    from jinja2 import Environment

_PLACEHOLDERS = {
    "fr": "[lien personnel, visible seulement dans le message reçu]",
    "en": "[personal link, seen only in the mail itself]",
}
_FRENCH_SPACE = re.compile(r"(?<=«) | (?=[:;?!»])")  # where a line must not break
_HEADING, _ITEM = "## ", "- "
# What differs from one voter to the next is put into a form that is rendered once for all of them. The marks are
# private characters (Unicode, 23.5), which no name or address holds.
_NAME, _TIED, _LINK = "\ue000", "\ue001", "\ue002"
_MARKS = re.compile(f"[{_NAME}{_TIED}{_LINK}]")
_FORMS = 256


class _Kind(StrEnum):
    HEADING = "heading"
    LIST = "list"
    LINK = "link"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class _Block:
    kind: _Kind
    lines: tuple[str, ...]


class MailTemplates:
    """Renders a wording: that of the facts, else `LANGUAGE/KIND.txt`, whose first line is the subject.

    `LANGUAGE/letter.txt` is the frame of every mail: greeting, phone, signature; `advice.txt` goes with every link,
    `not_you/KIND.txt` with every notice of a change.
    Blank lines part the blocks of the text; `## ` begins a heading, `- ` an item of a list; a link stands alone. The
    HTML is made of the very same words, so that the two parts of a mail never say different things.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder of the templates; they are read when first used."""
        self._folder = folder
        self._form = lru_cache(maxsize=_FORMS)(self._render)
        self._shipped = cache(self._read)

    def shipped(self, kind: MailKind, language: str) -> Wording:
        """The program's own wording of a mail."""
        return self._shipped(kind, language)

    @cached_property
    def _words(self) -> "Environment":
        return _environment(self._folder, escapes=False)

    @cached_property
    def _pages(self) -> "Environment":
        return _environment(self._folder, escapes=True)

    def render(self, facts: MailFacts) -> MailContent:
        """The mail in the language of `facts`; without a link, a placeholder says where it will stand."""
        facts = _on_one_line(facts)
        own = {_NAME: facts.greeting_name, _TIED: facts.tied_address, _LINK: facts.link or ""}
        form = self._form(
            replace(facts, greeting_name=_NAME, tied_address=_TIED, link=_LINK if facts.link is not None else None)
        )
        return MailContent(
            _filled(form.subject, own),
            _filled(form.text, own),
            _filled(form.html, {mark: escape(value) for mark, value in own.items()}),
        )

    def _render(self, facts: MailFacts) -> MailContent:
        link = facts.link or _PLACEHOLDERS[facts.language]
        wording = facts.wording or self.shipped(facts.kind, facts.language)
        body = fill(wording.body, self._values(facts, link))
        frame = self._words.get_template(f"{facts.language}/letter.txt")
        words = frame.render(facts=facts, subject=wording.subject, body=body)
        if facts.language == "fr":
            words = _FRENCH_SPACE.sub("\N{NO-BREAK SPACE}", words)
        subject, _, body = words.strip().partition("\n")
        blocks = [_block(text, link) for text in re.split(r"\n{2,}", body.strip())]
        html = self._pages.get_template("page.html").render(
            language=facts.language, subject=subject, blocks=blocks, live=facts.link is not None
        )
        return MailContent(subject, "\n\n".join("\n".join(block.lines) for block in blocks) + "\n", html)

    def _values(self, facts: MailFacts, link: str) -> dict[Placeholder, str]:
        advice = "advice" if facts.kind in LINK_MAILS else f"not_you/{facts.kind}"
        return {
            Placeholder.LINK: link,
            Placeholder.ADVICE: self._words.get_template(f"{facts.language}/{advice}.txt").render(facts=facts).strip(),
            Placeholder.TIED_ADDRESS: facts.tied_address,
            Placeholder.PORTAL: facts.portal_url,
            Placeholder.NAME: facts.greeting_name,
            Placeholder.ELECTION: facts.election_name,
        }

    def _read(self, kind: MailKind, language: str) -> Wording:
        subject, _, body = (self._folder / language / f"{kind}.txt").read_text(encoding="utf-8").partition("\n")
        return Wording(subject, body.strip())


def _environment(folder: Path, *, escapes: bool) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=escapes,  # noqa: S701 (words are plain text; the page escapes them)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _filled(form: str, values: dict[str, str]) -> str:
    return _MARKS.sub(lambda mark: values[mark[0]], form)


def _block(text: str, link: str) -> _Block:
    lines = tuple(text.splitlines())
    if text.startswith(_HEADING):
        return _Block(_Kind.HEADING, (lines[0].removeprefix(_HEADING), *lines[1:]))
    if text == link:
        return _Block(_Kind.LINK, lines)
    return _Block(_Kind.LIST if text.startswith(_ITEM) else _Kind.PARAGRAPH, lines)


def _on_one_line(facts: MailFacts) -> MailFacts:
    """No line break in a name or a setting may pass for one of the template."""
    return replace(
        facts,
        greeting_name=" ".join(facts.greeting_name.split()),
        election_name=" ".join(facts.election_name.split()),
        tied_address=" ".join(facts.tied_address.split()),
        desk_phone=" ".join(facts.desk_phone.split()),
        desk_hours=" ".join(facts.desk_hours.split()),
    )
