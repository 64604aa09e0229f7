"""The keys of the desk."""

from helpdesk.language.catalogue import gettext as _


def keys_of_the_desk() -> tuple[tuple[str, str], ...]:
    """What can be done without the mouse: the keys, and what they do."""
    return (
        (_("Ctrl+K"), _("Search for a voter")),
        (_("Ctrl+F"), _("Filter the search")),
        (_("Ctrl+0"), _("No filter")),
        ("↑ ↓", _("Move in the results while typing")),
        (_("Enter"), _("Open the voter")),
        (_("Esc"), _("Back")),
        (_("Ctrl+I"), _("Verify the caller")),
        (_("Ctrl+R"), _("Resend the mail")),
        (_("Ctrl+Shift+R"), _("Reset the question")),
        (_("Ctrl+L"), _("Log the call")),
        (_("Ctrl+Shift+C"), _("Copy the masked summary")),
        (_("Ctrl+P"), _("Save a call sheet to print")),
        (_("Ctrl+Enter"), _("Log the call, from its note")),
        (_("Ctrl+1 … 7"), _("Pages")),
        (_("Ctrl+Q"), _("Quit")),
        ("F1", _("This guide")),
    )
