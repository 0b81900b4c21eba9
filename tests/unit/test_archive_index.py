"""The index in a folder, and the indexer that feeds it: readers, one writer, crashes, damage."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from archive_world import DAY, ELSEWHERE, new_catalogue, stored, voucher

from archive.errors import IndexBusy, IndexDamaged
from archive.index import Document, Query, parse
from archive.index.tantivy import TantivyIndex
from archive.indexing import Indexer, document
from archive.model import EVERYTHING, Record, RecordState, Scope
from archive.objects import MemoryStore
from archive.search import Asked, search
from archive.vault import Archive

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(new_catalogue(tmp_path), MemoryStore(), TantivyIndex(tmp_path / "index"))
    yield made
    made.close()


def keep(archive: Archive, text: str = "", **values: str) -> Record:
    with archive.catalogue.write() as tx:
        return stored(tx, voucher(**values), text)


def plain(id: int, text: str) -> Document:
    return Document(id, "unknown", "", "0102", "9001", date(2026, 3, 8), "done", 1, text=text)


def _found_by_reader(folder: str, queue: multiprocessing.Queue[object]) -> None:
    queue.put(TantivyIndex(folder).search(parse("张三")).ids)


def test_another_process_sees_the_last_commit(tmp_path: Path) -> None:
    index, queue = TantivyIndex(tmp_path / "i"), SPAWN.Queue()
    index.put([plain(4, "付款人张三")])
    index.commit()
    index.put([plain(5, "张三")])
    reader = SPAWN.Process(target=_found_by_reader, args=(str(tmp_path / "i"), queue))
    reader.start()
    assert queue.get(timeout=60) == (4,)
    reader.join()


def test_a_reader_follows_the_writer(tmp_path: Path) -> None:
    writer, reader = TantivyIndex(tmp_path / "i"), TantivyIndex(tmp_path / "i")
    assert reader.count() == 0
    for n in (1, 2):
        writer.put([plain(n, "甲")])
        writer.commit()
        assert reader.count() == n


def test_a_second_writer_is_told_who_may_write(tmp_path: Path) -> None:
    first, second = TantivyIndex(tmp_path / "i"), TantivyIndex(tmp_path / "i")
    first.put([plain(1, "甲")])
    with pytest.raises(IndexBusy, match="another process writes to the index"):
        second.put([plain(2, "乙")])
    first.close()
    second.put([plain(2, "乙")])
    second.commit()
    assert second.count() == 1


def test_closing_drops_what_was_not_committed(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path / "i")
    index.put([plain(1, "甲")])
    index.close()
    index.close()
    assert index.count() == 0


def test_a_rebuilding_removes_nothing_but_old_generations(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path / "i")
    (tmp_path / "i" / "7").mkdir(parents=True)
    (tmp_path / "i" / "notes.txt").write_text("kept")
    for _ in range(2):
        with index.rebuilding() as builder:
            builder.put([plain(1, "甲")])
    assert sorted(path.name for path in (tmp_path / "i").iterdir()) == ["2", "chosen", "notes.txt", "writer.lock"]
    assert index.count() == 1


def test_only_one_process_may_rebuild(tmp_path: Path) -> None:
    first, second = TantivyIndex(tmp_path / "i"), TantivyIndex(tmp_path / "i")
    first.put([plain(1, "甲")])
    with pytest.raises(IndexBusy, match="another process writes to the index"), second.rebuilding():
        pass


def test_a_damaged_index_says_how_to_build_it_again(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path / "i")
    index.put([plain(1, "甲")])
    index.commit()
    index.close()
    (tmp_path / "i" / "0" / "meta.json").write_text("{")
    with pytest.raises(IndexDamaged, match="run `vouch rebuild` to build it again"):
        TantivyIndex(tmp_path / "i").search(Query())


def test_the_outbox_reaches_the_index_once(archive: Archive) -> None:
    record = keep(archive, payer_name="张三")
    indexer = Indexer(archive)
    assert indexer.drain() == 1
    assert indexer.drain() == 0
    assert archive.index.search(parse("张三")).ids == (record.id,)


def test_a_changed_record_is_found_by_its_new_value_only(archive: Archive) -> None:
    record = keep(archive, payer_name="张三")
    Indexer(archive).drain()
    with archive.catalogue.write() as tx:
        tx.records.set_field(record.id, "payer_name", "李四", source="keyed:li", actor="li", basis="task")
        tx.records.set_state(record.id, RecordState.DONE)
    Indexer(archive).drain()
    assert archive.index.search(parse("张三")).total == 0
    assert archive.index.search(parse("李四")).ids == (record.id,)


def test_a_backlog_is_drained_a_part_at_a_time(archive: Archive) -> None:
    for n in range(3):
        keep(archive, amount=f"{n}.00")
    assert [Indexer(archive).drain(limit=2) for _ in range(3)] == [2, 1, 0]
    assert archive.index.count() == 3


class Crash(Exception):
    """The process ends here."""


def test_a_backlog_says_how_much_waits_and_since_when(archive: Archive) -> None:
    assert Indexer(archive).backlog() == (0, None)
    keep(archive)
    keep(archive)
    count, since = Indexer(archive).backlog()
    assert (count, since is None) == (2, False)


def test_a_damaged_index_is_built_again_by_whoever_drains(archive: Archive, tmp_path: Path) -> None:
    keep(archive, payer_name="张三")
    Indexer(archive).drain()
    keep(archive, payer_name="张三")
    archive.index.close()
    (tmp_path / "index" / "0" / "meta.json").write_text("{")
    assert Indexer(archive).drain() == 1
    assert archive.index.search(parse("张三")).total == 2


def test_a_record_that_changes_while_the_index_is_rebuilt_is_found_as_it_is(archive: Archive) -> None:
    record = keep(archive, payer_name="张三")
    Indexer(archive).drain()
    with archive.index.rebuilding() as builder:
        read = document(record)
        with archive.catalogue.write() as tx:
            tx.records.set_field(record.id, "payer_name", "李四", source="keyed:li", actor="li", basis="task")
        assert Indexer(archive).drain() == 1
        builder.put([read])
    assert archive.index.search(parse("张三")).total == 0
    assert archive.index.search(parse("李四")).ids == (record.id,)


def test_a_crash_between_index_and_outbox_indexes_again_to_the_same_end(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(archive, payer_name="张三")

    def crash(**_: bool) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(archive.catalogue, "write", crash)
        with pytest.raises(Crash):
            Indexer(archive).drain()
    assert Indexer(archive).drain() == 1
    assert archive.index.count() == 1


def test_a_lost_index_is_built_again_from_the_catalogue(archive: Archive, tmp_path: Path) -> None:
    ids = [keep(archive, payer_name="张三").id for _ in range(3)]
    Indexer(archive).drain()
    fresh = Archive(archive.catalogue, archive.objects, TantivyIndex(tmp_path / "other"))
    assert Indexer(fresh).ensure() == 3
    assert Indexer(fresh).ensure() == 0
    assert sorted(fresh.index.search(parse("张三")).ids) == ids
    fresh.index.close()


@pytest.mark.parametrize("damage", ["meta.json", "*.idx", "*.term", "*.fast"])
def test_a_damaged_index_is_built_again_at_the_start_of_the_owner(
    archive: Archive, tmp_path: Path, damage: str
) -> None:
    record = keep(archive, payer_name="张三")
    Indexer(archive).drain()
    archive.index.close()
    for path in (tmp_path / "index" / "0").glob(damage):
        path.unlink()
    again = Archive(archive.catalogue, archive.objects, TantivyIndex(tmp_path / "index"))
    Indexer(again).ensure()
    assert again.index.search(parse("张三")).ids == (record.id,)
    again.index.close()


def test_what_waits_in_the_outbox_does_not_call_for_building_again(archive: Archive) -> None:
    keep(archive)
    assert Indexer(archive).ensure() == 0


def test_a_rebuilt_index_forgets_what_the_catalogue_does_not_have(archive: Archive) -> None:
    archive.index.put([plain(77, "幽灵")])
    archive.index.commit()
    keep(archive, payer_name="张三")
    assert Indexer(archive).rebuild() == 1
    assert archive.index.search(parse("幽灵")).total == 0


def test_a_document_has_the_amounts_of_fields_and_of_the_page(archive: Archive) -> None:
    record = keep(archive, "余额 1,000.05 元\n3.14.15", amount="1234.50", date="2026-03-07", purpose="2.00")
    found = document(record)
    assert found.amounts == (100_005, 123_450)
    assert found.dates == (date(2026, 3, 7),)
    assert found.title == "电汇凭证"


def test_a_document_takes_values_that_nobody_has_accepted(archive: Archive) -> None:
    found = document(keep(archive, amount="12x", date="2026-13-40", unheard_of="?"))
    assert (found.amounts, found.dates, found.fields["amount"]) == ((), (), "12x")


def test_a_search_finds_records_in_scope_with_total_and_facets(archive: Archive) -> None:
    with archive.catalogue.write() as tx:
        here = stored(tx, voucher(payer_name="张三"))
        there = stored(tx, voucher("transfer_cheque", payer_name="张三"), day=ELSEWHERE)
    Indexer(archive).drain()
    assert {one.id for one in search(archive, "张三", scope=EVERYTHING).records} == {here.id, there.id}
    mine = search(archive, "张三", scope=Scope(frozenset({DAY.branch_no})))
    assert (mine.total, [one.id for one in mine.records]) == (1, [here.id])
    assert mine.facets["type"] == {"wire_transfer": 1}
    assert search(archive, scope=Scope(frozenset())).total == 0


@pytest.mark.parametrize(
    ("filters", "total"),
    [
        ({"types": ("wire_transfer",)}, 1),
        ({"types": ("deposit_slip",)}, 0),
        ({"branch_nos": ("0102",), "state": "done"}, 1),
        ({"state": "doubtful"}, 0),
        ({"amount_min": Decimal("1234.50"), "amount_max": Decimal("1234.50")}, 1),
        ({"amount_min": Decimal("1234.51")}, 0),
        ({"amount_min": Decimal("1234.501")}, 0),
        ({"amount_max": Decimal("1234.49")}, 0),
        ({"date_from": date(2026, 3, 8), "date_to": date(2026, 3, 8)}, 1),
        ({"date_from": date(2026, 3, 9)}, 0),
        ({"batch_id": 1}, 1),
        ({"batch_id": 2}, 0),
    ],
)
def test_each_filter_of_a_search_narrows_it(archive: Archive, filters: dict[str, object], total: int) -> None:
    keep(archive, amount="1234.50")
    Indexer(archive).drain()
    assert search(archive, Asked(**filters), scope=EVERYTHING).total == total  # type: ignore[arg-type]


def test_a_text_and_a_filter_that_disagree_find_nothing(archive: Archive) -> None:
    keep(archive, amount="1.00")
    Indexer(archive).drain()
    assert search(archive, Asked("type:wire_transfer", types=("wire_transfer",)), scope=EVERYTHING).total == 1
    assert search(archive, Asked("type:wire_transfer", types=("deposit_slip",)), scope=EVERYTHING).total == 0
    assert search(archive, Asked("B-1", batch_id=2), scope=EVERYTHING).total == 0
    assert search(archive, Asked("state:done", state="doubtful"), scope=EVERYTHING).total == 0
