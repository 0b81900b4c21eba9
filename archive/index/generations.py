"""The generations of an index in a folder: one is chosen, a new one is built beside it and put in its place."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from ..errors import IndexBusy

_CHOSEN, _LOCK = "chosen", "writer.lock"


class Generations:
    """Folders in a folder, the name of the chosen one in a file, and a lock for the one process that writes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._held: int | None = None

    def own(self) -> None:
        """Takes the right to write, and keeps it. IndexBusy where another has it."""
        if self._held is not None:
            return
        self._root.mkdir(parents=True, exist_ok=True)
        held = os.open(self._root / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            raise IndexBusy(
                f"another process writes to the index {self._root}; let the one that serves the data folder do it"
            ) from None
        self._held = held

    def disown(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            os.close(held)

    def chosen(self) -> str:
        """The name of the generation that is searched; `0` before any was chosen."""
        try:
            return (self._root / _CHOSEN).read_text(encoding="ascii").strip() or "0"
        except FileNotFoundError:
            return "0"

    def folder(self, name: str) -> Path:
        """A generation's folder, made where it is missing."""
        found = self._root / name
        found.mkdir(parents=True, exist_ok=True)
        return found

    def fresh(self) -> tuple[str, Path]:
        """The name and the empty folder of the next generation."""
        chosen = self.chosen()
        name = str(int(chosen) + 1) if chosen.isdecimal() else "1"
        shutil.rmtree(self._root / name, ignore_errors=True)
        return name, self.folder(name)

    def choose(self, name: str) -> None:
        """Lets that generation be the one that is searched, in one step that outlives a power cut."""
        draft = self._root / f"{_CHOSEN}.new"
        with draft.open("w", encoding="ascii") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._root / _CHOSEN)
        folder = os.open(self._root, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def sweep(self) -> None:
        """Removes every generation but the chosen one, and nothing else that may lie there."""
        keep = self.chosen()
        for path in self._root.iterdir():
            if path.name.isdecimal() and path.name != keep and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
