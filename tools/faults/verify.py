"""The comparison: what the operators were promised against what the archive holds, value for value."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

from .load import Batch, Load, Sent
from .world import World

DONE, QUARANTINED = "done", "quarantined"


@dataclass(slots=True)
class Findings:
    """What differs from the promise, by kind; all empty where it was kept."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.stuck or self.wrong)

    @property
    def lines(self) -> list[str]:
        kinds = ("lost", "doubled", "stuck", "wrong")
        return [f"{kind}: {text}" for kind in kinds for text in getattr(self, kind)]


class Verifier:
    """Compares one run's batches through the API, and the counts that the API does not tell through the catalogue."""

    def __init__(self, world: World, load: Load, found: Findings) -> None:
        self.world, self.load, self.found = world, load, found
        self.pages: list[dict[str, Any]] = []
        self.files: Counter[str] = Counter()

    def run(self) -> Findings:
        with self.world.client() as client:
            self.client = client
            for batch in self.load.batches:
                self._batch(batch)
            self._totals()
            self._events()
        self._tasks()
        return self.found

    def _get(self, path: str, **asked: str | int) -> Any:
        answer = self.client.get(f"/api/v1{path}", params=asked)
        answer.raise_for_status()
        return answer.json()

    def _batch(self, batch: Batch) -> None:
        kept = self._get(f"/batches/{batch.id}/files")["files"]
        pages = self._get(f"/batches/{batch.id}/pages", limit=2000)["pages"]
        self.pages += pages
        state = self._get(f"/batches/{batch.id}")["state"]
        if batch.closed and state != "archived":
            self.found.stuck.append(f"{batch.id} is {state}")
        rows = Counter((row["file"], row["sha256"]) for row in kept)
        self.found.doubled += [f"file {name} of {batch.id}: {n} rows" for (name, _), n in rows.items() if n > 1]
        for one in batch.files:
            mine = [row for row in kept if row["file"] == one.paper.name and row["sha256"] == one.paper.sha256]
            self._file(one, mine, [page for page in pages if page["file"] == one.paper.name])
        known = {one.paper.name for one in batch.files}
        self.found.wrong += [
            f"{batch.id} holds {row['file']}, which nobody sent" for row in kept if row["file"] not in known
        ]

    def _file(self, one: Sent, rows: list[dict[str, Any]], pages: list[dict[str, Any]]) -> None:
        name = f"{one.batch}/{one.paper.name}"
        if not rows:
            if one.answer is not None:
                self.found.lost.append(f"{name} was acknowledged and is not there")
            return  # nobody was promised a file that was given up; it is absent as a whole
        if one.answer is not None and one.answer["id"] != rows[0]["id"]:
            self.found.wrong.append(f"{name} was answered as {one.answer['id']} and is {rows[0]['id']}")
        if one.paper.bad:
            self._bad(name, rows[0], pages)
            return
        self.files[name] += 1
        numbers = Counter(page["page"] for page in pages)
        wanted = range(1, len(one.paper.truth) + 1)
        self.found.lost += [f"{name} page {n}" for n in wanted if not numbers[n]]
        self.found.doubled += [f"{name} page {n}: {count} times" for n, count in numbers.items() if count > 1]
        for page in pages:
            self._page(name, one, page)

    def _bad(self, name: str, row: dict[str, Any], pages: list[dict[str, Any]]) -> None:
        """A damaged file must be called damaged: refused with a reason, or its page quarantined with its cause."""
        refused = row["refused"] and row["detail"]
        aside = bool(pages) and all(page["state"] == QUARANTINED and page["cause"] for page in pages)
        if not (refused or aside):
            self.found.wrong.append(f"{name} is damaged and was taken as {[page['state'] for page in pages]}")

    def _page(self, name: str, one: Sent, page: dict[str, Any]) -> None:
        place = f"{name} page {page['page']}"
        if page["state"] != DONE:
            kind = self.found.wrong if page["state"] == QUARANTINED else self.found.stuck
            kind.append(f"{place} is {page['state']} {page['cause']}")
            return
        if page["voucher"] is None:
            self.found.lost.append(f"{place} has no record")
            return
        self._values(place, one, page)
        self._objects(place, one, page)
        self._found(place, one, page)

    def _values(self, place: str, one: Sent, page: dict[str, Any]) -> None:
        record = self._get(f"/vouchers/{page['voucher']}")
        said = {name: value["value"] for name, value in record["fields"].items()}
        truth = one.paper.truth[page["page"] - 1]
        self.found.wrong += [
            f"{place}: {name} is {said.get(name)!r}, printed {value!r}"
            for name, value in truth.items()
            if said.get(name) != value
        ]
        if record["page_id"] != page["id"]:
            self.found.wrong.append(f"{place}: its record belongs to page {record['page_id']}")

    def _objects(self, place: str, one: Sent, page: dict[str, Any]) -> None:
        """The original as it came, its copy and its thumbnail."""
        for what in ("original", "image", "thumbnail"):
            answer = self.client.get(f"/api/v1/pages/{page['id']}/{what}")
            if answer.status_code != 200:
                self.found.lost.append(f"{place}: its {what} is answered {answer.status_code} {answer.text[:120]}")
            elif what == "original" and hashlib.sha256(answer.content).hexdigest() != one.paper.sha256:
                self.found.wrong.append(f"{place}: its bytes have another hash")

    def _found(self, place: str, one: Sent, page: dict[str, Any]) -> None:
        account = one.paper.truth[page["page"] - 1]["payer_account"]
        hits = [hit["id"] for hit in self._get("/search", q=account)["hits"]]
        if hits != [page["voucher"]]:
            kind = self.found.doubled if len(hits) > 1 else self.found.lost
            kind.append(f"{place}: the index finds {hits}, its record is {page['voucher']}")

    def _totals(self) -> None:
        done = sum(1 for page in self.pages if page["state"] == DONE)
        total = self._get("/search", branch=self.load.branch)["total"]
        if total != done:
            (self.found.doubled if total > done else self.found.lost).append(
                f"the index holds {total} of {done} records"
            )

    def _all_events(self) -> Iterator[dict[str, Any]]:
        after = self.load.cursor
        while events := self._get("/events", after=after, limit=1000)["events"]:
            yield from events
            after = events[-1]["seq"]

    def _events(self) -> None:
        """The feed tells each file's coming and each page's end once, and who followed it live missed nothing."""
        events = list(self._all_events())
        mine = {batch.id for batch in self.load.batches}
        done = Counter(event["page"] for event in events if event["kind"] == "page.done")
        for page in self.pages:
            wanted = 1 if page["state"] == DONE else 0
            if done[page["id"]] != wanted:
                kind = self.found.doubled if done[page["id"]] > wanted else self.found.lost
                kind.append(f"page {page['id']}: {done[page['id']]} events page.done")
        came = Counter(
            f"{event['batch']}/{event['detail']['name']}"
            for event in events
            if event["kind"] == "file.received" and event["batch"] in mine
        )
        self._compare_files(came)
        self._compare_feed({event["seq"] for event in events})

    def _compare_files(self, came: Counter[str]) -> None:
        for name in self.files:
            if came[name] != 1:
                kind = self.found.doubled if came[name] > 1 else self.found.lost
                kind.append(f"{name}: {came[name]} events file.received")

    def _compare_feed(self, whole: set[int]) -> None:
        seen = Counter(self.load.feed)
        last = max(seen, default=0)
        missed = sorted(seq for seq in whole if seq <= last and seq not in seen)
        if missed:
            self.found.lost.append(f"a follower of the feed missed {len(missed)} events, the first {missed[:3]}")
        again = [seq for seq, count in seen.items() if count > 1]
        if again:
            self.found.doubled.append(f"a follower of the feed saw events again: {again[:3]}")

    def _tasks(self) -> None:
        """No task twice, one for each field that is not accepted; nothing left in the outbox, no page left running."""
        catalogue = self.world.catalogue()
        try:
            with catalogue.read() as tx:
                for batch in self.load.batches:
                    for record in tx.records.of_batch(int(batch.id.removeprefix("B-"))):
                        asked = Counter((task.kind, task.field) for task in tx.tasks.open_of_record(record.id))
                        doubt = {name for name, value in record.fields.items() if not value.accepted}
                        twice = [key for key, count in asked.items() if count > 1]
                        self.found.doubled += [f"record {record.id}: task {key}" for key in twice]
                        lacking = doubt - {field for _, field in asked}
                        self.found.lost += [f"record {record.id}: no task for {name}" for name in sorted(lacking)]
                left = {topic: tx.outbox.backlog(topic)[0] for topic in ("index", "work")}
                self.found.stuck += [f"{count} outbox rows of {topic}" for topic, count in left.items() if count]
        finally:
            catalogue.close()


@dataclass(slots=True)
class Progress:
    """How far a load has come, and how long (seconds) it ever stood still since `begin`."""

    load: Load
    begin: float
    standstill: float = 0.0
    _state: tuple[int, ...] = ()
    _changed: float = 0.0

    def whole(self, client: httpx.Client) -> bool:
        """Whether every closed batch is archived and each of its records is in the index, as of now."""
        try:
            state, wanted = self._look(client)
        except (httpx.HTTPError, KeyError):
            return False
        now = time.monotonic()
        if state != self._state:
            self._state, self._changed = state, now
        self.standstill = max(self.standstill, now - max(self._changed, self.begin))
        return state == wanted

    def _look(self, client: httpx.Client) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Archived batches, pages that ended and records in the index: as they are, and as they should be. KeyError
        where a store does not answer."""
        shown = [client.get(f"/api/v1/batches/{batch.id}").json() for batch in self.load.batches]
        archived = sum(one["state"] == "archived" for one in shown)
        closed = sum(batch.closed for batch in self.load.batches)
        ended = sum(one["pages_done"] + one["quarantined"] for one in shown)
        pages, done = (sum(one[name] for one in shown) for name in ("pages", "pages_done"))
        total = client.get("/api/v1/search", params={"branch": self.load.branch, "limit": 1}).json()["total"]
        return (archived, ended, total), (closed, pages, done)
