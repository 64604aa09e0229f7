"""Drawing a figure with pyqtgraph, which is imported here and nowhere else: it costs 0.3 s."""

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from helpdesk.desk.appearance import theme
from helpdesk.desk.pages.overview.figures import Figure

_INKS = ("accent", "edge", "good")
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
_SHORT = 28


class FigurePlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Lines over time, or lying bars with their labels; series differ by dash and place as well as by colour."""

    _figure: Figure | None = None  # of the class: Qt tells of changes while the base class is still being made

    def __init__(self) -> None:
        """Nothing drawn yet."""
        super().__init__(background=None)
        self.setObjectName("figurePlot")
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.getPlotItem().showGrid(x=True, y=False, alpha=0.2)

    def show_figure(self, figure: Figure) -> None:
        """Draw it."""
        self._figure = figure
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw anew in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def picture(self) -> QPixmap:
        """The figure as it is shown, on the page's ground."""
        canvas = QPixmap(self.size())
        canvas.fill(QColor(theme().surface))
        painter = QPainter(canvas)
        self.render(painter)
        painter.end()
        return canvas

    def _draw(self) -> None:
        figure = self._figure
        if figure is None:
            return
        item = self.getPlotItem()
        item.clear()
        if item.legend is not None:
            item.legend.clear()
        elif len(figure.series) > 1:
            item.addLegend(offset=(10, 10), labelTextColor=theme().text)
        for axis in ("left", "bottom"):
            item.getAxis(axis).setTextPen(theme().text)
            item.getAxis(axis).setPen(theme().edge)
        if figure.lines:
            self._draw_lines(figure)
        else:
            self._draw_bars(figure)
        item.autoRange()

    def _draw_lines(self, figure: Figure) -> None:
        item, places = self.getPlotItem(), list(range(len(figure.bars)))
        item.invertY(False)
        for number, name in enumerate(figure.series):
            pen = pg.mkPen(getattr(theme(), _INKS[number]), width=2, style=_DASHES[number])
            item.plot(places, [bar.values[number] for bar in figure.bars], pen=pen, name=name)
        every = max(1, len(figure.bars) // 3)
        ticks = [(place, bar.label) for place, bar in enumerate(figure.bars) if place % every == 0]
        item.getAxis("bottom").setTicks([ticks])
        item.getAxis("left").setTicks(None)

    def _draw_bars(self, figure: Figure) -> None:
        item, places = self.getPlotItem(), list(range(len(figure.bars)))
        item.invertY(True)
        begun = [0] * len(figure.bars)
        for number, name in enumerate(figure.series):
            widths = [bar.values[number] for bar in figure.bars]
            ink = QColor(getattr(theme(), _INKS[number]))
            drawn = pg.BarGraphItem(
                x0=begun, y=places, height=0.7, width=widths, brush=ink, pen=pg.mkPen(theme().surface), name=name
            )
            item.addItem(drawn)
            begun = [start + width for start, width in zip(begun, widths, strict=True)]
        item.getAxis("left").setTicks([[(place, _short(bar.label)) for place, bar in enumerate(figure.bars)]])
        item.getAxis("bottom").setTicks(None)


def _short(label: str) -> str:
    return label if len(label) <= _SHORT else label[: _SHORT - 1] + "…"
