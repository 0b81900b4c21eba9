"""Quarantine: a page that was set aside is tried again when a person asks for it."""

from __future__ import annotations

from archive.model import Person, StoredPage
from archive.vault import Archive

from .wakes import wake


def retry(archive: Archive, page_id: int, person: Person) -> StoredPage:
    """The page, back in the queue with its count at nothing. NotFound outside the person's scope, Conflict where it is
    not quarantined, DaySealed where its day no longer changes."""
    with archive.catalogue.write() as tx:
        page = tx.pages.get(page_id, person.scope)
        batch = tx.batches.get(page.batch_id, person.scope)
        tx.days.require_open(batch.day)
        again = tx.pages.retry(page_id)
        wake(archive, tx, [(page_id, batch.branch_no)])
        tx.events.add("page.retried", person.name, batch_id=batch.id, page_id=page_id, detail={"cause": page.cause})
        tx.days.touch(batch.day)
        return again
