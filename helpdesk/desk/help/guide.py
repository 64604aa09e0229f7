"""The topics of the guide: files of `resources/help`, and two that the program writes itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.desk.help.keys import keys_of_the_desk
from helpdesk.domain.folding import fold_words
from helpdesk.domain.states import TRANSITIONS, AccountEvent
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.words import state_text
from helpdesk.resource_files import resource


@dataclass(frozen=True, slots=True)
class Topic:
    """A title and its Markdown."""

    title: str
    text: str


def read_guide(language: str) -> tuple[Topic, ...]:
    """Every topic in a language, in order. Reads files: to be called in a background job."""
    files = sorted(resource("help", language).glob("*.md"))
    written = [_topic(path.read_text(encoding="utf-8")) for path in files]
    return (*written, _topic(_states()), _topic(_keys()))


def found_topics(topics: Sequence[Topic], wanted: str) -> tuple[Topic, ...]:
    """Topics that hold every word, without case and accents; all of them for an empty text."""
    words = fold_words(wanted).split()
    return tuple(topic for topic in topics if all(word in fold_words(topic.text) for word in words))


def _topic(text: str) -> Topic:
    return Topic(text.partition("\n")[0].lstrip("# ").strip(), text)


def _keys() -> str:
    rows = "\n".join(f"| **{keys}** | {meaning} |" for keys, meaning in keys_of_the_desk())
    return f"# {_('Keys')}\n\n| {_('Keys')} | {_('What they do')} |\n|---|---|\n{rows}\n"


def _states() -> str:
    """The one table of account transitions, in words."""
    rows = "\n".join(
        f"| {state_text(before)} | {_event_text(event)} | {state_text(after)} |"
        for (before, event), after in TRANSITIONS.items()
        if before is not after
    )
    heads = f"| {_('State')} | {_('What happens')} | {_('State after it')} |"
    return f"# {_('States of an account')}\n\n{heads}\n|---|---|---|\n{rows}\n"


def _event_text(event: AccountEvent) -> str:
    return {
        AccountEvent.LINK_ISSUED: _("a mail with a link is asked for"),
        AccountEvent.LINK_OPENED: _("the voter opens the link"),
        AccountEvent.PASSWORD_CHOSEN: _("the voter chooses a password"),
        AccountEvent.QUESTION_CHOSEN: _("the voter chooses a challenge question"),
        AccountEvent.CHALLENGE_RESET: _("the desk resets the challenge question"),
    }[event]
