"""Search indexes behind one port, chosen by the scheme of a URL."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from .memory import MemoryIndex
from .port import Document, Query, Results, SearchIndex, Sort
from .query import parse

__all__ = ["Document", "MemoryIndex", "Query", "Results", "SearchIndex", "Sort", "open_index", "parse"]


def open_index(url: str) -> SearchIndex:
    """The index at `tantivy:///folder` or `memory:`. ValueError on any other scheme."""
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryIndex()
    if parts.scheme == "tantivy" and not parts.netloc and parts.path:
        from .tantivy import TantivyIndex  # a server without the embedded index need not load it

        return TantivyIndex(unquote(parts.path))
    raise ValueError(f"no search index has the address {parts.scheme}:…; use tantivy:///folder or memory:")
