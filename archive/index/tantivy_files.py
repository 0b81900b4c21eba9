"""tantivy's errors as the archive's: all that it raises are ValueErrors that differ in their text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import IndexBusy, IndexDamaged, StoreUnavailable


@contextmanager
def said(folder: Path) -> Iterator[None]:
    """Says of a folder's index whether it is damaged or its disk full. IndexDamaged, StoreUnavailable."""
    try:
        yield
    except (IndexDamaged, IndexBusy):
        raise
    except (ValueError, OSError) as error:
        if "os error 28" in str(error) or "No space left" in str(error):
            raise StoreUnavailable(
                f"the disk of the search index {folder} is full; free space: it then goes on by itself"
            ) from error
        raise IndexDamaged(
            f"the search index {folder} cannot be read ({error}); run `vouch rebuild` to build it again"
        ) from error
