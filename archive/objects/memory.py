"""A store in memory: for tests, and for trying things out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import ObjectDamaged, ObjectMissing
from .names import place
from .port import ObjectStore
from .streams import proved


class MemoryStore(ObjectStore):
    """Objects in a dict of this process. Kept for a while or for ever, it is all the same here."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    @property
    def id(self) -> str:
        return ""

    def put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self._objects[sha256] = bytes(data)
        return sha256

    def put_many(self, datas: Sequence[bytes]) -> list[str]:
        return [self.put(data) for data in datas]

    def put_file(self, path: Path) -> str:
        return self.put(path.read_bytes())

    def get(self, name: str) -> bytes:
        where = place(name)
        data = self._whole(where.holder)
        if not where.whole:
            data = data[where.offset :][: where.length]
        if hashlib.sha256(data).hexdigest() != where.sha256:
            raise ObjectDamaged(name)
        return data

    def _whole(self, sha256: str) -> bytes:
        if sha256 not in self._objects:
            raise ObjectMissing(sha256)
        return self._objects[sha256]

    def open(self, name: str) -> Iterator[bytes]:
        if not place(name).whole:
            return iter([self.get(name)])
        return proved([self._whole(name)], name)

    def size(self, name: str) -> int:
        where = place(name)
        data = self._whole(where.holder)
        return len(data) if where.length is None else where.length

    def iterate(self) -> Iterator[str]:
        return iter(sorted(self._objects))

    def sweep(self, older_than: float) -> int:  # noqa: ARG002
        return 0  # nothing is ever half-written here

    def delete(self, sha256: str) -> None:
        self._objects.pop(sha256, None)
