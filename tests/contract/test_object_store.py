"""What every object store promises, said once and asked of each of them."""

from __future__ import annotations

import hashlib
import io
import itertools
import multiprocessing
import random
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from object_stores import BACKENDS, Place, place_of

from archive.errors import ObjectDamaged, ObjectMissing
from archive.objects import MemoryStore, ObjectStore, holder, open_erasable, open_store, put_pack

ABSENT = hashlib.sha256(b"never put").hexdigest()
PARTS = {"access.jpg": b"A" * 90_000, "thumbnail.jpg": b"t" * 700, "reading.json": b"{}"}


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_of(request.param, request, tmp_path)


@pytest.fixture
def store(place: Place) -> ObjectStore:
    return place.open()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file larger than what is sent in one go."""
    path = tmp_path / "large"
    path.write_bytes(random.Random(1).randbytes(17 << 20))
    return path


def test_an_object_is_named_by_the_hash_of_its_bytes(store: ObjectStore) -> None:
    assert store.put(b"abc") == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize("data", [b"", b"abc", bytes(range(256)) * 5000], ids=["none", "few", "many"])
def test_bytes_come_back_as_they_were_put(store: ObjectStore, data: bytes) -> None:
    sha256 = store.put(data)
    assert store.get(sha256) == data
    assert b"".join(store.open(sha256)) == data
    assert store.size(sha256) == len(data)
    assert store.exists(sha256)


def test_what_was_put_is_there_when_the_store_is_opened_again(place: Place) -> None:
    sha256 = place.open().put(b"kept")
    assert place.open().get(sha256) == b"kept"


def test_putting_the_same_bytes_again_is_harmless(store: ObjectStore) -> None:
    assert store.put(b"same") == store.put(b"same")
    assert list(store.iterate()) == [hashlib.sha256(b"same").hexdigest()]


def test_many_are_put_in_order_with_doubles_among_them(store: ObjectStore) -> None:
    datas = [b"one", b"two", b"one", *(str(number).encode() for number in range(20))]
    assert store.put_many(datas) == [hashlib.sha256(data).hexdigest() for data in datas]
    assert list(store.iterate()) == sorted({hashlib.sha256(data).hexdigest() for data in datas})


def test_none_of_many_is_none(store: ObjectStore) -> None:
    assert store.put_many([]) == []


@pytest.mark.parametrize("name", [ABSENT, "", "../etc/passwd", "AB" * 32, f"{ABSENT}@{ABSENT}+0+9", f"{ABSENT}@x+0+9"])
def test_what_was_never_put_is_missing(store: ObjectStore, name: str) -> None:
    for call in (store.get, store.size, store.open):
        with pytest.raises(ObjectMissing):
            call(name)
    assert not store.exists(name)


def test_a_large_file_goes_in_and_comes_out_in_pieces(store: ObjectStore, large: Path) -> None:
    sha256 = store.put_file(large)
    assert sha256 == hashlib.sha256(large.read_bytes()).hexdigest() == store.put_file(large)
    pieces = list(store.open(sha256))
    assert b"".join(pieces) == large.read_bytes()
    assert store.size(sha256) == large.stat().st_size
    assert isinstance(store, MemoryStore) or max(map(len, pieces)) <= 1 << 20


@pytest.mark.parametrize("data", [b"", b"few"])
def test_a_small_file_is_an_object_as_any_other(store: ObjectStore, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "small").write_bytes(data)
    assert store.put_file(tmp_path / "small") == store.put(data)
    assert len(list(store.iterate())) == 1


def test_bytes_without_their_hash_are_not_handed_out(place: Place, store: ObjectStore) -> None:
    store.put(b"something else")
    place.spoil(ABSENT, b"not what was never put")
    with pytest.raises(ObjectDamaged, match=ABSENT):
        store.get(ABSENT)
    with pytest.raises(ObjectDamaged, match=ABSENT):
        list(store.open(ABSENT))


def test_a_damaged_large_object_never_comes_out_whole(place: Place, store: ObjectStore, large: Path) -> None:
    store.put(b"something else")
    place.spoil(ABSENT, large.read_bytes())
    had = 0
    with pytest.raises(ObjectDamaged):
        for piece in store.open(ABSENT):
            had += len(piece)
    assert had < large.stat().st_size


def test_parts_of_a_pack_come_back_by_their_names(place: Place) -> None:
    names = put_pack(place.open(), PARTS)
    store = place.open()
    assert {name: store.get(named) for name, named in names.items()} == PARTS
    assert {name: store.size(named) for name, named in names.items()} == {n: len(part) for n, part in PARTS.items()}
    assert all(store.exists(named) and b"".join(store.open(named)) == PARTS[name] for name, named in names.items())
    assert list(store.iterate()) == sorted({holder(named) for named in names.values()})


def test_a_pack_is_one_object_that_any_unzip_opens(store: ObjectStore) -> None:
    names = put_pack(store, PARTS)
    with zipfile.ZipFile(io.BytesIO(store.get(holder(names["access.jpg"])))) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == PARTS
    assert put_pack(store, PARTS) == names


@pytest.mark.parametrize("offset", [1, 10**9], ids=["shifted", "past the end"])
def test_a_part_that_is_not_where_its_name_says_is_damaged(store: ObjectStore, offset: int) -> None:
    whole = store.put(b"some bytes")
    with pytest.raises(ObjectDamaged):
        store.get(f"{hashlib.sha256(b'some').hexdigest()}@{whole}+{offset}+4")


def test_threads_that_put_the_same_bytes_at_once_put_one_object(store: ObjectStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: store.put(b"same" * 5000), range(24)))
    assert list(store.iterate()) == list(found)
    assert store.get(found.pop()) == b"same" * 5000


def _put_same(place: Place) -> None:
    store = place.open()
    for number in range(10):
        store.put(bytes([number]) * 20_000)


@pytest.mark.parametrize("backend", [one for one in BACKENDS if one != "memory"])
def test_processes_that_put_the_same_bytes_at_once_put_each_once(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = place_of(backend, request, tmp_path)
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_put_same, args=(place,)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0]
    store = place.open()
    assert len([store.get(sha256) for sha256 in store.iterate()]) == 10


def test_what_is_kept_for_a_while_can_be_deleted_and_put_again(place: Place) -> None:
    store = place.open_erasable()
    sha256, other = store.put_many([b"an export", b"another"])
    store.delete(sha256)
    store.delete(sha256)
    assert list(store.iterate()) == [other]
    with pytest.raises(ObjectMissing):
        store.get(sha256)
    assert store.get(store.put(b"an export")) == b"an export"


def test_the_archives_own_objects_have_no_way_to_be_deleted(place: Place, store: ObjectStore) -> None:
    assert place.memory is not None or not hasattr(store, "delete")


def test_a_store_without_crashes_has_nothing_to_sweep(store: ObjectStore) -> None:
    store.put(b"kept")
    assert store.sweep(2**33) == 0
    assert len(list(store.iterate())) == 1


def test_a_store_opens_by_its_address(tmp_path: Path) -> None:
    assert isinstance(open_store("memory:"), MemoryStore)
    sha256 = open_store(f"file://{tmp_path}/a%20folder").put(b"kept")
    assert open_erasable((tmp_path / "a folder").as_uri()).get(sha256) == b"kept"


@pytest.mark.parametrize("url", ["ftp://host/x", "file://host/x", "/plain/path", ""])
def test_an_address_of_no_store_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="use file:///folder, s3://bucket or memory:"):
        open_store(url)


class StoreLikeADict(RuleBasedStateMachine):
    """Any sequence of calls, beside the same on a dict; the store is opened anew at any moment."""

    places: Callable[[], Place]
    names: Bundle[str] = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self.place = type(self).places()
        self.store = self.place.open_erasable()
        self.model: dict[str, bytes] = {}

    @rule(target=names, data=st.binary(max_size=64))
    def put(self, data: bytes) -> str:
        sha256 = str(self.store.put(data))
        self.model[sha256] = data
        return sha256

    @rule(datas=st.lists(st.binary(max_size=8), max_size=4))
    def put_many(self, datas: list[bytes]) -> None:
        self.model.update(zip(self.store.put_many(datas), datas, strict=True))

    @rule(name=names)
    def get(self, name: str) -> None:
        if name in self.model:
            assert self.store.get(name) == b"".join(self.store.open(name)) == self.model[name]
        else:
            assert not self.store.exists(name)

    @rule(name=names)
    def delete(self, name: str) -> None:
        self.store.delete(name)
        self.model.pop(name, None)

    @rule()
    def open_again(self) -> None:
        self.store = self.place.open_erasable()

    @invariant()
    def holds_the_same_names(self) -> None:
        assert list(self.store.iterate()) == sorted(self.model)


def test_a_store_behaves_as_a_dict(place: Place) -> None:
    number = itertools.count()
    machine = type("Machine", (StoreLikeADict,), {"places": staticmethod(lambda: place.within(f"n{next(number)}"))})
    bounds = settings(
        max_examples=10, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(machine, settings=bounds)
