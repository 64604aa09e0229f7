"""Opening the desk: the window first, and the program behind it while the operator looks at it."""

import gc
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from helpdesk.config import Origin, Settings, effective_settings, load_settings, settings_path

if TYPE_CHECKING:  # the desk costs Qt, the program its database: each is imported when it is asked for
    from helpdesk.bootstrap import Program
    from helpdesk.cli.desk_settings import DeskSettings
    from helpdesk.desk.context import BackgroundMailer, DeskContext, DeskStart, Preferences
    from helpdesk.desk.setup_port import SetupPort
    from helpdesk.domain.roles import Operator

_SQLITE = "sqlite:///"


def open_desk(settings: Settings, config_file: Path | None) -> int:
    """Open the desk on the store of the settings; the exit code. `config_file` is the one that was named, if any.

    Raises what keeps the store from being opened, once a window has said so.
    """
    looked = gc.isenabled()
    gc.disable()  # nothing of what is loaded first will be garbage; the desk looks for it once its window is complete
    from helpdesk.desk.app import run_desk  # noqa: PLC0415

    behind = _ProgramBehind(settings, config_file)
    start = behind.start()
    store = embedded_file(settings.database)
    if store is not None and not store.exists():
        from helpdesk.cli.first_run import FirstRun  # noqa: PLC0415 (it brings the whole program along)

        start = replace(start, setup=FirstRun(settings, config_file, behind.start_with))
    try:
        return run_desk(start)
    except Exception as error:
        from helpdesk.desk.obstacle import show_obstacle  # noqa: PLC0415
        from helpdesk.domain.errors import HelpdeskError  # noqa: PLC0415
        from helpdesk.language.errors import error_text  # noqa: PLC0415

        if isinstance(error, HelpdeskError):
            show_obstacle(error_text(error))
        raise
    finally:
        if looked:
            gc.enable()
        behind.close()


def show_desk(program: "Program", *, operator: "Operator", mailer: "BackgroundMailer | None") -> int:
    """Run the window over an open program until it is closed; the exit code. What is chosen there is kept nowhere."""
    from helpdesk.desk.app import run_desk  # noqa: PLC0415
    from helpdesk.desk.context import DeskStart  # noqa: PLC0415

    return run_desk(DeskStart.over(desk_context(program, mailer=mailer)), operator=operator)


def check_window() -> int:
    """Open the window on an empty store, paint once, say `ok VERSION`; the exit code."""
    from helpdesk.bootstrap import create_program  # noqa: PLC0415
    from helpdesk.desk.app import check_desk  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="helpdesk-check-") as folder:
        settings = replace(load_settings(), database=f"sqlite:///{Path(folder, 'check.db')}")
        program = create_program(settings)
        try:
            return check_desk(desk_context(program, mailer=None))
        finally:
            program.close()


def desk_context(
    program: "Program", *, mailer: "BackgroundMailer | None", settings: "DeskSettings | None" = None
) -> "DeskContext":
    """What the desk is given."""
    from helpdesk.bootstrap import live_changes  # noqa: PLC0415
    from helpdesk.desk.context import DeskContext, keep_nothing  # noqa: PLC0415

    program.store.spares_memory = True
    return DeskContext(
        services=program.services,
        secrets=program.secrets,
        mailer=mailer,
        live=live_changes(program),
        clock=program.clock,
        database_label=database_label(program.settings.database),
        preferences=_preferences(program.settings),
        keep_preferences=settings.keep_preferences if settings is not None else keep_nothing,
        settings=settings,
    )


def embedded_file(url: str) -> Path | None:
    """The file of an embedded store's URL, None for a server's; without loading what opens it."""
    return Path(url.removeprefix(_SQLITE).partition("?")[0]) if url.startswith(_SQLITE) else None


def database_label(url: str) -> str:
    """A database as a person knows it: the name of a file, or the server's address without any password."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return Path(parts.path).name
    return f"{parts.scheme}://{parts.username + '@' if parts.username else ''}{parts.hostname or ''}{parts.path}"


class _ProgramBehind:
    """The program of an open desk: imported and opened in the background, closed at the end."""

    def __init__(self, settings: Settings, config_file: Path | None) -> None:
        self._settings, self._config_file = settings, config_file
        self._program: Program | None = None

    def start(self) -> "DeskStart":
        """How the desk starts with these settings."""
        from helpdesk.desk.context import DeskStart  # noqa: PLC0415

        return DeskStart(
            self.open,
            database_label(self._settings.database),
            _preferences(self._settings),
            elsewhere=self._choose_elsewhere if embedded_file(self._settings.database) is None else None,
            may_choose=self._is_server_of_the_file,
        )

    def _choose_elsewhere(self) -> "SetupPort":
        from helpdesk.cli.first_run import FirstRun  # noqa: PLC0415 (it brings the whole program along)

        return FirstRun(self._settings, self._config_file, self.start_with)

    def _is_server_of_the_file(self) -> bool:
        """Whether another server written into the settings file would be the one of the next start."""
        path = settings_path(self._config_file)
        if not path.exists():
            return False
        found = effective_settings(config_file=path)["database"]
        return found.origin is Origin.FILE and found.value == self._settings.database

    def start_with(self, settings: Settings) -> "DeskStart":
        """How it starts with others, which the assistant made."""
        self._settings = settings
        return self.start()

    def open(self) -> "DeskContext":
        """Open the store; may take its time. Raises the store's faults, BadSetting."""
        from helpdesk.bootstrap import open_program  # noqa: PLC0415
        from helpdesk.cli.delivering import embedded_mailer  # noqa: PLC0415
        from helpdesk.cli.desk_settings import DeskSettings  # noqa: PLC0415
        from helpdesk.cli.log import keep_log  # noqa: PLC0415

        self.close()  # of a server that another was chosen for
        self._program = program = open_program(self._settings)
        keep_log(program.settings, service="desk")
        mailer = embedded_mailer(program) if program.store.path is not None else None
        database = program.store.url.render_as_string(hide_password=True)
        kept = DeskSettings(self._config_file, program.secrets, database)
        return desk_context(program, mailer=mailer, settings=kept)

    def close(self) -> None:
        """Close what was opened."""
        if self._program is not None:
            self._program.close()


def _preferences(settings: Settings) -> "Preferences":
    from helpdesk.desk.context import Preferences, TextSize, ThemeChoice  # noqa: PLC0415

    return Preferences(settings.language, ThemeChoice(settings.theme), TextSize(settings.text_size))
