"""Hands for tests: people with keys, and the work of a worker and the indexer done in this process."""

from __future__ import annotations

from api.auth import hash_password, new_key
from archive.indexing import Indexer
from archive.model import Person, Role
from archive.vault import Archive
from ocr.engines import load
from processing.worker import claim, handle


def work_off(archive: Archive) -> int:
    """Processes every waiting page with the test engine, then feeds the index; how many pages there were."""
    engine, done = load("printed_code"), 0
    while (page := claim(archive, "here")) is not None:
        handle(archive, engine, page, "here")
        done += 1
    Indexer(archive).drain()
    return done


def person(archive: Archive, name: str, role: Role, *branches: str, password: str = "") -> Person:
    """A new account."""
    with archive.catalogue.write() as tx:
        return tx.people.add(
            name, name, role, branches=branches, password_hash=hash_password(password) if password else ""
        )


def key_of(archive: Archive, who: Person) -> dict[str, str]:
    """The header that signs a person's requests."""
    key, kept = new_key()
    with archive.catalogue.write() as tx:
        tx.people.set_key(who.id, kept)
    return {"Authorization": f"Bearer {key}"}
