"""Every error, state and kind has its words, in French and in English."""

import dataclasses
import inspect
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import helpdesk
from helpdesk.domain import errors
from helpdesk.domain.address_changes import ChangeState
from helpdesk.domain.audit import Action, Outcome
from helpdesk.domain.challenge_answer import AnswerProblem
from helpdesk.domain.contacts import Channel, ContactOutcome, Motive
from helpdesk.domain.mail_wording import WordingFault, WordingProblem
from helpdesk.domain.roles import Permission, Role
from helpdesk.domain.roll import Problem, ProblemCode, RollReport
from helpdesk.domain.states import AccountState, LinkPurpose, LinkState, MailFate, MailKind, Phase, ReturnedKind
from helpdesk.domain.verification import Claim
from helpdesk.domain.voter_password import Criterion
from helpdesk.domain.voters import MATCHES, TimelineEntry
from helpdesk.language import words
from helpdesk.language.catalogue import gettext, speak, system_language
from helpdesk.language.contacts import change_state_text, channel_text, motive_text, outcome_text
from helpdesk.language.errors import error_text
from helpdesk.language.mail_wording import wording_fault_text
from helpdesk.language.server_answers import answer_text
from helpdesk.language.timeline import event_text
from helpdesk.resource_files import resource

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SAMPLES = {
    "until": NOW,
    "opens": NOW,
    "permission": Permission.READ_AUDIT,
    "phase": Phase.VOTE,
    "overridable": True,
    "state": "active",
    "numbers": ("1", "2"),
    "minimum": 12,
    "seq": 3,
    "line": 7,
    "at": NOW,
    "left": 2,
    "unmet": tuple(Criterion),
    "problem": AnswerProblem.TRIVIAL,
    "report": RollReport("roll.csv", "0", 1, problems=(Problem(2, "uai", ProblemCode.BAD_UAI, "x"),)),
}
FAMILIES = {errors.HelpdeskError, errors.Refusal, errors.BadInput, errors.OutsideFault, errors.IntegrityBroken}


def every_error():
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.HelpdeskError)]
    return [kind for kind in kinds if kind not in FAMILIES]


def sample(kind):
    special = {
        errors.AuditBroken: lambda: kind(3, "changed"),
        errors.LinkRefused: lambda: kind(LinkState.USED, NOW),
        errors.BallotsRejected: lambda: kind("ballots.toml", "CSA-A: name", "missing"),
        errors.WordingRefused: lambda: kind((WordingFault(WordingProblem.MARKUP, "<b>"),)),
    }
    if kind in special:
        return special[kind]()
    names = [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else []
    return kind(**{name: SAMPLES.get(name, "x") for name in names})


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", every_error())
def test_every_error_is_one_clear_sentence(kind, language):
    speak("en")
    vague = gettext("This cannot be done.")
    speak(language)
    said = error_text(sample(kind))
    assert said != vague
    assert "\n" not in said
    assert "{" not in said
    assert len(said) > 15
    assert str(sample(kind)) == kind.__name__


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_state_kind_and_field_has_a_name(language):
    speak(language)
    named = (
        (words.state_text, AccountState),
        (words.fate_text, MailFate),
        (words.mail_kind_text, MailKind),
        (words.phase_text, Phase),
        (words.role_text, Role),
        (words.claim_text, Claim),
        (words.match_text, MATCHES),
        (motive_text, Motive),
        (outcome_text, ContactOutcome),
        (channel_text, Channel),
        (change_state_text, ChangeState),
    )
    for name, values in named:
        texts = [name(value) for value in values]
        assert len(set(texts)) == len(texts)


def test_the_history_is_told_in_words():
    speak("en")
    for event, detail in (
        ("mail_accepted", MailKind.ACTIVATION),
        ("link_used", LinkPurpose.QUESTION),
        ("link_resent_done", "no mail"),
        ("caller_verified_failed", ""),
    ):
        told = event_text(TimelineEntry(NOW, "Alix", event, detail))
        assert event not in told
        assert "{" not in told


@pytest.mark.parametrize("language", ["fr", "en"])
def test_whatever_the_trail_says_of_a_voter_the_history_has_words_for(language):
    speak(language)
    told_of_nobody = {
        *(each for each in Action if each.startswith(("operator_", "store_", "audit_", "incident_", "campaign_"))),
        *(Action.LOGIN, Action.CALENDAR_CHANGED, Action.BALLOTS_IMPORTED, Action.MAIL_REWORDED, Action.TRIAL_PREPARED),
    }
    of_their_own = {Action.MAIL_ACCEPTED, Action.MAIL_FAILED, Action.MAIL_EXPIRED, Action.MAIL_RETURNED}
    only_refused = {Action.VOTER_VIEWED}
    never_recorded = {Action.LINK_OPENED, Action.MAIL_PREVIEWED}
    for action in set(Action) - told_of_nobody - of_their_own - never_recorded:
        event = f"{action}_{'refused' if action in only_refused else 'done'}"
        assert event_text(TimelineEntry(NOW, "Alix", event, "")) != event, event
    for event in ("mail_expired", *(f"mail_returned_{kind}" for kind in ReturnedKind)):
        assert event not in event_text(TimelineEntry(NOW, "mailer", event, MailKind.ACTIVATION)), event
    for action, outcome in product(Action, Outcome):
        assert event_text(TimelineEntry(NOW, "Alix", f"{action}_{outcome}", "a reason"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("550 5.1.1 <m@x.fr>: Recipient address rejected: User unknown", "there is no such mailbox"),
        ("552 5.2.2 Over quota", "the mailbox is full"),
        ("450 4.7.1 Greylisted, see http://x", "the server makes new senders wait"),
        ("451 greylisted", "the server makes new senders wait"),
        ("554 Denied", "the server blocks the mail as unwanted"),
        ("", "no answer yet"),
        ("?? strange", "?? strange"),
    ],
)
def test_a_servers_answer_is_explained(answer, words):
    assert answer_text(answer) == words


def test_the_language_of_the_system():
    assert system_language({"LANG": "fr_FR.UTF-8"}) == "fr"
    assert system_language({"LC_ALL": "de_DE.UTF-8", "LANG": "fr_FR.UTF-8"}) == "en"


def messages_in_the_code():
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "to_translate": None, "setting": (2,)}
    found = list(extract_from_dir(str(Path(helpdesk.__file__).parent), [("**.py", "python")], keywords=keywords))
    found += extract_from_dir(str(resource("portal", "templates")), [("**.html", "jinja2")], keywords=keywords)
    return {message if isinstance(message, str) else message[0] for _file, _line, message, *_rest in found}


def test_the_french_catalogue_is_whole_and_not_stale():
    with resource("locale", "fr", "LC_MESSAGES", "helpdesk.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    entries = {
        message.id if isinstance(message.id, str) else message.id[0]: message for message in catalogue if message.id
    }
    needed = messages_in_the_code()
    assert needed - set(entries) == set(), "messages without a French translation: run `make catalogue`"
    assert set(entries) - needed == set(), "translations that nothing uses: run `make catalogue`"
    for message in entries.values():
        forms = (message.string,) if isinstance(message.string, str) else message.string
        assert all(forms), message.id
        assert not message.fuzzy, message.id
        assert list(message.check(catalogue)) == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("problem", WordingProblem)
def test_whatever_is_wrong_with_a_wording_is_named(problem, language):
    speak(language)
    what = "{link}"
    said = wording_fault_text(WordingFault(problem, what))
    assert len(said) > 15
    assert what in said or problem is WordingProblem.IN_SUBJECT
