"""The object stores under test: each can be opened again, and damaged from outside."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archive.address import Address
from archive.objects import ObjectStore, open_erasable, open_store
from archive.objects.folder import FolderStore
from archive.objects.memory import MemoryStore

if TYPE_CHECKING:
    from minio import Minio as Client

    from tools.services import Minio


def bucket_of(server: Minio, lock: str = "", bucket: str = "") -> Address:
    """The address of a bucket that no test used before."""
    words = server.settings()
    return Address(
        f"s3://{bucket or f'test-{secrets.token_hex(6)}'}",
        words["VOUCH_OBJECTS_KEY"],
        words["VOUCH_OBJECTS_SECRET"],
        words["VOUCH_OBJECTS_ENDPOINT"],
        {"lock": lock} if lock else {},
    )


def raw(where: Address) -> Client:
    """The SDK itself, as anybody with the keys may use it."""
    from minio import Minio

    host = where.endpoint.removeprefix("http://")
    return Minio(endpoint=host, access_key=where.user, secret_key=where.secret, secure=False)


def key_of(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


@dataclass
class Place:
    """Where a test's store is. `memory` is its one instance, which cannot be opened again."""

    where: Address
    memory: MemoryStore | None = None

    def open(self) -> ObjectStore:
        return self.memory or open_store(self.where)

    def open_erasable(self) -> Any:
        return self.memory or open_erasable(self.where)

    def within(self, name: str) -> Place:
        """Another store beside this one."""
        if self.memory is not None:
            return Place(self.where, MemoryStore())
        return Place(replace(self.where, url=f"{self.where.url}/{name}"))

    def spoil(self, sha256: str, data: bytes) -> None:
        """Puts other bytes under a name, past the store."""
        if self.memory is not None:
            self.memory._objects[sha256] = data
        elif self.where.endpoint:
            raw(self.where)._put_object(self.where.url.removeprefix("s3://"), key_of(sha256), data)
        else:
            path = FolderStore(self.where.url.removeprefix("file://")).root / key_of(sha256)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


BACKENDS = ["folder", "memory", pytest.param("s3", marks=pytest.mark.servers)]


def place_of(backend: str, request: pytest.FixtureRequest, folder: Path) -> Place:
    """A new store of that kind; the server is started where it is one."""
    if backend == "memory":
        return Place(Address("memory:"), MemoryStore())
    if backend == "folder":
        return Place(Address((folder / "objects").as_uri()))
    return Place(bucket_of(request.getfixturevalue("minio_server")))
