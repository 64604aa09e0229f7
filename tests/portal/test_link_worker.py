"""Requests for links are worked off behind the pages, whatever happens meanwhile."""

from collections.abc import Callable, Iterator
from time import monotonic

import pytest
from sqlalchemy import func, select

from helpdesk.domain.errors import StoreBusy
from helpdesk.portal import link_worker
from helpdesk.portal.link_worker import LinkWorker
from helpdesk.services import Services
from helpdesk.store.engine import Store
from helpdesk.store.schema import link_request, outbox
from tests.portal.conftest import TIED
from tests.voters import VoterMaker


class Requests:
    """The real service, with somebody at the door who may do something first."""

    def __init__(self, services: Services) -> None:
        self._real = services.link_requests
        self.before: list[Callable[[], None]] = []

    def work_off(self) -> int:
        if self.before:
            self.before.pop(0)()
        return self._real.work_off()

    def drop(self) -> None:
        self._real.drop()


@pytest.fixture
def requests(services: Services) -> Requests:
    return Requests(services)


@pytest.fixture
def worker(requests: Requests, monkeypatch: pytest.MonkeyPatch) -> Iterator[LinkWorker]:
    monkeypatch.setattr(link_worker, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(link_worker, "_RETRY_SECONDS", 0.01)
    made = LinkWorker(requests)  # type: ignore[arg-type]
    yield made
    made.stop()


def wait_until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 10
    while not holds():
        assert monotonic() < end, "not in time"


def count(database: Store, table: object) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def test_a_request_becomes_a_mail_without_anybody_waiting(
    worker: LinkWorker, services: Services, add_voter: VoterMaker, database: Store
) -> None:
    add_voter(tied=TIED)
    for address in (TIED, "nobody@ac-rennes.fr"):
        services.link_requests.ask(address)
        worker.wake()
    wait_until(lambda: count(database, link_request) == 0)
    assert count(database, outbox) == 1


def test_a_store_that_is_busy_is_asked_again(
    worker: LinkWorker, requests: Requests, services: Services, add_voter: VoterMaker, database: Store
) -> None:
    def busy() -> None:
        raise StoreBusy

    add_voter(tied=TIED)
    requests.before += [busy, busy]
    services.link_requests.ask(TIED)
    worker.wake()
    wait_until(lambda: count(database, outbox) == 1)


def test_a_request_that_breaks_is_dropped_and_the_next_is_served(
    worker: LinkWorker,
    requests: Requests,
    services: Services,
    add_voter: VoterMaker,
    database: Store,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_down() -> None:
        raise ValueError(TIED)

    add_voter(tied=TIED)
    requests.before.append(break_down)
    services.link_requests.ask("first@ac-rennes.fr")
    services.link_requests.ask(TIED)
    worker.wake()
    wait_until(lambda: count(database, outbox) == 1)
    (broken,) = (record.where for record in caplog.records if hasattr(record, "where"))
    assert "ValueError" in broken
    assert TIED not in caplog.text + broken


def test_what_was_asked_for_is_worked_off_before_the_end(
    worker: LinkWorker, services: Services, add_voter: VoterMaker, database: Store
) -> None:
    add_voter(tied=TIED)
    services.link_requests.ask(TIED)
    worker.wake()
    worker.stop()
    assert count(database, outbox) == 1
