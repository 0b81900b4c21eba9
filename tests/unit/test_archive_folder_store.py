"""The folder store where disks fill, bytes rot, and processes die or write the same object at once."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from archive.errors import ObjectDamaged, ObjectMissing, StoreUnavailable
from archive.objects import FolderStore

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
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


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


def test_a_store_whose_folder_vanished_is_told(store: FolderStore) -> None:
    (store.root / "tmp").rmdir()
    with pytest.raises(StoreUnavailable):
        store.put(b"x")
    with pytest.raises(ObjectMissing):
        store.get("0" * 64)
