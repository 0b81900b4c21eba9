"""The folder store where disks fill, bytes rot, and processes die or write the same object at once."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from multiprocessing.queues import Queue
from pathlib import Path

import pytest

from archive.errors import ObjectDamaged, StoreUnavailable
from archive.objects import FolderStore
from archive.objects.folder import MARKER

SPAWN = multiprocessing.get_context("spawn")


def path_of(store: FolderStore, sha256: str) -> Path:
    return store.root / sha256[:2] / sha256[2:4] / sha256


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "objects")


def test_an_object_whose_bytes_rotted_is_not_handed_out(store: FolderStore) -> None:
    sha256 = store.put(b"as it was")
    path_of(store, sha256).write_bytes(b"as it is!")
    with pytest.raises(ObjectDamaged, match=sha256):
        store.get(sha256)


def test_an_object_that_lost_its_end_is_whole_after_it_is_put_again(store: FolderStore) -> None:
    sha256 = store.put(b"whole")
    path_of(store, sha256).write_bytes(b"who")
    assert store.put(b"whole") == sha256
    assert store.get(sha256) == b"whole"


def _put_forever(root: str, ready: str) -> None:
    store = FolderStore(root)
    Path(ready).touch()
    number = 0
    while True:
        store.put(str(number).encode() * 50_000)
        number += 1


def test_a_writer_that_is_killed_leaves_only_whole_objects(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    writer = SPAWN.Process(target=_put_forever, args=(str(tmp_path / "objects"), str(ready)))
    writer.start()
    store = FolderStore(tmp_path / "objects")
    while not ready.exists() or sum(1 for _ in store.iterate()) < 3:
        assert writer.is_alive()
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join()
    for sha256 in store.iterate():
        assert hashlib.sha256(store.get(sha256)).hexdigest() == sha256


def test_what_a_crash_left_half_written_is_not_an_object_and_is_swept(store: FolderStore) -> None:
    half = store.root / "tmp" / ("0" * 64 + ".123.abcd")
    half.write_bytes(b"half of")
    assert list(store.iterate()) == []
    assert not store.exists("0" * 64)
    assert store.sweep(half.stat().st_mtime) == 0
    assert store.sweep(half.stat().st_mtime + 1) == 1
    assert not half.exists()


def _put_same(root: str) -> None:
    store = FolderStore(root)
    for number in range(30):
        store.put(bytes([number]) * 20_000)


def test_processes_may_put_the_same_bytes_at_once(tmp_path: Path) -> None:
    writers = [SPAWN.Process(target=_put_same, args=(str(tmp_path / "o"),)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    store = FolderStore(tmp_path / "o")
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert len([store.get(sha256) for sha256 in store.iterate()]) == 30
    assert list((store.root / "tmp").iterdir()) == []


def test_a_full_disk_is_told_with_what_to_do_and_nothing_is_left(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailable, match="is full; free space or move the store, then send the file again"):
        store.put(b"does not fit")
    monkeypatch.undo()
    assert list(store.iterate()) == []
    assert [path.name for path in store.root.rglob("*") if path.is_file()] == [MARKER]


def test_a_disk_that_fails_after_the_rename_acknowledges_nothing(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def fails_late(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 4:
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fails_late)
    with pytest.raises(StoreUnavailable, match="check the disk and its permissions"):
        store.put(b"renamed, not synced")
    monkeypatch.undo()
    assert store.get(store.put(b"renamed, not synced")) == b"renamed, not synced"


def test_every_folder_of_a_new_object_is_synced(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    real, synced = os.fsync, set()

    def note(descriptor: int) -> None:
        synced.add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    sha256 = store.put(b"kept")
    folder = path_of(store, sha256).parent
    assert {str(store.root), str(folder.parent), str(folder)} <= synced


def test_an_unreadable_object_is_told_as_the_store_failing(store: FolderStore) -> None:
    sha256 = store.put(b"x")
    path_of(store, sha256).unlink()
    path_of(store, sha256).mkdir()
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        store.get(sha256)


@pytest.fixture
def hidden(store: FolderStore, tmp_path: Path) -> Iterator[str]:
    """A store whose folder was renamed away after an object was put; the object's name."""
    sha256 = store.put(b"kept")
    store.root.rename(tmp_path / "away")
    yield sha256
    if store.root.exists():
        shutil.rmtree(store.root)
    (tmp_path / "away").rename(store.root)
    assert store.get(sha256) == b"kept"


Call = Callable[[FolderStore, str], object]
CALLS: dict[str, Call] = {
    "get": lambda store, name: store.get(name),
    "open": lambda store, name: list(store.open(name)),
    "put": lambda store, name: store.put(b"new"),
    "put_file": lambda store, name: store.put_file(Path(__file__)),
    "exists": lambda store, name: store.exists(name),
    "size": lambda store, name: store.size(name),
    "iterate": lambda store, name: list(store.iterate()),
    "sweep": lambda store, name: store.sweep(0),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_a_store_whose_folder_vanished_is_unavailable_and_never_empty(
    store: FolderStore, hidden: str, call: Call
) -> None:
    with pytest.raises(StoreUnavailable, match="is not there; mount its disk again"):
        call(store, hidden)
    assert not store.root.exists()


@pytest.mark.parametrize("call", [CALLS[name] for name in CALLS if name != "sweep"])
def test_an_empty_mount_point_is_not_taken_for_the_store(store: FolderStore, hidden: str, call: Call) -> None:
    store.root.mkdir()
    with pytest.raises(StoreUnavailable, match="is not there"):
        call(store, hidden)
    assert list(store.root.iterdir()) == []


@pytest.mark.parametrize("call", [CALLS[name] for name in CALLS if name != "sweep"])
def test_another_store_in_its_place_is_not_taken_for_it(store: FolderStore, hidden: str, call: Call) -> None:
    other = FolderStore(store.root)
    with pytest.raises(StoreUnavailable, match="is not there"):
        call(store, hidden)
    assert list(other.iterate()) == []


def test_a_folder_from_before_markers_gets_one_and_keeps_its_objects(store: FolderStore) -> None:
    sha256 = store.put(b"old")
    (store.root / MARKER).unlink()
    again = FolderStore(store.root)
    assert again.get(sha256) == b"old"
    assert FolderStore(store.root).id == again.id


def _open_at_once(root: str, results: Queue[str]) -> None:
    results.put(FolderStore(root).id)


def test_processes_that_make_a_store_at_once_agree_on_its_id(tmp_path: Path) -> None:
    results: Queue[str] = SPAWN.Queue()
    makers = [SPAWN.Process(target=_open_at_once, args=(str(tmp_path / "o"), results)) for _ in range(4)]
    for maker in makers:
        maker.start()
    assert len({results.get(timeout=60) for _ in makers}) == 1
    for maker in makers:
        maker.join()


def test_a_place_without_permission_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="object store"):
        FolderStore(tmp_path / "file" / "objects")
