"""What every object store promises, said once and asked of each of them."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from archive.errors import ObjectMissing
from archive.objects import FolderStore, MemoryStore, ObjectStore, open_store

STORES: dict[str, Callable[[Path], ObjectStore]] = {
    "folder": lambda folder: FolderStore(folder / "objects"),
    "memory": lambda folder: MemoryStore(),
}
ABSENT = hashlib.sha256(b"never put").hexdigest()


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    yield STORES[request.param](tmp_path)


def test_an_object_is_named_by_the_hash_of_its_bytes(store: ObjectStore) -> None:
    assert store.put(b"abc") == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize("data", [b"", b"abc", bytes(range(256)) * 5000], ids=["none", "few", "many"])
def test_bytes_come_back_as_they_were_put(store: ObjectStore, data: bytes) -> None:
    sha256 = store.put(data)
    assert store.get(sha256) == data
    assert store.size(sha256) == len(data)
    assert store.exists(sha256)


def test_putting_the_same_bytes_again_is_harmless(store: ObjectStore) -> None:
    assert store.put(b"same") == store.put(b"same")
    assert list(store.iterate()) == [hashlib.sha256(b"same").hexdigest()]


def test_many_are_put_in_order_with_doubles_among_them(store: ObjectStore) -> None:
    datas = [b"one", b"two", b"one"]
    assert store.put_many(datas) == [hashlib.sha256(data).hexdigest() for data in datas]
    assert len(list(store.iterate())) == 2


def test_none_of_many_is_none(store: ObjectStore) -> None:
    assert store.put_many([]) == []


@pytest.mark.parametrize("name", [ABSENT, "", "../etc/passwd", "AB" * 32])
def test_what_was_never_put_is_missing(store: ObjectStore, name: str) -> None:
    with pytest.raises(ObjectMissing):
        store.get(name)
    with pytest.raises(ObjectMissing):
        store.size(name)


def test_what_was_never_put_does_not_exist(store: ObjectStore) -> None:
    assert not store.exists(ABSENT)


def test_a_store_opens_by_its_address(tmp_path: Path) -> None:
    assert isinstance(open_store("memory:"), MemoryStore)
    sha256 = open_store(f"file://{tmp_path}/a%20folder").put(b"kept")
    assert FolderStore(tmp_path / "a folder").get(sha256) == b"kept"


@pytest.mark.parametrize("url", ["ftp://host/x", "file://host/x", "/plain/path", ""])
def test_an_address_of_no_store_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="use file:///folder or memory:"):
        open_store(url)


class StoreLikeADict(RuleBasedStateMachine):
    """Any sequence of calls, beside the same on a dict; the folder is opened anew at any moment."""

    names: Bundle[str] = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = FolderStore(self.folder.name)
        self.model: dict[str, bytes] = {}

    @rule(target=names, data=st.binary(max_size=64))
    def put(self, data: bytes) -> str:
        sha256 = self.store.put(data)
        self.model[sha256] = data
        return sha256

    @rule(datas=st.lists(st.binary(max_size=8), max_size=4))
    def put_many(self, datas: list[bytes]) -> None:
        self.model.update(zip(self.store.put_many(datas), datas, strict=True))

    @rule(name=names)
    def get(self, name: str) -> None:
        assert self.store.get(name) == self.model[name]

    @rule()
    def open_again(self) -> None:
        self.store = FolderStore(self.folder.name)

    @invariant()
    def holds_the_same_names(self) -> None:
        assert list(self.store.iterate()) == sorted(self.model)

    def teardown(self) -> None:
        self.folder.cleanup()


def test_a_folder_store_behaves_as_a_dict() -> None:
    run_state_machine_as_test(StoreLikeADict, settings=settings(max_examples=12, stateful_step_count=12, deadline=None))
