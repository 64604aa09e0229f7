"""What a command needs: the program, the operator it acts as, and a way to print."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from helpdesk.bootstrap import Program, open_for_operators, open_program
from helpdesk.cli.log import log_is_on_terminal
from helpdesk.cli.options import given
from helpdesk.cli.settings import settings_of
from helpdesk.domain.errors import PasswordUnavailable, SecretStoreUnavailable
from helpdesk.domain.json_text import json_text
from helpdesk.domain.roles import Operator, Permission
from helpdesk.language.catalogue import gettext as _

DEMO_OPERATOR, DEMO_PASSWORD_FILE = "demo", "demo-password"


@dataclass(frozen=True, slots=True)
class Session:
    """A program and the operator who is logged in to it."""

    program: Program
    operator: Operator


@contextmanager
def logged_in(context: click.Context, *, keep_stdin: bool = False) -> Iterator[Session]:
    """The program, with an operator logged in: every command is an operator's act.

    With `keep_stdin`, standard input is left to what the command itself asks for, if the operator's password can
    be had from anywhere else.
    """
    settings = settings_of(context)
    program = open_program(settings)
    try:
        yield log_in(context, program, keep_stdin=keep_stdin)
    finally:
        program.close()


@contextmanager
def logged_in_as_owner(context: click.Context, *, wanted: bool) -> Iterator[Session]:
    """As `logged_in`; where `wanted`, the work is done by the login of the database's URL, in the operator's name.

    On a server no operator's login may empty tables or read every column: the database's owner may, and the operator
    proves to be one all the same. An embedded store has no owner apart.
    """
    if not wanted:
        with logged_in(context) as session:
            yield session
        return
    program = open_program(settings_of(context))
    try:
        if not program.store.keeps_logins:
            yield log_in(context, program)
            return
        if not program.store.url.username:
            raise click.UsageError(_("--as-owner needs the owner's login in the database's address."))
        proof = open_for_operators(program)
        try:
            operator = log_in(context, proof).operator
        finally:
            proof.close()
        yield Session(program, operator)
    finally:
        program.close()


def log_in(context: click.Context, program: Program, *, keep_stdin: bool = False) -> Session:
    """Log in to a program with what the options, the environment, the keyring or the person at hand say."""
    name, password = _credentials(context, program, keep_stdin=keep_stdin)
    return Session(program, program.services.operators.log_in(name, password))


@contextmanager
def at_work(context: click.Context, permission: Permission) -> Iterator[Program]:
    """The program for a service: on a server as the login of the database's URL, otherwise as an operator.

    Raises RoleRefused without the permission; on a server, the rights of the login decide.
    """
    program = open_program(settings_of(context))
    try:
        if not program.store.keeps_logins:
            operators = program.services.operators
            name, password = _credentials(context, program, keep_stdin=False)
            operators.require(operators.log_in(name, password), permission)
        yield program
    finally:
        program.close()


def read_password(context: click.Context, *, prompt: str, confirm: bool = False) -> str:
    """A password from standard input, or asked for without showing it. Raises PasswordUnavailable."""
    if given(context, "password_stdin"):
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise PasswordUnavailable
    entered: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return entered


def wants_json(context: click.Context) -> bool:
    """True when `--json` was given."""
    return bool(given(context, "as_json", default=False))


def print_json(value: object) -> None:
    """Write one JSON document; times in ISO 8601 UTC."""
    click.echo(json_text(value))


def say_where_metrics_are(port: int | None) -> None:
    """Tell a terminal, on standard error, where a service is watched; the log, where that goes there."""
    if port is None:
        return
    address = f"http://127.0.0.1:{port}/metrics"
    if log_is_on_terminal():
        logging.getLogger("helpdesk").info("metrics at %s", address)
    else:
        click.echo(_("Metrics are at {address}").format(address=address), err=True)


def _credentials(context: click.Context, program: Program, *, keep_stdin: bool) -> tuple[str, str]:
    demo = _demo_password(program)
    name = program.settings.operator or _kept(program, "operator") or (DEMO_OPERATOR if demo else None)
    if not name:
        raise click.UsageError(_("Say who you are: --operator NAME or HELPDESK_OPERATOR."))
    from_stdin = bool(given(context, "password_stdin"))
    if from_stdin and not keep_stdin:
        return name, read_password(context, prompt="")
    if program.settings.password_file is not None:
        return name, _read_password_file(program.settings.password_file)
    if kept := _kept(program, f"operator-password:{name}"):
        return name, kept
    if demo and name == DEMO_OPERATOR:
        return name, demo
    return name, read_password(context, prompt=_("Password of {name}").format(name=name))


def _read_password_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise PasswordUnavailable from None


def _kept(program: Program, secret: str) -> str | None:
    try:
        return program.secrets.read(secret)
    except SecretStoreUnavailable:
        return None


def _demo_password(program: Program) -> str | None:
    """The password that `helpdesk demo` left beside its store; stores of real elections have none."""
    path = program.store.path
    if path is None:
        return None
    try:
        return (path.parent / DEMO_PASSWORD_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        return None
