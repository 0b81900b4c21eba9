"""Processing centres: which branches' pages wait in which queue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

DEFAULT = "pages"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_BRANCHES = re.compile(r"[A-Za-z0-9*-]+")


@dataclass(frozen=True, slots=True)
class Centres:
    """Queues by centre, in the order in which they are asked; what no centre serves waits in `pages`."""

    rules: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Centres:
        """Centres written as `east=0102 0103;west=02*`. ValueError says what is wrong."""
        rules: list[tuple[str, tuple[str, ...]]] = []
        for part in filter(None, (piece.strip() for piece in text.split(";"))):
            name, equals, said = part.partition("=")
            branches = tuple(said.split())
            if not equals or not _NAME.fullmatch(name.strip()) or not branches:
                raise ValueError(f"VOUCH_CENTRES: {part!r} names no centre; write east=0102 0103;west=02*")
            if not all(_BRANCHES.fullmatch(one) for one in branches):
                raise ValueError(f"VOUCH_CENTRES: {said!r} are no branches; write numbers such as 0102 or 02*")
            rules.append((name.strip(), branches))
        return cls(tuple(rules))

    @property
    def queues(self) -> tuple[str, ...]:
        """Every queue there is."""
        return tuple(dict.fromkeys((DEFAULT, *(name for name, _ in self.rules))))

    def queue_of(self, branch_no: str) -> str:
        """The queue of a branch."""
        for name, branches in self.rules:
            if any(fnmatchcase(branch_no, one) for one in branches):
                return name
        return DEFAULT
