"""Who may read and write what on PostgreSQL: one table, applied by `helpdesk init`, read by reviewers.

Everybody who adds a table or a column decides here; `tests/store/guard/test_rights.py` fails until they have.

`columns` names every column once, with the letters of the groups that may read it: D desk (every operator),
A administrators (they read what the desk reads too), M mailer, P portal; "-" is nobody but the owner. `writes` says
what a group may change, column by column: "insert a b", "update a b", "delete"; what is not said is refused.
`reach` limits the rows that the desk sees and changes; mailer and portal serve all voters and are limited by columns
only. `own` is a column that must hold the operator's own id in rows that the desk adds. `guard` names a function of
`sql/` that judges each changed row (what may follow what); `writers` names a function of `sql/` that says whether
the operator's role may write to the table at all; `told` has open pages told of changes, and has the desk's
changes commit together with a row of the audit trail only.
"""

from dataclasses import dataclass, field

GROUPS = {
    "D": "helpdesk_desk",
    "A": "helpdesk_administrator",
    "M": "helpdesk_mailer",
    "P": "helpdesk_portal",
}
"""Letters and the group roles they stand for; none of these can log in, people and services are members."""

OWNER, LOGINS = "helpdesk_owner", "helpdesk_logins"
"""Who owns the tables, and who owns the functions that make logins; nobody is a member of the second."""

EVERYBODY = "true"
NOBODY = "false"
VOTERS = (
    "(SELECT helpdesk.sees_all()) OR (number IS DISTINCT FROM (SELECT helpdesk.own_record())"
    " AND ((SELECT helpdesk.sees_every_place())"
    " OR academy = ANY ((SELECT helpdesk.academies())::text[])"
    " OR department = ANY ((SELECT helpdesk.departments())::text[])))"
)
OF_VOTER = "(SELECT helpdesk.sees_all()) OR EXISTS (SELECT 1 FROM voter WHERE voter.id = {table}.voter_id)"
TRAIL = (
    "(SELECT helpdesk.reads_trail()) OR EXISTS (SELECT 1 FROM voter WHERE voter.number = {table}.voter)"
    " AND (SELECT helpdesk.serves_voters())"
)
OPERATORS = "(SELECT helpdesk.operator_id()) IS NOT NULL"
OWN_OR_ADMINISTERED = "{table}.operator_id = (SELECT helpdesk.operator_id()) OR (SELECT helpdesk.administers())"
ADMINISTRATORS = "(SELECT helpdesk.administers())"
DECIDERS = "(SELECT helpdesk.decides())"
INDEXED_VOTER = f"{DECIDERS} AND ({OF_VOTER})"
"""The index itself is for those who change it; everybody else asks `helpdesk.search_voters`.

Its words hold for the whole country, whatever the scope: `sql/7_vocabulary.sql` counts them, and nobody reads them.
"""
OWN = "{table}.operator_id = (SELECT helpdesk.operator_id())"


@dataclass(frozen=True, slots=True)
class TableRights:
    """One table's rights; see the module."""

    columns: dict[str, str]
    reach: str
    writes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    own: str | None = None
    guard: str | None = None
    writers: str | None = None
    told: bool = False


def _same(letters: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), letters)


_ALL = ("insert *", "update *", "delete")

RIGHTS: dict[str, TableRights] = {
    "election": TableRights(
        _same(
            "DMP",
            "id name zone portal_opens lists_published codes_from codes_until vote_opens vote_closes voting_url trial",
        ),
        EVERYBODY,
        {
            "A": (
                "update name zone portal_opens lists_published codes_from codes_until",
                "update vote_opens vote_closes voting_url",
            )
        },
    ),
    "establishment": TableRights(_same("DMP", "id code name"), EVERYBODY, {"A": _ALL}),
    "voter": TableRights(
        _same("DMP", "id number title family_name usage_name first_name language missing_since")
        | _same("DP", "establishment_id academy department corps status")
        | {"birth_date": "-", "roll_digest": "A"},
        VOTERS,
        {"A": _ALL},
        guard="guard_roll",
    ),
    "address": TableRights(
        _same("DMP", "id voter_id address folded tied source bounces"),
        OF_VOTER,
        {
            "A": ("insert *", "update address folded tied source bounces", "delete"),
            "D": ("insert voter_id address folded tied source", "update tied source bounces"),
            "M": ("update bounces",),
        },
        guard="guard_address",
        told=True,
    ),
    "challenge_question": TableRights(_same("DMP", "id code text_fr text_en offered"), EVERYBODY),
    "account": TableRights(
        _same("DMP", "voter_id state link_generation")
        | _same("DP", "locked_until reissue_closed_until activated_at")
        | _same("P", "password_hash challenge_question_id answer_hash failed_passwords failed_answers"),
        OF_VOTER,
        {
            "D": ("update state challenge_question_id answer_hash failed_answers link_generation",),
            "A": ("insert voter_id",),
            "P": (
                "update state password_hash challenge_question_id answer_hash link_generation",
                "update failed_passwords locked_until failed_answers reissue_closed_until activated_at",
            ),
        },
        guard="guard_account",
        told=True,
    ),
    "outbox": TableRights(
        _same(
            "DMP",
            "id message_id voter_id kind language to_address generation fate attempts answer answer_code queued_at"
            " next_attempt_at expires_at leased_by leased_until sent_at priority domain campaign_id",
        ),
        OF_VOTER,
        {
            "D": (
                "insert message_id voter_id kind language to_address generation queued_at next_attempt_at expires_at",
                "insert domain priority campaign_id",
                "update fate answer_code leased_by leased_until next_attempt_at priority",
            ),
            "M": ("update fate attempts answer answer_code next_attempt_at leased_by leased_until sent_at",),
            "P": (
                "insert message_id voter_id kind language to_address generation queued_at next_attempt_at expires_at",
                "insert domain priority campaign_id",
                "update fate answer_code leased_by leased_until",
            ),
        },
        guard="guard_outbox",
        told=True,
    ),
    "mail_pace": TableRights(
        _same("DM", "lane gap_ms next_at answer"), OPERATORS, {"M": ("insert *", "update *", "delete")}
    ),
    "campaign": TableRights(
        _same("D", "id created_by created_at reason selection state total last_voter_id queued skipped changed_at"),
        OPERATORS,
        {
            "D": (
                "insert created_by created_at reason selection state total changed_at",
                "update state last_voter_id queued skipped changed_at",
            )
        },
        guard="guard_campaign",
    ),
    "returned_mail": TableRights(
        _same("DM", "id digest read_at kind voter_id outbox_id address status subject text handled_by handled_at"),
        OF_VOTER,
        {
            "D": ("update handled_by handled_at",),
            "M": ("insert digest read_at kind voter_id outbox_id address status subject text",),
        },
        guard="guard_returned_mail",
    ),
    "mail_wording": TableRights(
        _same("DMP", "id kind language version subject body written_by written_at"),
        OPERATORS,
        {"D": ("insert kind language version subject body written_by written_at",)},
        own="written_by",
        guard="guard_wording",
        told=True,
    ),
    "one_time_link": TableRights(
        _same("DMP", "id voter_id outbox_id purpose generation issued expires opened used replaced")
        | {"token_hash": "MP"},
        OF_VOTER,
        {
            "D": ("update replaced",),
            "M": (
                "insert voter_id outbox_id purpose generation token_hash issued expires",
                "update issued expires replaced",
            ),
            "P": ("update opened used replaced",),
        },
        guard="guard_link",
        told=True,
    ),
    "link_request": TableRights(
        _same("P", "id folded forgotten at"),
        NOBODY,
        {"P": ("insert folded forgotten at", "update at", "delete")},  # a row lock needs the right to change something
    ),
    "portal_session": TableRights(
        _same("DP", "id voter_id created expires ended") | {"token_hash": "P"},
        OF_VOTER,
        {
            "D": ("update ended",),
            "P": ("insert voter_id token_hash created expires", "update expires ended", "delete"),
        },
        guard="guard_portal_session",
    ),
    "voter_code": TableRights(
        _same("DP", "id voter_id issued void") | {"code_hash": "P"},
        OF_VOTER,
        {"P": ("insert voter_id code_hash issued", "update void")},
    ),
    "ballot": TableRights(_same("DP", "id code name"), EVERYBODY, {"A": _ALL}),
    "enrolment": TableRights(_same("DP", "voter_id ballot_id"), OF_VOTER, {"A": _ALL}, guard="guard_roll"),
    "candidate_list": TableRights(_same("DP", "id ballot_id position union_name statement"), EVERYBODY, {"A": _ALL}),
    "candidate": TableRights(_same("DP", "id list_id position name"), EVERYBODY, {"A": _ALL}),
    "operator": TableRights(
        _same("D", "id name folded role created disabled") | {"voter_number": "A", "password_hash": "-"},
        OPERATORS,
        {"A": ("insert name folded role password_hash voter_number created", "update voter_number disabled role")},
    ),
    "operator_scope": TableRights(
        _same("D", "operator_id kind value"),
        OWN_OR_ADMINISTERED,
        {"A": ("insert *", "delete")},
    ),
    "login_failure": TableRights(_same("-", "id folded at"), NOBODY),
    "verification": TableRights(_same("D", "id operator_id voter_id at matched expires"), OF_VOTER, told=True),
    "approval": TableRights(
        _same(
            "D",
            "id voter_id address reason requested_by requested_at expires decided_by decided_at approved"
            " decision_reason evidence",
        ),
        OF_VOTER,
        {
            "D": (
                "insert voter_id address reason evidence requested_by requested_at expires",
                "update decided_by decided_at approved decision_reason",
            )
        },
        guard="guard_approval",
        told=True,
    ),
    "contact": TableRights(
        _same("D", "id voter_id operator_id started ended channel motive outcome note follow_up"),
        OF_VOTER,
        {
            "D": (
                "insert voter_id operator_id started ended channel motive outcome note follow_up",
                "update ended outcome note follow_up",
            )
        },
        own="operator_id",
        told=True,
    ),
    "draft": TableRights(
        _same("D", "key operator_id voter_id note saved_at"),
        OWN,
        {"D": ("insert *", "update note saved_at", "delete")},
        own="operator_id",
    ),
    "form_draft": TableRights(
        _same("D", "key operator_id voter_id texts saved_at"),
        OWN,
        {"D": ("insert *", "update texts saved_at", "delete")},
        own="operator_id",
    ),
    "pinned_voter": TableRights(
        _same("D", "operator_id voter_id pinned_at"), OWN, {"D": ("insert *", "delete")}, own="operator_id"
    ),
    "audit_event": TableRights(
        _same("D", "seq at actor action outcome voter reason detail request content_hash hash"), TRAIL
    ),
    "incident": TableRights(
        _same("DP", "id text set_by set_at ended"),
        EVERYBODY,
        {"D": ("insert text set_by set_at", "update ended")},
        own="set_by",
        writers="decides",
        told=True,
    ),
    "roll_import": TableRights(
        _same("A", "id file_name file_hash imported_by imported_at added changed unchanged removed report"),
        ADMINISTRATORS,
        {"A": ("insert file_name file_hash imported_by imported_at added changed unchanged removed report",)},
    ),
    "search_place": TableRights(_same("D", "id academy department"), OPERATORS, {"D": _ALL}, writers="decides"),
    "search_key": TableRights(_same("D", "key voter_id place"), INDEXED_VOTER, {"D": _ALL}, writers="decides"),
    "search_entry": TableRights(
        _same("D", "voter_id text") | _same("-", "shown state locked_until"),
        INDEXED_VOTER,
        {"D": ("insert voter_id text", "update text", "delete")},
        writers="decides",
    ),
    "search_vocabulary": TableRights(_same("-", "word voters sound"), NOBODY),
    "search_part": TableRights(_same("-", "part word"), NOBODY),
    "search_slip": TableRights(_same("-", "slip stem place"), NOBODY),
}
