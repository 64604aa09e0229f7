"""Changing the tied address through the window: asked by one, approved by another."""

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QRadioButton, QTableView, QWidget

from tests.desk.conftest import child, go_to, open_voter, opened, type_text, words_of
from tests.voters import verify_caller

TIED, OTHER = "marie.dupont@ac-rennes.fr", "marie.martin@ac-rennes.fr"


def ask(services, who, number):
    verify_caller(services, who, number)
    services.address_changes.request(who, number, wanted=OTHER, reason="mailbox closed")


def confirm(qtbot, dialog, **typed):
    for name, text in typed.items():
        type_text(child(dialog, QLineEdit, name), text)
    child(dialog, QPushButton, "confirmButton").click()


def test_an_agent_asks_and_sees_that_it_waits(qtbot, open_desk, agent, supervisor, add_voter, services):
    number = add_voter(tied=TIED, others=(OTHER,))
    window = open_desk(agent)
    page = open_voter(qtbot, window, number)
    button = child(page, QPushButton, "changeAddressButton")
    assert not button.isEnabled()
    assert button.accessibleDescription() == "Verify the caller first."
    verify_caller(services, agent, number)
    page.refresh()
    qtbot.waitUntil(button.isEnabled)
    button.click()
    dialog = opened(qtbot, window, "addressDialog")
    assert child(dialog, QRadioButton, "knownAddress0").text() == OTHER
    assert not child(dialog, QLineEdit, "newAddressEdit").isVisible()
    confirm(qtbot, dialog, reasonEdit="boîte fermée")
    qtbot.waitUntil(lambda: OTHER in child(page, QLabel, "waitingChange").text())
    assert not button.isEnabled()
    assert services.address_changes.count(supervisor) == 1


def test_a_new_address_needs_evidence_in_the_same_dialog(qtbot, open_desk, agent, add_voter, services, supervisor):
    number = add_voter(tied=TIED)
    window = open_desk(agent)
    page = open_voter(qtbot, window, number)
    verify_caller(services, agent, number)
    page.refresh()
    qtbot.waitUntil(child(page, QPushButton, "changeAddressButton").isEnabled)
    child(page, QPushButton, "changeAddressButton").click()
    dialog = opened(qtbot, window, "addressDialog")
    confirm(qtbot, dialog, newAddressEdit="marie.dupont@ac-nantes.fr", reasonEdit="mutation")
    qtbot.waitUntil(lambda: "needs evidence" in child(dialog, QLabel, "refusal").text())
    confirm(qtbot, dialog, evidenceEdit="annuaire du 24 novembre")
    qtbot.waitUntil(lambda: services.address_changes.count(supervisor) == 1)


def test_a_supervisor_is_told_and_approves(qtbot, open_desk, agent, supervisor, add_voter, services):
    number = add_voter(tied=TIED, others=(OTHER,))
    ask(services, agent, number)
    window = open_desk(supervisor)
    rail = child(window, QWidget, "page3Button")
    qtbot.waitUntil(lambda: rail.text() == "Approvals (1)")
    assert rail.accessibleName() == "Approvals, 1 waits"
    page = go_to(qtbot, window, 3, "approvalsPage")
    assert OTHER in words_of(child(page, QWidget, "changeSheet"))
    child(page, QPushButton, "approveButton").click()
    dialog = opened(qtbot, window, "approveDialog")
    assert child(dialog, QPushButton, "cancelButton").isDefault()
    confirm(qtbot, dialog, reasonEdit="vu dans l'annuaire")
    qtbot.waitUntil(lambda: "tied to" in child(page, QLabel, "pageDone").text())
    assert services.voters.open(supervisor, number).tied_address == OTHER
    table = child(page, QTableView, "approvalsTable")
    qtbot.waitUntil(lambda: table.model().index(0, 0).data() == "Approved")
    window._pulse.ask()
    qtbot.waitUntil(lambda: rail.text() == "Approvals")


def test_ones_own_request_cannot_be_decided_on(qtbot, open_desk, supervisor, add_voter, services):
    number = add_voter(tied=TIED, others=(OTHER,))
    ask(services, supervisor, number)
    window = open_desk(supervisor)
    page = go_to(qtbot, window, 3, "approvalsPage")
    assert not child(page, QPushButton, "approveButton").isEnabled()
    assert "another supervisor" in child(page, QLabel, "approvalWhyNot").text()
    assert child(window, QWidget, "page3Button").text() == "Approvals"


def test_turning_down_needs_a_reason_and_leaves_the_address(qtbot, open_desk, agent, supervisor, add_voter, services):
    number = add_voter(tied=TIED, others=(OTHER,))
    ask(services, agent, number)
    window = open_desk(supervisor)
    page = go_to(qtbot, window, 3, "approvalsPage")
    child(page, QPushButton, "refuseButton").click()
    dialog = opened(qtbot, window, "refuseDialog")
    confirm(qtbot, dialog)
    qtbot.waitUntil(lambda: "reason" in child(dialog, QLabel, "refusal").text())
    confirm(qtbot, dialog, reasonEdit="inconnue de la DRH")
    qtbot.waitUntil(lambda: "stays tied" in child(page, QLabel, "pageDone").text())
    assert services.voters.open(supervisor, number).tied_address == TIED


def test_agents_have_no_approvals_page(open_desk, agent):
    window = open_desk(agent)
    assert window.findChild(QWidget, "page3Button") is None


def test_a_standing_incident_is_on_every_desk(qtbot, open_desk, agent, supervisor, services):
    services.incidents.set(supervisor, "Portail lent depuis 9 h")
    window = open_desk(agent)
    banner = child(window, QWidget, "statusBanner")
    qtbot.waitUntil(lambda: "Portail lent depuis 9 h" in words_of(banner))
    services.incidents.end(supervisor)
    window._pulse.ask()
    qtbot.waitUntil(lambda: not banner.isVisible())
