"""How one search result is drawn: name and state, then the tied address, establishment and why it matched."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from helpdesk.desk.appearance import space, theme
from helpdesk.desk.icons import paint_icon
from helpdesk.desk.pages.highlight import matched_spans
from helpdesk.desk.pages.search_results import HIT_ROLE, SearchResults
from helpdesk.desk.signs import STATE_SIGNS
from helpdesk.domain.voters import SearchHit
from helpdesk.language.words import match_text, state_text


class ResultRow(QStyledItemDelegate):
    """Two lines a voter; what the query met is marked."""

    def sizeHint(  # noqa: N802 (Qt's name)
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Two lines and their air."""
        del index
        line = QFontMetrics(_name_font(option.font)).height() + QFontMetrics(option.font).height()
        return QSize(space(60), line + space(7))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the row of a hit."""
        model, hit = index.model(), index.data(HIT_ROLE)
        if not isinstance(hit, SearchHit) or not isinstance(model, SearchResults):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, font, query = option.rect, option.font, model.query
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(area, QColor(theme().selection))
            painter.fillRect(QRect(area.left(), area.top(), space(1), area.height()), QColor(theme().accent))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(theme().line))
        inner = area.adjusted(space(5), space(2.5), -space(4), -space(2.5))
        state = _paint_chip(painter, inner, font, hit)
        name_font = _name_font(font)
        name_line = QFontMetrics(name_font).height()
        upper = QRect(inner.left(), inner.top(), inner.width() - state - space(4), name_line)
        name = f"{hit.name} ({hit.usage_name})" if _adds_usage_name(hit) else hit.name
        _paint_marked(painter, upper, name_font, name, query, theme().text)
        lower_top = inner.top() + name_line + space(2)
        lower = QRect(inner.left(), lower_top, inner.width(), QFontMetrics(font).height())
        why = match_text(hit.matched)
        why_width = QFontMetrics(font).horizontalAdvance(why)
        painter.setFont(font)
        painter.setPen(QColor(theme().quiet))
        painter.drawText(lower, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, why)
        lower.setRight(lower.right() - why_width - space(4))
        _paint_lower(painter, lower, font, hit, query)
        painter.restore()


def _adds_usage_name(hit: SearchHit) -> bool:
    return bool(hit.usage_name) and hit.usage_name.casefold() not in hit.name.casefold()


def _name_font(font: QFont) -> QFont:
    larger = QFont(font)
    larger.setPointSizeF(font.pointSizeF() * 1.12)
    larger.setWeight(QFont.Weight.DemiBold)
    return larger


def _paint_lower(painter: QPainter, area: QRect, font: QFont, hit: SearchHit, query: str) -> None:
    side = QFontMetrics(font).height()
    paint_icon(painter, "tied", theme().good, QRectF(area.left(), area.top(), side, side))
    left = area.left() + side + space(1)
    room = area.right() - left
    shown = hit.tied_address
    metrics = QFontMetrics(font)
    address_width = min(metrics.horizontalAdvance(shown) + space(2), max(room * 3 // 5, 0))
    address_area = QRect(left, area.top(), address_width, area.height())
    _paint_marked(painter, address_area, font, shown, query, theme().text)
    rest = QRect(left + address_width + space(3), area.top(), room - address_width - space(3), area.height())
    if rest.width() > space(12):
        other = hit.establishment
        if hit.matched == "other_address" and hit.other_addresses:
            other = " · ".join((*hit.other_addresses, hit.establishment))
        _paint_marked(painter, rest, font, other, query, theme().quiet)


def _paint_chip(painter: QPainter, area: QRect, font: QFont, hit: SearchHit) -> int:
    sign, word = STATE_SIGNS[hit.state], state_text(hit.state)
    metrics = QFontMetrics(font)
    side = metrics.height()
    text = metrics.elidedText(word, Qt.TextElideMode.ElideRight, max(area.width() // 2, side))
    width = side + metrics.horizontalAdvance(text) + space(5.5)
    box = QRectF(area.right() - width, area.top() - space(0.5), width, side + space(1))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(theme(), f"{sign.tone}_ground")))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    colour = getattr(theme(), sign.tone)
    paint_icon(painter, sign.icon, colour, QRectF(box.left() + space(2), box.top() + space(0.5), side, side))
    painter.setPen(QColor(colour))
    painter.setFont(font)
    painter.drawText(
        box.adjusted(side + space(3), 0, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text
    )
    return round(width)


def _paint_marked(painter: QPainter, area: QRect, font: QFont, text: str, query: str, colour: str) -> None:
    if area.width() <= 0:
        return
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    mark = QTextCharFormat()
    mark.setBackground(QColor(theme().mark))
    mark.setForeground(QColor(theme().text))
    ranges = []
    for start, length in matched_spans(shown, query):
        piece = QTextLayout.FormatRange()
        piece.start, piece.length, piece.format = start, length, mark
        ranges.append(piece)
    layout = QTextLayout(shown, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(option)
    layout.setFormats(ranges)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(area.width() + space(4))
    layout.endLayout()
    painter.setPen(QColor(colour))
    layout.draw(painter, QPointF(area.left(), area.top()))
