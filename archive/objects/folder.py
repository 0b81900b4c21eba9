"""A store in a folder of the local disk: durable when `put` returns, whole or absent after any crash."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import ObjectDamaged, ObjectMissing, StoreUnavailable

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TEMPORARY = "tmp"
_FULL = {errno.ENOSPC, errno.EDQUOT}


class FolderStore:
    """An object lies at `aa/bb/aabb…`, the first four digits of its sha256 as folders. It is written beside them,
    synced, renamed to its place, and its folder synced: so a name that can be seen holds all its bytes."""

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self._durable: set[Path] = set()
        (self.root / _TEMPORARY).mkdir(parents=True, exist_ok=True)
        _sync_folder(self.root)
        _sync_folder(self.root.parent)

    def put(self, data: bytes) -> str:
        return self.put_many([data])[0]

    def put_many(self, datas: Sequence[bytes]) -> list[str]:
        hashes = [hashlib.sha256(data).hexdigest() for data in datas]
        try:
            folders: set[Path] = set()
            for sha256, data in zip(hashes, datas, strict=True):
                folders |= self._place(self._path(sha256), data)
            for folder in folders:
                _sync_folder(folder)
        except OSError as error:
            raise _unavailable(self.root, error) from error
        self._durable |= folders
        return hashes

    def _place(self, path: Path, data: bytes) -> set[Path]:
        """Writes an object that is not there yet; returns the folders that must be synced, even where it is there: the
        process that renamed it, or made its folder, may not have come to its sync."""
        try:
            there = path.stat().st_size == len(data)
        except FileNotFoundError:
            there = False
        if not there:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(path, data)
        folder, above = path.parent, path.parent.parent
        known = {folder: above, above: self.root}  # a folder that was synced lies durably in the one above it
        return {folder, *(holder for made, holder in known.items() if made not in self._durable)}

    def _write(self, path: Path, data: bytes) -> None:
        temporary = self.root / _TEMPORARY / f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}"
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
            raise

    def get(self, sha256: str) -> bytes:
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise ObjectMissing(sha256) from error
        except OSError as error:
            raise _unavailable(self.root, error) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ObjectDamaged(sha256)
        return data

    def exists(self, sha256: str) -> bool:
        return bool(_SHA256.fullmatch(sha256)) and self._path(sha256).is_file()

    def size(self, sha256: str) -> int:
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError as error:
            raise ObjectMissing(sha256) from error

    def iterate(self) -> Iterator[str]:
        for first in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for second in sorted(first.iterdir()):
                yield from sorted(path.name for path in second.iterdir() if _SHA256.fullmatch(path.name))

    def sweep(self, older_than: float) -> int:
        """Removes temporary files last written before that time (seconds of the epoch), which crashes left behind;
        returns how many."""
        removed = 0
        for path in (self.root / _TEMPORARY).iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < older_than:
                    path.unlink()
                    removed += 1
        return removed

    def _path(self, sha256: str) -> Path:
        """A name that is no hash names nothing, and never a path outside the store."""
        if not _SHA256.fullmatch(sha256):
            raise ObjectMissing(sha256)
        return self.root / sha256[:2] / sha256[2:4] / sha256


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unavailable(root: Path, error: OSError) -> StoreUnavailable:
    if error.errno in _FULL:
        said = f"the disk of the object store {root} is full; free space or move the store, then send the file again"
    else:
        said = f"the object store {root} cannot be used: {error.strerror or error}; check the disk and its permissions"
    return StoreUnavailable(said)
