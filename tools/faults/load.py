"""Operators and readers: files are sent until acknowledged, while others search, look and follow the feed."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

from .paper import Paper, papers
from .screen import Screen, faults_of
from .world import World

OPERATORS = 3


@dataclass(slots=True)
class Sent:
    """One file of one batch. `answer` is the acknowledgement, None where the operator gave up before one came."""

    batch: str
    paper: Paper
    tries: int = 0
    answer: dict[str, object] | None = None
    given_up: bool = False


@dataclass(slots=True)
class Batch:
    id: str
    files: list[Sent] = field(default_factory=list)
    closed: bool = False


class Load:
    """`batches` batches of one run's own branch. `pace`: the longest pause of an operator between two files."""

    def __init__(
        self, world: World, screen: Screen, rng: random.Random, branch: str, *, pages: int = 24, pace: float = 0.35
    ) -> None:
        self.world, self.screen, self.branch, self.pace = world, screen, branch, pace
        self.rude: list[str] = []
        self.feed: list[int] = []
        self.seeds = [rng.random() for _ in range(OPERATORS)]
        self.hands = [papers(rng, pages // OPERATORS, cut=number == 0) for number in range(OPERATORS)]
        self.batches: list[Batch] = []
        self.cursor = self._cursor()
        self._over, self._sent = threading.Event(), threading.Event()
        self._operators = [threading.Thread(target=self._operate, args=(n,), daemon=True) for n in range(OPERATORS)]
        self._readers = [
            threading.Thread(target=self._guard, args=(one,), daemon=True) for one in (self._read, self._follow)
        ]

    def start(self) -> None:
        for thread in (*self._operators, *self._readers):
            thread.start()

    def sent(self, patience: float) -> bool:
        """Whether every operator came to the end within that time."""
        deadline = time.monotonic() + patience
        for thread in self._operators:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._operators)

    def stop(self) -> None:
        self._over.set()
        for thread in (*self._operators, *self._readers):
            thread.join()

    @property
    def acknowledged(self) -> int:
        return sum(1 for batch in self.batches for one in batch.files if one.answer is not None)

    @property
    def files(self) -> int:
        return sum(len(hand) for hand in self.hands)

    def _cursor(self) -> int:
        """The end of the change feed."""
        with self.world.client() as client:
            after = 0
            while events := self._events(client, after):
                after = events[-1]["seq"]
            return int(after)

    @staticmethod
    def _events(client: httpx.Client, after: int) -> list[dict[str, Any]]:
        answer = client.get("/api/v1/events", params={"after": after, "limit": 1000})
        return list(answer.raise_for_status().json()["events"])

    def _guard(self, body: Callable[[], None]) -> None:
        try:
            body()
        except Exception as error:
            self.rude.append(f"a reader of the load ended: {type(error).__name__}: {error}")

    def _operate(self, number: int) -> None:
        try:
            self._feed(number, random.Random(self.seeds[number]))
        except Exception as error:
            self.rude.append(f"an operator of the load ended: {type(error).__name__}: {error}")

    def _feed(self, number: int, rng: random.Random) -> None:
        with self.world.client() as client:
            day = {"branch_no": self.branch, "teller_no": f"T{number}", "business_date": "2026-03-09"}
            opened = self._until_taken(lambda: client.post("/api/v1/batches", json=day), rng)
            if opened is None:
                return
            batch = Batch(str(opened["id"]))
            self.batches.append(batch)
            for paper in self.hands[number]:
                batch.files.append(one := Sent(batch.id, paper))
                self._send(client, one, rng)
                time.sleep(rng.uniform(0, self.pace))
            url = f"/api/v1/batches/{batch.id}/close"
            batch.closed = self._until_taken(lambda: client.post(url, json={"short": True}), rng) is not None

    def _send(self, client: httpx.Client, one: Sent, rng: random.Random) -> None:
        """Sends a file until it is acknowledged; one in eight operators gives up at the first failure."""
        url, files = f"/api/v1/batches/{one.batch}/files", {"file": (one.paper.name, one.paper.data)}
        gives_up = rng.random() < 0.125

        def post() -> httpx.Response:
            one.tries += 1
            return client.post(url, files=files)

        body = self._until_taken(post, rng, tries=1 if gives_up else 0)
        if body is None:
            one.given_up = True
        else:
            answers = body["files"]
            assert isinstance(answers, list)
            one.answer = dict(answers[0])

    def _until_taken(
        self, ask: Callable[[], httpx.Response], rng: random.Random, tries: int = 0
    ) -> dict[str, object] | None:
        """The JSON of the first answer that is a success; None after so many tries, or when the load is over."""
        done = 0
        while not self._over.is_set() and (not tries or done < tries):
            done += 1
            answer = self._asked("upload", ask)
            if answer is not None and answer.status_code in (200, 201):
                found: dict[str, object] = answer.json()
                return found
            self._over.wait(rng.uniform(0.2, 0.8))
        return None

    def _asked(self, what: str, ask: Callable[[], httpx.Response]) -> httpx.Response | None:
        """The answer, None where there was none. A fault must be said as 503 with its cause, never as an error of the
        program or as the asker's mistake."""
        try:
            answer = ask()
        except httpx.HTTPError as error:
            self.screen.note("browser", f"no answer from the service ({type(error).__name__})")
            return None
        if answer.status_code == 503:
            self.screen.note(what, f"503 {faults_of(answer)}")
        elif answer.status_code >= 400:
            self.rude.append(f"{what}: {answer.request.url.path} answered {answer.status_code} {answer.text[:200]}")
        return answer

    def _some(self, rng: random.Random) -> Sent | None:
        sent = [one for batch in self.batches for one in batch.files if one.answer and not one.paper.bad]
        return rng.choice(sent) if sent else None

    def _read(self) -> None:
        """Searches what was acknowledged and looks at pages that are done."""
        rng = random.Random(self.seeds[0])
        with self.world.client() as client:
            while not self._over.wait(rng.uniform(0.1, 0.5)):
                one = self._some(rng)
                if one is not None:
                    self._search(client, one)
                    self._look(client, one)

    def _search(self, client: httpx.Client, one: Sent) -> None:
        account = one.paper.truth[0]["payer_account"]
        answer = self._asked("search", lambda: client.get("/api/v1/search", params={"q": account}))
        if answer is not None and answer.status_code == 200 and answer.json()["total"] > 1:
            self.rude.append(f"search: {account} found {answer.json()['total']} times")

    def _look(self, client: httpx.Client, one: Sent) -> None:
        pages = self._asked("pages", lambda: client.get(f"/api/v1/batches/{one.batch}/pages"))
        if pages is None or pages.status_code != 200:
            return
        done = [page for page in pages.json()["pages"] if page["state"] == "done" and page["file"] == one.paper.name]
        for page in done[:1]:
            self._asked("image", lambda: client.get(f"/api/v1/pages/{page['id']}/image", params={"w": 200}))  # noqa: B023

    def _follow(self) -> None:
        """Follows the change feed by its cursor; what it saw is compared with the whole feed at the end."""
        after = self.cursor
        with self.world.client() as client:
            while not self._over.wait(0.3):
                asked = {"after": after, "limit": 1000}
                answer = self._asked("events", lambda: client.get("/api/v1/events", params=asked))  # noqa: B023
                if answer is not None and answer.status_code == 200:
                    self.feed += [event["seq"] for event in answer.json()["events"]]
                    after = answer.json()["next_after"]
