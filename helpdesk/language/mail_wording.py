"""Words for the placeholders of mails, and for what keeps a wording from being used."""

from helpdesk.domain.mail_wording import Placeholder, WordingFault, WordingProblem
from helpdesk.language.catalogue import gettext as _


def placeholder_text(placeholder: Placeholder) -> str:
    """What is filled in."""
    return {
        Placeholder.LINK: _("The one-time link"),
        Placeholder.ADVICE: _("Advice: on the link, or if it was not them"),
        Placeholder.TIED_ADDRESS: _("Tied address"),
        Placeholder.PORTAL: _("Address of the portal"),
        Placeholder.NAME: _("Voter's name"),
        Placeholder.ELECTION: _("Name of the election"),
    }[placeholder]


def wording_fault_text(fault: WordingFault) -> str:
    """What to mend, in one sentence."""
    sentence = {
        WordingProblem.SUBJECT_TOO_SHORT: _("The subject needs {what} characters or more."),
        WordingProblem.SUBJECT_TOO_LONG: _("The subject may have {what} characters at most."),
        WordingProblem.BODY_TOO_SHORT: _("The text needs {what} characters or more."),
        WordingProblem.BODY_TOO_LONG: _("The text may have {what} characters at most."),
        WordingProblem.MISSING: _("{what} is missing: this mail is of no use without it."),
        WordingProblem.UNKNOWN: _("{what} is nothing that can be filled in here."),
        WordingProblem.REPEATED: _("{what} may stand once only."),
        WordingProblem.NOT_ALONE: _("{what} must be a paragraph of its own, between empty lines."),
        WordingProblem.IN_SUBJECT: _("Nothing in braces can be filled into the subject."),
        WordingProblem.MARKUP: _("{what} looks like HTML: write plain text."),
        WordingProblem.WEB_ADDRESS: _("{what} is a web address: only {{link}} and {{portal}} may lead anywhere."),
        WordingProblem.CHARACTER: _("The character {what} cannot be seen: take it out."),
    }[fault.problem]
    return sentence.format(what=fault.what)
