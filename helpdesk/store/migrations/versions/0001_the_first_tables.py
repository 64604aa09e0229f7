"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TIME = sa.DateTime(timezone=True)
FOLDED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

QUESTIONS = (
    (
        "first_pet",
        "Quel était le nom de votre premier animal de compagnie ?",
        "What was the name of your first pet?",
    ),
    (
        "first_teacher",
        "Quel était le nom de votre premier enseignant ou première enseignante ?",
        "What was the name of your first teacher?",
    ),
    (
        "childhood_friend",
        "Quel était le prénom de votre meilleur ami ou meilleure amie d'enfance ?",
        "What was the first name of your best childhood friend?",
    ),
    (
        "first_book",
        "Quel est le titre du premier livre qui vous a marqué ?",
        "What is the title of the first book that marked you?",
    ),
    (
        "first_concert",
        "Quel artiste avez-vous vu à votre premier concert ?",
        "Which artist did you see at your first concert?",
    ),
    ("favourite_hero", "Quel était le héros ou l'héroïne de votre enfance ?", "Who was your childhood hero?"),
    ("dream_job", "Quel métier rêviez-vous de faire enfant ?", "Which job did you dream of as a child?"),
    (
        "holiday_place",
        "Quel est le lieu de vos plus belles vacances ?",
        "Where did you spend your best holiday?",
    ),
)

AUDIT_GUARDS_SQLITE = (
    "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END",
    "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END",
)
AUDIT_GUARDS_POSTGRESQL = (
    "CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$",
    "CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()",
)


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", KEY, autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("voter", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'refused', 'failed')", name="ck_audit_event_outcome"),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_event"),
        sa.UniqueConstraint("request", name="uq_audit_event_request"),
    )
    op.create_index("ix_audit_event_actor", "audit_event", ["actor", "action", "seq"], unique=False)
    op.create_index("ix_audit_event_voter", "audit_event", ["voter", "seq"], unique=False)
    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ballot"),
        sa.UniqueConstraint("code", name="uq_ballot_code"),
    )
    op.create_table(
        "challenge_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text_fr", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("offered", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_challenge_question"),
        sa.UniqueConstraint("code", name="uq_challenge_question_code"),
    )
    op.create_table(
        "election",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("portal_opens", TIME, nullable=False),
        sa.Column("lists_published", TIME, nullable=False),
        sa.Column("codes_from", TIME, nullable=False),
        sa.Column("codes_until", TIME, nullable=False),
        sa.Column("vote_opens", TIME, nullable=False),
        sa.Column("vote_closes", TIME, nullable=False),
        sa.Column("voting_url", sa.Text(), server_default="", nullable=False),
        sa.Column("trial", sa.Boolean(), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name="ck_election_single"),
        sa.CheckConstraint("portal_opens < vote_opens AND vote_opens < vote_closes", name="ck_election_order"),
        sa.PrimaryKeyConstraint("id", name="pk_election"),
    )
    op.create_table(
        "establishment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", FOLDED, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("length(code) = 8", name="ck_establishment_code"),
        sa.PrimaryKeyConstraint("id", name="pk_establishment"),
        sa.UniqueConstraint("code", name="uq_establishment_code"),
    )
    op.create_table(
        "login_failure",
        sa.Column("id", KEY, nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_failure"),
    )
    op.create_index("ix_login_failure_folded", "login_failure", ["folded", "at"], unique=False)
    op.create_table(
        "operator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("voter_number", sa.Text(), nullable=True),
        sa.Column("created", TIME, nullable=False),
        sa.Column("disabled", TIME, nullable=True),
        sa.CheckConstraint("role IN ('agent', 'supervisor', 'administrator', 'auditor')", name="ck_operator_role"),
        sa.PrimaryKeyConstraint("id", name="pk_operator"),
        sa.UniqueConstraint("folded", name="uq_operator_folded"),
    )
    op.create_table(
        "candidate_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("union_name", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name="fk_candidate_list_ballot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_candidate_list"),
        sa.UniqueConstraint("ballot_id", "position", name="uq_candidate_list_ballot_id_position"),
    )
    op.create_index("ix_candidate_list_ballot_id", "candidate_list", ["ballot_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("ended", TIME, nullable=True),
        sa.ForeignKeyConstraint(["set_by"], ["operator.id"], name="fk_incident_set_by"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_table(
        "operator_scope",
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('academy', 'department')", name="ck_operator_scope_kind"),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name="fk_operator_scope_operator_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("operator_id", "kind", "value", name="pk_operator_scope"),
    )
    op.create_table(
        "roll_import",
        sa.Column("id", KEY, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("imported_by", sa.Integer(), nullable=True),
        sa.Column("imported_at", TIME, nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("report", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["imported_by"], ["operator.id"], name="fk_roll_import_imported_by"),
        sa.PrimaryKeyConstraint("id", name="pk_roll_import"),
    )
    op.create_table(
        "voter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", FOLDED, nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("usage_name", sa.Text(), server_default="", nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("establishment_id", sa.Integer(), nullable=False),
        sa.Column("academy", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("corps", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="fr", nullable=False),
        sa.Column("roll_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("missing_since", TIME, nullable=True),
        sa.CheckConstraint("language IN ('fr', 'en')", name="ck_voter_language"),
        sa.CheckConstraint("number <> '' AND family_name <> '' AND first_name <> ''", name="ck_voter_named"),
        sa.ForeignKeyConstraint(["establishment_id"], ["establishment.id"], name="fk_voter_establishment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_voter"),
        sa.UniqueConstraint("number", name="uq_voter_number"),
    )
    op.create_index("ix_voter_academy", "voter", ["academy"], unique=False)
    op.create_index("ix_voter_corps_academy", "voter", ["corps", "academy"], unique=False)
    op.create_index("ix_voter_department", "voter", ["department"], unique=False)
    op.create_index("ix_voter_establishment_id", "voter", ["establishment_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="not_invited", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("challenge_question_id", sa.Integer(), nullable=True),
        sa.Column("answer_hash", sa.Text(), nullable=True),
        sa.Column("link_generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_passwords", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", TIME, nullable=True),
        sa.Column("failed_answers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reissue_closed_until", TIME, nullable=True),
        sa.Column("activated_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state <> 'active' OR (password_hash IS NOT NULL AND answer_hash IS NOT NULL)",
            name="ck_account_active",
        ),
        sa.CheckConstraint("state <> 'challenge_reset' OR answer_hash IS NULL", name="ck_account_challenge_reset"),
        sa.CheckConstraint(
            "state IN ('not_invited', 'invited', 'link_opened', 'password_set', 'active', 'challenge_reset')",
            name="ck_account_state",
        ),
        sa.CheckConstraint("(answer_hash IS NULL) = (challenge_question_id IS NULL)", name="ck_account_challenge"),
        sa.CheckConstraint("link_generation >= 0", name="ck_account_generation"),
        sa.ForeignKeyConstraint(
            ["challenge_question_id"], ["challenge_question.id"], name="fk_account_challenge_question_id"
        ),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_account_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("voter_id", name="pk_account"),
    )
    op.create_table(
        "address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("folded", FOLDED, nullable=False),
        sa.Column("tied", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("source", sa.Text(), server_default="roll", nullable=False),
        sa.Column("bounces", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("folded LIKE '%_@_%'", name="ck_address_shape"),
        sa.CheckConstraint("source IN ('roll', 'approval')", name="ck_address_source"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_address_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_address"),
        sa.UniqueConstraint("voter_id", "folded", name="uq_address_voter_id_folded"),
    )
    op.create_index("ix_address_folded", "address", ["folded", "voter_id"], unique=False)
    op.create_index(
        "uq_address_tied",
        "address",
        ["folded"],
        unique=True,
        sqlite_where=sa.text("tied"),
        postgresql_where=sa.text("tied"),
    )
    op.create_index(
        "uq_address_voter_tied",
        "address",
        ["voter_id"],
        unique=True,
        sqlite_where=sa.text("tied"),
        postgresql_where=sa.text("tied"),
    )
    op.create_table(
        "approval",
        sa.Column("id", KEY, nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("requested_at", TIME, nullable=False),
        sa.Column("expires", TIME, nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(decided_by IS NULL) = (approved IS NULL)", name="ck_approval_decision"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="ck_approval_four_eyes"),
        sa.ForeignKeyConstraint(["decided_by"], ["operator.id"], name="fk_approval_decided_by"),
        sa.ForeignKeyConstraint(["requested_by"], ["operator.id"], name="fk_approval_requested_by"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_approval_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
    )
    op.create_index("ix_approval_voter_id", "approval", ["voter_id"], unique=False)
    op.create_table(
        "candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["candidate_list.id"], name="fk_candidate_list_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_candidate"),
        sa.UniqueConstraint("list_id", "position", name="uq_candidate_list_id_position"),
    )
    op.create_table(
        "contact",
        sa.Column("id", KEY, nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("started", TIME, nullable=False),
        sa.Column("ended", TIME, nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("motive", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("follow_up", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name="fk_contact_operator_id"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_contact_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_index("ix_contact_voter_id", "contact", ["voter_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name="fk_enrolment_ballot_id"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_enrolment_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("voter_id", "ballot_id", name="pk_enrolment"),
    )
    op.create_index("ix_enrolment_ballot", "enrolment", ["ballot_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", KEY, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("fate", sa.Text(), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answer_code", sa.Text(), server_default="", nullable=False),
        sa.Column("queued_at", TIME, nullable=False),
        sa.Column("next_attempt_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("leased_until", TIME, nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        sa.CheckConstraint("(fate = 'sending') = (leased_by IS NOT NULL)", name="ck_outbox_sending"),
        sa.CheckConstraint(
            "fate IN ('queued', 'sending', 'accepted', 'delivered', 'delayed', 'failed_temporarily', 'failed_permanently', 'expired')",
            name="ck_outbox_fate",
        ),
        sa.CheckConstraint(
            "kind IN ('activation', 'password', 'question', 'question_reset_notice', 'tied_address_notice')",
            name="ck_outbox_kind",
        ),
        sa.CheckConstraint("(leased_by IS NULL) = (leased_until IS NULL)", name="ck_outbox_lease"),
        sa.CheckConstraint("attempts >= 0", name="ck_outbox_attempts"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_outbox_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("fate IN ('queued', 'failed_temporarily', 'sending')"),
        postgresql_where=sa.text("fate IN ('queued', 'failed_temporarily', 'sending')"),
    )
    op.create_index("ix_outbox_voter_id", "outbox", ["voter_id"], unique=False)
    op.create_table(
        "portal_session",
        sa.Column("id", KEY, nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created", TIME, nullable=False),
        sa.Column("expires", TIME, nullable=False),
        sa.Column("ended", TIME, nullable=True),
        sa.CheckConstraint("length(token_hash) = 64", name="ck_portal_session_token_hash"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_portal_session_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_portal_session"),
        sa.UniqueConstraint("token_hash", name="uq_portal_session_token_hash"),
    )
    op.create_index("ix_portal_session_voter_id", "portal_session", ["voter_id"], unique=False)
    op.create_table(
        "verification",
        sa.Column("id", KEY, nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.Column("expires", TIME, nullable=True),
        sa.CheckConstraint("matched = (expires IS NOT NULL)", name="ck_verification_expires"),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name="fk_verification_operator_id"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_verification_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_verification"),
    )
    op.create_index("ix_verification_voter", "verification", ["voter_id", "at"], unique=False)
    op.create_table(
        "voter_code",
        sa.Column("id", KEY, nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("issued", TIME, nullable=False),
        sa.Column("void", TIME, nullable=True),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_voter_code_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_voter_code"),
    )
    op.create_index("ix_voter_code_voter_id", "voter_code", ["voter_id"], unique=False)
    op.create_index(
        "uq_voter_code_current",
        "voter_code",
        ["voter_id"],
        unique=True,
        sqlite_where=sa.text("void IS NULL"),
        postgresql_where=sa.text("void IS NULL"),
    )
    op.create_table(
        "one_time_link",
        sa.Column("id", KEY, nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", KEY, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("issued", TIME, nullable=False),
        sa.Column("expires", TIME, nullable=False),
        sa.Column("opened", TIME, nullable=True),
        sa.Column("used", TIME, nullable=True),
        sa.Column("replaced", TIME, nullable=True),
        sa.CheckConstraint("purpose IN ('activation', 'password', 'question')", name="ck_one_time_link_purpose"),
        sa.CheckConstraint("issued < expires", name="ck_one_time_link_lifetime"),
        sa.CheckConstraint("length(token_hash) = 64", name="ck_one_time_link_token_hash"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_one_time_link_outbox_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["voter_id"], ["voter.id"], name="fk_one_time_link_voter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_link"),
        sa.UniqueConstraint("token_hash", name="uq_one_time_link_token_hash"),
    )
    op.create_index("ix_one_time_link_outbox_id", "one_time_link", ["outbox_id"], unique=False)
    op.create_index("ix_one_time_link_voter_id", "one_time_link", ["voter_id"], unique=False)
    question = sa.table("challenge_question", sa.column("code"), sa.column("text_fr"), sa.column("text_en"))
    rows = [{"code": code, "text_fr": french, "text_en": english} for code, french, english in QUESTIONS]
    op.bulk_insert(question, rows)
    postgresql_store = op.get_bind().dialect.name == "postgresql"
    for statement in AUDIT_GUARDS_POSTGRESQL if postgresql_store else AUDIT_GUARDS_SQLITE:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_one_time_link_voter_id", table_name="one_time_link")
    op.drop_index("ix_one_time_link_outbox_id", table_name="one_time_link")
    op.drop_table("one_time_link")
    op.drop_index(
        "uq_voter_code_current",
        table_name="voter_code",
        sqlite_where=sa.text("void IS NULL"),
        postgresql_where=sa.text("void IS NULL"),
    )
    op.drop_index("ix_voter_code_voter_id", table_name="voter_code")
    op.drop_table("voter_code")
    op.drop_index("ix_verification_voter", table_name="verification")
    op.drop_table("verification")
    op.drop_index("ix_portal_session_voter_id", table_name="portal_session")
    op.drop_table("portal_session")
    op.drop_index("ix_outbox_voter_id", table_name="outbox")
    op.drop_index(
        "ix_outbox_due",
        table_name="outbox",
        sqlite_where=sa.text("fate IN ('queued', 'failed_temporarily', 'sending')"),
        postgresql_where=sa.text("fate IN ('queued', 'failed_temporarily', 'sending')"),
    )
    op.drop_table("outbox")
    op.drop_index("ix_enrolment_ballot", table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index("ix_contact_voter_id", table_name="contact")
    op.drop_table("contact")
    op.drop_table("candidate")
    op.drop_index("ix_approval_voter_id", table_name="approval")
    op.drop_table("approval")
    op.drop_index(
        "uq_address_voter_tied",
        table_name="address",
        sqlite_where=sa.text("tied"),
        postgresql_where=sa.text("tied"),
    )
    op.drop_index(
        "uq_address_tied",
        table_name="address",
        sqlite_where=sa.text("tied"),
        postgresql_where=sa.text("tied"),
    )
    op.drop_index("ix_address_folded", table_name="address")
    op.drop_table("address")
    op.drop_table("account")
    op.drop_index("ix_voter_establishment_id", table_name="voter")
    op.drop_index("ix_voter_department", table_name="voter")
    op.drop_index("ix_voter_corps_academy", table_name="voter")
    op.drop_index("ix_voter_academy", table_name="voter")
    op.drop_table("voter")
    op.drop_table("roll_import")
    op.drop_table("operator_scope")
    op.drop_table("incident")
    op.drop_index("ix_candidate_list_ballot_id", table_name="candidate_list")
    op.drop_table("candidate_list")
    op.drop_table("operator")
    op.drop_index("ix_login_failure_folded", table_name="login_failure")
    op.drop_table("login_failure")
    op.drop_table("establishment")
    op.drop_table("election")
    op.drop_table("challenge_question")
    op.drop_table("ballot")
    op.drop_index("ix_audit_event_voter", table_name="audit_event")
    op.drop_index("ix_audit_event_actor", table_name="audit_event")
    op.drop_table("audit_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_event_refuse()")
