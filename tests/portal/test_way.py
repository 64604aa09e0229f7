"""The voter's way, step by step, as the leaflet has it; on both databases, without a browser."""

import pytest
from sqlalchemy import select

from helpdesk.domain.audit import Action
from helpdesk.domain.ballots import BallotEntry, ListEntry
from helpdesk.domain.states import AccountState, MailKind
from helpdesk.store.schema import account, audit_event, link_request, one_time_link, outbox
from tests.portal.conftest import ANSWER, PASSWORD, TIED, activate, ask_for_link, log_in
from tests.voters import VOTER_ANSWER, VOTER_PASSWORD, verify_caller


@pytest.fixture
def number(add_voter):
    return add_voter(tied=TIED, others=("marie.martin@ac-rennes.fr",), language="en")


@pytest.fixture
def active(add_voter):
    others = ("marie.martin@ac-rennes.fr",)
    return add_voter(tied=TIED, others=others, state=AccountState.ACTIVE, language="en")


def state_of(database):
    with database.read() as connection:
        return connection.execute(select(account)).one()


def trail(database):
    with database.read() as connection:
        rows = connection.execute(select(audit_event.c.action, audit_event.c.outcome).order_by(audit_event.c.seq))
        return [tuple(row) for row in rows]


def test_from_the_first_page_to_an_active_account(visitor, mails, number, database):
    ask_for_link(visitor, f" {TIED.upper()} ")
    assert "A mail has just been sent to you" in visitor.words
    (letter,) = mails()
    assert (letter.kind, letter.to) == (MailKind.ACTIVATION, TIED)
    assert state_of(database).state == AccountState.INVITED
    visitor.get(letter.path)
    assert "Hello Marie Dupont," in visitor.words
    assert state_of(database).state == AccountState.LINK_OPENED
    visitor.send(password=PASSWORD, password2=PASSWORD)
    assert (visitor.at, state_of(database).state) == ("/question", AccountState.PASSWORD_SET)
    visitor.send(question="first_pet", answer=ANSWER)
    assert (visitor.at, state_of(database).state) == ("/space", AccountState.ACTIVE)
    assert "Your voter account is active." in visitor.words
    assert {mail.kind for mail in mails()} == {MailKind.ACTIVATION_NOTICE}
    steps = [action for action, outcome in trail(database) if outcome == "done"]
    wanted = [Action.LINK_REQUESTED, Action.LINK_OPENED, Action.PASSWORD_CHOSEN, Action.QUESTION_CHOSEN]
    assert [step for step in steps if step in wanted] == wanted


def test_a_link_that_a_mail_scanner_opened_still_works(visit, mails, number):
    ask_for_link(visit(), TIED)
    (letter,) = mails()
    for _ in range(3):
        assert visit().get(letter.path).status_code == 200
    assert visit().client.head(letter.path).status_code == 200
    voter = visit()
    voter.get(letter.path)
    voter.send(password=PASSWORD, password2=PASSWORD)
    assert voter.at == "/question"


@pytest.mark.parametrize("address", ["nobody@ac-rennes.fr", "marie.martin@ac-rennes.fr", TIED])
def test_every_address_gets_the_same_answer_and_the_same_work(visitor, number, address, database):
    before = len(trail(database))
    visitor.get("/")
    page = visitor.send("/link", address=address)
    assert (page.status_code, visitor.at) == (200, "/sent")
    assert address not in page.text
    with database.read() as connection:
        assert connection.scalars(select(link_request.c.folded)).all() == [address]
        assert connection.scalars(select(outbox.c.id)).all() == []
    assert len(trail(database)) == before


def test_the_answers_are_the_same_to_the_letter(visit, number, active_twin):
    pages = set()
    for address in ("nobody@ac-rennes.fr", "marie.martin@ac-rennes.fr", TIED, active_twin):
        visitor = visit()
        visitor.get("/")
        pages.add(visitor.send("/link", address=address).text)
    assert len(pages) == 1


@pytest.fixture
def active_twin(add_voter):
    """An account that is locked for now."""
    add_voter(tied="anne.locked@ac-rennes.fr", state=AccountState.ACTIVE, locked_minutes=10)
    return "anne.locked@ac-rennes.fr"


def test_a_known_address_that_is_not_the_tied_one_is_written_to_and_nothing_else_happens(
    visitor, mails, number, database
):
    ask_for_link(visitor, "Marie.Martin@ac-rennes.fr")
    assert "dupont" not in visitor.page.text.lower()
    (letter,) = mails()
    assert (letter.kind, letter.to) == (MailKind.OTHER_ADDRESS_NOTICE, "marie.martin@ac-rennes.fr")
    assert "m•••.d•••@ac-rennes.fr" in letter.text
    assert TIED not in letter.text
    assert "02 23 21 77 77" in letter.text
    assert state_of(database).state == AccountState.NOT_INVITED
    for _ in range(5):
        ask_for_link(visitor, "marie.martin@ac-rennes.fr")
    assert len(mails()) == 2  # three an hour


def test_links_are_limited_to_three_an_hour_and_the_answer_does_not_change(visitor, mails, number, clock, database):
    for _ in range(4):
        ask_for_link(visitor, TIED)
        mails()
        clock.advance(minutes=1)
    with database.read() as connection:
        assert len(connection.scalars(select(one_time_link.c.id)).all()) == 3
    assert (Action.LINK_REQUESTED, "refused") in trail(database)


def test_used_replaced_and_expired_links_say_so_and_offer_a_new_one(visit, mails, number, clock):
    ask_for_link(visit(), TIED)
    (first,) = mails()
    ask_for_link(visit(), TIED)
    (second,) = mails()
    replaced = visit()
    assert replaced.get(first.path).status_code == 410
    assert "A newer link has replaced this one" in replaced.words
    activating = visit()
    activating.get(second.path)
    activating.send(password=PASSWORD, password2=PASSWORD)
    used = visit()
    assert used.get(second.path).status_code == 410
    assert "This link has been used" in used.words
    ask_for_link(visit(), TIED)
    (third,) = mails()
    assert third.path.startswith("/reset/")
    clock.advance(hours=1)
    expired = visit()
    assert expired.get(third.path).status_code == 410
    assert "This link has expired" in expired.words
    assert "Ask for a new link" in expired.words
    unknown = visit()
    assert unknown.get("/activate/" + "x" * 43).status_code == 404
    assert unknown.get(third.path.replace("/reset/", "/activate/")).status_code == 404


def test_the_page_of_a_link_stops_working_when_the_link_does(visit, mails, number):
    ask_for_link(visit(), TIED)
    (letter,) = mails()
    voter, other = visit(), visit()
    voter.get(letter.path)
    other.get(letter.path)
    other.send(password=PASSWORD, password2=PASSWORD)
    assert voter.send(password=PASSWORD + "x", password2=PASSWORD + "x").status_code == 410
    log_in(voter)
    assert voter.at == "/question"


@pytest.mark.parametrize(
    ("password", "lacks"),
    [
        ("Court-7a", "at least 12 characters"),
        ("minuscules-7-ici", "an upper-case letter"),
        ("MAJUSCULES-7-ICI", "a lower-case letter"),
        ("Sans-Chiffre-Ici", "a digit"),
        ("SansSigne7Ici99", "a special character"),
        ("Motdepasse2026!!", "less easy to guess"),
        ("Marie.Dupont2026", "less easy to guess"),
        ("Dupont-Marie-35!", "less easy to guess"),
    ],
)
def test_a_weak_password_is_named_and_uses_nothing(visitor, mails, number, database, password, lacks):
    ask_for_link(visitor, TIED)
    (letter,) = mails()
    visitor.get(letter.path)
    assert visitor.send(password=password, password2=password).status_code == 422
    assert lacks in visitor.words
    assert password not in visitor.page.text
    visitor.send(password=PASSWORD, password2=PASSWORD + "x")
    assert "The two passwords are not the same" in visitor.words
    assert state_of(database).password_hash is None
    visitor.send(password=PASSWORD, password2=PASSWORD)
    assert visitor.at == "/question"


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("first_pet", "ab", "too short"),
        ("first_pet", "1234", "too short"),
        ("first_pet", "animal de compagnie", "repeats the question"),
        ("first_pet", "marie", "your own name"),
        ("first_pet", "Marie.Dupont@ac-rennes.fr", "your own name"),
        ("first_pet", "aaaa", "Anybody could guess"),
        ("first_pet", "je ne sais pas", "Anybody could guess"),
        ("no_such_question", ANSWER, "Choose a question from the list"),
        ("", ANSWER, "Choose a question from the list"),
    ],
)
def test_an_answer_that_anybody_could_give_is_refused(visitor, mails, number, database, question, answer, said):
    ask_for_link(visitor, TIED)
    visitor.get(mails()[0].path)
    visitor.send(password=PASSWORD, password2=PASSWORD)
    assert visitor.send(question=question, answer=answer).status_code == 422
    assert said in visitor.words
    assert state_of(database).answer_hash is None


def test_who_stopped_after_the_password_goes_on_after_logging_in(visit, mails, number):
    voter = visit()
    ask_for_link(voter, TIED)
    voter.get(mails()[0].path)
    voter.send(password=PASSWORD, password2=PASSWORD)
    later = visit()
    log_in(later)
    assert later.at == "/question"
    assert later.get("/space").request.path == "/question"
    later.send(question="first_pet", answer=ANSWER)
    assert later.at == "/space"


def test_the_space_shows_the_voters_own_ballots_and_lists_once_published(
    visitor, mails, number, services, administrator, clock, election
):
    lists = (
        ListEntry("Union des Écoles", ("Anaïs Abgrall", "Côme Delorme"), "Nos écoles d'abord.\n\nToujours."),
        ListEntry("Alliance <b>", ("Katell Urvoas",)),
    )
    entries = (
        BallotEntry("CSA-A", "CSA académique", lists),
        BallotEntry("CAPD", "CAPD des professeurs des écoles", lists),
    )
    services.ballots.import_ballots(administrator, entries, file_name="ballots.toml")
    activate(visitor, mails)
    assert "CSA académique" in visitor.words
    assert "CAPD" not in visitor.words
    assert "Candidate lists on" in visitor.words
    assert visitor.get("/space/ballots/CAPD").status_code == 404
    assert "Anaïs" not in visitor.get("/space/ballots/CSA-A").text
    clock.now = election.lists_published
    log_in(visitor)
    page = visitor.get("/space/ballots/CSA-A").text
    assert "Anaïs Abgrall" in page
    assert "<p>Toujours.</p>" in page
    assert "Alliance &lt;b&gt;" in page
    assert "Katell Urvoas" in visitor.get("/space/print").text
    assert "https://vote.example.org/" not in visitor.get("/space").text
    clock.now = election.vote_opens
    log_in(visitor)
    assert 'href="https://vote.example.org/"' in visitor.get("/space").text


def test_logging_in_and_out(visitor, active):
    log_in(visitor, VOTER_PASSWORD)
    assert visitor.at == "/space"
    assert visitor.get("/login").request.path == "/space"
    visitor.send("/logout")
    assert "You are logged out." in visitor.words
    assert visitor.get("/space").request.path == "/login"


@pytest.mark.parametrize("address", ["nobody@ac-rennes.fr", TIED])
def test_a_refused_login_says_the_same_for_unknown_addresses(visitor, active, address):
    log_in(visitor, "Wrong-Password-1!", address)
    assert visitor.page.status_code == 403
    assert "Address or password not accepted." in visitor.words
    assert "Wrong-Password" not in visitor.page.text


def test_five_wrong_passwords_lock_for_a_time_that_grows(visitor, mails, active, clock, database, services, agent):
    for _ in range(5):
        log_in(visitor, "Wrong-Password-1!")
    assert {mail.kind for mail in mails()} == {MailKind.LOCK_NOTICE}
    log_in(visitor, VOTER_PASSWORD)
    assert visitor.page.status_code == 403
    assert services.voters.open(agent, active).state == AccountState.LOCKED
    clock.advance(minutes=14, seconds=59)
    log_in(visitor, VOTER_PASSWORD)
    assert visitor.page.status_code == 403
    clock.advance(seconds=1)
    log_in(visitor, "Wrong-Password-1!")
    assert state_of(database).failed_passwords == 6
    clock.advance(minutes=29)
    log_in(visitor, VOTER_PASSWORD)
    assert visitor.page.status_code == 403
    clock.advance(minutes=1)
    log_in(visitor, VOTER_PASSWORD)
    assert visitor.at == "/space"
    assert (state_of(database).failed_passwords, state_of(database).locked_until) == (0, None)


def test_a_forgotten_password_is_replaced_and_ends_locks_and_sessions(visit, mails, active, clock):
    elsewhere = visit()
    log_in(elsewhere, VOTER_PASSWORD)
    for _ in range(5):
        log_in(visit(), "Wrong-Password-1!")
    voter = visit()
    voter.get("/forgot")
    voter.send("/link", address=TIED)
    letter = mails()[-1]
    assert letter.kind == MailKind.PASSWORD
    voter.get(letter.path)
    voter.send(password=PASSWORD, password2=PASSWORD)
    assert voter.at == "/space"
    told = [(mail.kind, mail.to) for mail in mails()]  # whoever took one mailbox cannot keep it from the other
    assert told == [(MailKind.PASSWORD_NOTICE, TIED), (MailKind.PASSWORD_NOTICE, "marie.martin@ac-rennes.fr")]
    assert elsewhere.get("/space").request.path == "/login"
    assert "Your session has ended" in elsewhere.words
    log_in(elsewhere, VOTER_PASSWORD)
    assert elsewhere.page.status_code == 403
    log_in(elsewhere, PASSWORD)
    assert elsewhere.at == "/space"


def test_a_question_reset_by_the_desk_needs_link_and_password(visit, mails, active, services, agent, database):
    voter = visit()
    log_in(voter, VOTER_PASSWORD)
    verify_caller(services, agent, active)
    services.challenge.reset(agent, active, reason="answer forgotten")
    assert voter.get("/space").request.path == "/login"
    letter = next(mail for mail in mails() if mail.kind == MailKind.QUESTION)
    log_in(voter, VOTER_PASSWORD)
    assert "Your challenge question was reset" in voter.words
    voter.get(letter.path)
    voter.send(password="Wrong-Password-1!", question="first_pet", answer=ANSWER)
    assert voter.page.status_code == 403
    assert "This is not your current password" in voter.words
    assert state_of(database).failed_passwords == 1
    voter.send(password=VOTER_PASSWORD, question="first_pet", answer=ANSWER)
    assert (voter.at, state_of(database).state) == ("/space", AccountState.ACTIVE)
    assert {mail.kind for mail in mails()} == {MailKind.QUESTION_NOTICE}


def test_changing_password_and_question(visit, mails, active, database, context):
    voter, elsewhere = visit(), visit()
    log_in(voter, VOTER_PASSWORD)
    log_in(elsewhere, VOTER_PASSWORD)
    voter.get("/account/password")
    voter.send(current="Wrong-Password-1!", password=PASSWORD, password2=PASSWORD)
    assert voter.page.status_code == 403
    voter.send(current=VOTER_PASSWORD, password=PASSWORD, password2=PASSWORD)
    assert "Your password has been changed." in voter.words
    assert voter.get("/space").request.path == "/space"
    assert elsewhere.get("/space").request.path == "/login"
    voter.get("/account/question")
    voter.send(password=VOTER_PASSWORD, question="dream_job", answer="Astronaute")
    assert voter.page.status_code == 403
    voter.send(password=PASSWORD, question="dream_job", answer="Astronaute")
    assert "Your challenge question has been changed." in voter.words
    assert context.hasher.matches(state_of(database).answer_hash, "astronaute")
    told = [mail.kind for mail in mails()]
    assert told == [MailKind.PASSWORD_NOTICE] * 2 + [MailKind.QUESTION_NOTICE] * 2  # to both addresses


def test_sessions_end_when_unused_and_after_their_longest_time(visitor, active, clock):
    log_in(visitor, VOTER_PASSWORD)
    for _ in range(18):
        clock.advance(minutes=25)
        assert visitor.get("/space").request.path == "/space"
    clock.advance(minutes=29)
    assert visitor.get("/space").request.path == "/space"
    clock.advance(minutes=2)
    assert visitor.get("/space").request.path == "/login"  # eight hours in all
    log_in(visitor, VOTER_PASSWORD)
    clock.advance(minutes=30)
    assert visitor.get("/space").request.path == "/login"


def test_before_the_opening_and_after_the_close_no_link_is_sent(visitor, mails, number, clock, election):
    clock.now = election.portal_opens.replace(year=2025)
    visitor.get("/")
    assert "The portal opens on" in visitor.words
    assert visitor.client.post("/link", data={"address": TIED}).status_code == 400
    clock.now = election.vote_closes
    visitor.get("/")
    assert "The vote closed on" in visitor.words
    assert mails() == []


def test_a_link_stops_working_when_the_vote_closes(visitor, mails, number, clock, election):
    clock.now = election.vote_closes.replace(hour=1)
    ask_for_link(visitor, TIED)
    (letter,) = mails()
    visitor.get(letter.path)
    clock.now = election.vote_closes
    assert visitor.send(password=PASSWORD, password2=PASSWORD).status_code == 403
    assert visitor.get(letter.path).status_code == 403


def test_no_secret_is_kept_as_it_was_typed(visitor, mails, number, database, services, administrator):
    activate(visitor, mails)
    mails()
    with database.read() as connection:
        rows = [
            str(tuple(row))
            for table in (account, audit_event, outbox, one_time_link)
            for row in connection.execute(select(table))
        ]
    for secret in (PASSWORD, ANSWER, "berenice", VOTER_ANSWER):
        assert not [row for row in rows if secret in row]
    services.trail.verify(administrator)
