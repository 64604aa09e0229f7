"""Where unsent texts of the desk's dialogs are kept: notes of calls, reasons and notices, wordings, settings."""

from collections.abc import Mapping
from typing import Protocol

from helpdesk.desk.session import Session
from helpdesk.domain.form_drafts import Form, FormPlace
from helpdesk.domain.mail_wording import WordingView


class DraftStore(Protocol):
    """Keeps the texts of one form about one thing; to be called in background jobs only."""

    def keep(self, texts: Mapping[str, str]) -> bool:
        """Keep what is typed by now; False when it looks like a secret, which is kept nowhere."""
        ...

    def read(self) -> Mapping[str, str]:
        """What was typed and not sent."""
        ...

    def forget(self) -> None:
        """It is sent, or not wanted any more."""
        ...


class FormDraftStore:
    """The texts of a form."""

    def __init__(self, session: Session, place: FormPlace) -> None:
        """Of the operator who is logged in."""
        self._session, self._place = session, place

    def keep(self, texts: Mapping[str, str]) -> bool:
        """Keep them."""
        return self._session.services.form_drafts.keep(self._session.operator, self._place, texts)

    def read(self) -> Mapping[str, str]:
        """Those of before."""
        return self._session.services.form_drafts.read(self._session.operator, self._place)

    def forget(self) -> None:
        """Keep nothing."""
        self._session.services.form_drafts.forget(self._session.operator, self._place)


class WordingDraftStore(FormDraftStore):
    """A wording, and which version it was to replace."""

    def __init__(self, session: Session, view: WordingView) -> None:
        """`view` is the wording in force that is being changed."""
        super().__init__(session, FormPlace(Form.WORDING, about=f"{view.kind}:{view.language}"))
        self._version = str(view.version)
        self.outdated = False
        """True when what was read was to replace another version than the one in force."""

    def replaces(self, view: WordingView) -> None:
        """What is typed is to replace this version from now on: whoever types has seen it."""
        self._version = str(view.version)

    def keep(self, texts: Mapping[str, str]) -> bool:
        """Keep it, unless nothing is changed."""
        return super().keep({**texts, "version": self._version} if texts else {})

    def read(self) -> Mapping[str, str]:
        """The wording of before."""
        kept = dict(super().read())
        self.outdated = bool(kept) and kept.pop("version", self._version) != self._version
        return kept


class CallNoteStore:
    """The note of a call: it is listed at start until the call is logged, which forgets it."""

    def __init__(self, session: Session, number: str) -> None:
        """`number` is the voter's."""
        self._session, self._number = session, number

    def keep(self, texts: Mapping[str, str]) -> bool:
        """Keep it."""
        return self._session.services.drafts.keep(self._session.operator, self._number, texts.get("note", ""))

    def read(self) -> Mapping[str, str]:
        """That of before."""
        note = self._session.services.drafts.of_voter(self._session.operator, self._number)
        return {"note": note} if note else {}

    def forget(self) -> None:
        """Logging the call has done so."""
