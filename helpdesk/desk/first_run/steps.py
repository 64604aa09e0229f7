"""The assistant's steps: each asks one thing, and says what it was told."""

from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from helpdesk.desk.appearance import space
from helpdesk.desk.context import LanguageChoice
from helpdesk.desk.dialogs.fields import ChoiceField, Field
from helpdesk.desk.icons import line_icon
from helpdesk.desk.setup_port import POSTGRESQL_PORT, FirstVoters, MailPlan, Place, ServerPlan
from helpdesk.desk.speech import Translated
from helpdesk.desk.widgets.wrapping_button import WrappingRadio
from helpdesk.language.catalogue import gettext as _


class Security(StrEnum):
    """How the way to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_HIGHEST_PORT = 65_535


class Step(Translated, QWidget):
    """A column of questions; a subclass adds to `content` and calls `retranslate`. `changed` tells of an answer."""

    changed = Signal()

    def __init__(self, name: str) -> None:
        """`name` is the object name."""
        super().__init__()
        self.setObjectName(name)
        self.intro = QLabel()
        self.intro.setWordWrap(True)
        self.content = QVBoxLayout(self)
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(space(3))
        self.content.addWidget(self.intro)

    def title(self) -> str:
        """What is asked."""
        raise NotImplementedError

    def first_field(self) -> QWidget:
        """Where typing starts."""
        raise NotImplementedError


class _Choices(QWidget):
    """One of several, each on its line."""

    changed = Signal()

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self.buttons = [WrappingRadio(name) for name in names]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(2))
        for place, button in enumerate(self.buttons):
            self._group.addButton(button, place)
            column.addWidget(button)
        self.buttons[0].setChecked(True)
        self._group.idToggled.connect(self._toggled)

    @property
    def chosen(self) -> int:
        return self._group.checkedId()

    def say(self, *words: str) -> None:
        for button, text in zip(self.buttons, words, strict=True):
            button.say(text)

    def _toggled(self, _place: int, on: bool) -> None:  # noqa: FBT001 (Qt's signal)
        if on:
            self.changed.emit()


class PlaceStep(Step):
    """Language, and where the store is."""

    language_chosen = Signal(str)

    def __init__(self, language: str, server: ServerPlan | None = None) -> None:
        """`language` is the one chosen so far; with a `server`, that is all that is asked."""
        super().__init__("placeStep")
        self._corrects = server is not None
        self._language = ChoiceField("setupLanguage", tuple(LanguageChoice), _language_text)
        self._language.choose(LanguageChoice(language))
        self._places = _Choices(("placeHere", "placeServer"))
        self._host, self._port, self._database = Field("serverHost"), Field("serverPort"), Field("serverDatabase")
        self._port.edit.setText(str(POSTGRESQL_PORT))
        self._database.edit.setText("helpdesk")
        self._server = QWidget()
        column = QVBoxLayout(self._server)
        column.setContentsMargins(space(6), 0, 0, 0)
        for field in (self._host, self._port, self._database):
            column.addWidget(field)
            field.edit.textChanged.connect(self.changed)
        self.content.addWidget(self._language)
        self.content.addWidget(self._places)
        self.content.addWidget(self._server)
        self.content.addStretch(1)
        self._places.changed.connect(self._chosen)
        self._language.box.currentIndexChanged.connect(self._spoken)
        if server is not None:
            self._places.buttons[tuple(Place).index(Place.SERVER)].setChecked(True)
            self._places.hide()
            self._host.edit.setText(server.host)
            self._port.edit.setText(str(server.port))
            self._database.edit.setText(server.database)
        self._chosen()
        self.retranslate()

    @property
    def place(self) -> Place:
        """Where the store is."""
        return tuple(Place)[self._places.chosen]

    @property
    def language(self) -> str:
        """The language chosen."""
        return str(self._language.chosen)

    def server(self) -> ServerPlan | None:
        """The server that was named; None while that is no address and port."""
        host, port = self._host.edit.text().strip(), self._port.edit.text().strip()
        database = self._database.edit.text().strip()
        if not host or not database or not port.isdecimal() or not 0 < int(port) <= _HIGHEST_PORT:
            return None
        return ServerPlan(host, int(port), database)

    def _chosen(self) -> None:
        self._server.setVisible(self.place is Place.SERVER)
        self.changed.emit()

    def _spoken(self, _place: int) -> None:
        self.language_chosen.emit(self.language)

    def title(self) -> str:
        """What is asked."""
        return _("Where the voters' data lies")

    def first_field(self) -> QWidget:
        """The first choice."""
        return self._host.edit if self._corrects else self._places.buttons[0]

    def retranslate(self) -> None:
        """Words."""
        self.intro.setText(
            _(
                "Type the address and the database name as the person who runs the server gave them. Nothing changes"
                " before the last button."
            )
            if self._corrects
            else _("Welcome. A few questions, then you can log in. Nothing is written before the last button.")
        )
        self._language.name_it(_("Language"))
        self._places.say(
            _("On this computer: nothing to install, for one desk"),
            _("On our database server: several desks work together"),
        )
        self._host.name_it(_("Address of the server"), "db.example.org")
        self._port.name_it(_("Port"))
        self._database.name_it(_("Name of the database"))


class OperatorStep(Step):
    """The first administrator."""

    def __init__(self) -> None:
        """Nobody yet."""
        super().__init__("operatorStep")
        self._name, self._password, self._again = Field("firstName"), Field("firstPassword"), Field("firstPassword2")
        for field in (self._password, self._again):
            field.edit.setEchoMode(QLineEdit.EchoMode.Password)
        for field in (self._name, self._password, self._again):
            self.content.addWidget(field)
        self.content.addStretch(1)
        self.retranslate()

    @property
    def name(self) -> str:
        """Who it is."""
        return self._name.edit.text().strip()

    @property
    def password(self) -> str:
        """Their password, as typed first."""
        return self._password.edit.text()

    @property
    def agrees(self) -> bool:
        """True when both passwords are the same."""
        return self._password.edit.text() == self._again.edit.text()

    def title(self) -> str:
        """What is asked."""
        return _("The first administrator")

    def first_field(self) -> QWidget:
        """The name."""
        return self._name.edit

    def retranslate(self) -> None:
        """Words."""
        self.intro.setText(_("This person adds the other operators later, under Settings. They log in with this name."))
        self._name.name_it(_("First and family name"))
        self._password.name_it(_("Password"), _("12 characters or more, not a common word"))
        self._again.name_it(_("The same password again"))


class MailStep(Step):
    """The way out for mails; all of it may be left for later."""

    def __init__(self) -> None:
        """Nothing known yet."""
        super().__init__("mailStep")
        names = ("setupSmtpHost", "setupSmtpPort", "setupSmtpUser", "setupSmtpPassword", "setupSender", "setupPortal")
        self._host, self._port, self._user, self._password, self._sender, self._portal = map(Field, names)
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._security = ChoiceField("setupSmtpSecurity", tuple(Security), _security_text)
        for widget in (
            self._host, self._port, self._security, self._user, self._password, self._sender, self._portal,
        ):  # fmt: skip
            self.content.addWidget(widget)
        self.content.addStretch(1)
        self.retranslate()

    def plan(self) -> MailPlan | None:
        """What was typed; None for nothing."""
        typed = MailPlan(
            host=self._host.edit.text().strip(),
            port=self._port.edit.text().strip(),
            security=str(self._security.chosen),
            user=self._user.edit.text().strip(),
            sender=self._sender.edit.text().strip(),
            portal=self._portal.edit.text().strip(),
            password=self._password.edit.text(),
        )
        given = (typed.host, typed.port, typed.user, typed.sender, typed.portal, typed.password)
        return typed if any(given) else None

    def title(self) -> str:
        """What is asked."""
        return _("How mails leave")

    def first_field(self) -> QWidget:
        """The server."""
        return self._host.edit

    def retranslate(self) -> None:
        """Words."""
        self.intro.setText(
            _("All of it can be left empty for now: mails wait, and Settings has the same. The password is kept in "
              "the system's keyring.")
        )  # fmt: skip
        self._host.name_it(_("Mail server"), "smtp.example.org")
        self._port.name_it(_("Port"), "587")
        self._security.name_it(_("Encryption"))
        self._user.name_it(_("User of the mail server"))
        self._password.name_it(_("Password of the mail server"))
        self._sender.name_it(_("Sender of mails"), "elections@example.org")
        self._portal.name_it(_("Address of the voters' portal"), "https://")


class VotersStep(Step):
    """Whom the store begins with."""

    def __init__(self) -> None:
        """Nobody."""
        super().__init__("votersStep")
        self._choices = _Choices(("votersNone", "votersSample", "votersRoll"))
        self._choose = QPushButton(line_icon("file"), "")
        self._choose.setObjectName("setupRollButton")
        self._file = QLabel()
        self._file.setObjectName("setupRollFile")
        self._file.setWordWrap(True)
        self._path: Path | None = None
        self.content.addWidget(self._choices)
        self.content.addWidget(self._choose)
        self.content.addWidget(self._file)
        self.content.addStretch(1)
        self._choices.changed.connect(self._chosen)
        self._choose.clicked.connect(self._ask_file)
        self.retranslate()
        self._chosen()

    @property
    def voters(self) -> FirstVoters:
        """What was chosen."""
        return tuple(FirstVoters)[self._choices.chosen]

    @property
    def roll(self) -> Path | None:
        """The roll's file, if one is wanted and chosen."""
        return self._path if self.voters is FirstVoters.ROLL else None

    def take_file(self, path: str) -> None:
        """Import this one."""
        self._path = Path(path)
        self._file.setText(path)
        self.changed.emit()

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, _("Choose the roll"), "", _("Rolls (*.csv *.txt *.xlsx);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_file)
        dialog.open()

    def _chosen(self) -> None:
        wants_roll = self.voters is FirstVoters.ROLL
        self._choose.setVisible(wants_roll)
        self._file.setVisible(wants_roll)
        self.changed.emit()

    def title(self) -> str:
        """What is asked."""
        return _("The voters")

    def first_field(self) -> QWidget:
        """The first choice."""
        return self._choices.buttons[0]

    def retranslate(self) -> None:
        """Words."""
        self.intro.setText(_("Whom shall the desk know from the start?"))
        self._choices.say(
            _("Nobody yet: I import the roll later, under Roll"),
            _("2,000 invented voters, to try everything"),
            _("The electoral roll, from a file"),
        )
        self._choose.setText(_("Choose a file…"))
        self._choose.setAccessibleName(self._choose.text())


def _language_text(choice: LanguageChoice) -> str:
    return {LanguageChoice.SYSTEM: _("Like the system"), LanguageChoice.FRENCH: "Français",
            LanguageChoice.ENGLISH: "English"}[choice]  # fmt: skip


def _security_text(security: Security) -> str:
    return {
        Security.STARTTLS: _("STARTTLS (usual)"),
        Security.TLS: _("TLS from the start"),
        Security.NONE: _("None: only for a server on this computer"),
    }[security]
