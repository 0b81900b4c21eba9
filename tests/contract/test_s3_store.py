"""The S3 store where others write under its names, locks hold, and servers hang, die and come back."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from minio.error import S3Error
from object_stores import bucket_of, key_of, raw
from structlog.testing import capture_logs

from archive.address import Address
from archive.catalogue.engine import Catalogue
from archive.errors import Invalid, ObjectDamaged, ObjectMissing, Refused, StoreUnavailable
from archive.known import known_store
from archive.objects import open_erasable, open_store, put_pack
from archive.objects.s3 import S3Store

if TYPE_CHECKING:
    from tools.services import Minio

pytestmark = pytest.mark.servers
DATA = b"the original" * 100
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def where(minio_server: Minio) -> Address:
    return bucket_of(minio_server)


@pytest.fixture
def store(where: Address) -> S3Store:
    made = S3Store(where)
    made.put(DATA)
    return made


def overwritten(where: Address, data: bytes = b"something else") -> None:
    raw(where)._put_object(where.url.removeprefix("s3://"), key_of(NAME), data)


def marked_deleted(where: Address) -> None:
    raw(where).remove_object(bucket_name=where.url.removeprefix("s3://"), object_name=key_of(NAME))


@pytest.mark.parametrize("hide", [overwritten, marked_deleted], ids=["overwritten", "deleted"])
def test_an_original_behind_a_later_version_is_found_and_handed_out_with_a_warning(
    where: Address, store: S3Store, hide: Callable[[Address], None]
) -> None:
    hide(where)
    with capture_logs() as lines:
        assert store.get(NAME) == DATA
    assert [line["log_level"] for line in lines] == ["warning"]
    assert b"".join(store.open(NAME)) == DATA
    assert store.exists(NAME)
    assert list(store.iterate()) == [NAME]
    assert store.put(DATA) == NAME
    assert store.get(NAME) == DATA


def test_a_part_of_an_object_behind_a_later_version_is_found_too(where: Address) -> None:
    store = S3Store(where)
    names = put_pack(store, {"a": DATA, "b": b"bb"})
    holder = names["a"].split("@")[1].split("+")[0]
    raw(where)._put_object(where.url.removeprefix("s3://"), key_of(holder), b"short")
    assert {name: store.get(named) for name, named in names.items()} == {"a": DATA, "b": b"bb"}


def test_wrong_bytes_that_came_first_do_not_keep_the_right_ones_out(where: Address) -> None:
    store = S3Store(where)
    store.put(b"makes the bucket")
    overwritten(where, bytes(len(DATA)))
    with pytest.raises(ObjectDamaged):
        store.get(NAME)
    with capture_logs() as lines:
        assert store.put(DATA) == NAME
    assert lines[0]["event"] == "wrong bytes under an object's name"
    assert store.get(NAME) == DATA


def test_an_upload_that_is_damaged_on_its_way_is_refused_and_leaves_nothing(store: S3Store) -> None:
    send = store._client._http.urlopen

    def damaging(method: str, url: str, body: Any = None, **named: Any) -> Any:
        return send(method, url, body=b"X" + body[1:] if method == "PUT" else body, **named)

    store._client._http.urlopen = damaging
    with pytest.raises(StoreUnavailable, match="XAmzContentSHA256Mismatch"):
        store.put(b"new bytes")
    store._client._http.urlopen = send
    assert list(store.iterate()) == [NAME]


def test_a_listing_of_several_thousand_goes_on_page_after_page(where: Address) -> None:
    store = S3Store(where)
    names = store.put_many([str(number).encode() for number in range(1_100)])
    assert list(store.iterate()) == sorted(names)


def test_a_prefix_keeps_stores_of_one_bucket_apart(where: Address) -> None:
    one, two = (S3Store(replace(where, url=f"{where.url}/{name}/deep")) for name in ("one", "two"))
    one.put(DATA)
    assert (one.exists(NAME), two.exists(NAME)) == (True, False)
    assert list(two.iterate()) == []


def test_uploads_that_never_ended_are_swept_and_nothing_else(where: Address, store: S3Store) -> None:
    client, bucket = raw(where), where.url.removeprefix("s3://")
    upload = client._create_multipart_upload(bucket, key_of("0" * 64), {})
    client._upload_part(bucket, key_of("0" * 64), b"half of", None, upload, 1)
    assert store.sweep(time.time() - 3600) == 0
    assert store.sweep(time.time() + 3600) == 1
    assert store.sweep(time.time() + 3600) == 0
    assert store.get(NAME) == DATA


LOCKS = ["governance:10y", "compliance:30y", "governance:7d"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_locked_object_can_be_neither_deleted_nor_changed(minio_server: Minio, lock: str) -> None:
    where = bucket_of(minio_server, lock)
    store = open_erasable(where)
    store.put(DATA)
    client, bucket = raw(where), where.url.removeprefix("s3://")
    version = client.stat_object(bucket_name=bucket, object_name=key_of(NAME)).version_id
    with pytest.raises(S3Error):
        client.remove_object(bucket_name=bucket, object_name=key_of(NAME), version_id=version)
    overwritten(where)
    with pytest.raises(Refused, match="locked and stays"):
        store.delete(NAME)
    assert store.get(NAME) == DATA


def test_a_bucket_that_locks_otherwise_than_asked_is_refused(minio_server: Minio) -> None:
    where = bucket_of(minio_server, "governance:10y")
    open_store(where).put(DATA)
    other = open_store(replace(where, options={"lock": "compliance:30y"}))
    with pytest.raises(StoreUnavailable, match="it locks governance 10 years, asked for is compliance 30 years"):
        other.get(NAME)


def test_a_bucket_that_was_made_without_its_lock_gets_it(where: Address, store: S3Store) -> None:
    open_store(replace(where, options={"lock": "governance:1d"})).put(b"under the lock")
    config = raw(where).get_object_lock_config(bucket_name=where.url.removeprefix("s3://"))
    assert (config.mode, config.duration, config.duration_unit) == ("GOVERNANCE", 1, "Days")


@pytest.mark.parametrize("lock", ["forever", "governance:0y", "compliance:10", "legal:3y"])
def test_a_lock_that_is_none_is_told_with_what_one_looks_like(lock: str) -> None:
    with pytest.raises(Invalid, match=r"objects_lock: .* say governance:10y"):
        S3Store(Address("s3://bucket", "key", "secret", "http://127.0.0.1:1", {"lock": lock}))


def test_a_bucket_without_versions_is_refused(where: Address) -> None:
    raw(where).make_bucket(bucket_name=where.url.removeprefix("s3://"))
    with pytest.raises(StoreUnavailable, match="it keeps no versions; switch versioning on"):
        S3Store(where).put(DATA)


@pytest.mark.parametrize(("url", "endpoint"), [("s3://", "http://x:1"), ("s3://bucket", ""), ("s3://bucket", "x:1")])
def test_an_address_without_bucket_or_server_is_told(url: str, endpoint: str) -> None:
    with pytest.raises(ValueError, match="needs a bucket and an endpoint"):
        open_store(Address(url, "key", "secret", endpoint))


def test_a_server_that_lost_its_disk_is_not_taken_for_a_new_store(where: Address, store: S3Store) -> None:
    """As after a start with an empty folder in the disk's place: there is no bucket, or a new one of that name."""
    known, client, bucket = store.id, raw(where), where.url.removeprefix("s3://")
    assert S3Store(where, known=known).get(NAME) == DATA
    lost = replace(where, url=f"{where.url}-lost")
    with pytest.raises(StoreUnavailable, match="the bucket is gone; restore it"):
        S3Store(lost, known=known).put(DATA)
    assert not client.bucket_exists(bucket_name=f"{bucket}-lost")
    client.make_bucket(bucket_name=f"{bucket}-lost", object_lock=True)
    with pytest.raises(StoreUnavailable, match="it is not the store of this catalogue"):
        S3Store(lost, known=known).get(NAME)
    S3Store(lost).put(b"another store")
    with pytest.raises(StoreUnavailable, match="it is not the store of this catalogue"):
        S3Store(lost, known=known).get(NAME)


def test_what_is_written_over_a_stores_own_name_does_not_change_it(where: Address, store: S3Store) -> None:
    raw(where)._put_object(where.url.removeprefix("s3://"), "store.json", b'{"id": "another"}')
    assert S3Store(where, known=store.id).get(NAME) == DATA


def test_a_catalogue_knows_its_bucket_once_it_was_reached(where: Address, tmp_path: Path) -> None:
    catalogue = Catalogue(f"sqlite:///{tmp_path / 'catalogue.db'}")
    catalogue.migrate()
    away = replace(where, endpoint="http://127.0.0.1:1")
    with pytest.raises(StoreUnavailable):
        known_store(catalogue, away).put(DATA)
    sha256 = known_store(catalogue, where).put(DATA)
    with pytest.raises(StoreUnavailable, match="the bucket is gone"):
        known_store(catalogue, replace(where, url=f"{where.url}-other")).get(sha256)
    catalogue.close()


CALLS: dict[str, Callable[[S3Store], object]] = {
    "get": lambda store: store.get(NAME),
    "open": lambda store: list(store.open(NAME)),
    "put": lambda store: store.put(b"new"),
    "put_many": lambda store: store.put_many([b"new", b"newer"]),
    "put_file": lambda store: store.put_file(Path(__file__)),
    "exists": lambda store: store.exists(NAME),
    "size": lambda store: store.size(NAME),
    "iterate": lambda store: list(store.iterate()),
    "sweep": lambda store: store.sweep(0),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))


@every_call
def test_a_bucket_that_vanished_is_unavailable_and_never_empty(
    where: Address, store: S3Store, call: Callable[[S3Store], object]
) -> None:
    client, bucket = raw(where), where.url.removeprefix("s3://")
    for one in list(client.list_objects(bucket_name=bucket, recursive=True, include_version=True)):
        client.remove_object(bucket_name=bucket, object_name=str(one.object_name), version_id=one.version_id)
    client.remove_bucket(bucket_name=bucket)
    with pytest.raises(StoreUnavailable, match=f"bucket {bucket}: the bucket is gone; restore it"):
        call(store)
    assert not client.bucket_exists(bucket_name=bucket)


@pytest.mark.parametrize("wrong", [{"secret": "not-the-word"}, {"user": "nobody"}], ids=["secret", "key"])
@every_call
def test_wrong_keys_are_told_without_the_secret(
    where: Address, store: S3Store, call: Callable[[S3Store], object], wrong: dict[str, str]
) -> None:
    with pytest.raises(StoreUnavailable, match=r"the key is refused .* check the access key") as told:
        call(S3Store(replace(where, **wrong)))
    assert where.endpoint in str(told.value)
    assert where.secret not in str(told.value) and "not-the-word" not in str(told.value)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio]:
    """A server that a test may strike."""
    from tools.services import Minio

    server = Minio(tmp_path_factory.mktemp("own"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def struck(own: Minio) -> Iterator[S3Store]:
    """A store that gives a hanging server one second."""
    if not own.alive:
        own.start()
    made = S3Store(bucket_of(own), read_seconds=1.0)
    made.put(DATA)
    yield made
    own.resume()


@every_call
def test_a_server_that_hangs_is_given_up_and_taken_up_again(
    own: Minio, struck: S3Store, call: Callable[[S3Store], object]
) -> None:
    own.pause()
    begin = time.monotonic()
    with pytest.raises(StoreUnavailable, match="does not answer in time"):
        call(struck)
    assert time.monotonic() - begin < 8
    own.resume()
    assert struck.get(NAME) == DATA


def test_a_server_that_is_killed_keeps_what_was_acknowledged(own: Minio, struck: S3Store) -> None:
    kept = struck.put_many([str(number).encode() * 1000 for number in range(40)])
    own.kill()
    for call in CALLS.values():
        with pytest.raises(StoreUnavailable, match=r"it cannot be reached .* start it, or check the endpoint"):
            call(struck)
    own.start()
    assert [hashlib.sha256(struck.get(name)).hexdigest() for name in kept] == kept


def test_a_store_may_be_opened_before_its_server_is_there(own: Minio, struck: S3Store) -> None:
    where = bucket_of(own)
    own.kill()
    early = S3Store(where)
    with pytest.raises(StoreUnavailable):
        early.put(DATA)
    own.start()
    assert early.get(early.put(DATA)) == DATA


def test_what_is_missing_is_missing_and_not_unavailable(store: S3Store) -> None:
    with pytest.raises(ObjectMissing):
        store.get("0" * 64)
