"""The known forms that pages are read by, loaded once a process until another version is approved; and approved
vouchers as samples for new ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from archive.catalogue.engine import Transaction
from archive.catalogue.samples import Samples
from archive.known_forms import in_force, stamp_of
from archive.model import Record
from archive.vault import Archive
from imaging.decode import decode
from imaging.model import Scan
from imaging.recipe import run
from ocr.known.model import KnownForm
from ocr.known.samples import Labelled

from .originals import original

DAYS = 60

_loaded: dict[tuple[tuple[str, int, str], ...], tuple[KnownForm, ...]] = {}


def forms_in_force(tx: Transaction) -> tuple[KnownForm, ...]:
    """The approved forms; between two approvals the same values, so that what was made ready of them stays so."""
    stamp = stamp_of(tx)
    if stamp not in _loaded:
        _loaded.clear()
        _loaded[stamp] = in_force(tx)
    return _loaded[stamp]


def approved_vouchers(tx: Transaction, kind: str, most: int, until: dt.date) -> list[Record]:
    """Vouchers of a type in the DAYS days up to `until` that a supervisor sealed, whose every field stands: those that
    a keyer corrected before those that were only read, since they show what reading gets wrong."""
    first = until - dt.timedelta(DAYS - 1)
    return tx.records.many(Samples(tx.connection).approved(kind, first, until, most))


def labelled(archive: Archive, records: Sequence[Record]) -> list[Labelled]:
    """The paper of approved vouchers as labelled pages, imaged anew from the originals."""
    with archive.catalogue.read() as tx:
        pages = {page.id: page for page in tx.pages.many(record.page_id for record in records)}
    made = []
    for record in records:
        page = pages[record.page_id]
        scan = Scan(page.file_name, original(archive.objects, page.original), page.original)
        # What a keyer left empty is not on the paper.
        values = {name: each.value for name, each in record.fields.items() if each.value}
        made.append(Labelled(run(decode(scan, page.number)), record.type, values, f"voucher {record.id}"))
    return made
