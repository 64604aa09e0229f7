"""A bar for long work: how far, how much time is left, and a button to stop."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from helpdesk.desk.appearance import space
from helpdesk.desk.icons import line_icon
from helpdesk.desk.long_job import LongJob
from helpdesk.desk.speech import Translated
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext
from helpdesk.language.numbers import number_text

_SCALE = 1_000
_MINUTE = 60


class ProgressStrip(Translated, QFrame):
    """Follows a LongJob; hidden while it rests."""

    def __init__(self, job: LongJob, parent: QWidget | None = None) -> None:
        """Hidden until the work tells something."""
        super().__init__(parent)
        self.setObjectName("progressStrip")
        self.setProperty("surface", "row")
        self._job = job
        self._bar = QProgressBar()
        self._bar.setObjectName("progressBar")
        self._bar.setProperty("weight", "long")
        self._bar.setTextVisible(False)
        self._words = QLabel()
        self._words.setObjectName("progressWords")
        self._words.setProperty("tone", "quiet")
        self._stop = QPushButton(line_icon("stop"), "")
        self._stop.setObjectName("stopButton")
        self._stop.clicked.connect(self._stop_pressed)
        texts = QVBoxLayout()
        texts.setSpacing(space(1))
        texts.addWidget(self._words)
        texts.addWidget(self._bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space(3), space(2), space(3), space(2))
        layout.setSpacing(space(3))
        layout.addLayout(texts, 1)
        layout.addWidget(self._stop, 0, Qt.AlignmentFlag.AlignVCenter)
        job.progressed.connect(self._progressed)
        job.done.connect(self._over)
        job.failed.connect(self._over)
        self.retranslate()
        self.hide()

    def begin(self) -> None:
        """The work begins; nobody knows yet how long it takes."""
        self._bar.setRange(0, 0)
        self._words.setText(_("Under way…"))
        self._stop.setEnabled(True)
        self.show()

    def _progressed(self, done: int, total: int, left: int) -> None:
        if not self._job.running:
            return
        self._bar.setRange(0, _SCALE if total else 0)
        if total:
            self._bar.setValue(round(done / total * _SCALE))
            words = _("{done} of {total}").format(done=number_text(done), total=number_text(total))
        else:
            words = number_text(done)
        self._words.setText(f"{words} · {_left(left)}" if left >= 0 else words)

    def _stop_pressed(self) -> None:
        self._stop.setEnabled(False)
        self._words.setText(_("Stopping…"))
        self._job.stop()

    def _over(self, _result: object) -> None:
        self.hide()

    def retranslate(self) -> None:
        """Names."""
        self._stop.setText(_("Stop"))
        self._stop.setAccessibleName(_("Stop"))
        self._bar.setAccessibleName(_("Progress"))


def _left(seconds: int) -> str:
    if seconds < _MINUTE:
        return ngettext("{count} second left", "{count} seconds left", seconds).format(count=seconds)
    minutes = round(seconds / _MINUTE)
    return ngettext("{count} minute left", "{count} minutes left", minutes).format(count=minutes)
