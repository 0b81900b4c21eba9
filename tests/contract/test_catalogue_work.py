"""Pages as work, driven at random against a plain dictionary, and by many claimers at once."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from archive_world import DAY, SHA, batch_of, later
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from archive.address import Address
from archive.catalogue import Catalogue, PageResult
from archive.errors import Conflict, LeaseLost
from archive.model import PageState

START = datetime(2026, 3, 8, tzinfo=UTC)
LEASE = timedelta(seconds=30)
LIMIT = 3
WORKERS = st.sampled_from(["w1", "w2", "w3"])


@dataclass
class Known:
    """A page as the model knows it."""

    batch: int
    state: str = "received"
    token: int = 0
    deliveries: int = 0
    worker: str = ""
    until: datetime = START


class Work(RuleBasedStateMachine):
    """Each step is one transaction; the clock stands in the model and goes on only by its own rule."""

    catalogue: Catalogue

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[int, Known] = {}
        self.batches: dict[int, str] = {}
        self.now = START
        with self.catalogue.write() as tx:  # the last example's work is out of the way
            while (page := tx.pages.claim("broom", START)) is not None:
                tx.pages.finish(page.id, page.token, PageResult("blank"))

    claims: Bundle[Any] = Bundle("claims")

    @rule(pages=st.integers(1, 3))
    def capture(self, pages: int) -> None:
        with self.catalogue.write() as tx:
            batch = batch_of(tx, pages)
            found = tx.pages.of_batch(batch.id)
        self.batches[batch.id] = "open"
        self.pages |= {page.id: Known(batch.id) for page in found}

    @rule(seconds=st.sampled_from([1, 10, 31]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(target=claims, worker=WORKERS)
    def claim(self, worker: str) -> tuple[int, int]:
        with self.catalogue.write() as tx:
            page = tx.pages.claim(worker, self.now + LEASE, at=self.now)
        late = sorted((one.until, id) for id, one in self.pages.items() if one.state == "running")
        free = [id for until, id in late if until < self.now] or sorted(
            id for id, one in self.pages.items() if one.state == "received"
        )
        if not free:
            assert page is None
            return 0, 0
        assert page is not None
        assert page.id in free[:1] or (late and self.pages[page.id].until == self.pages[free[0]].until)
        return self._held(page.id, page.token, worker)

    @rule(target=claims, worker=WORKERS, pick=st.integers(0, 5))
    def claim_one(self, worker: str, pick: int) -> tuple[int, int]:
        if not self.pages:
            return 0, 0
        id = sorted(self.pages)[pick % len(self.pages)]
        with self.catalogue.write() as tx:
            page = tx.pages.claim_one(id, worker, self.now + LEASE, at=self.now)
        one = self.pages[id]
        assert (page is not None) == (one.state == "received" or (one.state == "running" and one.until < self.now))
        return (0, 0) if page is None else self._held(id, page.token, worker)

    def _held(self, id: int, token: int, worker: str) -> tuple[int, int]:
        one = self.pages[id]
        assert token == one.token + 1
        one.state, one.token, one.worker, one.until = "running", token, worker, self.now + LEASE
        return id, token

    def _mine(self, claim: tuple[int, int]) -> Known | None:
        one = self.pages.get(claim[0])
        return one if one is not None and one.state == "running" and one.token == claim[1] else None

    @rule(claim=claims)
    def renew(self, claim: tuple[int, int]) -> None:
        with self.catalogue.write() as tx:
            kept = tx.pages.renew(*claim, self.now + LEASE)
        mine = self._mine(claim)
        assert kept == (mine is not None)
        if mine:
            mine.until = self.now + LEASE

    @rule(claim=claims, aside=st.booleans())
    def end(self, claim: tuple[int, int], aside: bool) -> None:
        if not claim[0]:
            return
        mine = self._mine(claim)
        try:
            with self.catalogue.write() as tx:
                if aside:
                    tx.pages.quarantine(*claim, "no image")
                else:
                    tx.pages.finish(*claim, PageResult("voucher"))
        except LeaseLost:
            assert mine is None
            return
        assert mine is not None
        mine.state, mine.worker = "quarantined" if aside else "done", ""
        self._settle(mine.batch)

    @rule(claim=claims)
    def give_back(self, claim: tuple[int, int]) -> None:
        with self.catalogue.write() as tx:
            tx.pages.give_back(*claim)
        if mine := self._mine(claim):
            mine.state, mine.worker = "received", ""

    @rule(claim=claims)
    def fail(self, claim: tuple[int, int]) -> None:
        mine = self._mine(claim)
        try:
            with self.catalogue.write() as tx:
                over = tx.pages.failed(*claim, "bad", LIMIT)
                if over:
                    tx.pages.quarantine(*claim, "bad")
        except LeaseLost:
            assert mine is None
            return
        assert mine is not None
        self._count(mine, over)

    @rule(worker=WORKERS)
    def worker_dies(self, worker: str) -> None:
        with self.catalogue.write() as tx:
            page = tx.pages.worker_died(worker, "killed", LIMIT)
        held = sorted(id for id, one in self.pages.items() if one.state == "running" and one.worker == worker)
        assert (page.id if page else None) == (held[0] if held else None)
        if page:
            self._count(self.pages[page.id], page.state is PageState.QUARANTINED)

    def _count(self, one: Known, over: bool) -> None:
        one.deliveries += 1
        assert over == (one.deliveries >= LIMIT)
        one.state, one.worker = "quarantined" if over else "received", ""
        self._settle(one.batch)

    @rule(worker=WORKERS)
    def release(self, worker: str) -> None:
        with self.catalogue.write() as tx:
            count = tx.pages.release(worker)
        held = [one for one in self.pages.values() if one.state == "running" and one.worker == worker]
        assert count == len(held)
        for one in held:
            one.state, one.worker = "received", ""

    @rule(pick=st.integers(0, 5))
    def retry(self, pick: int) -> None:
        if not self.pages:
            return
        id = sorted(self.pages)[pick % len(self.pages)]
        one = self.pages[id]
        try:
            with self.catalogue.write() as tx:
                tx.pages.retry(id)
        except Conflict:
            assert one.state != "quarantined"
            return
        assert one.state == "quarantined"
        one.state, one.deliveries = "received", 0
        if self.batches[one.batch] == "archived":
            self.batches[one.batch] = "closed"

    @rule(pick=st.integers(0, 5))
    def close(self, pick: int) -> None:
        if not self.batches:
            return
        id = sorted(self.batches)[pick % len(self.batches)]
        with self.catalogue.write() as tx:
            tx.batches.close(id)
        if self.batches[id] == "open":
            self.batches[id] = "closed"
        self._settle(id)

    def _settle(self, batch: int) -> None:
        undone = any(one.batch == batch and one.state in {"received", "running"} for one in self.pages.values())
        if self.batches[batch] == "closed" and not undone:
            self.batches[batch] = "archived"

    @invariant()
    def both_know_the_same(self) -> None:
        if not self.pages:
            return
        with self.catalogue.read() as tx:
            found = {page.id: page for page in tx.pages.many(self.pages)}
            states = {id: tx.batches.get(id).state.value for id in self.batches}
            waiting, due, overdue = tx.pages.waiting(), tx.pages.due(), tx.pages.overdue(at=self.now)
        told = {id: (page.state.value, page.token, page.deliveries) for id, page in found.items()}
        assert told == {id: (one.state, one.token, one.deliveries) for id, one in self.pages.items()}
        assert states == self.batches
        counts = Counter(one.state for one in self.pages.values())
        assert waiting == counts["received"] + counts["running"]
        assert [id for id, _ in due] == sorted(id for id, one in self.pages.items() if one.state == "received")
        late = {id for id, one in self.pages.items() if one.state == "running" and one.until < self.now}
        assert {id for id, _ in overdue} == late


def test_pages_as_work_do_what_a_dictionary_would(catalogue: Catalogue) -> None:
    machine = type("Machine", (Work,), {"catalogue": catalogue})
    bounds = settings(max_examples=8, stateful_step_count=20, deadline=None, database=None)
    loosely = settings(bounds, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=loosely)  # type: ignore[no-untyped-call]


def test_each_of_many_pages_is_claimed_by_one_of_many_claimers(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch_of(tx, 200)
    taken: list[int] = []

    def claim(name: str) -> None:
        while True:
            with catalogue.write() as tx:
                page = tx.pages.claim(name, later(600))
            if page is None:
                return
            taken.append(page.id)

    threads = [threading.Thread(target=claim, args=(f"w{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    with catalogue.read() as tx:
        assert tx.pages.due() == []
    assert len(taken) == len(set(taken)) == 200


@pytest.mark.servers
@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_a_claimer_takes_the_next_page_where_another_is_just_taking_the_first(
    catalogue: Catalogue, where: Address
) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 2)
        first, second = (page.id for page in tx.pages.of_batch(batch.id))
    other = Catalogue(where)
    with catalogue.write() as one, other.write() as two:
        mine, theirs = one.pages.claim("w1", later()), two.pages.claim("w2", later())
        assert mine is not None
        assert theirs is not None
        assert (mine.id, theirs.id) == (first, second)
        assert two.pages.claim_one(first, "w2", later()) is None
        assert two.pages.claim("w3", later()) is None
    other.close()


@pytest.mark.servers
@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_two_last_pages_that_end_at_once_archive_their_batch(catalogue: Catalogue) -> None:
    for _ in range(5):
        with catalogue.write() as tx:
            batch = tx.batches.open(DAY, actor="wang")
            file, _new = tx.batches.add_file(batch.id, "1.tif", SHA, 1, "image/tiff", 2)
            tx.pages.add_pages(batch, file, SHA)
            tx.batches.close(batch.id)
        start = threading.Barrier(2)

        def finish(start: threading.Barrier = start) -> None:
            with catalogue.write() as tx:
                page = tx.pages.claim("w", later())
            assert page is not None
            start.wait(20)
            with catalogue.write() as tx:
                tx.pages.finish(page.id, page.token, PageResult("voucher"))

        both = [threading.Thread(target=finish) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join(30)
        with catalogue.read() as tx:
            assert tx.batches.get(batch.id).state.value == "archived"
