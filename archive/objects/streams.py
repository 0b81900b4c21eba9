"""Bytes in pieces: files read and objects handed out without holding all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ..errors import Conflict, ObjectDamaged

PIECE = 1 << 20


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """What is left of a file, a mebibyte at a time."""
    while piece := file.read(PIECE):
        yield piece


def proved(given: Iterable[bytes], sha256: str) -> Iterator[bytes]:
    """The pieces; the last one only where all of them have that hash, else ObjectDamaged."""
    digest, kept = hashlib.sha256(), b""
    for piece in given:
        digest.update(piece)
        if kept:
            yield kept
        kept = piece
    if digest.hexdigest() != sha256:
        raise ObjectDamaged(sha256)
    if kept:
        yield kept


class Witness:
    """A file that is read once more, and must still be what it was when it was hashed: found before the last part is
    sent, so that nothing is stored under a name that it does not have."""

    def __init__(self, file: BinaryIO, sha256: str, size: int) -> None:
        self._file, self._sha256, self._left = file, sha256, size
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        self._left -= len(data)
        whole = self._left <= 0 or not data
        if whole and self._digest.hexdigest() != self._sha256:
            raise Conflict(f"{self._file.name} changed while it was stored; store it again")
        return data


def hashed(file: BinaryIO) -> tuple[str, int]:
    """The hash and the size of a file that is at its beginning."""
    digest = hashlib.sha256()
    for piece in pieces(file):
        digest.update(piece)
    return digest.hexdigest(), file.tell()
