"""A store in a bucket of MinIO or another S3 with versions and Object Lock: what was put stays for good."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

import structlog
from minio.commonconfig import ENABLED
from minio.error import MinioException, S3Error, ServerError
from minio.objectlockconfig import ObjectLockConfig
from urllib3.exceptions import HTTPError

from ..address import Address
from ..errors import ObjectDamaged, ObjectMissing, Refused, StoreUnavailable
from .locks import Lock, lock_of
from .names import FORMAT, MARKER, SHA256, Place, place
from .port import ObjectStore
from .streams import PIECE, Witness, hashed, proved
from .wire import FULL, SIGNED_SHA256, answered, client, unanswered

READ_SECONDS = 30.0
PARALLEL = 8
_JUST_MADE = (0.0, 0.1, 0.3, 0.6, 1.0)  # seconds between the questions whether a bucket keeps versions
_SMALL = 8 << 20  # a larger file goes in parts
_PART = 16 << 20
_THERE = {"PreconditionFailed", "ConditionalRequestConflict"}
_NOT_THERE = {"NoSuchKey", "NoSuchVersion", "MethodNotAllowed"}  # the last: that version marks a deletion
_LOCKED = {"InvalidRequest", "AccessDenied", "ObjectLocked"}
log = structlog.get_logger("vouch.objects")


class _Version(Protocol):
    """One version of an object, as a listing tells it."""

    @property
    def version_id(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...
    @property
    def is_delete_marker(self) -> bool: ...


class S3Store(ObjectStore):
    """An object lies at `prefix/aa/bb/aabb…`. It is written on the condition that nothing of that name is there. Where
    somebody wrote or deleted under its name later, its first sound version is found and handed out. The bucket is made,
    with versions and Object Lock, when a store is first used where there is none; never again after that. An object
    of its own names the store; `known` is the id that it must have, and only without one is a bucket made."""

    def __init__(self, where: Address, *, known: str = "", read_seconds: float = READ_SECONDS) -> None:
        parts = urlsplit(where.url)
        self._known, self._id = known, ""
        self.bucket, self.endpoint = parts.netloc, where.endpoint
        self._prefix = f"{parts.path.strip('/')}/".lstrip("/")
        self._lock = lock_of(where.options.get("lock", ""))
        self._client = client(where, read_seconds, 2 * PARALLEL)
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="objects")
        self._preparing = threading.Lock()

    def put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        with self._asking():
            try:
                self._write(sha256, data, {"If-None-Match": "*"})
            except S3Error as error:
                if error.code not in _THERE:
                    raise
                if not self._sound(sha256, data):
                    self._write(sha256, data, {})  # a new version: what others wrote under this name stays too
        return sha256

    def _write(self, sha256: str, data: bytes, headers: Mapping[str, str]) -> None:
        """The signed sha256 of the body lets the server refuse what was damaged on the way."""
        self._client._put_object(self.bucket, self._key(sha256), data, headers={**headers, SIGNED_SHA256: sha256})

    def _sound(self, sha256: str, data: bytes) -> bool:
        """Whether these bytes can be had from the store; what its listing says of them is compared first."""
        found = self._client.stat_object(bucket_name=self.bucket, object_name=self._key(sha256))
        if (found.size, found.etag) == (len(data), hashlib.md5(data, usedforsecurity=False).hexdigest()):
            return True
        try:
            return self.get(sha256) == data
        except (ObjectMissing, ObjectDamaged):
            log.warning("wrong bytes under an object's name", bucket=self.bucket, object=sha256)
            return False

    def put_many(self, datas: Sequence[bytes]) -> list[str]:
        if len(datas) < 2:
            return [self.put(data) for data in datas]
        running = [self._threads.submit(self.put, data) for data in datas]
        try:
            return [one.result() for one in running]
        finally:
            for one in running:
                one.cancel()

    def put_file(self, path: Path) -> str:
        with path.open("rb") as file:
            sha256, size = hashed(file)
            if size <= _SMALL:
                file.seek(0)
                return self.put(file.read())
            with self._asking():
                if not self._holds(sha256):
                    file.seek(0)
                    self._client.put_object(
                        bucket_name=self.bucket,
                        object_name=self._key(sha256),
                        data=Witness(file, sha256, size),  # type: ignore[arg-type]  # it is only read
                        length=size,
                        part_size=_PART,
                        num_parallel_uploads=1,
                    )
        return sha256

    def _holds(self, sha256: str) -> bool:
        """Whether an object of any size is there and sound."""
        try:
            return all(True for _ in self.open(sha256))
        except (ObjectMissing, ObjectDamaged):
            return False

    def get(self, name: str) -> bytes:
        where = place(name)
        with self._asking():
            data = self._read(where)
            if data is None or hashlib.sha256(data).hexdigest() != where.sha256:
                return self._recovered(where, name)
            return data

    def _read(self, where: Place, version: str | None = None) -> bytes | None:
        """The bytes of one version as they are, None where it is not there."""
        try:
            answer = self._client.get_object(
                bucket_name=self.bucket,
                object_name=self._key(where.holder),
                offset=where.offset,
                length=where.length or 0,
                version_id=version,
            )
        except S3Error as error:
            if error.code == "InvalidRange":
                return b""
            if error.code in _NOT_THERE:
                return None
            raise
        try:
            return answer.read()
        finally:
            answer.release_conn()

    def _recovered(self, where: Place, name: str) -> bytes:
        """The bytes of the first sound version. ObjectDamaged where there is none of them, ObjectMissing where there
        is no version at all."""
        versions = self._versions(where.holder)
        for version in versions:
            data = self._read(where, version.version_id)
            if data is not None and hashlib.sha256(data).hexdigest() == where.sha256:
                self._warn(where.holder, version)
                return data
        raise ObjectDamaged(name) if versions else ObjectMissing(name)

    def _versions(self, sha256: str) -> list[_Version]:
        """An object's versions, the oldest first, without marks of deletion."""
        return self._versions_at(self._key(sha256))

    def _versions_at(self, key: str) -> list[_Version]:
        found = self._client.list_objects(bucket_name=self.bucket, prefix=key, include_version=True)
        mine = [one for one in found if one.object_name == key and not one.is_delete_marker]
        return sorted(mine, key=lambda one: str(one.last_modified))

    def _warn(self, sha256: str, version: _Version) -> None:
        log.warning("an object is hidden or changed by a later version", bucket=self.bucket, object=sha256,
                    served_version=version.version_id)  # fmt: skip

    def open(self, name: str) -> Iterator[bytes]:
        if not place(name).whole:
            return iter([self.get(name)])
        with self._asking():
            versions = self._versions(name)
            if not versions:
                raise ObjectMissing(name)
            version = versions[0] if len(versions) == 1 else self._first_sound(name, versions)
        return proved(self._pieces(name, version), name)

    def _first_sound(self, sha256: str, versions: Sequence[_Version]) -> _Version:
        for version in versions:
            digest = hashlib.sha256()
            for piece in self._pieces(sha256, version):
                digest.update(piece)
            if digest.hexdigest() == sha256:
                self._warn(sha256, version)
                return version
        raise ObjectDamaged(sha256)

    def _pieces(self, sha256: str, version: _Version) -> Iterator[bytes]:
        with self._asking():
            answer = self._client.get_object(
                bucket_name=self.bucket, object_name=self._key(sha256), version_id=version.version_id
            )
            try:
                yield from answer.stream(PIECE)
            finally:
                answer.close()
                answer.release_conn()

    def size(self, name: str) -> int:
        where = place(name)
        with self._asking():
            whole = self._size(where.holder)
        return whole if where.length is None else where.length

    def _size(self, sha256: str) -> int:
        try:
            return int(self._client.stat_object(bucket_name=self.bucket, object_name=self._key(sha256)).size or 0)
        except S3Error as error:
            if error.code not in _NOT_THERE:
                raise
        for version in self._versions(sha256):  # also tells a bucket that is gone from an object that is
            self._warn(sha256, version)
            return int(version.size or 0)
        raise ObjectMissing(sha256)

    def iterate(self) -> Iterator[str]:
        last = ""
        with self._asking():
            versions = self._client.list_objects(
                bucket_name=self.bucket, prefix=self._prefix or None, recursive=True, include_version=True
            )
            for one in versions:
                sha256 = str(one.object_name).rpartition("/")[2]
                mine = SHA256.fullmatch(sha256) and one.object_name == self._key(sha256)
                if mine and sha256 != last and not one.is_delete_marker:
                    last = sha256
                    yield sha256

    def sweep(self, older_than: float) -> int:
        """Gives up the uploads in parts that were begun before that time and never ended; returns how many."""
        removed = 0
        with self._asking():
            for upload in list(self._uploads()):
                if upload.initiated_time.timestamp() < older_than and upload.object_name.startswith(self._prefix):
                    self._client._abort_multipart_upload(self.bucket, upload.object_name, upload.upload_id)
                    removed += 1
        return removed

    def _uploads(self) -> Iterator[Any]:
        """Every upload in parts that has not ended. MinIO lists those of a whole bucket or of one object."""
        key = upload_id = None
        while True:
            found = self._client._list_multipart_uploads(self.bucket, key_marker=key, upload_id_marker=upload_id)
            yield from found.uploads
            if not found.is_truncated:
                return
            key, upload_id = found.next_key_marker, found.next_upload_id_marker

    def _key(self, sha256: str) -> str:
        if not SHA256.fullmatch(sha256):
            raise ObjectMissing(sha256)
        return f"{self._prefix}{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def _prepare(self) -> None:
        """Makes the bucket where there is none, or requires of the one that is there what an archive needs."""
        if not self._client.bucket_exists(bucket_name=self.bucket):
            if self._known:
                raise StoreUnavailable(self._told("the bucket is gone; restore it, or correct the store's address"))
            self._make()
        if not self._keeps_versions():
            raise StoreUnavailable(self._told("it keeps no versions; switch versioning on, or name a new bucket"))
        if self._lock is not None:
            self._require_lock(self._lock)
        found = self._named() or ("" if self._known else self._name())
        if not found or found != (self._known or found):
            raise StoreUnavailable(self._told("it is not the store of this catalogue; put the server's own disk back"))
        self._id = found

    def _keeps_versions(self) -> bool:
        """Asks for a while: a bucket that another process is just making stands a moment before its versions do."""
        for wait in _JUST_MADE:
            time.sleep(wait)
            if self._client.get_bucket_versioning(bucket_name=self.bucket).status == ENABLED:
                return True
        return False

    @property
    def id(self) -> str:
        """What the store was named when it was made. StoreUnavailable."""
        with self._asking():
            return self._id

    def _named(self) -> str:
        """The name that the store's marker gives it, whatever was written over it; empty where it has none."""
        for version in self._versions_at(self._prefix + MARKER):
            answer = self._client.get_object(
                bucket_name=self.bucket, object_name=self._prefix + MARKER, version_id=version.version_id
            )
            return str(json.loads(answer.read())["id"])
        return ""

    def _name(self) -> str:
        """Names the store; of several processes that do so at once one wins."""
        marker = json.dumps({"format": FORMAT, "id": secrets.token_hex(16)}).encode()
        try:
            self._client._put_object(self.bucket, self._prefix + MARKER, marker, headers={"If-None-Match": "*"})
        except S3Error as error:
            if error.code not in _THERE:
                raise
        return self._named()

    def _make(self) -> None:
        try:
            self._client.make_bucket(bucket_name=self.bucket, object_lock=True)
        except S3Error as error:
            if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:  # made by another process just now
                raise

    def _require_lock(self, asked: Lock) -> None:
        """Gives the bucket the lock that is asked for; one that locks otherwise is left alone and refused."""
        try:
            found = self._client.get_object_lock_config(bucket_name=self.bucket)
        except S3Error as error:
            if error.code != "ObjectLockConfigurationNotFoundError":
                raise
            said = "it was made without Object Lock, which is asked for; name a new bucket"
            raise StoreUnavailable(self._told(said)) from error
        if found.mode is None:
            self._client.set_object_lock_config(bucket_name=self.bucket, config=ObjectLockConfig(*asked))
        elif (there := Lock(str(found.mode), found.duration or 0, str(found.duration_unit))) != asked:
            raise StoreUnavailable(self._told(f"it locks {there}, asked for is {asked}; ask for the same"))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Tells whatever goes wrong between here and the server as the store being unavailable."""
        try:
            with self._preparing:
                if not self._id:
                    self._prepare()
            yield
        except (HTTPError, MinioException, ParseError) as error:
            full = isinstance(error, S3Error) and error.code in FULL
            raise StoreUnavailable(self._told(_advice(error)), full=full) from error

    def _told(self, said: str) -> str:
        return f"the object store {self.endpoint}, bucket {self.bucket}: {said}"


class ErasableS3(S3Store):
    """A bucket of things that are kept for a while."""

    def delete(self, sha256: str) -> None:
        key = self._key(sha256)
        with self._asking():
            found = self._client.list_objects(bucket_name=self.bucket, prefix=key, include_version=True)
            for version in [one for one in found if one.object_name == key]:
                self._remove(sha256, version)

    def _remove(self, sha256: str, version: _Version) -> None:
        try:
            self._client.remove_object(
                bucket_name=self.bucket, object_name=self._key(sha256), version_id=version.version_id
            )
        except S3Error as error:
            if error.code not in _LOCKED:
                raise
            if not version.is_delete_marker and self._read(place(sha256), version.version_id) is None:
                raise ObjectMissing(sha256) from error
            said = f"the object {sha256} is locked and stays; it can be deleted when its lock ends"
            raise Refused(self._told(said)) from error


def _advice(error: Exception) -> str:
    """What is wrong, and what to do."""
    if isinstance(error, S3Error):
        return answered(str(error.code), error.response.status)
    if isinstance(error, ServerError):
        return answered("an error", error.status_code)
    if isinstance(error, HTTPError):
        return unanswered(error)
    return "the answer is not one of S3; check the endpoint"
