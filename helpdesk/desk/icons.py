"""Line icons in the colours of the theme: drawn anew at every size, so that a change of theme needs no reload."""

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from helpdesk.desk.appearance import theme
from helpdesk.resource_files import resource


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))


def read_icon(name: str, ink: str) -> None:
    """Read a drawing before it is painted, in the theme's colour `ink`: from its file, which takes a while."""
    _renderer(name, getattr(theme(), ink))


@cache
def _drawn(name: str, colour: str, side: int, ratio: float) -> QPixmap:
    """An icon of so many pixels, drawn once: a list has the same few in every row."""
    canvas = QPixmap(round(side * ratio), round(side * ratio))
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(QColor(0, 0, 0, 0))
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name, colour).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return canvas


def paint_icon(painter: QPainter, name: str, colour: str, area: QRectF) -> None:
    """Draw an icon in a colour of the theme's value, filling the square area."""
    corner, side = area.topLeft(), round(area.width())
    if corner == corner.toPoint() and area.width() == area.height() == side:
        painter.drawPixmap(corner, _drawn(name, colour, side, painter.device().devicePixelRatio()))
    else:  # between pixels it looks different each time
        _renderer(name, colour).render(painter, area)


class _LineIcon(QIconEngine):
    """An icon whose colour is looked up when it is painted; `ink` names a colour of the theme."""

    def __init__(self, name: str, ink: str) -> None:
        super().__init__()
        self._name, self._ink = name, ink

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _: QIcon.State) -> None:
        ink = "faint" if mode == QIcon.Mode.Disabled else self._ink
        side = min(rect.width(), rect.height())  # a wider area leaves a gap before the text beside the icon
        top = rect.top() + (rect.height() - side) / 2
        paint_icon(painter, self._name, getattr(theme(), ink), QRectF(rect.left(), top, side, side))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        canvas = QPixmap(size)
        canvas.fill(QColor(0, 0, 0, 0))
        painter = QPainter(canvas)
        self.paint(painter, canvas.rect(), mode, state)
        painter.end()
        return canvas

    def clone(self) -> QIconEngine:
        return _LineIcon(self._name, self._ink)


def line_icon(name: str, ink: str = "text") -> QIcon:
    """The icon `resources/icons/NAME.svg`, in the theme's colour `ink`, greyed while disabled."""
    return QIcon(_LineIcon(name, ink))
