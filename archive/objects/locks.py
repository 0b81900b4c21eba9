"""The lock that settings ask of a new bucket: `governance:10y`, `compliance:30y`, `governance:7d`."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import Invalid

_LOCK = re.compile(r"(?P<mode>governance|compliance):(?P<number>[1-9]\d{0,4})(?P<unit>[yd])")


class Lock(NamedTuple):
    """How long and how strictly every new object is kept, in the words of S3."""

    mode: str
    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.mode} {self.number} {self.unit}".lower()


def lock_of(asked: str) -> Lock | None:
    """The lock that is asked for, None for nothing. Invalid for anything else."""
    if not asked:
        return None
    found = _LOCK.fullmatch(asked)
    if found is None:
        raise Invalid("objects_lock", f"{asked!r} is no lock; say governance:10y, compliance:30y or governance:7d")
    return Lock(found["mode"].upper(), int(found["number"]), "Years" if found["unit"] == "y" else "Days")
