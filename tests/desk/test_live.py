"""Two desks on one server: what one does, the other sees within a second, and each sees who else is there."""

import time
from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QWidget
from sqlalchemy import text

from helpdesk.desk.app import Desk
from helpdesk.desk.context import DeskContext, DeskStart, Preferences, ThemeChoice
from helpdesk.services import build_services
from helpdesk.services.live import Live
from helpdesk.store.engine import Store
from tests.conftest import PASSWORD, make_context
from tests.desk.conftest import Keyring, WatchedServices, child, opened
from tests.voters import verify_caller

WITHIN_MS = 1_000


@pytest.fixture
def database(postgresql_store):
    return postgresql_store


@dataclass
class Seat:
    """One agent at one desk, over connections of their own login."""

    desk: Desk
    watch: WatchedServices
    store: Store

    def label(self, name):
        return child(child(self.desk.window, QWidget, "voterPage"), QLabel, name)

    def open(self, qtbot, number):
        self.desk.window.voters_page.open_voter(number)
        qtbot.waitUntil(lambda: self.desk.window.voters_page.shows_voter and self.desk.tasks.running == 0)


@pytest.fixture
def sit_down(qtbot, qapp, database, clock, services):
    seats = []

    def sit(operator):
        store = Store(str(database.url))
        watch = WatchedServices(build_services(make_context(store, clock)))
        context = DeskContext(
            services=watch.watched, secrets=Keyring(), mailer=None, clock=clock, database_label="server",
            preferences=Preferences("en", ThemeChoice.LIGHT), live=Live(store),
        )  # fmt: skip
        desk = Desk(qapp, DeskStart.over(context))
        seats.append(Seat(desk, watch, store))
        store.sign_in(operator.name.lower(), PASSWORD)
        desk.open_for(operator)
        qtbot.waitUntil(lambda: desk.window is not None)
        qtbot.waitExposed(desk.window)
        qtbot.waitUntil(lambda: desk.window.voters_page._voter._told, timeout=10_000)
        return seats[-1]

    yield sit
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog):
            widget.done(0)
    for seat in seats:
        if seat.desk.window is not None:
            seat.desk.window.close()
    for seat in seats:
        qtbot.waitUntil(lambda desk=seat.desk: desk.tasks.running == 0 and desk.window is None, timeout=15_000)
        seat.desk.deleteLater()
        seat.store.close()


def within_a_second(qtbot, what):
    began = time.monotonic()
    qtbot.waitUntil(what, timeout=WITHIN_MS)
    return time.monotonic() - began


def test_two_desks_see_each_others_changes_and_each_other(
    qtbot, sit_down, agent, supervisor, add_voter, services, database
):
    number, other = add_voter(), add_voter()
    alix, sam = sit_down(agent), sit_down(supervisor)
    alix.open(qtbot, number)
    sam.open(qtbot, number)
    within_a_second(qtbot, lambda: "Sam Supervisor" in alix.label("othersHere").text())
    within_a_second(qtbot, lambda: "Alix Agent" in sam.label("othersHere").text())

    before = sam.watch.count("voters.refresh")
    act = services_of(alix)
    act.activation.resend(agent, number, reason="no mail came")
    within_a_second(
        qtbot, lambda: "waiting" in sam.label("mailFate").text() or "queued" in sam.label("mailFate").text()
    )
    assert sam.watch.count("voters.refresh") > before

    # The mailer, a process of its own, tells too; and a voter that nobody shows troubles nobody.
    (mail,) = services.outbox.claim("mailer", limit=1)
    services.outbox.record_accepted(mail, "2.0.0", "250 Ok")
    within_a_second(qtbot, lambda: sam.label("mailFate").text() == "accepted by the mail server")
    within_a_second(qtbot, lambda: alix.label("mailFate").text() == "accepted by the mail server")
    qtbot.waitUntil(lambda: sam.desk.tasks.running == 0 and alix.desk.tasks.running == 0)
    quiet = sam.watch.count("voters.refresh")
    act.activation.resend(agent, other, reason="another voter")
    services.incidents.set(supervisor, "The portal is slow.")
    within_a_second(qtbot, lambda: "portal is slow" in alix.desk.window.banner.text())
    within_a_second(qtbot, lambda: "portal is slow" in sam.desk.window.banner.text())
    assert sam.watch.count("voters.refresh") == quiet

    alix.desk.window.voters_page.back()
    within_a_second(qtbot, lambda: sam.label("othersHere").isHidden())


def test_a_request_to_decide_on_is_counted_on_the_supervisors_desk_within_a_second(
    qtbot, sit_down, agent, supervisor, add_voter
):
    number = add_voter(others=("marie.martin@ac-rennes.fr",))
    alix, sam = sit_down(agent), sit_down(supervisor)
    qtbot.waitUntil(lambda: sam.desk.tasks.running == 0)
    pages = sam.desk.window._navigation.actions_of_pages
    assert not [action.text() for action in pages if "(1)" in action.text()]
    act = services_of(alix)
    verify_caller(act, agent, number)
    act.address_changes.request(agent, number, wanted="marie.martin@ac-rennes.fr", reason="change of name")
    within_a_second(qtbot, lambda: any("(1)" in action.text() for action in pages))
    (change,) = services_of(sam).address_changes.waiting(supervisor)
    services_of(sam).address_changes.approve(supervisor, change.id, reason="seen in the directory")
    within_a_second(qtbot, lambda: not any("(1)" in action.text() for action in pages))


def services_of(seat):
    return build_services(make_context(seat.store, seat.desk._start.open().clock))


def test_no_page_asks_by_itself_while_the_server_tells_and_all_do_when_it_is_lost(
    qtbot, sit_down, agent, add_voter, database
):
    number = add_voter()
    alix = sit_down(agent)
    alix.open(qtbot, number)
    page = alix.desk.window.voters_page._voter
    assert not page._poll.isActive()
    with database.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'alix agent'"))
    asked = alix.watch.count("voters.refresh")
    qtbot.waitUntil(lambda: alix.watch.count("voters.refresh") > asked, timeout=5_000)
    qtbot.waitUntil(lambda: page._told and not page._poll.isActive(), timeout=5_000)


def test_a_password_changed_meanwhile_is_asked_for_over_the_open_dialog(
    qtbot, sit_down, agent, administrator, services, add_voter, database
):
    number = add_voter()
    alix = sit_down(agent)
    alix.open(qtbot, number)
    alix.desk.window.voter_actions.resend.trigger()
    dialog = opened(qtbot, alix.desk.window, "resendDialog")
    button = child(dialog, QPushButton, "confirmButton")
    qtbot.waitUntil(button.isEnabled)
    child(dialog, QLineEdit, "reasonEdit").setText("no mail came")
    services.operators.set_password(administrator, agent.name, "Another-Horse-8-Staple")
    with database.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'alix agent'"))
    button.click()
    qtbot.waitUntil(lambda: dialog.findChild(QDialog, "passwordDialog") is not None, timeout=5_000)
    again = opened(qtbot, dialog, "passwordDialog")
    assert "Nothing was done" in child(dialog, QLabel, "refusal").text()
    child(again, QLineEdit, "newPassword").setText("wrong")
    child(again, QPushButton, "confirmButton").click()
    qtbot.waitUntil(
        lambda: child(again, QLabel, "refusal").text() != "" and alix.desk.tasks.running == 0, timeout=5_000
    )
    child(again, QLineEdit, "newPassword").setText("Another-Horse-8-Staple")
    child(again, QPushButton, "confirmButton").click()
    qtbot.waitUntil(lambda: dialog.findChild(QDialog, "passwordDialog") is None, timeout=5_000)
    assert child(dialog, QLineEdit, "reasonEdit").text() == "no mail came"
    button.click()
    qtbot.waitUntil(lambda: alix.desk.window.findChild(QDialog, "resendDialog") is None, timeout=5_000)
    with database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM outbox")) == 1
