"""A store in memory: for tests, and for trying things out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from ..errors import ObjectDamaged, ObjectMissing


class MemoryStore:
    """Objects in a dict of this process."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self._objects[sha256] = bytes(data)
        return sha256

    def put_many(self, datas: Sequence[bytes]) -> list[str]:
        return [self.put(data) for data in datas]

    def get(self, sha256: str) -> bytes:
        if sha256 not in self._objects:
            raise ObjectMissing(sha256)
        data = self._objects[sha256]
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ObjectDamaged(sha256)
        return data

    def exists(self, sha256: str) -> bool:
        return sha256 in self._objects

    def size(self, sha256: str) -> int:
        return len(self.get(sha256))

    def iterate(self) -> Iterator[str]:
        return iter(sorted(self._objects))

    def sweep(self, older_than: float) -> int:  # noqa: ARG002
        return 0  # nothing is ever half-written here
