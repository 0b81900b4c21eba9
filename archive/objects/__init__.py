"""Object stores behind one port, chosen by the scheme of a URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from ..address import Address, address
from .folder import ErasableFolder, FolderStore
from .memory import MemoryStore
from .names import holder
from .packs import put_pack
from .port import Erasable, ObjectStore

__all__ = ["Erasable", "FolderStore", "MemoryStore", "ObjectStore", "holder", "open_erasable", "open_store", "put_pack"]


def open_store(where: str | Address, known: str = "") -> ObjectStore:
    """The store at `file:///folder`, `s3://bucket[/prefix]` (with endpoint, keys and options) or `memory:`. Servers are
    asked when the store is first used. `known` is the id of the store that must lie there; without it one is made where
    there is none. ValueError on any other scheme."""
    found: ObjectStore = _opened(where, known)
    return found


def open_erasable(where: str | Address) -> Erasable:
    """The same addresses as a store of things that are kept for a while."""
    found: Erasable = _opened(where, erasable=True)
    return found


def _opened(where: str | Address, known: str = "", *, erasable: bool = False) -> Any:
    found = address(where)
    parts = urlsplit(found.url)
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme == "file" and not parts.netloc and parts.path:
        folder = unquote(parts.path)
        return ErasableFolder(folder) if erasable else FolderStore(folder, known)
    if parts.scheme == "s3":
        from .s3 import ErasableS3, S3Store  # their libraries take a while to load; the embedded size does without

        return ErasableS3(found) if erasable else S3Store(found, known=known)
    raise ValueError(f"no object store has the address {parts.scheme}:…; use file:///folder, s3://bucket or memory:")
