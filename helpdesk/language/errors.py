"""One clear sentence for every refusal and fault: what happened, and what to do."""

from collections.abc import Callable
from datetime import datetime

from helpdesk.domain import errors
from helpdesk.domain.challenge_answer import AnswerProblem
from helpdesk.domain.roles import Permission
from helpdesk.domain.states import AccountState, LinkState
from helpdesk.domain.voter_password import Criterion
from helpdesk.language.catalogue import gettext as _
from helpdesk.language.catalogue import ngettext, to_translate
from helpdesk.language.mail_wording import wording_fault_text
from helpdesk.language.moments import moment_text
from helpdesk.language.server_answers import answer_text
from helpdesk.language.words import phase_text, state_text

DEFAULT_ZONE = "Europe/Paris"


def error_text(error: errors.HelpdeskError, zone: str = DEFAULT_ZONE) -> str:
    """The sentence for an error; times in `zone`, an IANA name."""
    for kind in type(error).__mro__:
        if kind in _SENTENCES:
            return _(_SENTENCES[kind]).format(**_values(error, zone))
        if kind in _COMPOSED:
            return _COMPOSED[kind](error, zone)
    return _("This cannot be done.")


def _values(error: errors.HelpdeskError, zone: str) -> dict[str, str]:
    """The error's own fields, as a sentence shows them."""
    return {
        name: moment_text(value, zone) if isinstance(value, datetime) else str(value)
        for name, value in vars(error).items()
    }


_SENTENCES: dict[type, str] = {
    errors.LoginRefused: to_translate(
        "Name or password not accepted. Check both; if it goes on, ask an administrator."
    ),
    errors.LoginThrottled: to_translate("Too many failed logins for this name. Try again on {until}."),
    errors.ScopeTooNarrow: to_translate(
        "A roll holds voters of every place, and your scope is limited to some. Nothing was changed: "
        "an administrator without limits imports it."
    ),
    errors.OutOfScope: to_translate(
        "This voter is outside your académies and departments. Pass the call to the cell in charge."
    ),
    errors.OwnRecord: to_translate("This is your own voter record. Ask a colleague to handle it."),
    errors.SessionEnded: to_translate("Your access was closed. Log in again, or ask an administrator."),
    errors.StoreForbids: to_translate(
        "The database does not allow this to your login. Nothing was done: ask an administrator."
    ),
    errors.OwnerNeeded: to_translate(
        "Only the database's owner can do this: name its login in --database, and add --as-owner. Nothing was done."
    ),
    errors.NotVerified: to_translate(
        "Verify the caller first: this action needs a verification less than 15 minutes old."
    ),
    errors.VerificationClosed: to_translate(
        "Too many wrong answers for this voter: verification is closed until {until}."
    ),
    errors.TooFewClaims: to_translate("Ask for at least two different items: the birth date alone never suffices."),
    errors.ChangedMeanwhile: to_translate(
        "The account changed while you were looking at it. Nothing was done: look at the page again, then decide."
    ),
    errors.CampaignNotFound: to_translate(
        "There is no campaign of this number. `helpdesk invite --list` shows them all."
    ),
    errors.CampaignEnded: to_translate("This campaign has ended. Nothing was changed; a new one can be started."),
    errors.MailNotWaiting: to_translate(
        "This mail no longer waits in the outbox, or may not be cancelled. Nothing was changed: look at it again."
    ),
    errors.ConfirmationNeeded: to_translate(
        "This would write to {count} voters. Nothing was done: type that number to confirm."
    ),
    errors.ConfirmationMismatch: to_translate(
        "What you typed is not the address tied to the account. Nothing was done: type that address to confirm."
    ),
    errors.ReasonMissing: to_translate("Give a reason of three characters or more: it goes into the audit trail."),
    errors.NotATrialStore: to_translate("This store serves a real election: nothing made up goes into it."),
    errors.RollStopped: to_translate("Stopped, as you asked. Nothing was changed."),
    errors.ImportUnderWay: to_translate(
        "{by} has been importing a roll since {since}. Nothing was changed: wait for it to end, then try again."
    ),
    errors.RollFrozen: to_translate(
        "The electoral roll and its addresses are frozen while the vote is open. Nothing was changed."
    ),
    errors.NoteHoldsSecret: to_translate(
        "This text looks as if it held a password, a code, an answer or a link. "
        "Take it out: nobody at the desk keeps those."
    ),
    errors.BadFollowUp: to_translate("Choose a day from today on, within a year, for the follow-up."),
    errors.BadAddress: to_translate("This is no mail address: check it letter by letter."),
    errors.AddressAlreadyTied: to_translate("The account is tied to this address already. Nothing needs to change."),
    errors.AddressOwned: to_translate(
        "This address is tied to another voter's account: an address has one owner. Refer the case to human resources."
    ),
    errors.EvidenceMissing: to_translate(
        "A new address needs evidence: say where it comes from (directory, human resources), "
        "in three characters or more."
    ),
    errors.ChangeWaiting: to_translate(
        "A change of this voter's address waits for approval already, until {until}. Ask a supervisor to decide on it."
    ),
    errors.ChangeNotFound: to_translate("There is no such request any more. Look at the list again."),
    errors.ChangeDecided: to_translate("Somebody has decided on this request already. Look at the list again."),
    errors.ChangeExpired: to_translate(
        "Nobody decided on this request in time. Nothing was changed: it has to be made anew."
    ),
    errors.OwnRequest: to_translate("You made this request yourself: another supervisor must decide on it."),
    errors.Stopped: to_translate("Stopped. Nothing was changed."),
    errors.BadCalendar: to_translate(
        "The moments must follow one another: the portal opens, the vote opens, the vote closes. Nothing was changed."
    ),
    errors.WordingChanged: to_translate(
        "Somebody else has just reworded this mail. Nothing was saved: read the new text, then decide."
    ),
    errors.TextMissing: to_translate("Write three characters or more."),
    errors.LastAdministrator: to_translate("This is the last administrator: name another one first."),
    errors.VoterNotFound: to_translate("No voter found. Check the number or the address."),
    errors.OperatorExists: to_translate("There is an operator named {name} already. Choose another name."),
    errors.OperatorNotFound: to_translate("No operator is named {name}. `helpdesk operator list` shows them all."),
    errors.WeakPassword: to_translate(
        "This password is too easy: use {minimum} characters or more, and not a common word or your name."
    ),
    errors.VoterLoginRefused: to_translate(
        "Address or password not accepted. Use the professional address that your account is tied to. After five "
        "wrong passwords an account is locked for a while, and a mail says so."
    ),
    errors.PortalSessionEnded: to_translate("Your session has ended. Please log in again."),
    errors.OwnPasswordWrong: to_translate(
        "This is not your current password. After five wrong passwords an account is locked for a while."
    ),
    errors.ReissueClosed: to_translate(
        "Too many wrong answers: no voter code can be issued before {until}. The desk can tell you more."
    ),
    errors.CodeReissuedMeanwhile: to_translate(
        "A voter code has just been issued to you. Nothing more was done. If you have not seen that code, answer again "
        "to have another one issued."
    ),
    errors.LinkUnknown: to_translate(
        "Check that the whole link of the mail was opened: it may have been cut at the end of a line. If so, copy it "
        "into the browser, or ask for a new link."
    ),
    errors.NotAnAddress: to_translate(
        "This is not a mail address. Give your professional address, for instance first-name.name@ac-rennes.fr."
    ),
    errors.CaptchaWrong: to_translate(
        "The digits were not the right ones, or had been shown for too long. Here are others."
    ),
    errors.PasswordsDiffer: to_translate("The two passwords are not the same. Type the same one twice."),
    errors.QuestionUnknown: to_translate("Choose a question from the list."),
    errors.AddressTaken: to_translate(
        "Nothing can be served on {address}: another program is there, or this machine has no such address. Choose "
        "another --port or --host."
    ),
    errors.Overloaded: to_translate(
        "Too many people are connecting at this moment. Nothing was done: please try again in a moment."
    ),
    errors.DuplicateHeader: to_translate(
        "File {path}: two columns mean the same, {header}. Keep one of them. Nothing was changed."
    ),
    errors.MissingHeader: to_translate("File {path}: the column {header} is missing. Nothing was changed."),
    errors.WorkerLost: to_translate(
        "A process that helped with the import was ended, or the disk was full. Nothing was changed: import again."
    ),
    errors.StoreBusy: to_translate("Another program holds the database. Nothing was done: try again in a moment."),
    errors.StoreReadOnly: to_translate(
        "The database cannot be written. Nothing was done: check the file's permissions and the disk."
    ),
    errors.StoreUnreachable: to_translate(
        "The database cannot be reached. Nothing was done: check the server or the folder, then try again."
    ),
    errors.StoreFull: to_translate("The database's disk is full. Nothing was done: make room, then try again."),
    errors.StoreDamaged: to_translate(
        "The database is damaged. Nothing was done: stop working with it, and restore the last backup."
    ),
    errors.CredentialsRefused: to_translate(
        "The database no longer accepts your password. Nothing was done: enter the new one."
    ),
    errors.ClockOff: to_translate(
        "This computer's clock is more than five minutes off. Nothing was done: set the clock, then try again."
    ),
    errors.OutcomeUnknown: to_translate(
        "The connection broke at the last moment: it may be done or not. Try again: it is never done twice."
    ),
    errors.StoreMissing: to_translate("There is no helpdesk store here yet: run `helpdesk init` first."),
    errors.NotAStore: to_translate("This file or database is not a helpdesk store. Check the address given."),
    errors.StoreTooNew: to_translate("A newer helpdesk made this store. Install that version or a later one."),
    errors.TooEarlyToPurge: to_translate(
        "Voters may still appeal: the store can be purged after {until}. Nothing was removed."
    ),
    errors.StatementForged: to_translate(
        "{path} does not bear the signature of its key: it was changed after it was signed."
    ),
    errors.NotEmbedded: to_translate(
        "This store is on a PostgreSQL server: use pg_dump to back it up and pg_restore to restore it."
    ),
    errors.CopyBroken: to_translate("The copy {path} is damaged and was not used. Take an earlier one."),
    errors.StoreTooOld: to_translate("This store is of an earlier helpdesk: run `helpdesk init` to upgrade it."),
    errors.PasswordUnavailable: to_translate(
        "No password for this operator: use --password-stdin, HELPDESK_PASSWORD_FILE, or the keyring of the desk."
    ),
    errors.SecretStoreUnavailable: to_translate(
        "No system keyring can be used. Unlock it, or name a credential file "
        "(HELPDESK_PASSWORD_FILE, HELPDESK_LINK_KEY_FILE, HELPDESK_SMTP_PASSWORD_FILE)."
    ),
}


def _resend_throttled(error: errors.ResendThrottled, zone: str) -> str:
    sentence = _("This voter has had enough mails for now. The next one can go on {until}.")
    if error.overridable:
        sentence += " " + _("You may override this with your reason.")
    else:
        sentence += " " + _("A supervisor may override this.")
    return sentence.format(until=moment_text(error.until, zone))


def _role_refused(error: errors.RoleRefused, zone: str) -> str:
    what = {
        Permission.SEARCH_VOTERS: _("look at voters"),
        Permission.VERIFY_CALLER: _("verify callers"),
        Permission.RESEND_LINK: _("resend mails"),
        Permission.RESET_CHALLENGE: _("reset challenge questions"),
        Permission.OVERRIDE_THROTTLE: _("override the limit of mails"),
        Permission.IMPORT_ROLL: _("import an electoral roll"),
        Permission.RUN_MAILER: _("run the mailer"),
        Permission.MANAGE_OPERATORS: _("manage operators"),
        Permission.INVITE: _("write to voters in bulk"),
        Permission.WORD_MAILS: _("change the wording of mails"),
        Permission.READ_AUDIT: _("read the audit trail"),
        Permission.LOG_CALL: _("log calls"),
        Permission.REQUEST_ADDRESS_CHANGE: _("ask for another tied address"),
        Permission.APPROVE_ADDRESS_CHANGE: _("decide on changes of address"),
        Permission.SET_INCIDENT: _("set an incident notice"),
        Permission.READ_STATISTICS: _("read the statistics"),
        Permission.CHANGE_CALENDAR: _("change the election's calendar"),
        Permission.BACK_UP: _("back up or restore the store"),
        Permission.EXPORT_VOTER: _("export what is held on a voter"),
        Permission.PURGE: _("purge the store"),
    }[error.permission]
    del zone
    return _("Your role does not allow you to {what}. Ask somebody whose role does.").format(what=what)


def _wording_refused(error: errors.WordingRefused, zone: str) -> str:
    del zone
    return " ".join([_("This wording was not saved."), *map(wording_fault_text, error.faults)])


def _wrong_phase(error: errors.WrongPhase, zone: str) -> str:
    sentence = _("The election's calendar does not allow this now: {phase}.").format(phase=phase_text(error.phase))
    if error.opens is not None:
        sentence += " " + _("It will be possible from {opens}.").format(opens=moment_text(error.opens, zone))
    return sentence


def _wrong_state(error: errors.WrongState, zone: str) -> str:
    del zone
    return _("Not possible for this account's state: {state}.").format(state=state_text(AccountState(error.state)))


def _ambiguous(error: errors.AmbiguousVoter, zone: str) -> str:
    del zone
    return _("Several voters have this address. Give one of the voter numbers: {numbers}.").format(
        numbers=", ".join(error.numbers)
    )


def _bad_setting(error: errors.BadSetting, zone: str) -> str:
    del zone
    why = {
        "not_a_database_url": _("it is not a database URL (sqlite:///file.db or postgresql+psycopg://user@host/db)"),
        "unsupported_database": _("only SQLite and PostgreSQL are supported"),
        "password_in_url": _("a password does not belong into it: it is kept in the keyring, or asked for"),
        "insecure_database": _("a server that is not this machine needs sslmode=verify-full"),
        "memory_database": _("a database in memory would be lost: name a file"),
        "unknown": _("there is no such setting"),
        "insecure": _("without encryption, mail goes to this machine only: use tls or starttls"),
        "not_a_number": _("it must be a whole number of a sensible size"),
        "not_a_choice": _("it is not one of the allowed values"),
        "not_a_time": _("it is not a date and time with its zone"),
        "not_a_time_of_day": _("it is not a time of day such as 20:00"),
        "not_an_address": _("it is not a mail address"),
        "not_toml": _("the file is not valid TOML"),
        "secret_in_file": _("secrets never go into this file: use the keyring or a credential file"),
        "missing": _("it is required"),
        "question_mark": _("a folder with a question mark in its name cannot be used"),
        "order": _("the portal must open before the vote, and the vote open before it closes"),
    }.get(error.why, error.why)
    sentence = _("Setting {key}: {why}.").format(key=error.key, why=why)
    if error.near is not None:
        sentence += " " + _("Did you mean {near}?").format(near=error.near)
    return sentence


def _unreadable(error: errors.UnreadableFile, zone: str) -> str:
    del zone
    why = {
        "missing": _("there is no such file"),
        "denied": _("you may not read it"),
        "encoding": _("its text is neither UTF-8 nor Windows-1252"),
        "empty": _("it is empty"),
        "truncated": _("it ends in the middle of a row"),
        "not_text": _("it is not a text file"),
        "not_a_sheet": _("it is neither a text file nor a spreadsheet that can be read"),
        "large_sheet": _("it is too large for a spreadsheet; save it as CSV"),
        "old_sheet": _("it is a protected spreadsheet or one of an old format; save it as .xlsx or CSV"),
        "too_wide": _("it has more cells than there are columns"),
        "quotes": _("its quotation marks do not match"),
        "not_toml": _("it is not valid TOML"),
        "exists": _("it exists already"),
        "unwritable": _("it cannot be written"),
        "not_a_statement": _("it is not the statement of a purge"),
        "unknown_format": _("its name must end in .json or .pdf"),
        "unknown_report": _("its name must end in .txt, .csv or .json"),
        "not_a_copy": _("it is not a backup of a helpdesk store"),
        "not_a_head": _("it is not a head printed by `helpdesk audit head`"),
    }.get(error.why, error.why)
    if error.line is not None:
        return _("File {path}, line {line}: {why}. Nothing was changed.").format(
            path=error.path, line=error.line, why=why
        )
    return _("File {path}: {why}. Nothing was changed.").format(path=error.path, why=why)


def _unknown_header(error: errors.UnknownHeader, zone: str) -> str:
    del zone
    sentence = _("File {path}: no column of a roll is called {header}.").format(path=error.path, header=error.header)
    if error.near is not None:
        sentence += " " + _("Did you mean {near}?").format(near=error.near)
    return sentence + " " + _("Rename it, or give a mapping file. Nothing was changed.")


def _roll_rejected(error: errors.RollRejected, zone: str) -> str:
    del zone
    count = len(error.report.errors)
    return ngettext(
        "The roll has {count} error: correct it and import again. Nothing was changed.",
        "The roll has {count} errors: correct them and import again. Nothing was changed.",
        count,
    ).format(count=count)


def _mail_server(error: errors.MailServerUnreachable, zone: str) -> str:
    del zone
    sentence = _("The mail server cannot be used now. Mails wait in the outbox and nothing is lost.")
    return f"{sentence} ({answer_text(error.answer)})" if error.answer else sentence


def _link_refused(error: errors.LinkRefused, zone: str) -> str:
    sentence = {
        LinkState.USED: _("It was used on {at}: a link works only once. If that was not you, tell the desk."),
        LinkState.REPLACED: _(
            "On {at} a newer link was sent to you: only the link of the latest mail works. Look for that mail, or ask "
            "for a new link."
        ),
        LinkState.EXPIRED: _("It worked until {at}. Ask for a new link: it costs nothing."),
    }[error.state]
    return sentence.format(at=moment_text(error.at, zone))


def _answer_wrong(error: errors.AnswerWrong, zone: str) -> str:
    del zone
    return ngettext(
        "This is not the answer that you chose. You can try {count} more time; after that, no voter code can be issued "
        "for 24 hours.",
        "This is not the answer that you chose. You can try {count} more times; after that, no voter code can be "
        "issued for 24 hours.",
        error.left,
    ).format(count=error.left)


def _password_unfit(error: errors.PasswordUnfit, zone: str) -> str:
    del zone
    lacks = {
        Criterion.LENGTH: _("at least 12 characters (and 128 at most)"),
        Criterion.UPPER: _("an upper-case letter"),
        Criterion.LOWER: _("a lower-case letter"),
        Criterion.DIGIT: _("a digit"),
        Criterion.SPECIAL: _("a special character"),
        Criterion.UNCOMMON: _("something less easy to guess than a common password or your name"),
    }
    return _("This password still needs: {lacks}.").format(lacks=", ".join(lacks[each] for each in error.unmet))


def _answer_unfit(error: errors.AnswerUnfit, zone: str) -> str:
    del zone
    return {
        AnswerProblem.TOO_SHORT: _("This answer is too short: it needs three letters or more."),
        AnswerProblem.TOO_LONG: _("This answer is too long: 200 characters at most."),
        AnswerProblem.IN_QUESTION: _("This answer only repeats the question. Choose another one."),
        AnswerProblem.OWN_NAME: _("This answer is your own name or address, which others know. Choose another one."),
        AnswerProblem.TRIVIAL: _("Anybody could guess this answer. Choose another one."),
    }[error.problem]


def _ballots_rejected(error: errors.BallotsRejected, zone: str) -> str:
    del zone
    why = {
        "missing": _("it is missing"),
        "doubled": _("it is there twice"),
        "kind": _("it is not a text"),
        "unknown": _("there is no such key"),
        "too_long": _("it is too long"),
    }[error.why]
    return _("File {path}, {where}: {why}. Nothing was changed.").format(path=error.path, where=error.where, why=why)


def _mailbox(error: errors.MailboxUnreachable, zone: str) -> str:
    del zone
    why = {
        "connection": _("it does not answer"),
        "certificate": _("its certificate is not trusted"),
        "login": _("it does not accept the user or the password"),
        "folder": _("the folder does not exist"),
    }.get(error.why, error.why)
    return _("The bounce mailbox cannot be read: {why}. Nothing was changed; check the imap settings.").format(why=why)


def _audit_broken(error: errors.AuditBroken, zone: str) -> str:
    del zone
    why = {
        "missing": _("a row is missing"),
        "changed": _("its content was changed"),
        "unlinked": _("it is not linked to the row before it"),
        "redacted": _("its content was taken away, and no purge says so"),
        "head": _("the chain does not contain the head that was kept"),
    }[error.why]
    return _("The audit trail is broken at row {seq}: {why}.").format(seq=error.seq, why=why)


_COMPOSED: dict[type, Callable[..., str]] = {
    errors.ResendThrottled: _resend_throttled,
    errors.RoleRefused: _role_refused,
    errors.WordingRefused: _wording_refused,
    errors.WrongPhase: _wrong_phase,
    errors.WrongState: _wrong_state,
    errors.AmbiguousVoter: _ambiguous,
    errors.BadSetting: _bad_setting,
    errors.UnreadableFile: _unreadable,
    errors.UnknownHeader: _unknown_header,
    errors.RollRejected: _roll_rejected,
    errors.MailServerUnreachable: _mail_server,
    errors.MailboxUnreachable: _mailbox,
    errors.AuditBroken: _audit_broken,
    errors.LinkRefused: _link_refused,
    errors.AnswerWrong: _answer_wrong,
    errors.PasswordUnfit: _password_unfit,
    errors.AnswerUnfit: _answer_unfit,
    errors.BallotsRejected: _ballots_rejected,
}
