"""The overview: choose a figure, see it drawn and in numbers, open the list behind a bar, take it along."""

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage, QImageWriter, QPagedPaintDevice
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from helpdesk.desk.dialogs.fields import ChoiceField
from helpdesk.desk.icons import line_icon
from helpdesk.desk.pages.overview.figures import Bar, Figure, FigureCode, figure_of, figure_title
from helpdesk.desk.pages.overview.plot import FigurePlot
from helpdesk.desk.pages.overview.print import print_figure
from helpdesk.desk.pages.page import Page
from helpdesk.desk.session import Session
from helpdesk.desk.signs import STATE_SIGNS, Sign
from helpdesk.desk.troubles import Troubles
from helpdesk.desk.widgets.beside import Beside
from helpdesk.desk.widgets.table import Column, Table
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.roles import Permission
from helpdesk.domain.spreadsheets import formula_safe
from helpdesk.domain.statistics import Overview
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.numbers import number_text, share_text
from helpdesk.language.words import state_text
from helpdesk.private_file import write_private
from helpdesk.services.shortlist import ListedVoter


class OverviewPage(Page):
    """Figures are counted in the background; the plot is only made once there is something to draw."""

    def __init__(self, session: Session, troubles: Troubles) -> None:
        """Ask for nothing before it is shown."""
        super().__init__(session, troubles, name="overviewPage", icon="chart")
        self._overview: Overview | None = None
        self._figure: Figure | None = None
        self._plot: FigurePlot | None = None
        self._choice = ChoiceField("figureBox", tuple(FigureCode), figure_title)
        self._totals = QLabel()
        self._totals.setObjectName("overviewTotals")
        self._totals.setProperty("tone", "heading")
        self._totals.setWordWrap(True)
        self._image, self._csv = QPushButton(line_icon("export"), ""), QPushButton(line_icon("export"), "")
        self._image.setObjectName("exportImageButton")
        self._csv.setObjectName("exportCsvButton")
        self._again = QPushButton(line_icon("chart"), "")
        self._again.setObjectName("countAgainButton")
        self._print = QPushButton(line_icon("print"), "")
        self._print.setObjectName("printFigureButton")
        for button in (self._again, self._image, self._csv, self._print):
            self.buttons.addWidget(button)
        self._bars: Table[Bar] = Table(
            (Column(_what_column, _what_of, stretch=True), Column(self._number_column, self._numbers_of, number=True)),
            name="figureTable",
            says=_table_name,
        )
        self._behind: Table[ListedVoter] = Table(
            (
                Column(_voter_column, _voter_of, stretch=True),
                Column(_place_column, _place_of, stretch=True),
                Column(_state_column, _state_of, _sign_of),
            ),
            name="behindTable",
            says=_behind_name,
        )
        self._behind.hide()
        self._drawing = QWidget()
        self._drawing_layout = QVBoxLayout(self._drawing)
        self._drawing_layout.setContentsMargins(0, 0, 0, 0)
        lists = QSplitter(Qt.Orientation.Vertical)
        lists.addWidget(self._bars)
        lists.addWidget(self._behind)
        lists.setChildrenCollapsible(False)
        self._split = Beside(self._drawing, lists)
        self.body.addWidget(self._totals)
        self.body.addWidget(self._choice)
        self.body.addWidget(self._split, 1)
        self._count = self.question("overview")
        self._count.answered.connect(self._counted)
        self._list = self.question("behind")
        self._list.answered.connect(self._listed)
        self._choice.box.currentIndexChanged.connect(self._chosen)
        self._bars.opened.connect(self._open_bar)
        self._again.clicked.connect(self.shown)
        self._image.clicked.connect(self._ask_image)
        self._csv.clicked.connect(self._ask_csv)
        self._print.clicked.connect(self._ask_printer)
        self.begin_at(self._choice.box)
        self._enable(ready=False)
        self.retranslate()

    def title(self) -> str:
        """The page's name."""
        return _("Overview")

    def hint(self) -> str:
        """How to go further."""
        return _("Enter on a line lists the voters behind it. Figures are those of your scope.")

    def shown(self) -> None:
        """Count anew."""
        self._count.ask(partial(self.session.services.statistics.overview, self.session.operator))

    def end(self) -> None:
        """Ask for nothing any more."""
        self._count.forget()
        self._list.forget()

    def _counted(self, overview: Overview) -> None:
        self._overview = overview
        self._enable(ready=True)
        self._show()

    def _chosen(self, _place: int) -> None:
        self._behind.hide()
        self._show()

    def _show(self) -> None:
        if self._overview is None:
            return
        self._figure = figure_of(self._overview, self._choice.chosen)
        if self._plot is None:
            self._plot = FigurePlot()
            self._plot.pressed.connect(self._press_bar)
            self._drawing_layout.addWidget(self._plot)
        self._plot.show_figure(self._figure)
        self._plot.setAccessibleName(self._figure.title)
        self._plot.setAccessibleDescription(_("The same in numbers is in the table beside it."))
        self._bars.show_values(self._figure.bars)
        active = sum(each.active for each in next(iter(self._overview.slices.values()), ()))
        words = _("{voters} voters, {active} active ({share})")
        self._totals.setText(
            words.format(
                voters=number_text(self._overview.voters),
                active=number_text(active),
                share=share_text(active, self._overview.voters) or "–",
            )
        )

    def _press_bar(self, place: int) -> None:
        bar = self._bars.content.value(place)
        if bar is not None:
            self._bars.setCurrentIndex(self._bars.content.index(place, 0))
            self._open_bar(bar)

    def _open_bar(self, bar: Bar) -> None:
        behind = self._figure.behind if self._figure is not None else None
        if behind is None or not self.session.operator.may(Permission.SEARCH_VOTERS):
            return
        voters = self.session.services.statistics.voters
        self._list.ask(partial(voters, self.session.operator, behind, bar.code))

    def _listed(self, voters: tuple[ListedVoter, ...]) -> None:
        self._behind.show()
        self._behind.show_values(voters)
        self._behind.setFocus()

    def _ask_image(self) -> None:
        self._ask_file("png", self.save_image)

    def _ask_csv(self) -> None:
        self._ask_file("csv", self.save_csv)

    def _ask_file(self, suffix: str, save: Callable[[str], None]) -> None:
        dialog = QFileDialog(self, _("Export"), f"helpdesk.{suffix}", f"{suffix.upper()} (*.{suffix})")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.fileSelected.connect(save)
        dialog.open()

    def _ask_printer(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # noqa: PLC0415 (only who prints needs it)

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setObjectName("printDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(partial(self._printer_chosen, printer))
        QDialog.open(dialog)

    def _printer_chosen(self, printer: QPagedPaintDevice, result: int) -> None:
        if result == QDialog.DialogCode.Accepted:
            self.print_on(printer)

    def print_on(self, printer: QPagedPaintDevice) -> None:
        """Print the figure and its numbers."""
        if self._plot is not None and self._figure is not None:
            image = self._plot.picture().toImage()
            job = partial(print_figure, self._figure, image, self._totals.text(), printer)
            self.session.tasks.run(job, self._printed, self.session.bugs.report)

    def _printed(self, _done: None) -> None:
        self.say_done(_("Sent to the printer."))

    def save_image(self, path: str) -> None:
        """Keep the figure as a picture."""
        if self._plot is not None:
            image = self._plot.picture().toImage()
            self.session.tasks.run(partial(_write_image, image, Path(path)), self._saved, self._not_saved)

    def save_csv(self, path: str) -> None:
        """Keep the figure's numbers."""
        if self._figure is not None:
            self.session.tasks.run(partial(_write_csv, self._figure, Path(path)), self._saved, self._not_saved)

    def _saved(self, path: str) -> None:
        self.say_done(_("Written to {file}.").format(file=path))

    def _not_saved(self, error: Exception) -> None:
        if isinstance(error, HelpdeskError):
            self.say_refusal(error)
        else:
            self.session.bugs.report(error)

    def _enable(self, *, ready: bool) -> None:
        for button in (self._image, self._csv, self._print):
            button.setEnabled(ready)

    def _number_column(self) -> str:
        return " / ".join(self._figure.series) if self._figure is not None else ""

    def _numbers_of(self, bar: Bar) -> str:
        return " / ".join(number_text(value) for value in bar.values)

    def retranslate(self) -> None:
        """Every word again."""
        super().retranslate()
        self._choice.name_it(_("Figure"))
        self._again.setText(_("Count again"))
        self._image.setText(_("Export the picture…"))
        self._csv.setText(_("Export the numbers…"))
        self._print.setText(_("Print…"))
        for button in (self._again, self._image, self._csv, self._print):
            button.setAccessibleName(button.text())
        self._show()


def _write_image(image: QImage, path: Path) -> str:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    write_private(path, bytes(buffer.data().data()))
    return str(path)


def _write_csv(figure: Figure, path: Path) -> str:
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=";")
    out.writerow((figure.title, *figure.series))
    out.writerows((formula_safe(bar.label), *bar.values) for bar in figure.bars)
    write_private(path, text.getvalue().encode("utf-8-sig"))
    return str(path)


def _table_name() -> str:
    return _("The figure in numbers")


def _behind_name() -> str:
    return _("Voters behind the bar")


def _what_column() -> str:
    return _("What")


def _what_of(bar: Bar) -> str:
    return bar.label


def _voter_column() -> str:
    return _("Voter")


def _voter_of(listed: ListedVoter) -> str:
    return f"{listed.name} ({listed.voter})"


def _place_column() -> str:
    return _("Establishment")


def _place_of(listed: ListedVoter) -> str:
    return listed.establishment


def _state_column() -> str:
    return _("State")


def _state_of(listed: ListedVoter) -> str:
    return state_text(listed.state)


def _sign_of(listed: ListedVoter) -> Sign:
    return STATE_SIGNS[listed.state]
