"""The one gettext catalogue of the program: chosen from the system, switchable while it runs."""

import gettext as gettext_module
import locale
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache

from helpdesk.resource_files import resource

LANGUAGES = ("fr", "en")
DOMAIN = "helpdesk"


class _Catalogue:
    """Which language is spoken; one per process, because one person sits before it."""

    language = "en"


_current = _Catalogue()
_answering: ContextVar[str | None] = ContextVar("language of one request", default=None)


def system_language(environment: Mapping[str, str] = os.environ) -> str:
    """The language of the system: "fr" or "en"; English where the system speaks neither."""
    names = [environment.get(key, "") for key in ("LC_ALL", "LC_MESSAGES", "LANG")]
    with suppress(ValueError):  # a locale that Python cannot name
        names.append(locale.getlocale()[0] or "")
    first = next((name for name in names if name and name not in {"C", "POSIX", "C.UTF-8", "C.utf8"}), "")
    return "fr" if first.lower().startswith(("fr", "french")) else "en"


def speak(language: str) -> None:
    """Use this language from now on; "system" asks the system."""
    chosen = system_language() if language == "system" else language
    _current.language = chosen if chosen in LANGUAGES else "en"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use a language for one request, in its thread only: a server answers many people at once."""
    token = _answering.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _answering.reset(token)


def current_language() -> str:
    """The language in use: "fr" or "en"."""
    return _answering.get() or _current.language


@cache
def _translations(language: str) -> gettext_module.NullTranslations:
    return gettext_module.translation(DOMAIN, str(resource("locale")), languages=[language], fallback=True)


def gettext(message: str) -> str:
    """The message in the language in use; format it after translating."""
    return _translations(current_language()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form that belongs to the count, in the language in use."""
    return _translations(current_language()).ngettext(singular, plural, count)


def to_translate(message: str) -> str:
    """Mark a message of a table for the catalogue; it is translated when it is shown."""
    return message
