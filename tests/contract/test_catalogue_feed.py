"""The change feed: a reader that goes on from its cursor misses no event, however late its transaction commits."""

from __future__ import annotations

import threading

import pytest
from archive_world import batch_of

from archive.address import Address
from archive.catalogue import Catalogue


def read_on(catalogue: Catalogue, cursor: int, seen: list[str]) -> int:
    """The new cursor, after the sequencer and a reader have run once."""
    with catalogue.write() as tx:
        tx.events.sequence()
    with catalogue.read() as tx:
        found = tx.events.after(cursor)
    seen.extend(event.kind for event in found)
    positions = [event.position for event in found if event.position is not None]
    assert positions == sorted(set(positions))
    assert len(positions) == len(found)
    return positions[-1] if positions else cursor


@pytest.mark.servers
@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_an_event_that_commits_after_a_later_one_is_not_missed(catalogue: Catalogue, where: Address) -> None:
    other, seen = Catalogue(where), list[str]()
    with catalogue.write() as slow:
        slow.events.add("slow", "a")
        with other.write() as quick:
            quick.events.add("quick", "b")
        cursor = read_on(other, 0, seen)
        assert seen == ["quick"]
    cursor = read_on(other, cursor, seen)
    assert seen == ["quick", "slow"]
    assert read_on(other, cursor, seen) == cursor
    other.close()


def test_what_was_rolled_back_never_comes(catalogue: Catalogue) -> None:
    seen: list[str] = []
    with pytest.raises(RuntimeError), catalogue.write() as tx:
        tx.events.add("lost", "a")
        raise RuntimeError
    with catalogue.write() as tx:
        tx.events.add("kept", "a")
    read_on(catalogue, 0, seen)
    assert seen == ["kept"]


def test_events_have_their_place_only_once_and_no_more_at_a_time_than_asked(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        for number in range(5):
            tx.events.add(f"e{number}", "a")
    with catalogue.write() as tx:
        given = [tx.events.sequence(limit=2) for _ in range(4)]
        sorted_in = [event.kind for event in tx.events.after(0)]
        last = tx.events.last()
    assert given in ([2, 2, 1, 0], [0, 0, 0, 0])
    assert sorted_in == [f"e{number}" for number in range(5)]
    assert last == 5


def test_many_writers_readers_and_sequencers_lose_and_double_nothing(catalogue: Catalogue) -> None:
    seen, over = list[str](), threading.Event()
    with catalogue.write() as tx:
        batch = batch_of(tx, 1)

    def write(name: str) -> None:
        for number in range(15):
            with catalogue.write() as tx:
                tx.events.add(f"{name}{number}", name)
                if number % 3 == 0:
                    tx.batches.counts(batch.id)

    def sequence() -> None:
        while not over.is_set():
            with catalogue.write() as tx:
                tx.events.sequence(7)

    def read() -> None:
        cursor = 0
        while not over.is_set():
            cursor = read_on(catalogue, cursor, seen)
        read_on(catalogue, cursor, seen)

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    others = [threading.Thread(target=act) for act in (sequence, sequence, read)]
    for thread in writers + others:
        thread.start()
    for thread in writers:
        thread.join(60)
    over.set()
    for thread in others:
        thread.join(60)
    assert sorted(seen) == sorted(f"{name}{number}" for name in "abcd" for number in range(15))
