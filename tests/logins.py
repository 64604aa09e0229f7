"""The services as several people use them: on a server, each over connections of their own login."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

from helpdesk.domain.folding import fold_words
from helpdesk.domain.roles import Operator
from helpdesk.services import Services, build_services
from helpdesk.services.context import ServiceContext
from helpdesk.store.engine import Store

SERVICE_LOGINS = {
    "outbox": "a mailer",
    "link_requests": "a portal",
    "one_time_links": "a portal",
    "own_account": "a portal",
    "portal_sessions": "a portal",
    "voter_spaces": "a portal",
    "code_reissue": "a portal",
}
"""Which service login calls what is no operator's act; everything else is the owner's, as `helpdesk init` is."""


@dataclass
class EachTheirLogin:
    """Sends every call to services over the store of whoever makes it, which the first argument tells."""

    context: ServiceContext
    password: str
    passwords: dict[str, str] = field(default_factory=dict)
    stores: dict[str, Store] = field(default_factory=dict)
    entry: threading.Lock = field(default_factory=threading.Lock)

    def services(self) -> Services:
        owner = build_services(self.context)
        each = {part.name: _Part(self, part.name, getattr(owner, part.name)) for part in fields(owner)}
        return replace(owner, **each)

    def over(self, login: str) -> Services:
        """Services over connections of this login."""
        with self.entry:
            if login not in self.stores:
                store = Store(str(self.context.store.url))
                store.sign_in(login, self.passwords.get(login, self.password))
                self.stores[login] = store
        return build_services(replace(self.context, store=self.stores[login]))

    def close(self) -> None:
        for store in self.stores.values():
            store.close()

    def log_in(self, name: str, password: str) -> Operator:
        store = Store(str(self.context.store.url))
        try:
            operator = build_services(replace(self.context, store=store)).operators.log_in(name, password)
        except BaseException:
            store.close()
            raise
        if before := self.stores.pop(fold_words(name), None):
            before.close()
        self.stores[fold_words(name)] = store
        return operator


@dataclass
class _Part:
    each: EachTheirLogin
    name: str
    of_owner: object

    def __getattr__(self, method: str) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            if (self.name, method) == ("operators", "log_in"):
                return self.each.log_in(*args, **more)
            if args and isinstance(args[0], Operator):
                done = getattr(getattr(self.each.over(fold_words(args[0].name)), self.name), method)(*args, **more)
                if method == "set_password":
                    self.each.passwords[fold_words(str(args[1]))] = str(args[2])
                return done
            login = SERVICE_LOGINS.get(self.name)
            part = getattr(self.each.over(login), self.name) if login else self.of_owner
            return getattr(part, method)(*args, **more)

        return call
