"""A store in a folder of the local disk: durable when `put` returns, whole or absent after any crash."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import ObjectDamaged, ObjectMissing, StoreUnavailable
from .names import FORMAT, MARKER, SHA256, place
from .port import ObjectStore
from .streams import pieces, proved

_TEMPORARY = "tmp"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_GONE = {errno.ENOENT, errno.ENOTDIR}


class FolderStore(ObjectStore):
    """An object lies at `aa/bb/aabb…`, the first four digits of its sha256 as folders. It is written beside them,
    synced, renamed to its place, and its folder synced: so a name that can be seen holds all its bytes. A file names
    the store; without it the folder is not the store that was opened, but an empty mount point or another disk.

    `known` is the id of the store that must lie there. Only without it a folder is made: else who starts while the
    store's disk is away would take its mount point for a new store, and keep there what nobody finds again."""

    def __init__(self, root: Path | str, known: str = "") -> None:
        self.root, self._id = Path(root), known
        self._durable: set[Path] = set()
        if not known:
            with self._using():
                (self.root / _TEMPORARY).mkdir(parents=True, exist_ok=True)
                self._id = self._settle()
                _sync_folder(self.root)
                _sync_folder(self.root.parent)

    def _settle(self) -> str:
        """The id in the store's marker; a folder without one gets one. Of several processes one writes it."""
        marker = self.root / MARKER
        if not marker.exists():
            fresh = {"format": FORMAT, "id": secrets.token_hex(16)}
            with self._temporary() as file:
                file.write(json.dumps(fresh).encode())
                _sync(file)
                with contextlib.suppress(FileExistsError):
                    os.link(file.name, marker)
            Path(file.name).unlink()
        return self._named()

    def _named(self) -> str:
        """The id that the folder's marker says; a marker that is no marker says none."""
        try:
            return str(json.loads((self.root / MARKER).read_bytes())["id"])
        except (ValueError, KeyError, TypeError):
            return ""

    @property
    def id(self) -> str:
        return self._id

    def put(self, data: bytes) -> str:
        return self.put_many([data])[0]

    def put_many(self, datas: Sequence[bytes]) -> list[str]:
        hashes = [hashlib.sha256(data).hexdigest() for data in datas]
        with self._using():
            self._require_there()
            for sha256, data in zip(hashes, datas, strict=True):
                if self._length(sha256) != len(data):
                    with self._temporary() as file:
                        file.write(data)
                        self._keep(file, sha256)
            self._sync_folders_of(hashes)
        return hashes

    def put_file(self, path: Path) -> str:
        digest = hashlib.sha256()
        with path.open("rb") as source, self._using():
            self._require_there()
            with self._temporary() as file:
                for piece in pieces(source):
                    digest.update(piece)
                    file.write(piece)
                self._keep(file, digest.hexdigest())
            self._sync_folders_of([digest.hexdigest()])
        return digest.hexdigest()

    def _length(self, sha256: str) -> int:
        """The size of what is there, -1 for nothing: an object that lost its end is written again."""
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            return -1

    @contextmanager
    def _temporary(self) -> Iterator[BinaryIO]:
        """A new file in the store, of which nothing stays where the block raises."""
        path = self.root / _TEMPORARY / f"{os.getpid()}.{secrets.token_hex(8)}"
        try:
            with path.open("xb") as file:
                yield file
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            raise

    def _keep(self, file: BinaryIO, sha256: str) -> None:
        """Makes a temporary file an object. Never makes the store's own folder: that would be an empty store."""
        _sync(file)
        path = self._path(sha256)
        path.parent.parent.mkdir(exist_ok=True)
        path.parent.mkdir(exist_ok=True)
        Path(file.name).replace(path)

    def _sync_folders_of(self, hashes: Sequence[str]) -> None:
        """Syncs the folders of objects, even of those that were there: the process that renamed one, or made its
        folder, may not have come to its sync. A folder that was synced lies durably in the one above it."""
        folders: set[Path] = set()
        for folder in {self._path(sha256).parent for sha256 in hashes}:
            above = {folder: folder.parent, folder.parent: self.root}
            folders |= {folder, *(holder for made, holder in above.items() if made not in self._durable)}
        for folder in folders:
            _sync_folder(folder)
        self._durable |= folders

    def get(self, name: str) -> bytes:
        where = place(name)
        with self._using(), self._opened(where.holder) as file:
            file.seek(where.offset)
            data = file.read(-1 if where.length is None else where.length)
        if hashlib.sha256(data).hexdigest() != where.sha256:
            raise ObjectDamaged(name)
        return data

    def open(self, name: str) -> Iterator[bytes]:
        if not place(name).whole:
            return iter([self.get(name)])
        with self._using():
            file = self._opened(name)
        return proved(self._pieces(file), name)

    def _pieces(self, file: BinaryIO) -> Iterator[bytes]:
        with self._using(), file:
            yield from pieces(file)

    def _opened(self, sha256: str) -> BinaryIO:
        """ObjectMissing only where the store itself is there; looks twice, since it may just have come back."""
        path = self._path(sha256)
        try:
            return path.open("rb")
        except FileNotFoundError:
            self._require_there()
        try:
            return path.open("rb")
        except FileNotFoundError as error:
            raise ObjectMissing(sha256) from error

    def size(self, name: str) -> int:
        where = place(name)
        with self._using(), self._opened(where.holder) as file:
            return os.fstat(file.fileno()).st_size if where.length is None else where.length

    def iterate(self) -> Iterator[str]:
        with self._using():
            self._require_there()
            for first in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
                for second in sorted(first.iterdir()):
                    yield from sorted(path.name for path in second.iterdir() if SHA256.fullmatch(path.name))
            self._require_there()

    def sweep(self, older_than: float) -> int:
        """Removes temporary files last written before that time (seconds of the epoch), which crashes left behind;
        returns how many."""
        removed = 0
        with self._using():
            for path in (self.root / _TEMPORARY).iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < older_than:
                        path.unlink()
                        removed += 1
        return removed

    def _path(self, sha256: str) -> Path:
        """A name that is no hash names nothing, and never a path outside the store."""
        if not SHA256.fullmatch(sha256):
            raise ObjectMissing(sha256)
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def _require_there(self) -> None:
        """StoreUnavailable where the folder is not the store that was opened."""
        if self._named() != self._id:
            raise StoreUnavailable(_gone(self.root))

    @contextmanager
    def _using(self) -> Iterator[None]:
        """Tells what the disk refuses as the store being unavailable."""
        try:
            yield
        except StoreUnavailable:
            raise
        except OSError as error:
            raise _unavailable(self.root, error) from error


class ErasableFolder(FolderStore):
    """A folder of things that are kept for a while."""

    def delete(self, sha256: str) -> None:
        path = self._path(sha256)
        with self._using():
            self._require_there()
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
                _sync_folder(path.parent)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _gone(root: Path) -> str:
    return f"the object store {root} is not there; mount its disk again, or put its folder back with its {MARKER}"


def _unavailable(root: Path, error: OSError) -> StoreUnavailable:
    if error.errno in _GONE:
        said = _gone(root)
    elif error.errno in _FULL:
        said = f"the disk of the object store {root} is full; free space or move the store, then send the file again"
    else:
        said = f"the object store {root} cannot be used: {error.strerror or error}; check the disk and its permissions"
    return StoreUnavailable(said, full=error.errno in _FULL)
