"""A button of the rail of pages: looks like a tool button, and is one choice of several to a screen reader."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QStyle, QStyleOptionToolButton, QStylePainter, QWidget

_BETWEEN = 4  # pixels between icon and words, as in Qt's own tool buttons


class RailButton(QAbstractButton):
    """Follows an action that can be checked; of those with one parent, one is chosen, which the arrow keys change.

    Qt tells a QToolButton that can be checked as a check box, and offers no other role for it: a button that excludes
    its neighbours is told as a radio button.
    """

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        """Say, show and do what the action does."""
        super().__init__(parent)
        self._action = action
        self.setProperty("weight", "rail")
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.toggled.connect(self._let_tab_in)
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        self._follow()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Room for the icon and the words below it."""
        option = self._option()
        words = option.fontMetrics.size(Qt.TextFlag.TextShowMnemonic, self.text())
        wide = max(words.width() + option.fontMetrics.horizontalAdvance("  "), self.iconSize().width())
        content = QSize(wide, self.iconSize().height() + _BETWEEN + words.height())
        return self.style().sizeFromContents(QStyle.ContentsType.CT_ToolButton, option, content, self)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """No word is cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """As the style draws a tool button."""
        del event
        QStylePainter(self).drawComplexControl(QStyle.ComplexControl.CC_ToolButton, self._option())

    def _option(self) -> QStyleOptionToolButton:
        option = QStyleOptionToolButton()
        option.initFrom(self)
        option.text, option.icon, option.iconSize = self.text(), self.icon(), self.iconSize()
        option.font = self.font()
        option.toolButtonStyle = Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        option.subControls = QStyle.SubControl.SC_ToolButton
        option.state |= QStyle.StateFlag.State_AutoRaise
        if self.isChecked():
            option.state |= QStyle.StateFlag.State_On
        if self.isDown():
            option.state |= QStyle.StateFlag.State_Sunken
        return option

    def _let_tab_in(self, chosen: bool) -> None:  # noqa: FBT001 (a signal's argument)
        """Tab comes to the chosen one of its neighbours: Qt itself would have it come to whichever had the focus."""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if chosen else Qt.FocusPolicy.NoFocus)

    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setIcon(self._action.icon())
        self.setToolTip(self._action.toolTip())
        self.setChecked(self._action.isChecked())
        self.updateGeometry()
