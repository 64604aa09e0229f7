"""Random legal and illegal steps by voters, agents, mailer and time, on both databases, against a small pure model.

After every step the store is what the model says; a change has its row in the trail; a link works once; nothing secret
comes twice; every state is one of the table's. `python -m tests.trials.account_machine`
"""

import contextlib
import itertools
import random
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from helpdesk.domain.errors import (
    HelpdeskError,
    LinkRefused,
    LinkUnknown,
    NotVerified,
    OwnPasswordWrong,
    PasswordUnfit,
    PortalSessionEnded,
    ResendThrottled,
    VerificationClosed,
    VoterLoginRefused,
    WrongState,
)
from helpdesk.domain.links import derive_token, token_hash
from helpdesk.domain.states import (
    LINK_MAILS,
    STORED_STATES,
    AccountEvent,
    AccountState,
    LinkPurpose,
    LinkState,
    MailKind,
)
from helpdesk.domain.verification import Claim
from helpdesk.store.schema import account, audit_event, challenge_question, one_time_link, outbox, portal_session, voter
from tests.proof.figures import Figure, counted, finish, full
from tests.trials.account_model import LIMITS, Link, Voter, lifetime, purpose_of
from tests.trials.fresh_stores import MakeStore, on_postgresql, on_sqlite
from tests.trials.stage import staged
from tests.voters import VOTER_ANSWER, VOTER_PASSWORD

COMMAND = "python -m tests.trials.account_machine"
KEY = bytes(range(32))
PASSWORDS = (VOTER_PASSWORD, VOTER_PASSWORD, "Staple-Zebra-22-Orange?")
ANSWERS = ("Médor le chien", "Zanzibar la tortue")
STATES = (AccountState.NOT_INVITED, AccountState.ACTIVE)
VOTERS = len(STATES)
PICK = st.sampled_from((0, 0, 0, 1, 2, 3, 99))


class Accounts(RuleBasedStateMachine):
    """Everybody at once, one step at a time."""

    make_store: MakeStore
    steps = 0
    reached: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.open = contextlib.ExitStack()
        self.seen_secrets: set[str] = set()
        self.workers = itertools.count()
        self.before: tuple[object, int] | None = None

    @initialize()
    def begin(self) -> None:
        store = self.open.enter_context(type(self).make_store())
        self.play = staged(Path(), store, self.open, voters=0)
        self.now = self.play.clock
        self.voters = [self.add(f"marie.dupont{n}@ac-rennes.fr", state) for n, state in enumerate(STATES)]
        with store.read() as connection:
            codes = connection.scalars(select(challenge_question.c.code).where(challenge_question.c.offered))
            self.questions = codes.all()[:2]

    def add(self, tied: str, state: AccountState) -> Voter:
        she = Voter(self.play.add_voter(tied=tied, state=state), tied, state)
        if state is AccountState.ACTIVE:
            she.password, she.answer = VOTER_PASSWORD, ("", VOTER_ANSWER)
        return she

    def teardown(self) -> None:
        if hasattr(self, "play"):
            self.play.services.trail.verify(self.play.administrator)
        self.open.close()

    def voter(self, place: int) -> Voter:
        return self.voters[place]

    def said(self, act: Callable[[], object]) -> object:
        """What the service answers: a value, or the type of its refusal."""
        type(self).steps += 1
        rule_name = sys._getframe(1).f_code.co_name
        try:
            answer = act()
        except LinkRefused as refused:
            answer = refused.state
        except HelpdeskError as error:
            answer = type(error)
        said = answer.__name__ if isinstance(answer, type) else str(answer) if isinstance(answer, LinkState) else "done"
        type(self).reached[f"{rule_name}: {said}"] += 1
        return answer

    def fresh(self, secret: str) -> None:
        assert secret not in self.seen_secrets, "a secret came twice"
        self.seen_secrets.add(secret)

    # --- time

    @rule(minutes=st.sampled_from((1, 7, 16, 31, 61, 200, 24 * 60 + 1)))
    def time_passes(self, minutes: int) -> None:
        self.now.advance(minutes=minutes)

    # --- agents

    @rule(place=st.integers(0, VOTERS - 1))
    def agent_resends(self, place: int) -> None:
        she = self.voter(place)
        kind = she.wants()
        said = self.said(lambda: self.play.services.activation.resend(self.play.agent, she.number, reason="no mail"))
        if she.waits_for(kind):
            assert said.repeated
        elif she.throttled(self.now()):
            assert said is ResendThrottled
        else:
            assert (said.kind, said.repeated) == (kind, False)
            she.issues(kind, self.now())

    @rule(place=st.integers(0, VOTERS - 1), right=st.booleans())
    def agent_verifies(self, place: int, right: bool) -> None:  # noqa: FBT001 (hypothesis calls it by name)
        she = self.voter(place)
        claims = {Claim.BIRTH_DATE: "4/3/1980", Claim.VOTER_NUMBER: she.number if right else "99999999"}
        said = self.said(lambda: self.play.services.verification.verify(self.play.agent, she.number, claims))
        if she.closed(self.now()):
            assert said is VerificationClosed
        elif right:
            assert said.matched
            she.verified_until = self.now() + timedelta(seconds=LIMITS.verification_seconds)
        else:
            assert not said.matched
            she.failed_verifications.append(self.now())

    @rule(place=st.integers(0, VOTERS - 1))
    def agent_resets_the_question(self, place: int) -> None:
        she = self.voter(place)
        said = self.said(lambda: self.play.services.challenge.reset(self.play.agent, she.number, reason="forgotten"))
        if she.verified_until is None or self.now() >= she.verified_until:
            assert said is NotVerified
        elif she.state is not AccountState.ACTIVE:
            assert said is WrongState
        else:
            assert said.kind is MailKind.QUESTION
            she.answer = None
            she.moves(AccountEvent.CHALLENGE_RESET)
            she.ends_sessions()
            she.issues(MailKind.QUESTION, self.now())

    # --- mailer

    @rule(ending=st.sampled_from(("250", "250", "250", "451", "550", "dies before", "dies after")))
    def mailer_delivers(self, ending: str) -> None:
        box, worker = self.play.services.outbox, f"worker {next(self.workers)}"
        type(self).steps += 1
        for mail in box.claim(worker, limit=20):
            if mail.carries_link and not self.mint(mail):
                continue
            if ending == "250":
                assert box.record_accepted(mail, "2.0.0", "250 2.0.0 Ok")
            elif ending == "451":
                assert box.record_temporary(mail, "4.3.2", "451 4.3.2 later")
            elif ending == "550":
                assert box.record_permanent(mail, "5.1.1", "550 5.1.1 unknown")
            self.note_fate(mail, ending)

    def mint(self, mail) -> bool:
        she = next(each for each in self.voters if each.number == mail.voter)
        token = derive_token(KEY, message_id=mail.message_id, generation=mail.generation)
        minted = self.play.services.outbox.mint_link(mail, token_hash(token))
        known = she.links.get(token)
        assert mail.generation == she.generation, "a mail whose link was replaced was claimed"
        if known is not None and known.used:
            assert not minted, "a link that was used is sent again"
            self.model_mail(she, mail).waiting = False
            return False
        assert minted
        if known is None:
            self.fresh(token)
        purpose = purpose_of(mail.kind)
        she.links[token] = Link(she, purpose, self.now() + lifetime(purpose))
        return True

    def note_fate(self, mail, ending: str) -> None:
        if mail.kind not in LINK_MAILS:
            return
        she = next(each for each in self.voters if each.number == mail.voter)
        kept = self.model_mail(she, mail)
        kept.untouched = False
        kept.waiting = ending not in {"250", "550"}

    def model_mail(self, she: Voter, mail):
        return next(each for each in she.mails if each.generation == mail.generation and each.kind is mail.kind)

    # --- voters

    @rule(place=st.integers(0, VOTERS - 1), forgotten=st.booleans())
    def voter_asks_for_a_link(self, place: int, forgotten: bool) -> None:  # noqa: FBT001
        she = self.voter(place)
        self.said(lambda: self.play.services.link_requests.ask(she.address.upper(), forgotten=forgotten))
        self.play.services.link_requests.work_off()
        kind = she.wants(forgotten=forgotten)
        if not she.waits_for(kind) and not she.throttled(self.now()):
            she.issues(kind, self.now())

    def some_link(self, pick: int) -> tuple[str, Link | None]:
        """A link that was sent, counted from the newest, whatever became of it; or one that somebody made up."""
        every = sorted(
            ((token, link) for she in self.voters for token, link in she.links.items()),
            key=lambda each: each[1].expires - lifetime(each[1].purpose),
        )
        return [*reversed(every)][pick] if pick < len(every) else ("A" * 43, None)

    def any_link(self) -> bool:
        return any(she.links for she in self.voters)

    def any_session(self) -> bool:
        return any(she.sessions for she in self.voters)

    @precondition(any_link)
    @rule(pick=PICK)
    def voter_or_scanner_looks(self, pick: int) -> None:
        token, link = self.some_link(pick)
        purpose = link.purpose if link else LinkPurpose.ACTIVATION
        said = self.said(lambda: self.play.services.one_time_links.look(token, purpose))
        if link is None:
            assert said is LinkUnknown
        elif (state := link.state(self.now())) is not LinkState.VALID:
            assert said is state
        else:
            assert said.purpose is purpose
            link.voter.moves(AccountEvent.LINK_OPENED)

    @precondition(any_link)
    @rule(pick=PICK, password=st.sampled_from((*PASSWORDS, "weak")), crossed=st.booleans())
    def voter_chooses_a_password(self, pick: int, password: str, crossed: bool) -> None:  # noqa: FBT001
        token, link = self.some_link(pick)
        own = link.purpose if link else LinkPurpose.ACTIVATION
        other = {LinkPurpose.ACTIVATION: LinkPurpose.PASSWORD}.get(own, LinkPurpose.ACTIVATION)
        purpose = other if crossed or own is LinkPurpose.QUESTION else own
        use = self.play.services.one_time_links.choose_password
        said = self.said(lambda: use(token, purpose, password=password, repeated=password))
        if link is None or purpose is not own:
            assert said is LinkUnknown
        elif (state := link.state(self.now())) is not LinkState.VALID:
            assert said is state
        elif password == "weak":
            assert said is PasswordUnfit
        else:
            she = link.voter
            self.fresh(said)
            link.used = True
            she.moves(AccountEvent.PASSWORD_CHOSEN)
            she.password, she.failures, she.locked_until = password, 0, None
            she.ends_sessions()
            she.begins(said, self.now())
            assert self.said(lambda: use(token, purpose, password=password, repeated=password)) is LinkState.USED

    @precondition(any_link)
    @rule(pick=PICK, password=st.sampled_from(PASSWORDS), answer=st.sampled_from(ANSWERS))
    def voter_chooses_a_question_by_link(self, pick: int, password: str, answer: str) -> None:
        token, link = self.some_link(pick)
        use = self.play.services.one_time_links.choose_question
        said = self.said(lambda: use(token, password=password, question=self.questions[0], answer=answer))
        if link is None or link.purpose is not LinkPurpose.QUESTION:
            assert said is LinkUnknown
        elif (state := link.state(self.now())) is not LinkState.VALID:
            assert said is state
        elif not link.voter.takes_password(password, self.now()):
            assert said is OwnPasswordWrong
        else:
            she = link.voter
            self.fresh(said)
            link.used = True
            she.moves(AccountEvent.QUESTION_CHOSEN)
            she.answer = (self.questions[0], answer)
            she.begins(said, self.now())

    @rule(place=st.integers(0, VOTERS - 1), password=st.sampled_from(PASSWORDS))
    def voter_logs_in(self, place: int, password: str) -> None:
        she = self.voter(place)
        said = self.said(lambda: self.play.services.portal_sessions.log_in(she.address, password))
        if she.takes_password(password, self.now()):
            self.fresh(said)
            she.begins(said, self.now())
        else:
            assert said is VoterLoginRefused

    def some_session(self, pick: int) -> tuple[str, Voter | None, bool]:
        every = [(token, session) for she in self.voters for token, session in she.sessions.items()]
        every.sort(key=lambda each: each[1].created, reverse=True)
        token, she = (every[pick][0], every[pick][1].voter) if pick < len(every) else ("B" * 43, None)
        return token, she, she is not None and she.sessions[token].runs(self.now())

    @precondition(any_session)
    @rule(pick=PICK, answer=st.sampled_from(ANSWERS))
    def voter_activates(self, pick: int, answer: str) -> None:
        token, she, runs = self.some_session(pick)
        act = self.play.services.own_account.activate
        said = self.said(lambda: act(token, question=self.questions[1], answer=answer))
        if not runs:
            assert said is PortalSessionEnded
        elif she.state is not AccountState.PASSWORD_SET:
            assert said is WrongState
        else:
            assert said is None
            she.answer = (self.questions[1], answer)
            she.moves(AccountEvent.QUESTION_CHOSEN)

    @precondition(any_session)
    @rule(pick=PICK, current=st.sampled_from(PASSWORDS), new=st.sampled_from(PASSWORDS))
    def voter_changes_the_password(self, pick: int, current: str, new: str) -> None:
        token, she, runs = self.some_session(pick)
        act = self.play.services.own_account.change_password
        said = self.said(lambda: act(token, current=current, password=new, repeated=new))
        if not runs:
            assert said is PortalSessionEnded
        elif not she.takes_password(current, self.now()):
            assert said is OwnPasswordWrong
        else:
            assert said is None
            she.password = new
            she.ends_sessions(but=token)

    @precondition(any_session)
    @rule(pick=PICK, current=st.sampled_from(PASSWORDS), answer=st.sampled_from(ANSWERS))
    def voter_changes_the_question(self, pick: int, current: str, answer: str) -> None:
        token, she, runs = self.some_session(pick)
        act = self.play.services.own_account.change_question
        said = self.said(lambda: act(token, password=current, question=self.questions[0], answer=answer))
        if not runs:
            assert said is PortalSessionEnded
        elif she.state is not AccountState.ACTIVE:
            assert said is WrongState
        elif not she.takes_password(current, self.now()):
            assert said is OwnPasswordWrong
        else:
            assert said is None
            she.answer = (self.questions[0], answer)

    @precondition(any_session)
    @rule(pick=PICK)
    def voter_goes_on(self, pick: int) -> None:
        token, she, runs = self.some_session(pick)
        said = self.said(lambda: self.play.services.portal_sessions.resume(token))
        if not runs:
            assert said is PortalSessionEnded
            return
        assert said.number == she.number
        until = self.now() + timedelta(seconds=LIMITS.portal_session_seconds)
        if until - she.sessions[token].expires >= timedelta(minutes=1):
            she.sessions[token].expires = until

    @precondition(any_session)
    @rule(pick=PICK)
    def voter_logs_out(self, pick: int) -> None:
        token, she, runs = self.some_session(pick)
        assert self.said(lambda: self.play.services.portal_sessions.log_out(token)) is None
        if runs:
            she.ends_sessions()

    # --- the usual ways, so that what lies beyond them is reached

    @rule(place=st.integers(0, VOTERS - 1), forgotten=st.booleans())
    def a_link_arrives(self, place: int, forgotten: bool) -> None:  # noqa: FBT001
        self.voter_asks_for_a_link(place, forgotten)
        self.mailer_delivers("250")

    @precondition(any_link)
    @rule(password=st.sampled_from(PASSWORDS), answer=st.sampled_from(ANSWERS))
    def the_voter_follows_the_newest_link(self, password: str, answer: str) -> None:
        self.voter_or_scanner_looks(0)
        if self.some_link(0)[1].purpose is LinkPurpose.QUESTION:
            self.voter_chooses_a_question_by_link(0, password, answer)
        else:
            self.voter_chooses_a_password(0, password, crossed=False)
            self.voter_activates(0, answer)

    @rule(place=st.integers(0, VOTERS - 1))
    def a_verified_caller_has_forgotten_the_answer(self, place: int) -> None:
        self.agent_verifies(place, right=True)
        self.agent_resets_the_question(place)
        self.mailer_delivers("250")

    # --- what must hold

    @precondition(lambda self: hasattr(self, "play"))
    @invariant()
    def the_store_is_what_the_model_says(self) -> None:
        with self.play.store.read() as connection:
            rows = connection.execute(
                select(voter.c.number, account).join(account, account.c.voter_id == voter.c.id)
            ).all()
            links = connection.execute(select(one_time_link)).all()
            sessions = connection.execute(select(portal_session)).all()
            audited = connection.scalar(select(func.count()).select_from(audit_event)) or 0
            waiting = connection.execute(
                select(outbox.c.voter_id, outbox.c.generation).where(
                    outbox.c.kind.in_(LINK_MAILS), outbox.c.fate.in_(("queued", "sending", "failed_temporarily"))
                )
            ).all()
        hashes = {token_hash(token): link for she in self.voters for token, link in she.links.items()}
        assert {row.token_hash for row in links} == set(hashes)
        for row in links:
            link = hashes[row.token_hash]
            assert (row.used is not None, row.replaced is not None) == (link.used, link.replaced)
        by_number = {row.number: row for row in rows}
        for she in self.voters:
            self.compare(she, by_number[she.number])
            usable = [link for link in she.links.values() if link.state(self.now()) is LinkState.VALID]
            assert len(usable) <= 1, "two links work at once"
        assert all(
            row.generation == next(r.link_generation for r in rows if r.voter_id == row.voter_id) for row in waiting
        )
        running = {row.token_hash for row in sessions if row.ended is None}
        model = {token_hash(t) for she in self.voters for t, session in she.sessions.items() if not session.ended}
        assert running == model
        self.a_change_has_its_row(rows, links, sessions, audited)

    def compare(self, she: Voter, row) -> None:
        assert AccountState(row.state) in STORED_STATES
        assert (row.state, row.link_generation) == (she.state, she.generation)
        assert (row.failed_passwords, row.locked_until) == (she.failures, she.locked_until)
        hasher = self.play.context.hasher
        assert (row.password_hash is None) == (she.password is None)
        assert she.password is None or hasher.matches(row.password_hash, she.password)
        assert (row.answer_hash is None) == (she.answer is None)

    def a_change_has_its_row(self, rows, links, sessions, audited: int) -> None:
        touched = [row for row in links if row.opened or row.used or row.replaced]
        changed = (
            [tuple(row) for row in rows],
            sorted((row.token_hash, row.opened, row.used, row.replaced) for row in touched),
            sorted((row.token_hash, row.ended) for row in sessions),
        )
        if self.before is not None and self.before[0] != changed:
            assert audited > self.before[1], "something changed without a row in the trail"
        self.before = (changed, audited)


def run_machine(name: str, opened: contextlib.AbstractContextManager[MakeStore], examples: int, steps: int) -> Figure:
    """Run the machine; one line. A falsified run prints the steps that lead there."""
    with opened as make:
        machine = type(
            "AccountsOn" + name, (Accounts,), {"make_store": staticmethod(make), "steps": 0, "reached": Counter()}
        )
        wrong = 0
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=steps,
                    deadline=None,
                    derandomize=not full(),
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        except Exception as error:  # noqa: BLE001 (the finding is told whole, the count goes into the table)
            wrong = 1
            print(f"{name}: {error!r}")
            for note in getattr(error, "__notes__", ()):
                print(note)
            traceback.print_exc()
        for what, times in sorted(machine.reached.items()):
            print(f"  {times:6} {what}")
        return counted(
            f"accounts and links on {name}: steps that the model does not allow",
            wrong=wrong,
            of=machine.steps,
            command=COMMAND,
            note=f"{len(machine.reached)} different answers met in {examples} runs of up to {steps} steps",
        )


def main() -> int:
    """Both databases."""
    random.seed(1)
    examples, steps = (200, 60) if full() else (25, 40)
    figures = [
        run_machine("SQLite", on_sqlite(), examples, steps),
        run_machine("PostgreSQL", on_postgresql(), examples // 2, steps),
    ]
    return finish("accounts", figures)


if __name__ == "__main__":
    sys.exit(main())
