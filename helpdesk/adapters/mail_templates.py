"""The words of mails, from Jinja2 templates: one text a kind and language, and one HTML page that sets it."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from helpdesk.domain.ports import MailContent, MailFacts

_PLACEHOLDERS = {
    "fr": "[lien personnel, visible seulement dans le message reçu]",
    "en": "[personal link, seen only in the mail itself]",
}


class MailTemplates:
    """Renders `LANGUAGE/KIND.txt`: its first line is the subject, blank lines part paragraphs, `- ` begins items.

    The HTML is made of the very same words, so that the two parts of a mail never say different things.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder of the templates; they are read when first used."""
        loader = FileSystemLoader(folder)
        strict = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
        self._words = Environment(loader=loader, autoescape=False, **strict)  # type: ignore[arg-type]  # noqa: S701 (plain text)
        self._pages = Environment(loader=loader, autoescape=True, **strict)  # type: ignore[arg-type]

    def render(self, facts: MailFacts) -> MailContent:
        """The mail in the language of `facts`; without a link, a placeholder says where it will stand."""
        link = facts.link or _PLACEHOLDERS[facts.language]
        words = self._words.get_template(f"{facts.language}/{facts.kind}.txt").render(facts=facts, link=link)
        subject, _, body = words.strip().partition("\n")
        paragraphs = [paragraph.splitlines() for paragraph in body.strip().split("\n\n")]
        page = self._pages.get_template("page.html")
        html = page.render(language=facts.language, subject=subject, paragraphs=paragraphs, link=link, live=facts.link)
        return MailContent(subject, body.strip() + "\n", html)
