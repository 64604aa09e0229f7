"""Activations a second against bare argon2id, and the time of POST /link for known and unknown addresses.

`python -m tests.benchmarks.portal [--rounds N] [--seconds S] [--posts N] [--only activations|link]`. A real portal on
a socket in a process of its own, with the default parameters; clients in this one. Writes build/proof/portal.json.
"""

import argparse
import http.client
import math
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import insert

from helpdesk.adapters.argon2 import Argon2Hasher
from helpdesk.domain.limits import Limits
from helpdesk.domain.links import token_hash
from helpdesk.domain.states import LinkPurpose
from helpdesk.services import build_services
from helpdesk.store.engine import Store
from helpdesk.store.schema import one_time_link
from helpdesk.store.upgrade import upgrade_store
from tests.benchmarks.mail import VOTERS, fill, queue, tied
from tests.conftest import make_context
from tests.proof.figures import Figure, finish, full, paired_ratio, percentile

COMMAND = "python -m tests.benchmarks.portal"
CLIENTS = 4
PASSWORD, ANSWER = "Quatre-Chats-Gris-7", "Bérénice de Troie"
UNLIMITED = 10_000_000
ENOUGH_SHARE, SIGNIFICANT = 0.85, 0.01
CAPTCHA = re.compile(r'data-demo-captcha="(\d+)"')
WORDS = re.compile(r"(\s|<[^>]*>)+")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def limits() -> Limits:
    return Limits(portal_forms_per_network_per_minute=UNLIMITED, portal_pages_per_network_per_minute=UNLIMITED)


def serve(database: str) -> None:
    """The server's process: prints its port, serves until its input ends."""
    from dataclasses import replace  # noqa: PLC0415

    from helpdesk.portal.app import create_app  # noqa: PLC0415
    from helpdesk.portal.context import PortalContext  # noqa: PLC0415
    from helpdesk.portal.server import PortalServer, listen  # noqa: PLC0415

    store = Store(database)
    context = make_context(store, lambda: datetime.now(UTC))
    context = replace(context, limits=limits(), hasher=Argon2Hasher(limits()))
    portal = PortalContext(
        services=build_services(context),
        clock=context.clock,
        limits=limits(),
        key=bytes(range(32)),
        url="http://127.0.0.1",
        shows_captcha=True,
    )
    listening = listen("127.0.0.1", 0)
    server = PortalServer(create_app(portal), listening, threads=8)
    server.start()
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()
    store.close()


class Client:
    """One browser's worth of HTTP: a kept connection and a cookie."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.cookie = ""
        self.requests = 0

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if fields is not None:
            body, headers["Content-Type"] = urlencode(fields), "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        page = answer.read()
        if cookie := answer.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        self.requests += 1
        text = page.decode() if answer.headers.get("Content-Type", "").startswith("text/html") else ""
        return answer.status, text, answer.headers.get("Location", "")

    def form(self, path: str) -> dict[str, str]:
        status, page, _place = self.ask("GET", path)
        assert status == 200, (path, status)
        digits = CAPTCHA.search(page)
        return {"csrf_token": TOKEN.findall(page)[-1]} | ({"captcha": digits.group(1)} if digits else {})

    def activate(self, token: str) -> None:
        """What a browser asks for on the whole way: the pages, the CAPTCHA's picture, the forms."""
        self.cookie = ""
        path = f"/activate/{token}"
        form = self.form(path)
        self.ask("GET", "/captcha.png")
        status, _page, place = self.ask("POST", path, form | {"password": PASSWORD, "password2": PASSWORD})
        assert (status, place) == (303, "/question"), status
        form = self.form(place)
        status, _page, place = self.ask("POST", "/question", form | {"question": "first_pet", "answer": ANSWER})
        assert (status, place) == (303, "/space"), status
        status, page, _place = self.ask("GET", place)
        assert status == 200
        assert "Le Goff" in page


@contextmanager
def portal() -> Iterator[tuple[int, Store]]:
    """A filled store and the port of a portal over it."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-portal-") as folder:
        database = f"sqlite:///{Path(folder, 'store.db')}"
        store = Store(database)
        upgrade_store(store)
        fill(store)
        command = [sys.executable, "-m", "tests.benchmarks.portal", "--serve", database]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), store
        finally:
            process.stdin.close()
            process.wait(timeout=30)
            process.stdout.close()
            store.close()


def links(store: Store) -> list[str]:
    """A valid activation link for every voter."""
    now = datetime.now(UTC)
    context = make_context(store, lambda: now)
    queue(context, VOTERS)
    tokens = [f"{each:043d}" for each in range(1, VOTERS + 1)]
    rows = [
        {
            "voter_id": each,
            "outbox_id": each,
            "purpose": LinkPurpose.ACTIVATION,
            "generation": 0,
            "token_hash": token_hash(token),
            "issued": now,
            "expires": now + timedelta(days=3),
        }
        for each, token in enumerate(tokens, 1)
    ]
    with store.write() as connection:
        connection.execute(insert(one_time_link), rows)
    return tokens


def many(seconds: float, work: list) -> tuple[int, float]:
    """Let each of `work` run again and again in a thread of its own; how often all did, and in how many seconds."""
    counts, start = [0] * len(work), time.perf_counter()

    def run(place: int) -> None:
        while time.perf_counter() - start < seconds:
            work[place]()
            counts[place] += 1

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts), time.perf_counter() - start


def measure_activations(rounds: int, seconds: float) -> list[Figure]:
    """Bare hashing and whole activations in turn, with as many threads, until each has had its rounds."""
    hasher = Argon2Hasher(Limits())
    bound, ours, asked = [], [], []
    with portal() as (port, store):
        tokens = iter(links(store))
        clients = [Client(port) for _ in range(CLIENTS)]
        for client in clients:
            client.activate(next(tokens))
        for _ in range(rounds):
            count, took = many(seconds, [lambda: hasher.hash(PASSWORD)] * CLIENTS)
            bound.append(count / took / 2)  # an activation hashes a password and an answer
            before = sum(client.requests for client in clients)
            count, took = many(seconds, [lambda client=client: client.activate(next(tokens)) for client in clients])
            ours.append(count / took)
            asked.append((sum(client.requests for client in clients) - before) / took)
    ratio = paired_ratio(ours, bound)
    return [
        Figure(
            name="activations a second against bare argon2id",
            value=percentile(ours, 0.5),
            unit="activations/s",
            command=f"{COMMAND} --only activations",
            compared_with=f"half the rate of bare argon2id hashes: {percentile(bound, 0.5):.2f}/s",
            ratio=ratio,
            asked=f"≥ {ENOUGH_SHARE:.0%} of the bound",
            kept=ratio.median >= ENOUGH_SHARE,
            timed=True,
            note="pages, picture, forms, audit, mail queued; SQLite; clients on the same machine",
        ),
        Figure(
            name="requests a second while activating",
            value=percentile(asked, 0.5),
            unit="requests/s",
            command=f"{COMMAND} --only activations",
            timed=True,
        ),
    ]


def measure_link(posts: int) -> list[Figure]:
    """POST /link for known and unknown addresses in random order, each with fresh digits; the same answer is asked."""
    rng = random.Random(4)
    kinds = ["known", "unknown"] * posts
    rng.shuffle(kinds)
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    answers: Counter[tuple[int, str, str]] = Counter()
    with portal() as (port, _store):
        client = Client(port)
        for place, kind in enumerate(["known", "unknown"] * 25 + kinds):
            voter = place + 1
            address = tied(voter) if kind == "known" else f"helene.le-goff{90_000 + place}@ac-{place % 30}.example"
            form = client.form("/") | {"address": address}
            start = time.perf_counter()
            status, page, location = client.ask("POST", "/link", form)
            took = time.perf_counter() - start
            answers[status, WORDS.sub(" ", page)[:300], location] += 1
            if place >= 50:  # the first ones warm up
                times[kind].append(took)
    p_value = mann_whitney(times["known"], times["unknown"])
    medians = {kind: percentile(each, 0.5) * 1000 for kind, each in times.items()}
    return [
        Figure(
            name="POST /link, known against unknown addresses",
            value=p_value,
            unit="p (Mann–Whitney, two-sided)",
            command=f"{COMMAND} --only link",
            compared_with=f"{posts} requests each; medians {medians['known']:.2f} and {medians['unknown']:.2f} ms",
            asked=f"p > {SIGNIFICANT}",
            kept=p_value > SIGNIFICANT,
            timed=True,
        ),
        Figure(
            name="different answers of POST /link",
            value=len(answers) - 1,
            unit="beside the first",
            command=f"{COMMAND} --only link",
            asked="0",
            kept=len(answers) == 1,
            note="" if len(answers) == 1 else str(answers.most_common()),
        ),
    ]


def mann_whitney(ours: list[float], theirs: list[float]) -> float:
    """The two-sided p-value of the U test, by its normal approximation with ties (Mann and Whitney 1947)."""
    values = sorted([(value, 0) for value in ours] + [(value, 1) for value in theirs])
    count, rank_sum, ties, place = len(values), 0.0, 0, 0
    while place < count:
        end = place
        while end < count and values[end][0] == values[place][0]:
            end += 1
        rank = (place + 1 + end) / 2
        rank_sum += rank * sum(1 for value in values[place:end] if value[1] == 0)
        ties += (end - place) ** 3 - (end - place)
        place = end
    mine, other = len(ours), len(theirs)
    u = rank_sum - mine * (mine + 1) / 2
    spread = math.sqrt(mine * other / 12 * ((count + 1) - ties / (count * (count - 1))))
    return math.erfc(abs(u - mine * other / 2) / spread / math.sqrt(2))


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--serve", metavar="DATABASE")
    options.add_argument("--rounds", type=int, default=5 if full() else 3)
    options.add_argument("--seconds", type=float, default=10 if full() else 3)
    options.add_argument("--posts", type=int, default=2_000 if full() else 200)
    options.add_argument("--only", choices=["activations", "link"])
    chosen = options.parse_args()
    if chosen.serve:
        serve(chosen.serve)
        return 0
    figures = []
    if chosen.only != "link":
        figures += measure_activations(chosen.rounds, chosen.seconds)
    if chosen.only != "activations":
        figures += measure_link(chosen.posts)
    return finish("portal", figures)


if __name__ == "__main__":
    sys.exit(main())
