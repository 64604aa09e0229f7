"""What is held on a voter, as files: JSON for programs, PDF for people."""

import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.private_file import write_private
from helpdesk.resource_files import resource

_FONT, _MARGIN_POINTS = "DejaVuSans", 56


def write_json(document: dict[str, object], path: Path) -> None:
    """Write a document as UTF-8 JSON, for its owner only. Raises UnreadableFile when the file exists already."""
    content = (json.dumps(document, ensure_ascii=False, indent=2, default=_plain) + "\n").encode()
    write_private(path, content, replace=False)


def write_pdf(
    title: str, sections: list[tuple[str, list[list[tuple[str, str]]]]], path: Path, *, language: str
) -> None:
    """Write sections of entries, each a list of labels and values, as an A4 document. Raises UnreadableFile.

    Text is text, in reading order, with a title, a language and bookmarks; names in any Latin, Greek or Cyrillic
    writing are shown.
    """
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 (0.2 s that nothing else needs)
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    pdfmetrics.registerFont(TTFont(_FONT, str(resource("fonts", "DejaVuSans.ttf"))))
    made = io.BytesIO()
    page = _Page(Canvas(made, pagesize=A4, lang=language), A4)
    page.canvas.setTitle(title)
    page.line(title, size=15)
    for number, (heading, entries) in enumerate(sections):
        page.heading(heading, key=f"section{number}")
        for entry in entries:
            for label, value in entry:
                page.line(f"{label}: {value}", size=9.5)
            page.gap()
    page.canvas.save()
    write_private(path, made.getvalue(), replace=False)


class _Page:
    """A column of text that goes on over pages."""

    def __init__(self, canvas: Any, size: tuple[float, float]) -> None:  # noqa: ANN401 (a library without types)
        self.canvas, self._width, self._height = canvas, size[0] - 2 * _MARGIN_POINTS, size[1]
        self._y = self._height - _MARGIN_POINTS

    def heading(self, text: str, *, key: str) -> None:
        self.gap()
        self._make_room(60)
        self.canvas.bookmarkHorizontal(key, 0, self._y + 14)
        self.canvas.addOutlineEntry(text, key)
        self.line(text, size=12)

    def line(self, text: str, *, size: float) -> None:
        from reportlab.lib.utils import simpleSplit  # noqa: PLC0415

        for part in simpleSplit(text, _FONT, size, self._width) or [""]:
            self._make_room(size * 1.5)
            self.canvas.setFont(_FONT, size)
            self.canvas.drawString(_MARGIN_POINTS, self._y, part)
            self._y -= size * 1.5

    def gap(self) -> None:
        self._y -= 6

    def _make_room(self, points: float) -> None:
        if self._y - points < _MARGIN_POINTS:
            self.canvas.showPage()
            self._y = self._height - _MARGIN_POINTS


def value_text(value: object, *, zone: str, yes: str, no: str) -> str:
    """A value as a person reads it; times in the election's zone."""
    match value:
        case None | "":
            return "–"
        case bool():
            return yes if value else no
        case datetime():
            return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case dict():
            return ", ".join(f"{key} {inner}" for key, inner in sorted(value.items())) or "–"
        case _:
            return str(value)


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
