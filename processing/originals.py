"""The original that a worker images: a large one stays with it, since the pages of a file follow each other."""

from __future__ import annotations

from archive.objects.port import ObjectStore

LEAST, MOST = 4 << 20, 512 << 20  # bytes; smaller ones cost little to read again, larger ones too much to keep

_kept: dict[str, bytes] = {}


def original(store: ObjectStore, name: str) -> bytes:
    """The bytes of an object, proved by their hash when they were read. The last one is kept, within the sizes above:
    else each of 500 pages would read and hash the whole file. ObjectMissing, ObjectDamaged, StoreUnavailable."""
    if name not in _kept:
        let_go()
        data = store.get(name)
        if not LEAST <= len(data) <= MOST:
            return data
        _kept[name] = data
    return _kept[name]


def let_go() -> None:
    """Forgets the file that is kept: a worker that has nothing to do holds no memory."""
    _kept.clear()
