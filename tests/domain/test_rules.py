"""Small rules: states, links, calendar, codes, passwords, the audit chain."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.audit import (
    GENESIS,
    AuditEvent,
    ChainHead,
    canonical_content,
    chain_hash,
    content_hash,
    verify_chain,
)
from helpdesk.domain.errors import AuditBroken, TooFewClaims
from helpdesk.domain.links import derive_token, link_url, token_hash
from helpdesk.domain.passwords import is_common_password
from helpdesk.domain.roles import PERMISSIONS, Operator, Permission, Role, Scope
from helpdesk.domain.search import SearchFilters
from helpdesk.domain.states import (
    STORED_STATES,
    TRANSITIONS,
    AccountEvent,
    AccountState,
    LinkPurpose,
    Phase,
    link_purpose,
    next_state,
    shown_state,
)
from helpdesk.domain.uai import check_letter, is_uai
from tests.elections import election_around

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_every_stored_state_can_be_reached_and_locked_is_never_stored():
    assert set(TRANSITIONS.values()) | {AccountState.NOT_INVITED} == set(STORED_STATES)
    assert AccountState.LOCKED not in TRANSITIONS.values()


def test_an_active_account_is_made_only_by_a_password_and_a_question():
    ways = {step for step, after in TRANSITIONS.items() if after is AccountState.ACTIVE}
    assert all(
        before in {AccountState.ACTIVE, AccountState.PASSWORD_SET, AccountState.CHALLENGE_RESET} for before, _ in ways
    )


def test_only_an_active_account_has_a_question_to_reset():
    possible = [state for state in STORED_STATES if next_state(state, AccountEvent.CHALLENGE_RESET)]
    assert possible == [AccountState.ACTIVE]


def test_no_link_reopens_activation_once_a_password_is_set():
    assert link_purpose(AccountState.LINK_OPENED) is LinkPurpose.ACTIVATION
    assert link_purpose(AccountState.PASSWORD_SET) is LinkPurpose.PASSWORD
    assert link_purpose(AccountState.CHALLENGE_RESET) is LinkPurpose.QUESTION


def test_a_lock_ends_by_itself():
    assert shown_state(AccountState.ACTIVE, NOW + timedelta(seconds=1), NOW) is AccountState.LOCKED
    assert shown_state(AccountState.ACTIVE, NOW, NOW) is AccountState.ACTIVE


def test_the_same_message_and_generation_carry_the_same_token():
    key = bytes(range(32))
    token = derive_token(key, message_id="a@b", generation=1)
    assert token == derive_token(key, message_id="a@b", generation=1)
    assert len(token) == 43
    others = {
        derive_token(key, message_id="a@b", generation=2),
        derive_token(key, message_id="a@c", generation=1),
        derive_token(bytes(32), message_id="a@b", generation=1),
    }
    assert token not in others
    for portal in ("https://p.example", "https://p.example/", "https://p.example//"):
        assert link_url(portal, purpose=LinkPurpose.ACTIVATION, token=token) == f"https://p.example/activate/{token}"
    assert token not in token_hash(token)


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="short"):
        derive_token(b"short", message_id="a@b", generation=1)


def test_the_phases_of_the_calendar():
    election = election_around(NOW)
    assert election.phase(NOW - timedelta(seconds=1)) is Phase.BEFORE_OPENING
    assert election.phase(NOW) is Phase.ACTIVATION
    assert election.phase(election.vote_opens) is Phase.VOTE
    assert election.phase(election.vote_closes) is Phase.CLOSED


def test_a_moved_calendar_keeps_its_clock_times_over_the_change_of_summer_time():
    election = election_around(datetime(2026, 6, 1, 6, tzinfo=UTC))
    moved = election.moved(vote_opens_on=date(2026, 12, 1))
    assert moved.local(moved.vote_opens).hour == election.local(election.vote_opens).hour
    assert moved.local(moved.vote_opens).date() == date(2026, 12, 1)
    span = election.local(election.vote_closes).date() - election.local(election.vote_opens).date()
    assert moved.local(moved.vote_closes).date() - moved.local(moved.vote_opens).date() == span


@given(st.integers(0, 730 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)))
def test_a_calendar_opened_last_is_open_at_every_hour_and_not_for_more_than_a_day(now):
    moved = election_around(datetime(2026, 6, 1, 6, tzinfo=UTC)).opened_last(now)
    assert moved.phase(now) is Phase.ACTIVATION
    assert now - moved.portal_opens <= timedelta(hours=25)  # a day in which summer time ends


def test_check_letters_of_establishments():
    assert is_uai("0350001" + check_letter("0350001"))
    assert [check_letter(f"{number:07}") for number in range(24)] == [*"ABCDEFGHJKLMNPRSTUVWXYZA"]
    assert not is_uai("0350001A")
    assert not is_uai("350001P")
    assert not is_uai("")


def test_scopes_add_up():
    scope = Scope(academies=frozenset({"Rennes"}), departments=frozenset({"44"}))
    assert scope.includes(academy="Rennes", department="35")
    assert scope.includes(academy="Nantes", department="44")
    assert not scope.includes(academy="Nantes", department="49")
    assert Scope().includes(academy="Paris", department="75")


@pytest.mark.parametrize(
    "password",
    [
        "Motdepasse2026!!",
        "azertyazerty1!",
        "Marie.Dupont12",
        "aaaaaaaaaaaaaa",
        "1111222211112222",
        "abcabcabcabc",
        "pass-word-12",
        "2026password!",
        "Passw0rd2026",
        "aqwzsx.2026",
    ],
)
def test_easy_passwords_are_found_out(password):
    assert is_common_password(password, names=("Marie Dupont",))


@pytest.mark.parametrize(
    "password", ["Correct-Horse-9-Battery", "vélo rouge du 12 mai", "Motdepasse-de-Quimper-7", "abcdabcdabcd"]
)
def test_other_passwords_are_not(password):
    assert not is_common_password(password, names=("Marie Dupont",))


def make_chain(count: int) -> list[AuditEvent]:
    chain: list[AuditEvent] = []
    previous = GENESIS
    for seq in range(1, count + 1):
        fields = {
            "seq": seq,
            "at": NOW + timedelta(seconds=seq),
            "actor": "Alix",
            "action": "voter_viewed",
            "outcome": "done",
            "voter": str(seq),
            "reason": None,
            "detail": {"n": str(seq)},
            "request": None,
        }
        content = content_hash(canonical_content(**fields))
        previous = chain_hash(previous, content)
        chain.append(AuditEvent(**fields, content_hash=content, hash=previous))
    return chain


def test_a_whole_chain_verifies_and_tells_its_head():
    chain = make_chain(5)
    assert verify_chain(chain) == ChainHead(5, chain[-1].hash)
    assert verify_chain(chain, against=ChainHead(3, chain[2].hash)).seq == 5
    assert verify_chain([], against=ChainHead(0, GENESIS)) == ChainHead(0, GENESIS)


@given(st.integers(0, 7), st.sampled_from(["actor", "voter", "reason", "action", "outcome", "hash", "content_hash"]))
def test_any_changed_field_breaks_the_chain_at_its_row(place, field):
    chain = make_chain(8)
    chain[place] = replace(chain[place], **{field: "0" * 64})
    with pytest.raises(AuditBroken) as broken:
        verify_chain(chain)
    assert broken.value.seq == place + 1


@given(st.integers(0, 6))
def test_a_removed_row_is_missed_and_a_swapped_pair_is_seen(place):
    chain = make_chain(8)
    with pytest.raises(AuditBroken) as broken:
        verify_chain(chain[:place] + chain[place + 1 :])
    assert (broken.value.seq, broken.value.why) == (place + 1, "missing")
    chain[place], chain[place + 1] = chain[place + 1], chain[place]
    with pytest.raises(AuditBroken):
        verify_chain(chain)


def test_a_removed_tail_and_a_rewritten_history_are_seen_with_a_kept_head():
    chain = make_chain(8)
    kept = ChainHead(8, chain[-1].hash)
    with pytest.raises(AuditBroken) as broken:
        verify_chain(chain[:6], against=kept)
    assert broken.value.why == "head"
    with pytest.raises(AuditBroken):
        verify_chain(make_chain(9)[:7], against=ChainHead(7, "f" * 64))


def test_a_role_includes_its_permissions_and_no_others():
    for role in Role:
        operator = Operator(1, "Ada", role)
        assert {each for each in Permission if operator.may(each)} == set(PERMISSIONS[role])


def test_filters_say_whether_they_narrow_anything():
    assert not SearchFilters()
    assert SearchFilters(corps="AESH")
    assert SearchFilters(state=AccountState.ACTIVE)


def test_a_refusal_says_its_kind_and_no_value():
    assert str(TooFewClaims()) == "TooFewClaims"
