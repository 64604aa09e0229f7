"""What PostgreSQL itself guards: group roles, column rights, row-level security, the trail, operators' logins.

`rights` is the table of who may what; `sql/` holds the functions, one subject a file; `apply` puts both into the
database. SQLite has none of this: its file is its owner's.
"""

from helpdesk.store.guard.apply import apply_guard, lift_guard, prepare_roles

__all__ = ["apply_guard", "lift_guard", "prepare_roles"]
