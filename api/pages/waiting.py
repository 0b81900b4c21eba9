"""What waits for a person: the bell's list and the count in the tab's title."""

from __future__ import annotations

from dataclasses import dataclass

from archive.model import Person, Role
from archive.vault import Archive

KEYERS = frozenset({Role.KEYER, Role.SUPERVISOR, Role.SYSTEM_ADMINISTRATOR})
MOST = 999
CASE_WORKERS = frozenset({Role.SUPERVISOR, Role.SYSTEM_ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the bell: a word of the catalogue, how many, where to do it."""

    word: str
    count: int
    href: str


def waiting(archive: Archive, person: Person) -> list[Waiting]:
    """What this person's role can do now, without the empty lines."""
    lines: list[Waiting] = []
    with archive.catalogue.read() as tx:
        if person.role in KEYERS:
            lines.append(Waiting("Fields to key", tx.tasks.counts(person.scope), "/key"))
        if person.role in CASE_WORKERS:
            lines.append(Waiting("Open cases", tx.cases.raised(person.scope, MOST), "/cases"))
    return [line for line in lines if line.count]
