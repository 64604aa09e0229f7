"""Drawing a figure: lines over time, or lying bars, with their labels and a legend."""

from collections.abc import Sequence
from itertools import count

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from helpdesk.desk.appearance import space, theme
from helpdesk.desk.pages.overview.figures import Figure
from helpdesk.language.numbers import number_text

_INKS = ("accent", "edge", "good")
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
_SHORT = 28
_TICKS = 4
_BAR_SHARE, _LONGEST_LABELS = 0.7, 0.4
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FigurePlot(QWidget):
    """Series differ by dash and place as well as by colour; the numbers stand in the table beside it.

    `pressed` carries the place of a bar that was pressed; by keyboard, the table has the same.
    """

    pressed = Signal(int)

    def __init__(self) -> None:
        """Nothing drawn yet."""
        super().__init__()
        self.setObjectName("figurePlot")
        self._figure: Figure | None = None
        self._bars = QRectF()

    def show_figure(self, figure: Figure) -> None:
        """Draw it."""
        self._figure = figure
        self.update()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Room for a few bars and their labels."""
        return QSize(space(48), space(56))

    def picture(self) -> QPixmap:
        """The figure as it is shown, on the page's ground."""
        canvas = QPixmap(self.size())
        canvas.fill(QColor(theme().surface))
        painter = QPainter(canvas)
        self._draw(painter)
        painter.end()
        return canvas

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw in the colours of the theme that is in use now."""
        painter = QPainter(self)
        self._draw(painter)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Tell which bar was pressed, or its word."""
        super().mouseReleaseEvent(event)
        figure, down = self._figure, event.position().y() - self._bars.top()
        if figure is not None and not figure.lines and 0 <= down < self._bars.height():
            self.pressed.emit(int(down / self._bars.height() * len(figure.bars)))

    def _draw(self, painter: QPainter) -> None:
        figure = self._figure
        if figure is None or not figure.bars:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        area = QRectF(self.rect()).adjusted(space(2), space(2), -space(2), -space(2))
        if len(figure.series) > 1:
            area.setTop(self._draw_legend(painter, figure.series, area))
        if figure.lines:
            self._draw_lines(painter, figure, area)
        else:
            self._draw_bars(painter, figure, area)

    def _draw_legend(self, painter: QPainter, names: Sequence[str], area: QRectF) -> float:
        """A sample and a word for each series, in as many rows as that takes; where the figure begins below them."""
        metrics = QFontMetricsF(self.font())
        left, top = area.left(), area.top()
        for number, name in enumerate(names):
            width = metrics.horizontalAdvance(name) + 1
            if left > area.left() and left + space(7) + width > area.right():
                left, top = area.left(), top + metrics.height()
            middle = top + metrics.height() / 2
            painter.setPen(_pen(number))
            painter.drawLine(QPointF(left, middle), QPointF(left + space(6), middle))
            painter.setPen(QColor(theme().text))
            painter.drawText(QRectF(left + space(7), top, width, metrics.height()), _LEFT, name)
            left += space(11) + width
        return top + metrics.height() + space(2)

    def _draw_lines(self, painter: QPainter, figure: Figure, area: QRectF) -> None:
        metrics = QFontMetricsF(self.font())
        ticks = ticks_up_to(max(max(bar.values) for bar in figure.bars))
        widest = max(metrics.horizontalAdvance(number_text(tick)) for tick in ticks)
        ground = area.adjusted(widest + space(2), metrics.height() / 2, 0, -metrics.height() - space(1))
        step = ground.width() / max(1, len(figure.bars) - 1)
        for tick in ticks:
            height = ground.bottom() - ground.height() * tick / ticks[-1]
            _rule(painter, QPointF(ground.left(), height), QPointF(ground.right(), height))
            painter.setPen(QColor(theme().text))
            beside = QRectF(area.left(), height - metrics.height() / 2, widest, metrics.height())
            painter.drawText(beside, _RIGHT, number_text(tick))
        self._name_days(painter, figure, area, ground)
        for number in range(len(figure.series)):
            points = [
                QPointF(
                    ground.left() + place * step, ground.bottom() - ground.height() * bar.values[number] / ticks[-1]
                )
                for place, bar in enumerate(figure.bars)
            ]
            painter.setPen(_pen(number))
            painter.drawPolyline(QPolygonF(points))

    def _name_days(self, painter: QPainter, figure: Figure, area: QRectF, ground: QRectF) -> None:
        """Words below a figure of lines: as many as have room, the last day always among them."""
        metrics = QFontMetricsF(self.font())
        step = ground.width() / max(1, len(figure.bars) - 1)
        every = max(1, len(figure.bars) // 3)
        free = area.right()
        painter.setPen(QColor(theme().text))
        for place in range(len(figure.bars) - 1, -1, -every):
            label = figure.bars[place].label
            width = metrics.horizontalAdvance(label) + 1
            left = min(max(ground.left() + place * step - width / 2, area.left()), area.right() - width)
            if left + width <= free:
                painter.drawText(QRectF(left, ground.bottom() + space(1), width, metrics.height()), _LEFT, label)
                free = left - space(2)

    def _draw_bars(self, painter: QPainter, figure: Figure, area: QRectF) -> None:
        metrics = QFontMetricsF(self.font())
        ticks = ticks_up_to(max(sum(bar.values) for bar in figure.bars))
        labels = [_short(bar.label) for bar in figure.bars]
        widest = min(max(map(metrics.horizontalAdvance, labels)), area.width() * _LONGEST_LABELS)
        last = metrics.horizontalAdvance(number_text(ticks[-1])) / 2
        ground = area.adjusted(widest + space(2), 0, -last, -metrics.height() - space(1))
        for tick in ticks:
            left = ground.left() + ground.width() * tick / ticks[-1]
            _rule(painter, QPointF(left, ground.top()), QPointF(left, ground.bottom()))
            painter.setPen(QColor(theme().text))
            width = metrics.horizontalAdvance(number_text(tick)) + 1
            painter.drawText(
                QRectF(left - width / 2, ground.bottom() + space(1), width, metrics.height()), _LEFT, number_text(tick)
            )
        self._bars = ground
        row = ground.height() / len(figure.bars)
        every = max(1, round(metrics.height() / row))  # where bars are thinner than words, not each has its word
        for place, bar in enumerate(figure.bars):
            top, left = ground.top() + place * row, ground.left()
            if place % every == 0:
                painter.setPen(QColor(theme().text))
                beside = QRectF(area.left(), top + (row - metrics.height()) / 2, widest, metrics.height())
                label = metrics.elidedText(labels[place], Qt.TextElideMode.ElideRight, widest)
                painter.drawText(beside, _RIGHT, label)
            for number, value in enumerate(bar.values):
                width = ground.width() * value / ticks[-1]
                block = QRectF(left, top + row * (1 - _BAR_SHARE) / 2, width, row * _BAR_SHARE)
                painter.fillRect(block, QColor(getattr(theme(), _INKS[number])))
                left += width


def ticks_up_to(most: int) -> list[int]:
    """Round numbers from 0 to `most` or a little more, about four steps apart."""
    steps = (lead * 10**zeros for zeros in count() for lead in (1, 2, 5))
    step = next(step for step in steps if step * _TICKS >= most)
    return [step * place for place in range(max(1, -(-most // step)) + 1)]


def _pen(number: int) -> QPen:
    return QPen(QColor(getattr(theme(), _INKS[number])), 2, _DASHES[number])


def _rule(painter: QPainter, start: QPointF, end: QPointF) -> None:
    painter.setPen(QPen(QColor(theme().line), 1))
    painter.drawLine(start, end)


def _short(label: str) -> str:
    return label if len(label) <= _SHORT else label[: _SHORT - 1] + "…"
