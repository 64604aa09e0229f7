"""Fresh stores for trials that need very many: copies of one that was upgraded once, on either database."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from helpdesk.store.engine import Store
from helpdesk.store.upgrade import upgrade_store
from tests.conftest import drop_logins
from tests.databases import postgresql
from tests.trials.stage import memory_folder

MakeStore = Callable[[], AbstractContextManager[Store]]


@contextmanager
def on_sqlite() -> Iterator[MakeStore]:
    """Fresh stores in files, copies of one that was upgraded once."""
    folder = memory_folder()
    template = folder / "template.db"
    store = Store(f"sqlite:///{template}")
    upgrade_store(store)
    store.close()
    turn = itertools.count()

    @contextmanager
    def make() -> Iterator[Store]:
        path = folder / f"{next(turn)}.db"
        shutil.copy(template, path)
        made = Store(f"sqlite:///{path}")
        try:
            yield made
        finally:
            made.close()
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)

    try:
        yield make
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def on_postgresql() -> Iterator[MakeStore]:
    """Fresh databases of a server of its own, copies of one that was upgraded once."""
    with postgresql(durable=False) as server:
        engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")

        def run(statement: str) -> None:
            with engine.connect() as connection:
                connection.execute(text(statement))

        run("CREATE DATABASE machine_template")
        store = Store(f"{server}/machine_template")
        upgrade_store(store)
        store.close()

        @contextmanager
        def make() -> Iterator[Store]:
            name = f"machine_{os.urandom(6).hex()}"
            run(f"CREATE DATABASE {name} TEMPLATE machine_template")
            made = Store(f"{server}/{name}")
            try:
                yield made
            finally:
                made.close()
                run(f"DROP DATABASE {name} WITH (FORCE)")
                drop_logins(server)

        try:
            yield make
        finally:
            engine.dispose()
