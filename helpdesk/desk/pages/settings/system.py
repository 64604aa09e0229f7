"""Settings of the program: mail, database, limits. They take effect at the next start; secrets go to the keyring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from helpdesk.desk.dialogs.draft_keeper import Edit
from helpdesk.desk.dialogs.fields import Field
from helpdesk.desk.icons import line_icon
from helpdesk.desk.pages.page import Page
from helpdesk.desk.pages.settings.section import Section
from helpdesk.desk.settings_port import SettingsView
from helpdesk.domain.errors import HelpdeskError
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.language.catalogue import gettext as _


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its key, its words; `secret` names what the keyring holds instead, given the other values.

    What `may_hold_secret` is a setting in which somebody may write one: neither is kept while it is typed.
    """

    name: str
    words: Callable[[], str]
    hint: Callable[[], str] | None = None
    secret: bool = False
    may_hold_secret: bool = False


class SystemSection(Section):
    """One line a setting; what the environment fixes is shown and cannot be changed."""

    def __init__(self, page: Page, *, name: str, title: Callable[[], str], keys: tuple[Key, ...]) -> None:
        """Nothing known before it is shown."""
        super().__init__(page, name=name)
        self._title, self._keys = title, keys
        self._view: SettingsView | None = None
        self._intro = QLabel()
        self._intro.setProperty("tone", "quiet")
        self._intro.setWordWrap(True)
        self._fields = {key.name: Field(f"setting_{key.name.replace('.', '_')}") for key in keys}
        self._save = QPushButton(line_icon("check", "on_accent"), "")
        self._save.setObjectName(f"save_{name}")
        self._save.setProperty("weight", "primary")
        self.content.addWidget(self._intro)
        for key in keys:
            field = self._fields[key.name]
            if key.secret:
                field.edit.setEchoMode(QLineEdit.EchoMode.Password)
            self.content.addWidget(field)
        self.content.addWidget(self._save)
        self.content.addWidget(self.undo_button)
        self.content.addStretch(1)
        self._read = page.question(name)
        self._read.answered.connect(self._known)
        self._save.clicked.connect(self._save_it)
        self._save.setEnabled(False)
        self.retranslate()

    def title(self) -> str:
        """The tab's name."""
        return self._title()

    def shown(self) -> None:
        """Read the settings anew."""
        port = self.session.context.settings
        if port is not None:
            self._read.ask(port.read)

    def end(self) -> None:
        """Ask for nothing any more."""
        super().end()
        self._read.forget()

    def draft(self) -> tuple[FormPlace, Mapping[str, Edit]] | None:
        """All that can be changed and is no secret."""
        fixed = self._view.fixed if self._view is not None else ()
        kept = [key.name for key in self._keys if not (key.secret or key.may_hold_secret or key.name in fixed)]
        place = FormPlace(Form.SETTINGS, about=self.objectName())
        return (place, {name: self._fields[name].edit for name in kept}) if kept else None

    def _known(self, view: SettingsView) -> None:
        self._view = view
        self.fill(partial(self._show_values, view))
        for key in self._keys:
            self._fields[key.name].edit.setReadOnly(key.name in view.fixed)
        self._save.setEnabled(True)
        self.retranslate()

    def _show_values(self, view: SettingsView) -> None:
        for key in self._keys:
            self._fields[key.name].edit.setText("" if key.secret else view.values.get(key.name, ""))

    def _save_it(self) -> None:
        port, view = self.session.context.settings, self._view
        if port is None or view is None:
            return
        typed = {key: self._fields[key.name].edit.text().strip() for key in self._keys}
        changes = {
            key.name: text
            for key, text in typed.items()
            if not key.secret and key.name not in view.fixed and text != view.values.get(key.name, "")
        }
        secrets = {key.name: self._fields[key.name].edit.text() for key in self._keys if key.secret}
        self._save.setEnabled(False)
        job = partial(_save, port.write, port.keep_secret, changes, secrets)
        self.session.tasks.run(self.sending(job), self._saved, self._not_saved)

    def _saved(self, _done: object) -> None:
        self.page.say_done(_("Kept. It takes effect at the next start of the desk."))
        self.sent()

    def _not_saved(self, error: Exception) -> None:
        self._save.setEnabled(True)
        if isinstance(error, HelpdeskError):
            self.page.say_refusal(error)
        else:
            self.session.bugs.report(error)

    def retranslate(self) -> None:
        """Words."""
        super().retranslate()
        file = self._view.file if self._view else ""
        self._intro.setText(
            _("Kept in {file}, for the next start. Secrets go to the system's keyring and are never shown.").format(
                file=file or "helpdesk.toml"
            )
        )
        for key in self._keys:
            hint = key.hint() if key.hint is not None else ""
            if self._view is not None and key.secret:
                kept = key.name in self._view.secrets
                hint = _("One is kept; type another to replace it") if kept else _("None is kept")
            if self._view is not None and key.name in self._view.fixed:
                hint = _("Fixed by the environment of this computer")
            self._fields[key.name].name_it(key.words(), hint)
            self._fields[key.name].edit.setToolTip(hint)
        self._save.setText(_("Keep"))
        self._save.setAccessibleName(_("Keep"))


def _save(
    write: Callable[[dict[str, str]], None],
    keep_secret: Callable[[str, str], None],
    changes: dict[str, str],
    secrets: dict[str, str],
) -> None:
    if changes:
        write(changes)
    for name, secret in secrets.items():
        if secret:
            keep_secret(name, secret)


def mail_keys() -> tuple[Key, ...]:
    """Mail server, sender, desk and portal."""
    return (
        Key("smtp.host", lambda: _("Mail server")),
        Key("smtp.port", lambda: _("Port")),
        Key("smtp.security", lambda: _("Encryption"), lambda: "tls, starttls, none"),
        Key("smtp.user", lambda: _("User of the mail server")),
        Key("smtp.password", lambda: _("Password of the mail server"), secret=True),
        Key("mail.sender", lambda: _("Sender of mails")),
        Key("mail.reply_to", lambda: _("Address for replies")),
        Key("mail.desk_phone", lambda: _("Telephone of the desk, as mails say it")),
        Key("mail.desk_hours", lambda: _("Hours of the desk, as mails say them")),
        Key("portal.url", lambda: _("Address of the voters' portal"), lambda: "https://"),
    )


def store_keys() -> tuple[Key, ...]:
    """Where the store is."""
    return (
        Key(
            "database",
            lambda: _("Database"),
            lambda: "sqlite:///…, postgresql+psycopg://user@host/db",
            may_hold_secret=True,  # a password may stand in an address
        ),
        Key("database.password", lambda: _("Password of the database"), secret=True),
    )


def limit_keys() -> tuple[Key, ...]:
    """Throttles and lifetimes; seconds unless said otherwise."""
    seconds = partial(_seconds)
    return (
        Key("limits.resends_per_hour", lambda: _("Mails with a link to one voter in an hour")),
        Key("limits.resends_per_day", lambda: _("Mails with a link to one voter in a day")),
        Key("limits.activation_link_seconds", lambda: _("Lifetime of an activation link"), seconds),
        Key("limits.reset_link_seconds", lambda: _("Lifetime of a password or question link"), seconds),
        Key("limits.verification_seconds", lambda: _("How long a verification of a caller holds"), seconds),
        Key("limits.verification_failures", lambda: _("Wrong answers of callers before verification closes")),
        Key("limits.verification_closed_seconds", lambda: _("How long it is closed then"), seconds),
        Key("limits.address_change_seconds", lambda: _("How long a change of address waits for approval"), seconds),
        Key("limits.login_failures", lambda: _("Failed log-ins before a name is closed")),
        Key("limits.login_closed_seconds", lambda: _("How long it is closed then, for a name"), seconds),
    )


def _seconds() -> str:
    return _("seconds")
