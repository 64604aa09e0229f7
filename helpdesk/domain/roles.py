"""Who may do what: roles, permissions, scopes, and the operator as services see one."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an operator is trusted with."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """One thing that a role allows or does not."""

    SEARCH_VOTERS = "search_voters"
    VERIFY_CALLER = "verify_caller"
    RESEND_LINK = "resend_link"
    RESET_CHALLENGE = "reset_challenge"
    OVERRIDE_THROTTLE = "override_throttle"
    INVITE = "invite"
    WORD_MAILS = "word_mails"
    IMPORT_ROLL = "import_roll"
    RUN_MAILER = "run_mailer"
    MANAGE_OPERATORS = "manage_operators"
    READ_AUDIT = "read_audit"
    LOG_CALL = "log_call"
    REQUEST_ADDRESS_CHANGE = "request_address_change"
    APPROVE_ADDRESS_CHANGE = "approve_address_change"
    SET_INCIDENT = "set_incident"
    READ_STATISTICS = "read_statistics"
    CHANGE_CALENDAR = "change_calendar"
    BACK_UP = "back_up"
    EXPORT_VOTER = "export_voter"
    PURGE = "purge"


_AGENT = frozenset(
    {
        Permission.SEARCH_VOTERS,
        Permission.VERIFY_CALLER,
        Permission.RESEND_LINK,
        Permission.RESET_CHALLENGE,
        Permission.RUN_MAILER,
        Permission.LOG_CALL,
        Permission.REQUEST_ADDRESS_CHANGE,
        Permission.READ_STATISTICS,
    }
)
_SUPERVISOR = _AGENT | {
    Permission.OVERRIDE_THROTTLE,
    Permission.INVITE,
    Permission.WORD_MAILS,
    Permission.APPROVE_ADDRESS_CHANGE,
    Permission.SET_INCIDENT,
}
_KEEPING = frozenset({Permission.BACK_UP, Permission.EXPORT_VOTER, Permission.PURGE})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMINISTRATOR: _SUPERVISOR
    | _KEEPING
    | {Permission.IMPORT_ROLL, Permission.MANAGE_OPERATORS, Permission.READ_AUDIT, Permission.CHANGE_CALENDAR},
    Role.AUDITOR: frozenset({Permission.READ_AUDIT}),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The voters an operator may see: those of any of the académies or departments; all when both are empty."""

    academies: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    @property
    def is_everything(self) -> bool:
        """True when nothing limits the operator."""
        return not self.academies and not self.departments

    def includes(self, *, academy: str, department: str) -> bool:
        """True when a voter of this académie and department may be seen."""
        return self.is_everything or academy in self.academies or department in self.departments


EVERYTHING = Scope()
"""The scope of an operator whom nothing limits."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A logged-in operator, as of the login; services read role and scope again before they act."""

    id: int
    name: str
    role: Role
    scope: Scope = EVERYTHING

    def may(self, permission: Permission) -> bool:
        """True when the role includes the permission."""
        return permission in PERMISSIONS[self.role]
