"""The archive as one value: the catalogue, the objects and the index, handed to every verb."""

from __future__ import annotations

from dataclasses import dataclass

from .catalogue.engine import Catalogue
from .index.port import SearchIndex
from .objects.port import ObjectStore


@dataclass(frozen=True)
class Archive:
    """The three stores of one data folder or server. The catalogue is the truth, the index a projection of it. `wakes`
    where workers are woken by messages: who makes a page wait then leaves a row of that in the outbox."""

    catalogue: Catalogue
    objects: ObjectStore
    index: SearchIndex
    wakes: bool = False

    def close(self) -> None:
        """Lets go of the catalogue's connections and of the index."""
        self.index.close()
        self.catalogue.close()
