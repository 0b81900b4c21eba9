"""The embedded index on a disk that refuses its writes: it goes on by itself as soon as the disk takes them again."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from archive.errors import StoreUnavailable
from archive.index.port import Document
from archive.index.tantivy import TantivyIndex


@contextmanager
def no_byte_more() -> Iterator[None]:
    """The kernel refuses this process every write to a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def document(number: int) -> Document:
    return Document(number, "wire_transfer", "电汇凭证", "0102", "0417", date(2026, 3, 9), "done", 1)


def test_a_commit_that_the_disk_refused_is_done_again_in_the_same_process(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path / "index")
    index.put([document(1)])
    index.commit()
    index.put([document(2)])
    with no_byte_more(), pytest.raises(StoreUnavailable):
        index.commit()
    index.put([document(2)])
    index.commit()
    assert index.count() == 2
    index.close()
