"""How the index of the server size is cut into Elasticsearch's indices: by generation, and by business year."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


def new_generation() -> str:
    """A name that sorts after every earlier one."""
    return f"{datetime.now(UTC):%Y%m%d%H%M%S%f}{secrets.token_hex(2)}"


@dataclass(frozen=True, slots=True)
class Names:
    """The names below one alias. `vouch` is what is searched, `vouch-next` what is being built; `vouch-G-2026` holds
    the business year 2026 of generation G, and is written under its own alias `vouch-G-2026-w`: a write to an index
    that was removed meanwhile then fails, where a write to its name would make it anew without mappings."""

    alias: str

    @property
    def next(self) -> str:
        return f"{self.alias}-next"

    def index(self, generation: str, year: int | str) -> str:
        return f"{self.alias}-{generation}-{year}"

    def generation(self, index: str) -> str:
        return index.removeprefix(f"{self.alias}-").rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Generations:
    """Which indices are searched and which are being built, as Elasticsearch says now."""

    names: Names
    live: frozenset[str]
    building: frozenset[str]

    @classmethod
    def of(cls, names: Names, aliases: Mapping[str, Any]) -> Generations:
        """From the answer to a question for both aliases."""
        found = {name: one["aliases"] for name, one in aliases.items() if isinstance(one, dict) and "aliases" in one}
        live = frozenset(name for name, carried in found.items() if names.alias in carried)
        return cls(names, live, frozenset(found) - live)

    @property
    def all(self) -> frozenset[str]:
        return self.live | self.building

    def current(self) -> str:
        """The generation that is searched: the newest, where an index of an older one came too late. Empty for none."""
        return max((self.names.generation(one) for one in self.live), default="")

    def targets(self) -> dict[str, str]:
        """The generations that changes go to, with the alias that their indices carry."""
        current = self.current()
        coming = {self.names.generation(one): self.names.next for one in self.building}
        return {**coming, current: self.names.alias} if current else {}

    def stale(self) -> list[str]:
        """Indices that were made for a generation while it was replaced."""
        return sorted(one for one in self.live if self.names.generation(one) != self.current())

    def late(self) -> list[str]:
        """Indices that were made for a generation while it was put in its place."""
        return sorted(one for one in self.building if self.names.generation(one) == self.current())

    def missing(self, years: Iterable[int]) -> list[tuple[str, str]]:
        """The indices that are yet to be made for those years, with the alias of each."""
        wanted = ((self.names.index(one, year), alias) for one, alias in self.targets().items() for year in years)
        return [(index, alias) for index, alias in wanted if index not in self.all]
