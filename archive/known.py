"""The object store that a catalogue knows: one that is away is never taken for a new one."""

from __future__ import annotations

import structlog

from .address import Address
from .catalogue.engine import Catalogue
from .errors import StoreUnavailable
from .objects import open_store
from .objects.port import ObjectStore

STORE = "objects.store"
log = structlog.get_logger("vouch.objects")


def known_store(catalogue: Catalogue, where: str | Address) -> ObjectStore:
    """The object store at an address. A catalogue without one takes the store that is there, or a new one, and knows
    it from then on; any other in its place is unavailable, and every process waits until the known one is back."""
    with catalogue.read() as tx:
        known = str(tx.settings.get(STORE, ""))
    store = open_store(where, known)
    if not known:
        _note(catalogue, store)
    return store


def _note(catalogue: Catalogue, store: ObjectStore) -> None:
    """Writes down which store it is. A server that is away has never been used: whoever starts next notes it."""
    try:
        found = store.id
    except StoreUnavailable as error:
        log.warning("the object store is not known yet", cause=str(error))
        return
    if found:
        with catalogue.write() as tx:
            tx.settings.put(STORE, found)
