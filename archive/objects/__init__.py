"""Object stores behind one port, chosen by the scheme of a URL."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from .folder import FolderStore
from .memory import MemoryStore
from .port import ObjectStore

__all__ = ["FolderStore", "MemoryStore", "ObjectStore", "open_store"]


def open_store(url: str) -> ObjectStore:
    """The store at `file:///folder` or `memory:`. ValueError on any other scheme."""
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme == "file" and not parts.netloc and parts.path:
        return FolderStore(unquote(parts.path))
    raise ValueError(f"no object store has the address {parts.scheme}:…; use file:///folder or memory:")
