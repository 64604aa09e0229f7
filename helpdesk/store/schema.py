"""Every table of the store, for SQLite and PostgreSQL alike (the search index has its own: `store.search`)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from helpdesk.domain.errors import StoreDamaged
from helpdesk.domain.roles import Role
from helpdesk.domain.states import (
    STORED_STATES,
    AddressSource,
    CampaignState,
    LinkPurpose,
    MailFate,
    MailKind,
    ReturnedKind,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


_Value = TypeVar("_Value")


class _Spelled(TypeDecorator[_Value]):
    """What the embedded file keeps as a text of a certain form."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], _Value | None] | None:
        """Raises StoreDamaged for a text of another form: this program wrote none."""
        read = super().result_processor(dialect, coltype)
        if read is None:  # a server's driver has read it
            return None

        def read_spelled(text: Any) -> _Value | None:  # noqa: ANN401 (whatever the driver gives)
            try:
                return read(text)
            except (ValueError, TypeError):  # another form, or no text
                raise StoreDamaged from None

        return read_spelled


class UtcDateTime(_Spelled[datetime]):
    """An aware datetime, kept in UTC: `timestamptz` on PostgreSQL, sortable text without a zone on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they would be read in another zone later."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give times back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Day(_Spelled[date]):
    """A day of the calendar."""

    impl = Date
    cache_ok = True


class Document(_Spelled[dict[str, Any]]):
    """Names and what they say, as JSON."""

    impl = JSON().with_variant(JSONB, "postgresql")
    cache_ok = True


# An integer key that SQLite takes as its rowid, and that has room for every audit row and mail on PostgreSQL.
Key = BigInteger().with_variant(Integer, "sqlite")


# Folded text is compared byte by byte on both databases, so that a range of an index is a prefix.
FoldedText = Text().with_variant(Text(collation="C"), "postgresql")


def _one_of(column: str, values: type[StrEnum] | tuple[StrEnum, ...], name: str | None = None) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)


def _required(name: str, *extra: ForeignKey) -> Column[str]:
    return Column(name, Text, *extra, nullable=False)


def _time(name: str, *, nullable: bool = True) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=nullable)


def _voter(*, nullable: bool = False, index: bool = True) -> Column[int]:
    return Column("voter_id", Integer, ForeignKey("voter.id", ondelete="CASCADE"), nullable=nullable, index=index)


def _operator(name: str = "operator_id", *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey("operator.id"), nullable=nullable)


election = Table(
    "election",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("name"),
    _required("zone"),
    _time("portal_opens", nullable=False),
    _time("lists_published", nullable=False),
    _time("codes_from", nullable=False),
    _time("codes_until", nullable=False),
    _time("vote_opens", nullable=False),
    _time("vote_closes", nullable=False),
    Column("voting_url", Text, nullable=False, server_default=""),
    Column("trial", Boolean, nullable=False, server_default=false()),
    CheckConstraint("portal_opens < vote_opens AND vote_opens < vote_closes", name="order"),
    CheckConstraint("id = 1", name="single"),
)

establishment = Table(
    "establishment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", FoldedText, nullable=False, unique=True),
    _required("name"),
    CheckConstraint("length(code) = 8", name="code"),
)

voter = Table(
    "voter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", FoldedText, nullable=False, unique=True),
    Column("title", Text, nullable=False, server_default=""),
    _required("family_name"),
    Column("usage_name", Text, nullable=False, server_default=""),
    _required("first_name"),
    Column("birth_date", Day),
    Column("establishment_id", Integer, ForeignKey("establishment.id"), nullable=False, index=True),
    _required("academy"),
    _required("department"),
    _required("corps"),
    Column("status", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default="fr"),
    Column("roll_digest", Text, nullable=False, server_default=""),
    _time("missing_since"),
    CheckConstraint("language IN ('fr', 'en')", name="language"),
    CheckConstraint("number <> '' AND family_name <> '' AND first_name <> ''", name="named"),
    Index("ix_voter_corps_academy", "corps", "academy"),
    Index("ix_voter_academy", "academy"),
    Index("ix_voter_department", "department"),
)

address = Table(
    "address",
    metadata,
    Column("id", Integer, primary_key=True),
    _voter(index=False),
    _required("address"),
    Column("folded", FoldedText, nullable=False),
    Column("tied", Boolean, nullable=False, server_default=false()),
    Column("source", Text, nullable=False, server_default=AddressSource.ROLL),
    Column("bounces", Integer, nullable=False, server_default="0"),
    _one_of("source", AddressSource),
    CheckConstraint("folded LIKE '%_@_%'", name="shape"),
    UniqueConstraint("voter_id", "folded"),
    Index("ix_address_folded", "folded", "voter_id"),
    Index(
        "uq_address_voter_tied",
        "voter_id",
        unique=True,
        sqlite_where=text("tied"),
        postgresql_where=text("tied"),
    ),
    Index("uq_address_tied", "folded", unique=True, sqlite_where=text("tied"), postgresql_where=text("tied")),
    # a small one: nearly all addresses are written as they are compared
    Index(
        "ix_address_written",
        "voter_id",
        sqlite_where=text("address <> folded"),
        postgresql_where=text("address <> folded"),
    ),
)

challenge_question = Table(
    "challenge_question",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    _required("text_fr"),
    _required("text_en"),
    Column("offered", Boolean, nullable=False, server_default=text("true")),
)

account = Table(
    "account",
    metadata,
    Column("voter_id", Integer, ForeignKey("voter.id", ondelete="CASCADE"), primary_key=True),
    Column("state", Text, nullable=False, server_default="not_invited"),
    Column("password_hash", Text),
    Column("challenge_question_id", Integer, ForeignKey("challenge_question.id")),
    Column("answer_hash", Text),
    Column("link_generation", Integer, nullable=False, server_default="0"),
    Column("failed_passwords", Integer, nullable=False, server_default="0"),
    _time("locked_until"),
    Column("failed_answers", Integer, nullable=False, server_default="0"),
    _time("reissue_closed_until"),
    _time("activated_at"),
    _one_of("state", STORED_STATES),
    CheckConstraint("link_generation >= 0", name="generation"),
    CheckConstraint("(answer_hash IS NULL) = (challenge_question_id IS NULL)", name="challenge"),
    CheckConstraint("state <> 'active' OR (password_hash IS NOT NULL AND answer_hash IS NOT NULL)", name="active"),
    CheckConstraint("state <> 'challenge_reset' OR answer_hash IS NULL", name="challenge_reset"),
    # small ones: hardly anybody is locked, and most voters are not invited yet while a roll is imported
    Index(
        "ix_account_state",
        "state",
        sqlite_where=text("state <> 'not_invited'"),
        postgresql_where=text("state <> 'not_invited'"),
    ),
    Index(
        "ix_account_locked_until",
        "locked_until",
        sqlite_where=text("locked_until IS NOT NULL"),
        postgresql_where=text("locked_until IS NOT NULL"),
    ),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Key, primary_key=True),
    Column("message_id", Text, nullable=False, unique=True),
    _voter(),
    _required("kind"),
    _required("language"),
    _required("to_address"),
    Column("generation", Integer, nullable=False),
    Column("fate", Text, nullable=False, server_default=MailFate.QUEUED),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("answer", Text, nullable=False, server_default=""),
    Column("answer_code", Text, nullable=False, server_default=""),
    _time("queued_at", nullable=False),
    _time("next_attempt_at", nullable=False),
    _time("expires_at", nullable=False),
    Column("leased_by", Text),
    _time("leased_until"),
    _time("sent_at"),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("domain", FoldedText, nullable=False, server_default=""),
    Column("campaign_id", Integer),
    _one_of("fate", MailFate),
    _one_of("kind", MailKind),
    CheckConstraint("(leased_by IS NULL) = (leased_until IS NULL)", name="lease"),
    CheckConstraint("(fate = 'sending') = (leased_by IS NOT NULL)", name="sending"),
    CheckConstraint("attempts >= 0", name="attempts"),
    Index(
        "ix_outbox_due",
        "priority",
        "domain",
        "next_attempt_at",
        sqlite_where=text("fate IN ('queued', 'failed_temporarily', 'sending')"),
        postgresql_where=text("fate IN ('queued', 'failed_temporarily', 'sending')"),
    ),
    Index(
        "ix_outbox_leased",
        "leased_by",
        sqlite_where=text("fate = 'sending'"),
        postgresql_where=text("fate = 'sending'"),
    ),
    Index(
        "ix_outbox_campaign",
        "campaign_id",
        "fate",
        sqlite_where=text("campaign_id IS NOT NULL"),
        postgresql_where=text("campaign_id IS NOT NULL"),
    ),
    Index("ix_outbox_fate", "fate", "id"),
)

mail_pace = Table(
    "mail_pace",
    metadata,
    Column("lane", FoldedText, primary_key=True),
    Column("gap_ms", Integer, nullable=False),
    _time("next_at", nullable=False),
    Column("answer", Text, nullable=False, server_default=""),
    CheckConstraint("gap_ms > 0", name="gap"),
)

campaign = Table(
    "campaign",
    metadata,
    Column("id", Integer, primary_key=True),
    _operator("created_by"),
    _time("created_at", nullable=False),
    _required("reason"),
    Column("selection", Document, nullable=False),
    Column("state", Text, nullable=False, server_default=CampaignState.RUNNING),
    Column("total", Integer, nullable=False),
    Column("last_voter_id", Integer, nullable=False, server_default="0"),
    Column("queued", Integer, nullable=False, server_default="0"),
    Column("skipped", Integer, nullable=False, server_default="0"),
    _time("changed_at", nullable=False),
    _one_of("state", CampaignState),
)

returned_mail = Table(
    "returned_mail",
    metadata,
    Column("id", Key, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    _time("read_at", nullable=False),
    _required("kind"),
    _voter(nullable=True),
    Column("outbox_id", Key, ForeignKey("outbox.id", ondelete="SET NULL"), index=True),
    Column("address", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("text", Text, nullable=False, server_default=""),
    _operator("handled_by", nullable=True),
    _time("handled_at"),
    _one_of("kind", ReturnedKind),
    CheckConstraint("(handled_by IS NULL) = (handled_at IS NULL)", name="handled"),
    CheckConstraint("length(digest) = 64", name="digest"),
    Index("ix_returned_mail_kind", "kind", "id"),
)

mail_wording = Table(
    "mail_wording",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("kind"),
    _required("language"),
    Column("version", Integer, nullable=False),
    _required("subject"),
    _required("body"),
    _operator("written_by"),
    _time("written_at", nullable=False),
    UniqueConstraint("kind", "language", "version"),
    CheckConstraint("language IN ('fr', 'en')", name="language"),
    CheckConstraint("version > 0", name="version"),
)

one_time_link = Table(
    "one_time_link",
    metadata,
    Column("id", Key, primary_key=True),
    _voter(),
    Column("outbox_id", Key, ForeignKey("outbox.id", ondelete="CASCADE"), nullable=False, index=True),
    _required("purpose"),
    Column("generation", Integer, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    _time("issued", nullable=False),
    _time("expires", nullable=False),
    _time("opened"),
    _time("used"),
    _time("replaced"),
    _one_of("purpose", LinkPurpose),
    CheckConstraint("length(token_hash) = 64", name="token_hash"),
    CheckConstraint("issued < expires", name="lifetime"),
)

link_request = Table(
    "link_request",
    metadata,
    Column("id", Key, primary_key=True),
    Column("folded", FoldedText, nullable=False),
    Column("forgotten", Boolean, nullable=False, server_default=false()),
    _time("at", nullable=False),
)

portal_session = Table(
    "portal_session",
    metadata,
    Column("id", Key, primary_key=True),
    _voter(),
    Column("token_hash", Text, nullable=False, unique=True),
    _time("created", nullable=False),
    _time("expires", nullable=False),
    _time("ended"),
    CheckConstraint("length(token_hash) = 64", name="token_hash"),
)

voter_code = Table(
    "voter_code",
    metadata,
    Column("id", Key, primary_key=True),
    _voter(),
    _required("code_hash"),
    _time("issued", nullable=False),
    _time("void"),
    Index(
        "uq_voter_code_current",
        "voter_id",
        unique=True,
        sqlite_where=text("void IS NULL"),
        postgresql_where=text("void IS NULL"),
    ),
)

ballot = Table(
    "ballot",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    _required("name"),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("voter_id", Integer, ForeignKey("voter.id", ondelete="CASCADE"), primary_key=True),
    Column("ballot_id", Integer, ForeignKey("ballot.id"), primary_key=True),
    Index("ix_enrolment_ballot", "ballot_id"),
)

candidate_list = Table(
    "candidate_list",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ballot_id", Integer, ForeignKey("ballot.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    _required("union_name"),
    Column("statement", Text, nullable=False, server_default=""),
    UniqueConstraint("ballot_id", "position"),
)

candidate = Table(
    "candidate",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("list_id", Integer, ForeignKey("candidate_list.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    _required("name"),
    UniqueConstraint("list_id", "position"),
)

operator = Table(
    "operator",
    metadata,
    Column("id", Integer, primary_key=True),
    _required("name"),
    Column("folded", Text, nullable=False, unique=True),
    _required("role"),
    Column("password_hash", Text),
    Column("voter_number", Text),
    _time("created", nullable=False),
    _time("disabled"),
    _one_of("role", Role),
)

operator_scope = Table(
    "operator_scope",
    metadata,
    Column("operator_id", Integer, ForeignKey("operator.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    CheckConstraint("kind IN ('academy', 'department')", name="kind"),
)

login_failure = Table(
    "login_failure",
    metadata,
    Column("id", Key, primary_key=True),
    _required("folded"),
    _time("at", nullable=False),
    Index("ix_login_failure_folded", "folded", "at"),
)

verification = Table(
    "verification",
    metadata,
    Column("id", Key, primary_key=True),
    _operator(),
    _voter(index=False),
    _time("at", nullable=False),
    Column("matched", Boolean, nullable=False),
    _time("expires"),
    CheckConstraint("matched = (expires IS NOT NULL)", name="expires"),
    Index("ix_verification_voter", "voter_id", "at"),
)

approval = Table(
    "approval",
    metadata,
    Column("id", Key, primary_key=True),
    _voter(),
    _required("address"),
    _required("reason"),
    Column("evidence", Text, nullable=False, server_default=""),
    _operator("requested_by"),
    _time("requested_at", nullable=False),
    _time("expires", nullable=False),
    _operator("decided_by", nullable=True),
    _time("decided_at"),
    Column("approved", Boolean),
    Column("decision_reason", Text),
    CheckConstraint("(decided_by IS NULL) = (approved IS NULL)", name="decision"),
    CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="four_eyes"),
    Index(
        "ix_approval_open", "expires", sqlite_where=text("approved IS NULL"), postgresql_where=text("approved IS NULL")
    ),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Key, primary_key=True),
    _voter(),
    _operator(),
    _time("started", nullable=False),
    _time("ended"),
    _required("channel"),
    _required("motive"),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("follow_up", Day),
    Index("ix_contact_started", "started"),
    Index(
        "ix_contact_follow_up",
        "follow_up",
        sqlite_where=text("follow_up IS NOT NULL"),
        postgresql_where=text("follow_up IS NOT NULL"),
    ),
)

draft = Table(
    "draft",
    metadata,
    Column("key", Text, primary_key=True),
    Column("operator_id", Integer, ForeignKey("operator.id", ondelete="CASCADE"), nullable=False, index=True),
    _voter(),
    _required("note"),
    _time("saved_at", nullable=False),
)

form_draft = Table(
    "form_draft",
    metadata,
    Column("key", Text, primary_key=True),
    Column("operator_id", Integer, ForeignKey("operator.id", ondelete="CASCADE"), nullable=False, index=True),
    _voter(nullable=True),
    Column("texts", Document, nullable=False),
    _time("saved_at", nullable=False),
)

pinned_voter = Table(
    "pinned_voter",
    metadata,
    Column("operator_id", Integer, ForeignKey("operator.id", ondelete="CASCADE"), primary_key=True),
    Column("voter_id", Integer, ForeignKey("voter.id", ondelete="CASCADE"), primary_key=True, index=True),
    _time("pinned_at", nullable=False),
)

audit_event = Table(
    "audit_event",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=False),
    _time("at", nullable=False),
    _required("actor"),
    _required("action"),
    _required("outcome"),
    Column("voter", Text),
    Column("reason", Text),
    Column("detail", Document, nullable=False),
    Column("request", Text, unique=True),
    _required("content_hash"),
    _required("hash"),
    CheckConstraint("outcome IN ('done', 'refused', 'failed')", name="outcome"),
    Index("ix_audit_event_voter", "voter", "seq"),
    Index("ix_audit_event_actor", "actor", "action", "seq"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", Key, primary_key=True),
    _required("text"),
    _operator("set_by"),
    _time("set_at", nullable=False),
    _time("ended"),
)

roll_import = Table(
    "roll_import",
    metadata,
    Column("id", Key, primary_key=True),
    _required("file_name"),
    _required("file_hash"),
    Column("imported_by", Integer, ForeignKey("operator.id")),
    _time("imported_at", nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("report", Document, nullable=False),
)
