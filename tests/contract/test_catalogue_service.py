"""What keeps the system running: parts, chores, exports, saved searches, and pages as a scheduler sees them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from archive_world import DAY, ELSEWHERE, batch_of, claimed, later, stored, voucher

from archive.catalogue import PageResult, Transaction
from archive.errors import Conflict, LeaseLost, NotFound
from archive.model import PageState, Person, Role, Scope
from archive.service import Export, ExportState

NOW = datetime.now(UTC)
SOON = NOW + timedelta(seconds=15)
LATE = NOW + timedelta(seconds=20)


@pytest.fixture
def zhang(tx: Transaction) -> Person:
    return tx.people.add("zhang", "张三", Role.KEYER)


def note(tx: Transaction, name: str = "worker h1 1", **changes: object) -> None:
    given: dict[str, object] = {"host": "h1", "pid": os.getpid(), "since": NOW, **changes}
    tx.parts.note(name, "worker", **given)  # type: ignore[arg-type]


def test_a_part_is_as_it_noted_itself_last(tx: Transaction) -> None:
    note(tx)
    note(tx, works=False, fault="the store is full", detail={"pages": 3, "names": ["甲"]}, ttl_seconds=5)
    (part,) = tx.parts.list()
    assert (part.works, part.fault, part.detail) == (False, "the store is full", {"pages": 3, "names": ["甲"]})
    assert (part.kind, part.host, part.pid, part.since) == ("worker", "h1", os.getpid(), NOW)
    assert part.expires_at - part.seen_at == timedelta(seconds=5)


def test_parts_come_by_name_and_those_long_gone_are_pruned(tx: Transaction) -> None:
    note(tx, "b")
    note(tx, "a", ttl_seconds=-60)
    assert [part.name for part in tx.parts.list()] == ["a", "b"]
    assert tx.parts.prune(datetime.now(UTC)) == 1
    assert [part.name for part in tx.parts.list()] == ["b"]


def test_a_part_is_forgotten_only_by_the_process_that_it_is(tx: Transaction) -> None:
    note(tx)
    assert not tx.parts.forget("worker h1 1", "h1", -1)
    assert tx.parts.forget("worker h1 1", "h1", os.getpid())
    assert tx.parts.list() == []


def test_a_chore_has_one_holder_until_its_lease_runs_out(tx: Transaction) -> None:
    token = tx.chores.take("index", "a", SOON, at=NOW)
    assert token is not None
    assert tx.chores.take("index", "b", SOON, at=NOW) is None
    assert tx.chores.holders(at=NOW) == {"index": "a"}
    assert tx.chores.take("index", "b", LATE, at=LATE) == token + 1
    assert not tx.chores.renew("index", token, LATE)
    with pytest.raises(LeaseLost, match="the chore index was taken over"):
        tx.chores.require("index", token)
    tx.chores.require("index", token + 1)


def test_the_holder_of_a_chore_keeps_its_token(tx: Transaction) -> None:
    token = tx.chores.take("index", "a", SOON, at=NOW)
    assert token is not None
    assert tx.chores.take("index", "a", LATE, at=NOW) == token
    assert tx.chores.renew("index", token, LATE)
    assert tx.chores.take("index", "b", LATE, at=SOON) is None


def test_a_chore_that_was_given_up_is_free_at_once(tx: Transaction) -> None:
    token = tx.chores.take("index", "a", SOON, at=NOW)
    assert token is not None
    tx.chores.give_up("index", token + 1)
    assert tx.chores.take("index", "b", SOON, at=NOW) is None
    tx.chores.give_up("index", token)
    assert tx.chores.holders(at=NOW) == {}
    assert tx.chores.take("index", "b", SOON, at=NOW) == token + 1


def asked(tx: Transaction, person: Person, name: str = "a.csv") -> Export:
    return tx.exports.add(person.id, ["0102"], "张三", {"type": "x"}, "csv", name, "for audit", {"masked": True})


def test_an_export_keeps_what_was_asked_in_its_scope(tx: Transaction, zhang: Person) -> None:
    export = asked(tx, zhang)
    assert (export.text, export.filters, export.options) == ("张三", {"type": "x"}, {"masked": True})
    assert (export.branches, export.state, export.reason) == (("0102",), ExportState.WAITING, "for audit")
    assert tx.exports.add(zhang.id, None, "", {}, "zip", "b.zip").branches is None
    assert tx.exports.backlog() == (2, export.created_at)


def test_an_export_is_made_by_one_worker_and_finished_once(tx: Transaction, zhang: Person) -> None:
    asked(tx, zhang)
    mine = tx.exports.claim("w1", SOON, at=NOW)
    assert mine is not None
    assert (mine.state, mine.started_at, mine.worker) == (ExportState.RUNNING, NOW, "w1")
    assert tx.exports.claim("w2", SOON, at=NOW) is None
    assert tx.exports.progress(mine.id, mine.token, 3, 10, LATE)
    tx.exports.finish(mine.id, mine.token, "ab" * 32, 77)
    done = tx.exports.get(mine.id, zhang.id)
    assert (done.state, done.done, done.total, done.size, done.worker) == (ExportState.DONE, 3, 10, 77, "")
    assert tx.exports.uses("ab" * 32) == 1
    with pytest.raises(LeaseLost):
        tx.exports.finish(mine.id, mine.token, "ab" * 32, 77)


def test_an_export_whose_worker_went_away_begins_again_under_another_token(tx: Transaction, zhang: Person) -> None:
    asked(tx, zhang)
    first = tx.exports.claim("w1", SOON, at=NOW)
    second = tx.exports.claim("w2", LATE + timedelta(seconds=9), at=LATE)
    assert first is not None
    assert second is not None
    assert (second.id, second.token) == (first.id, first.token + 1)
    assert not tx.exports.progress(first.id, first.token, 1, 1, LATE)
    with pytest.raises(LeaseLost, match="cancelled or taken over"):
        tx.exports.fail(first.id, first.token, "no disk")
    tx.exports.fail(second.id, second.token, "no disk")
    assert (tx.exports.get(first.id).state, tx.exports.get(first.id).fault) == (ExportState.FAILED, "no disk")


def test_a_worker_that_stops_gives_its_export_back(tx: Transaction, zhang: Person) -> None:
    asked(tx, zhang)
    assert tx.exports.claim("w1", SOON, at=NOW) is not None
    assert (tx.exports.release("w2"), tx.exports.release("w1")) == (0, 1)
    assert tx.exports.claim("w2", SOON, at=NOW) is not None


def test_a_cancelled_export_stops_its_worker_and_stays_cancelled(tx: Transaction, zhang: Person) -> None:
    export = asked(tx, zhang)
    mine = tx.exports.claim("w1", SOON, at=NOW)
    assert mine is not None
    assert tx.exports.cancel(export.id, zhang.id).state is ExportState.CANCELLED
    assert not tx.exports.progress(mine.id, mine.token, 1, 1, LATE)
    with pytest.raises(Conflict, match="is cancelled already"):
        tx.exports.cancel(export.id, zhang.id)
    assert tx.exports.claim("w2", SOON, at=NOW) is None


def test_exports_are_their_persons_own_and_expire(tx: Transaction, zhang: Person) -> None:
    other = tx.people.add("li", "", Role.AUDITOR)
    first, second = asked(tx, zhang), asked(tx, zhang, "b.csv")
    assert [one.id for one in tx.exports.of_person(zhang.id)] == [second.id, first.id]
    assert [one.id for one in tx.exports.of_person(zhang.id, limit=1)] == [second.id]
    assert tx.exports.of_person(other.id) == []
    for act in (tx.exports.get, tx.exports.cancel):
        with pytest.raises(NotFound):
            act(first.id, other.id)
    tx.exports.cancel(first.id, zhang.id)
    assert [one.id for one in tx.exports.expired(later(1))] == [first.id]
    assert tx.exports.expired(NOW - timedelta(days=1)) == []
    tx.exports.forget(first.id)
    with pytest.raises(NotFound):
        tx.exports.get(first.id)


def test_saved_searches_are_each_persons_own_by_name(tx: Transaction, zhang: Person) -> None:
    other = tx.people.add("li", "", Role.AUDITOR)
    mine = tx.saved_searches.add(zhang.id, "大额", "amount:>5", {"branch_no": "0102"})
    tx.saved_searches.add(zhang.id, "a", "x", {})
    tx.saved_searches.add(other.id, "大额", "y", {})
    assert [one.name for one in tx.saved_searches.list(zhang.id)] == ["a", "大额"]
    assert tx.saved_searches.get(mine.id, zhang.id).filters == {"branch_no": "0102"}
    with pytest.raises(Conflict, match="a saved search named 大额 already"):
        tx.saved_searches.add(zhang.id, "大额", "z", {})
    for act in (tx.saved_searches.get, tx.saved_searches.delete):
        with pytest.raises(NotFound):
            act(mine.id, other.id)
    tx.saved_searches.delete(mine.id, zhang.id)
    assert [one.name for one in tx.saved_searches.list(zhang.id)] == ["a"]


def test_a_saved_search_takes_a_name_that_is_free(tx: Transaction, zhang: Person) -> None:
    one, two = (tx.saved_searches.add(zhang.id, name, "", {}) for name in "ab")
    assert tx.saved_searches.rename(one.id, zhang.id, "c").name == "c"
    assert tx.saved_searches.rename(one.id, zhang.id, "c").name == "c"
    with pytest.raises(Conflict):
        tx.saved_searches.rename(two.id, zhang.id, "c")
    with pytest.raises(NotFound):
        tx.saved_searches.rename(9999, zhang.id, "d")


def test_one_page_is_claimed_by_its_id_where_it_is_free(tx: Transaction) -> None:
    first, second = tx.pages.of_batch(batch_of(tx, 2).id)
    mine = tx.pages.claim_one(second.id, "w1", SOON, at=NOW)
    assert mine is not None
    assert (mine.id, mine.state, mine.token) == (second.id, PageState.RUNNING, 1)
    assert tx.pages.claim_one(second.id, "w2", SOON, at=NOW) is None
    again = tx.pages.claim_one(second.id, "w2", later(), at=LATE)
    assert again is not None
    assert again.token == 2
    tx.pages.finish(again.id, again.token, PageResult("voucher"))
    assert tx.pages.claim_one(second.id, "w2", SOON, at=LATE) is None
    assert tx.pages.claim_one(999_999, "w2", SOON) is None
    assert tx.pages.due() == [(first.id, DAY.branch_no)]


def test_the_pages_that_wait_and_those_that_are_late_name_their_branch(tx: Transaction) -> None:
    here, there = batch_of(tx, 1), batch_of(tx, 1, day=ELSEWHERE)
    one, two = tx.pages.of_batch(here.id)[0], tx.pages.of_batch(there.id)[0]
    assert tx.pages.due() == [(one.id, DAY.branch_no), (two.id, ELSEWHERE.branch_no)]
    assert tx.pages.due(limit=1, queued_before=later()) == [(one.id, DAY.branch_no)]
    assert tx.pages.due(queued_before=NOW - timedelta(days=1)) == []
    claimed(tx, "w1")
    assert (tx.pages.overdue(), tx.pages.held_by("w1")) == ([], [(one.id, DAY.branch_no)])
    assert tx.pages.overdue(at=later(120)) == [(one.id, DAY.branch_no)]


def test_the_backlog_is_what_is_undone_and_the_age_of_its_oldest(tx: Transaction) -> None:
    assert tx.pages.backlog() == (0, None)
    batch = batch_of(tx, 2)
    page = claimed(tx)
    count, since = tx.pages.backlog()
    assert count == 2
    assert since is not None
    assert NOW <= since <= later(0)
    assert tx.pages.states() == {PageState.RECEIVED: 1, PageState.RUNNING: 1}
    tx.pages.quarantine(page.id, page.token, "no image")
    assert (tx.pages.waiting(), tx.pages.quarantined(), tx.pages.release_all()) == (1, 1, 0)
    assert tx.pages.claimable(later())
    assert [one.id for one in tx.pages.many([one.id for one in tx.pages.of_batch(batch.id)][::-1])][-1] == page.id
    assert tx.pages.many([page.id], Scope(frozenset({"9999"}))) == []


def test_a_page_that_is_tried_again_has_not_waited_since_it_came(tx: Transaction) -> None:
    batch_of(tx, 1)
    page = claimed(tx)
    tx.pages.quarantine(page.id, page.token, "no image")
    assert tx.pages.backlog() == (0, None)
    before = datetime.now(UTC)
    tx.pages.retry(page.id)
    count, since = tx.pages.backlog()
    assert count == 1
    assert since is not None
    assert since >= before


def test_the_tasks_that_wait_have_an_age(tx: Transaction) -> None:
    assert tx.tasks.backlog() == (0, None)
    task = tx.tasks.add("key", stored(tx, voucher(accepted=False, amount="1.00")), "amount", "amount")
    assert tx.tasks.backlog() == (1, task.created_at)
    tx.tasks.cancel_of(task.record_id)
    assert tx.tasks.backlog() == (0, None)
