"""Upkeep: `vouch migrate` brings the schema up to date, `vouch rebuild` builds the search index again."""

from __future__ import annotations

from api.cli.console import Json, emit, say, told
from api.cli.opening import opened, owned, settings


def migrate(as_json: Json = False) -> None:
    """Bring the catalogue's schema up to this version; every process does it by itself too when it starts."""
    from archive.catalogue.engine import LATEST, Catalogue

    with told(as_json):
        catalogue = Catalogue(settings().catalogue)  # no other store is asked for
        found = catalogue.migrate()
        catalogue.close()
        say(f"the schema is up to date ({LATEST})" if found == LATEST else f"the schema is {LATEST} now")
        if as_json:
            emit({"ok": True, "from": found, "to": LATEST})


def rebuild(as_json: Json = False) -> None:
    """Build the search index again from the catalogue, beside the data folder's work; stop the server first."""
    from archive.indexing import Indexer  # brings the catalogue along

    with told(as_json):
        chosen = settings()
        with opened(chosen) as archive, owned(chosen):
            count = Indexer(archive).rebuild()
            say(f"{count} records are in the index")
    if as_json:
        emit({"ok": True, "records": count})
