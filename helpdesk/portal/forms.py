"""Showing a form, and showing it again with what was wrong."""

from typing import Any

from flask import Response, make_response, render_template, request

from helpdesk.domain import errors
from helpdesk.domain.errors import HelpdeskError
from helpdesk.language.errors import error_text
from helpdesk.portal.context import portal
from helpdesk.portal.languages import typeset
from helpdesk.portal.problems import status_of

_LONGEST = 1000
_FIELDS: tuple[tuple[type[HelpdeskError], str], ...] = (
    (errors.CaptchaWrong, "captcha"),
    (errors.NotAnAddress, "address"),
    (errors.PasswordsDiffer, "password2"),
    (errors.PasswordUnfit, "password"),
    (errors.QuestionUnknown, "question"),
    (errors.AnswerUnfit, "answer"),
    (errors.AnswerWrong, "answer"),
)


def given(name: str) -> str:
    """What a field of the form holds; never longer than any answer could be."""
    return request.form.get(name, "")[:_LONGEST]


def show_form(
    template: str,
    problem: HelpdeskError | None = None,
    *,
    own_password: str = "password",  # noqa: S107 (a field's name)
    **values: Any,  # noqa: ANN401
) -> Response:
    """The page of a form, with the sentence for a problem beside the field that it concerns.

    What was typed is kept, but for secrets. `own_password` names the field that asks for the current password.
    """
    fields: dict[str, str] = {}
    general = ""
    if problem is not None:
        text = typeset(error_text(problem, portal().services.elections.current().zone))
        named = dict(_FIELDS) | {errors.OwnPasswordWrong: own_password}
        field = named.get(type(problem))
        fields, general = ({field: text}, "") if field else ({}, text)
    page = render_template(
        template,
        problems=fields,
        general=general,
        unmet=getattr(problem, "unmet", None),
        typed={name: given(name) for name in ("address", "question", "answer")},
        **values,
    )
    return make_response(page, 200 if problem is None else status_of(problem))
