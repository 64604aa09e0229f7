"""A figure on paper: the picture, and its numbers below."""

from html import escape

from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QPagedPaintDevice, QTextDocument

from helpdesk.desk.pages.overview.figures import Figure
from helpdesk.language.numbers import number_text

_SHEET = "h1 {font-size: 15pt} td, th {font-size: 10pt; padding: 2pt 8pt; text-align: right} td.what {text-align: left}"
_PICTURE = QUrl("figure.png")
_WIDTH = 480  # of the picture, in the document's pixels: an A4 page between its margins


def print_figure(figure: Figure, picture: QImage, about: str, printer: QPagedPaintDevice) -> None:
    """Print title, what it is about, picture and numbers. Works in any thread."""
    document = QTextDocument()
    document.setDefaultStyleSheet(_SHEET)
    document.addResource(QTextDocument.ResourceType.ImageResource.value, _PICTURE, picture)
    document.setHtml(_page(figure, about))
    document.print_(printer)


def _page(figure: Figure, about: str) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in figure.series)
    rows = "".join(
        f'<tr><td class="what">{escape(bar.label)}</td>'
        + "".join(f"<td>{number_text(value)}</td>" for value in bar.values)
        + "</tr>"
        for bar in figure.bars
    )
    picture = f'<p><img src="{_PICTURE.toString()}" width="{_WIDTH}"></p>'
    return (
        f"<h1>{escape(figure.title)}</h1><p>{escape(about)}</p>{picture}<table><tr><th></th>{head}</tr>{rows}</table>"
    )
