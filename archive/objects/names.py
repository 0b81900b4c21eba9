"""Names of stored bytes: their sha256, and the object and the place in it where they are a part of a larger one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import ObjectMissing

_NAME = re.compile(r"(?P<own>[0-9a-f]{64})(?:@(?P<holder>[0-9a-f]{64})\+(?P<offset>\d{1,15})\+(?P<length>\d{1,15}))?")
MARKER, FORMAT = "store.json", "vouch-objects/1"  # what a store keeps its own id in
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where bytes of a name lie: in the object `holder`, `length` of them from `offset` on (None: all of it). `sha256`
    is that of the bytes themselves, so that a part is proved without the rest."""

    sha256: str
    holder: str
    offset: int = 0
    length: int | None = None

    @property
    def whole(self) -> bool:
        return self.length is None


def place(name: str) -> Place:
    """Where a name says that its bytes lie. ObjectMissing for what is no name: it names nothing, and never a path
    outside the store."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ObjectMissing(name)
    if found["holder"] is None:
        return Place(found["own"], found["own"])
    return Place(found["own"], found["holder"], int(found["offset"]), int(found["length"]))


def part_name(sha256: str, holder: str, offset: int, length: int) -> str:
    """The name of `length` bytes of an object from `offset` on, whose own hash is `sha256`."""
    return f"{sha256}@{holder}+{offset}+{length}"


def holder(name: str) -> str:
    """The sha256 of the object in which a name's bytes lie: the name itself where they are all of it."""
    return place(name).holder
