"""A scroll area for content that wraps: it is as wide as the room there is, and scrolls where it is higher."""

from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class ContentScroll(QScrollArea):
    """Without a frame. The keyboard reaches what is inside, and what has the focus is scrolled into view."""

    def __init__(self, content: QWidget | None = None, parent: QWidget | None = None) -> None:
        """A subclass may set its content later, with `setWidget`."""
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setProperty("focusPolicy", "NoFocus")  # in words: the login has one of these, and `Qt` costs it 15 ms
        if content is not None:
            self.setWidget(content)
