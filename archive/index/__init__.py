"""Search indexes behind one port, chosen by the scheme of a URL."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from ..address import Address, address
from .memory import MemoryIndex
from .port import After, Builder, Document, Query, Results, SearchIndex, Sort
from .query import Understood, parse, understand

__all__ = [
    "After",
    "Builder",
    "Document",
    "MemoryIndex",
    "Query",
    "Results",
    "SearchIndex",
    "Sort",
    "Understood",
    "open_index",
    "parse",
    "understand",
]


def open_index(where: str | Address) -> SearchIndex:
    """The index at `tantivy:///folder`, `http(s)://host:port/name` or `memory:`. ValueError on any other scheme."""
    parts = urlsplit(address(where).url)
    if parts.scheme == "memory":
        return MemoryIndex()
    if parts.scheme == "tantivy" and not parts.netloc and parts.path:
        from .tantivy import TantivyIndex  # a server without the embedded index need not load it

        return TantivyIndex(unquote(parts.path))
    if parts.scheme in {"http", "https"} and parts.hostname and parts.path.strip("/"):
        from .elastic import ElasticIndex  # nor need the embedded size load the client

        return ElasticIndex(address(where))
    raise ValueError(
        f"no search index has the address {parts.scheme}:…; use tantivy:///folder, http(s)://host:port/name or memory:"
    )
