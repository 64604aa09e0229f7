"""How one search result is drawn: name and state, then the tied address, establishment and why it matched.

Every key has all rows drawn again: what depends on the font alone is measured once, and a text once as long as it is
listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from helpdesk.desk.appearance import space, theme
from helpdesk.desk.icons import paint_icon
from helpdesk.desk.pages.highlight import matched_spans
from helpdesk.desk.pages.search_results import HIT_ROLE, SearchResults
from helpdesk.desk.signs import STATE_SIGNS
from helpdesk.domain.states import AccountState
from helpdesk.domain.voters import MATCHES, SearchHit
from helpdesk.language.words import match_text, state_text

_TEXTS_KEPT = 1_000
_LETTERS = "Aaàâbcçdeéèêëfghiîïjklmnoôpqrstuùûüvwxyz-'@.0123456789"


class _Script:
    """A font with what was measured of it."""

    def __init__(self, font: QFont) -> None:
        self.font = QFont(font)
        self._metrics, self._exact = QFontMetrics(self.font), QFontMetricsF(self.font)
        self.height, self.ascent = self._metrics.height(), self._metrics.ascent()
        self._widths: dict[str, int] = {}
        self._elided: dict[tuple[str, int], str] = {}

    def width(self, text: str) -> int:
        """How wide the text is, in pixels."""
        if len(self._widths) > _TEXTS_KEPT:
            self._widths.clear()
        if text not in self._widths:
            self._widths[text] = self._metrics.horizontalAdvance(text)
        return self._widths[text]

    def exact_width(self, text: str) -> float:
        """How wide the beginning of a text is, in parts of pixels too."""
        return self._exact.horizontalAdvance(text) if text else 0.0

    def elided(self, text: str, width: int) -> str:
        """As much of the text as fits."""
        if len(self._elided) > _TEXTS_KEPT:
            self._elided.clear()
        if (text, width) not in self._elided:
            self._elided[text, width] = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return self._elided[text, width]


class _Measures:
    """What a row measures in one font."""

    def __init__(self, font: QFont) -> None:
        larger = QFont(font)
        larger.setPointSizeF(font.pointSizeF() * 1.12)
        larger.setWeight(QFont.Weight.DemiBold)
        self.plain, self.name = _Script(font), _Script(larger)
        self.half, self.step, self.two, self.air = space(0.5), space(1), space(2), space(2.5)
        self.three, self.four, self.five, self.chip = space(3), space(4), space(5), space(5.5)
        self.least = space(12)
        self.row = QSize(space(60), self.name.height + self.plain.height + space(7))


class ResultRow(QStyledItemDelegate):
    """Two lines a voter; what the query met is marked."""

    def __init__(self, parent: QWidget) -> None:
        """Nothing is measured yet."""
        super().__init__(parent)
        self._measures: _Measures | None = None

    def rehearse(self, view: QAbstractItemView) -> Iterator[None]:
        """Paint a row where nobody sees it: the first of all has its fonts and signs made, which takes a while."""
        measures = self._measured(view.font())
        yield
        canvas = QPixmap(measures.row.width() * 4, measures.row.height())
        painter = QPainter(canvas)
        hit = SearchHit("", _LETTERS, "", _LETTERS, (), MATCHES[0], AccountState.ACTIVE, _LETTERS)
        _Row(painter, canvas.rect(), measures, hit, _LETTERS[0]).paint(selected=True)
        painter.end()

    def _measured(self, font: QFont) -> _Measures:
        if self._measures is None or self._measures.plain.font != font:
            self._measures = _Measures(font)
        return self._measures

    def sizeHint(  # noqa: N802 (Qt's name)
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Two lines and their air."""
        del index
        return self._measured(option.font).row

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the row of a hit."""
        model, hit = index.model(), index.data(HIT_ROLE)
        if not isinstance(hit, SearchHit) or not isinstance(model, SearchResults):
            return
        measures = self._measured(option.font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        _Row(painter, option.rect, measures, hit, model.query).paint(selected=selected)
        painter.restore()


@dataclass(frozen=True, slots=True)
class _Row:
    painter: QPainter
    area: QRect
    measures: _Measures
    hit: SearchHit
    query: str

    def paint(self, *, selected: bool) -> None:
        painter, area, measures = self.painter, self.area, self.measures
        if selected:
            painter.fillRect(area, QColor(theme().selection))
            painter.fillRect(QRect(area.left(), area.top(), measures.step, area.height()), QColor(theme().accent))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(theme().line))
        inner = area.adjusted(measures.five, measures.air, -measures.four, -measures.air)
        state = self._paint_chip(inner)
        upper = QRect(inner.left(), inner.top(), inner.width() - state - measures.four, measures.name.height)
        self._paint_marked(upper, measures.name, _whole_name(self.hit), theme().text)
        lower_top = inner.top() + measures.name.height + measures.two
        lower = QRect(inner.left(), lower_top, inner.width(), measures.plain.height)
        why = match_text(self.hit.matched)
        painter.setFont(measures.plain.font)
        painter.setPen(QColor(theme().quiet))
        lower.setRight(lower.right() - measures.plain.width(why))
        painter.drawText(lower.right(), lower.top() + measures.plain.ascent, why)
        lower.setRight(lower.right() - measures.four)
        self._paint_lower(lower)

    def _paint_lower(self, area: QRect) -> None:
        measures, hit = self.measures, self.hit
        side = measures.plain.height
        paint_icon(self.painter, "tied", theme().good, QRectF(area.left(), area.top(), side, side))
        left = area.left() + side + measures.step
        room = area.right() - left
        shown = hit.tied_address
        address_width = min(measures.plain.width(shown) + measures.two, max(room * 3 // 5, 0))
        address_area = QRect(left, area.top(), address_width, area.height())
        self._paint_marked(address_area, measures.plain, shown, theme().text)
        start = address_width + measures.three
        rest = QRect(left + start, area.top(), room - start, area.height())
        if rest.width() > measures.least:
            other = hit.establishment
            if hit.matched == "other_address" and hit.other_addresses:
                other = " · ".join((*hit.other_addresses, hit.establishment))
            self._paint_marked(rest, measures.plain, other, theme().quiet)

    def _paint_chip(self, area: QRect) -> int:
        """Draw the state at the right; how wide it is."""
        painter, measures = self.painter, self.measures
        sign, side = STATE_SIGNS[self.hit.state], measures.plain.height
        text = measures.plain.elided(state_text(self.hit.state), max(area.width() // 2, side))
        width = side + measures.plain.width(text) + measures.chip
        box = QRectF(area.right() - width, area.top() - measures.half, width, side + measures.step)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(theme(), f"{sign.tone}_ground")))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        colour = getattr(theme(), sign.tone)
        corner = QRectF(box.left() + measures.two, box.top() + measures.half, side, side)
        paint_icon(painter, sign.icon, colour, corner)
        painter.setPen(QColor(colour))
        painter.setFont(measures.plain.font)
        painter.drawText(QPointF(box.left() + side + measures.three, corner.top() + measures.plain.ascent), text)
        return width

    def _paint_marked(self, area: QRect, script: _Script, text: str, colour: str) -> None:
        """In as few pieces as it has colours, each where it stands in the whole: a QTextLayout takes longer."""
        if area.width() <= 0:
            return
        shown = script.elided(text, area.width())
        spans = matched_spans(shown, self.query)
        painter, left, base = self.painter, area.left(), area.top() + script.ascent
        painter.setFont(script.font)
        bounds = [
            (script.exact_width(shown[:start]), script.exact_width(shown[: start + size])) for start, size in spans
        ]
        for begin, end in bounds:
            painter.fillRect(QRectF(left + begin, area.top(), end - begin, script.height), QColor(theme().mark))
        painter.setPen(QColor(colour))
        if not spans or colour == theme().text:
            painter.drawText(left, base, shown)
            return
        done, at = 0, 0.0
        for (start, size), (begin, end) in zip(spans, bounds, strict=True):
            painter.drawText(QPointF(left + at, base), shown[done:start])
            painter.setPen(QColor(theme().text))
            painter.drawText(QPointF(left + begin, base), shown[start : start + size])
            painter.setPen(QColor(colour))
            done, at = start + size, end
        painter.drawText(QPointF(left + at, base), shown[done:])


def _whole_name(hit: SearchHit) -> str:
    added = bool(hit.usage_name) and hit.usage_name.casefold() not in hit.name.casefold()
    return f"{hit.name} ({hit.usage_name})" if added else hit.name
