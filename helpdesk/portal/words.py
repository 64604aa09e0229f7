"""Words that several pages share."""

from helpdesk.domain.voter_password import MINIMUM_CHARACTERS, Criterion
from helpdesk.language.catalogue import gettext as _


def notice_text(code: str) -> str:
    """What was just done, above the page that follows."""
    return {
        "activated": _("Your voter account is active."),
        "password_changed": _("Your password has been changed."),
        "question_changed": _("Your challenge question has been changed."),
        "logged_out": _("You are logged out."),
        "session_ended": _("Your session has ended. Please log in again."),
    }[code]


def criterion_text(criterion: Criterion) -> str:
    """One thing that is asked of a password."""
    return {
        Criterion.LENGTH: _("at least {count} characters").format(count=MINIMUM_CHARACTERS),
        Criterion.UPPER: _("an upper-case letter"),
        Criterion.LOWER: _("a lower-case letter"),
        Criterion.DIGIT: _("a digit"),
        Criterion.SPECIAL: _("a special character, such as ! ? ; - or a space"),
        Criterion.UNCOMMON: _("neither a common password nor your name (checked when you send it)"),
    }[criterion]
