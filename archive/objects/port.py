"""The port of object stores: bytes under the sha256 of their content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol


class ObjectStore(Protocol):
    """Bytes by the hex sha256 of their content. Nothing is ever overwritten or changed."""

    def put(self, data: bytes) -> str:
        """The sha256, once the bytes are durable. Putting the same bytes again is harmless. StoreUnavailable where
        they cannot be kept: then nothing is acknowledged and nothing of them can be seen."""
        ...

    def put_many(self, datas: Sequence[bytes]) -> list[str]:
        """The sha256 of each, in order, once all of them are durable: cheaper than one by one."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes. ObjectMissing where there are none, ObjectDamaged where they no longer have their hash."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether there are bytes under that hash."""
        ...

    def size(self, sha256: str) -> int:
        """How many bytes there are. ObjectMissing where there are none."""
        ...

    def iterate(self) -> Iterator[str]:
        """Every hash, in order."""
        ...

    def sweep(self, older_than: float) -> int:
        """Removes what crashes left half-written before that time (seconds of the epoch); returns how many."""
        ...
