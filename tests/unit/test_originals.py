"""Originals: the last large file stays with its worker, until another one comes."""

from __future__ import annotations

from pathlib import Path

from archive.objects.folder import FolderStore
from processing.originals import LEAST, let_go, original


def test_the_pages_of_a_large_file_read_it_once(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    name = store.put(bytes(LEAST))
    assert original(store, name) is original(store, name)


def test_a_small_file_is_read_again_and_lets_the_large_one_go(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    large, small = store.put_many([bytes(LEAST + 1), b"small"])
    first = original(store, large)
    assert original(store, small) == b"small"
    again = original(store, large)
    assert again == first and again is not first


def test_a_worker_without_work_holds_no_file(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    name = store.put(bytes(LEAST))
    first = original(store, name)
    let_go()
    assert original(store, name) is not first
