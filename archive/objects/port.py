"""The port of object stores: bytes under the sha256 of their content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from ..errors import ObjectMissing


class ObjectStore(Protocol):
    """Bytes by the hex sha256 of their content. Nothing is ever overwritten or changed. A store that cannot be reached,
    that is full or that is no longer there raises StoreUnavailable from every call; it never passes for an empty one.
    Where a call takes a name, it may also be that of a part of an object (see `names`)."""

    @property
    def id(self) -> str:
        """What the store was named when it was made; another one in its place has another. Empty for one that ends
        with the process."""
        ...

    def put(self, data: bytes) -> str:
        """The sha256, once the bytes are durable. Putting the same bytes again is harmless. StoreUnavailable where
        they cannot be kept: then nothing is acknowledged and nothing of them can be seen."""
        ...

    def put_many(self, datas: Sequence[bytes]) -> list[str]:
        """The sha256 of each, in order, once all of them are durable: cheaper than one by one."""
        ...

    def put_file(self, path: Path) -> str:
        """The sha256 of a file of any size, once its bytes are durable here; the file stays. Its bytes pass through a
        small part of memory."""
        ...

    def get(self, name: str) -> bytes:
        """The bytes. ObjectMissing where there are none, ObjectDamaged where they no longer have their hash."""
        ...

    def open(self, name: str) -> Iterator[bytes]:
        """The bytes of an object of any size, in pieces. ObjectMissing at once where there are none. Whoever takes the
        last piece has had the right bytes: it is kept back until the hash is proved, else ObjectDamaged."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there are bytes under that name."""
        try:
            self.size(name)
        except ObjectMissing:
            return False
        return True

    def size(self, name: str) -> int:
        """How many bytes there are. ObjectMissing where there are none."""
        ...

    def iterate(self) -> Iterator[str]:
        """The sha256 of every object, in order."""
        ...

    def sweep(self, older_than: float) -> int:
        """Removes what crashes left half-written before that time (seconds of the epoch); returns how many."""
        ...


class Erasable(ObjectStore, Protocol):
    """A store of things that are kept for a while, such as exports. Only `open_erasable` hands one out: the archive's
    own objects have no way to be deleted."""

    def delete(self, sha256: str) -> None:
        """Forgets an object; one that is not there is forgotten already. Refused where the store holds it under a
        lock, and then it still reads."""
        ...
