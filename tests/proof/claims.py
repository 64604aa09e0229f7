"""The threat model: each claim, and the tests that fail when it does not hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tests.proof.runner import Outcome

PART = "threats"


@dataclass(frozen=True, slots=True)
class Claim:
    """What an attacker or an accident cannot do, and the tests (pytest's node ids) that show it."""

    threat: str
    claim: str
    tests: tuple[str, ...]

    @property
    def figure(self) -> str:
        """The name of its figure."""
        return f"{self.threat}: {self.claim}"


_WAY, _HOSTILE = "tests/portal/test_way.py", "tests/portal/test_hostile_visitors.py"
_STOLEN, _GUARD = "tests/services/test_stolen_files.py", "tests/store/guard/test_hostile_statements.py"
CLAIMS: tuple[Claim, ...] = (
    Claim(
        "Desk operator with psql",
        "reads no hash, no birth date, nobody out of scope; changes no trail; signs as nobody else",
        (_GUARD, "tests/store/guard/test_rights.py"),
    ),
    Claim("Stolen database file", "holds no password, answer or link as typed", (
        f"{_STOLEN}::test_the_bytes_hold_no_secret_as_it_was_typed",
        f"{_STOLEN}::test_what_is_kept_of_passwords_and_answers_is_argon2id_with_a_salt_of_its_own")),
    Claim("Stolen outbox", "nothing in it opens a link without the mailer's key", (
        f"{_STOLEN}::test_all_that_the_store_and_the_outbox_hold_opens_no_link",)),
    Claim("Replayed link", "a used, replaced or expired link does nothing and says which of them it is", (
        f"{_WAY}::test_used_replaced_and_expired_links_say_so_and_offer_a_new_one",
        f"{_WAY}::test_the_page_of_a_link_stops_working_when_the_link_does")),
    Claim("Guessed link", "opens nothing, changes nothing", (f"{_HOSTILE}::test_guessed_links_open_nothing",)),
    Claim("Scanned link", "a mail scanner's look uses nothing up", (
        f"{_WAY}::test_a_link_that_a_mail_scanner_opened_still_works",)),
    Claim("Timing and words of public pages", "known and unknown addresses get the same answer after the same work", (
        f"{_WAY}::test_every_address_gets_the_same_answer_and_the_same_work",
        f"{_WAY}::test_the_answers_are_the_same_to_the_letter",
        f"{_WAY}::test_a_refused_login_says_the_same_for_unknown_addresses",
        "tests/services/test_operators.py::test_unknown_wrong_and_disabled_are_refused_alike")),
    Claim("Session fixation", "a session planted before the login is worth nothing after it", (
        f"{_HOSTILE}::test_a_session_that_was_there_before_the_login_is_not_the_one_after_it",)),
    Claim("Cross-site request", "a form of another site changes nothing", (
        f"{_HOSTILE}::test_a_form_of_another_site_changes_nothing",)),
    Claim("Hostile portal input", "every field and path takes any text; no page fails", (
        f"{_HOSTILE}::test_strange_texts_in_every_field_and_path_are_answered",)),
    Claim("Log content", "no secret and no personal data in any log, incident or error", (
        "tests/desk/test_whole_job.py", "tests/e2e/test_command_line.py::test_the_whole_job",
        "tests/cli/test_settings_and_errors.py",
        "tests/desk/test_voters_page.py::test_a_bug_is_told_with_a_number_logged_without_data_and_the_window_lives",
        "tests/store/test_engine.py::test_errors_of_the_driver_quote_no_row")),
    Claim("Export content", "no formula that a spreadsheet would run", (
        "tests/services/test_audit.py::test_the_export_holds_every_row_and_no_formula",)),
    Claim("Header injection in mails", "no address and no subject adds a header", (
        "tests/mailer/test_letter.py::test_no_address_can_add_a_header",
        "tests/mailer/test_letter.py::test_a_subject_cannot_add_a_header")),
    Claim("Path tricks in imports", "special files, folders and strange names are refused in words, at once", (
        "tests/adapters/test_roll_file.py::test_files_that_cannot_be_read_say_why",
        "tests/adapters/test_special_files.py")),
    Claim("Forged, spoilt or giant bounces", "tied by nothing but the mail's own id; any bytes, read in bounded time", (
        "tests/adapters/test_bounce_reader.py::test_any_bytes_are_read",
        "tests/adapters/test_bounce_reader.py::test_a_damaged_report_is_never_an_error",
        "tests/adapters/test_bounce_reader.py::test_nothing_is_tied_by_guessing",
        "tests/adapters/test_bounce_reader.py::test_hostile_mail_is_read_in_bounded_time_and_size")),
    Claim("Two agents at once", "one acts, the other learns of it", (
        "tests/services/test_activation.py::test_eight_agents_at_once_send_one_mail",
        "tests/desk/test_dialogs.py::test_two_agents_at_once_the_second_learns_it")),
    Claim("Double click, two tabs", "one thing is done once", (
        "tests/desk/test_dialogs.py::test_a_double_click_queues_one_mail",
        "tests/portal/test_code.py::test_a_form_sent_twice_issues_one_code",
        "tests/services/test_activation.py::test_the_same_request_is_done_once_however_often_it_is_sent")),
    Claim("Changed trail", "a changed, removed or reordered row is found and named", (
        "tests/services/test_audit.py::test_tampering_is_found_and_named",
        "tests/services/test_audit.py::test_a_removed_tail_is_found_with_the_head_kept_elsewhere",
        "tests/services/test_audit.py::test_the_database_itself_refuses_changes")),
)  # fmt: skip
"""Oversize images are not among them: no part of the program takes an image from anybody."""


def as_html(outcomes: Sequence[Outcome]) -> str:
    """The table of claims, each with what its tests found in this run."""
    found = {figure.name: figure for outcome in outcomes if outcome.part.name == PART for figure in outcome.figures}
    rows = []
    for claim in CLAIMS:
        figure = found.get(claim.figure)
        said, mark = ("not run", "") if figure is None else ("holds", "ok") if figure.kept else ("BROKEN", "no")
        shown = "".join(f"<td>{escape(cell)}</td>" for cell in (claim.threat, claim.claim))
        tests = "<br>".join(f"<code>{escape(test)}</code>" for test in claim.tests)
        rows.append(f'<tr>{shown}<td>{tests}</td><td class="{mark}">{said}</td></tr>')
    head = "<tr><th>threat</th><th>claim</th><th>tests</th><th></th></tr>"
    return f'<h2>Threat model</h2><div class="wide"><table>{head}{"".join(rows)}</table></div>'
