"""The filters of the voters' search: what combines with the text until it is taken away again."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from helpdesk.desk.dialogs.fields import Field
from helpdesk.desk.icons import line_icon
from helpdesk.desk.speech import Translated
from helpdesk.desk.widgets.choice import Choice
from helpdesk.desk.widgets.flow import Flow
from helpdesk.domain.search import NO_FILTERS, FilterChoices, SearchFilters
from helpdesk.domain.states import AccountState
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.words import state_text

_LONGEST_CODE = 8


class FilterBar(Translated, QWidget):
    """`changed` tells that `filters` are others now; it comes once, however many fields that took."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing is filtered, and only states are offered yet."""
        super().__init__(parent)
        self.setObjectName("filterBar")
        self._academy, self._department = Choice("academyFilter"), Choice("departmentFilter")
        self._state, self._corps = Choice("stateFilter"), Choice("corpsFilter")
        self._establishment = Field("establishmentFilter")
        self._establishment.edit.setMaxLength(_LONGEST_CODE)
        self._establishment.edit.setClearButtonEnabled(True)
        self._clear = QPushButton(line_icon("cross"), "")
        self._clear.setObjectName("clearFiltersButton")
        self._told, self._clearing = NO_FILTERS, False
        flow = Flow()
        for field in (self._academy, self._department, self._establishment, self._state, self._corps):
            flow.addWidget(field)
        flow.addWidget(self._clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(flow)
        self._state.offer(tuple((str(state), "") for state in AccountState))
        for choice in (self._academy, self._department, self._state, self._corps):
            choice.changed.connect(self._tell)
        self._establishment.edit.textChanged.connect(self._tell)
        self._clear.clicked.connect(self.clear)
        self.setFocusProxy(self._academy.box)
        self.retranslate()

    @property
    def filters(self) -> SearchFilters:
        """What is chosen."""
        state = self._state.chosen
        return SearchFilters(
            academy=self._academy.chosen,
            department=self._department.chosen,
            establishment=self._establishment.edit.text().replace(" ", "").upper(),
            corps=self._corps.chosen,
            state=AccountState(state) if state else None,
        )

    def offer(self, choices: FilterChoices) -> None:
        """Offer what there is in the operator's scope."""
        for choice, codes in (
            (self._academy, choices.academies),
            (self._department, choices.departments),
            (self._corps, choices.corps),
        ):
            choice.offer(tuple((code, code) for code in codes))

    def clear(self) -> None:
        """Filter nothing any more."""
        self._clearing = True  # fields that are emptied one by one are not told of one by one
        for choice in (self._academy, self._department, self._state, self._corps):
            choice.choose("")
        self._establishment.edit.clear()
        self._clearing = False
        self._tell()

    @property
    def count(self) -> int:
        """How many filters are set."""
        return len(self._parts())

    def summary(self) -> str:
        """What is filtered, in words; empty when nothing is."""
        return " · ".join(self._parts())

    def _parts(self) -> list[str]:
        chosen = self.filters
        parts = (
            chosen.academy,
            _("department {code}").format(code=chosen.department) if chosen.department else "",
            _("establishment {code}").format(code=chosen.establishment) if chosen.establishment else "",
            state_text(chosen.state) if chosen.state else "",
            chosen.corps,
        )
        return [part for part in parts if part]

    def _tell(self) -> None:
        chosen = self.filters
        self._clear.setEnabled(bool(chosen))
        if chosen != self._told and not self._clearing:
            self._told = chosen
            self.changed.emit()

    def retranslate(self) -> None:
        """Names, choices and the button again."""
        self.setAccessibleName(_("Filters"))
        self._academy.name_it(_("Académie"), _("All académies"))
        self._department.name_it(_("Department"), _("All departments"))
        self._establishment.name_it(_("Establishment"), _("Code, or its beginning"))
        self._state.name_it(_("State"), _("Any state"), _state_words)
        self._corps.name_it(_("Corps"), _("Any corps"))
        self._clear.setText(_("No filter"))
        self._clear.setAccessibleName(_("No filter"))
        self._clear.setToolTip(_("Take all filters away (Ctrl+0)"))
        self._tell()


def _state_words(code: str) -> str:
    return state_text(AccountState(code))
