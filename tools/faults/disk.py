"""A small disk of its own: a file with a file system in it, mounted, filled, freed and taken away."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
from pathlib import Path


class Disk:
    """`place` is where it is mounted; needs the right to mount (root). Filling leaves not one block."""

    def __init__(self, place: Path, megabytes: int) -> None:
        self.place, self.image = place, place.with_name(f"{place.name}.img")
        place.mkdir(parents=True, exist_ok=True)
        if not self.image.exists():
            with self.image.open("wb") as file:
                file.truncate(megabytes << 20)
            _run("mkfs.ext4", "-q", "-m", "0", str(self.image))
        _run("mount", "-o", "loop", str(self.image), str(place))
        (self.place / "lost+found").rmdir()

    @property
    def _ballast(self) -> Path:
        return self.place / "ballast"

    def fill(self) -> None:
        """Takes every block that is free."""
        with self._ballast.open("ab") as file:
            step = 64 << 20
            while step >= 512:
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), step)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    step //= 2

    def free(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._ballast.unlink()

    def close(self) -> None:
        _run("umount", "-l", str(self.place))
        self.image.unlink()


class Shelf:
    """A folder that can be out of reach: of a disk of its own where this user may mount, else moved away by name."""

    def __init__(self, place: Path, held: Path) -> None:
        self.place, self.held, self.mounted = place, held, may_mount()
        for folder in (place, held) if self.mounted else (place,):
            folder.mkdir(parents=True, exist_ok=True)
        if self.mounted:
            _run("mount", "--bind", str(held), str(place))

    def take_away(self, *, bare: bool) -> str:
        """Unmounts it, or moves it away. `bare` leaves the empty mount point, else there is no such folder."""
        if not self.mounted:
            self.place.rename(self.held)
            return "moved away"
        _run("umount", "-l", str(self.place))
        if not bare:
            self.place.rmdir()
        return "unmounted, its mount point left" if bare else "moved away"

    def bring_back(self) -> None:
        if self.mounted:
            self.place.mkdir(exist_ok=True)
            _run("mount", "--bind", str(self.held), str(self.place))
        else:
            self.held.rename(self.place)

    def close(self) -> None:
        if self.mounted:
            _run("umount", "-l", str(self.place))


def may_mount() -> bool:
    """Whether this user may mount: root with the right to, as on a machine of one's own."""
    if os.getuid():
        return False
    done = subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True)
    return done.returncode == 0


def _run(*words: str) -> None:
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}; the disk faults need the right to mount")
