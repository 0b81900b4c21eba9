"""Highlights: where on the paper a query's parts stand, as boxes in pixels of the access copy."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import structlog

from imaging.model import Box
from ocr.forms import catalogue
from ocr.model import Reading
from ocr.readings import load

from .errors import ObjectDamaged, ObjectMissing, StoreUnavailable
from .index.port import Query
from .model import Record
from .objects.port import ObjectStore
from .spans import Needle, cut, needles
from .vault import Archive

MOST = 40  # boxes a page: more say nothing
_KEPT = 512
_AT_ONCE = 8
log = structlog.get_logger("vouch.highlights")


@dataclass(frozen=True, slots=True)
class Hit:
    """One place of a page that answers to a part of the query: `term` that part, `text` what stands there, `field` the
    field's name where the place is a field's, `box` in pixels of the access copy."""

    term: str
    text: str
    field: str
    box: Box


class _Kept:
    """The readings that were used last. Their key is the hash of their bytes, so they never grow stale."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings: OrderedDict[str, Reading] = OrderedDict()

    def get(self, sha256: str) -> Reading | None:
        with self._lock:
            if sha256 in self._readings:
                self._readings.move_to_end(sha256)
            return self._readings.get(sha256)

    def put(self, sha256: str, reading: Reading) -> None:
        with self._lock:
            self._readings[sha256] = reading
            while len(self._readings) > _KEPT:
                self._readings.popitem(last=False)


_kept = _Kept()


def highlights(archive: Archive, query: Query, records: Sequence[Record]) -> dict[int, tuple[Hit, ...]]:
    """For each record by its id the places that answer to the query, at most MOST, the query's first parts first. The
    records must lie in the asker's scope. Where a reading cannot be had, only the boxes of its fields tell."""
    wanted = needles(query)
    if not wanted or not records:
        return {record.id: () for record in records}
    with archive.catalogue.read() as tx:
        hashes = {page.id: page.reading for page in tx.pages.many(record.page_id for record in records)}
    readings = _readings(archive.objects, {sha256 for sha256 in hashes.values() if sha256})
    return {record.id: hits(wanted, record, readings.get(hashes.get(record.page_id, ""))) for record in records}


def _readings(store: ObjectStore, hashes: Iterable[str]) -> Mapping[str, Reading]:
    """Those that can be had, fetched side by side."""
    wanted = sorted(hashes)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda sha256: _reading(store, sha256), wanted))
    return {sha256: reading for sha256, reading in zip(wanted, found, strict=True) if reading is not None}


def _reading(store: ObjectStore, sha256: str) -> Reading | None:
    known = _kept.get(sha256)
    if known is not None:
        return known
    try:
        reading = load(store.get(sha256))
    except (ObjectMissing, ObjectDamaged, StoreUnavailable, ValueError) as error:
        log.warning("no boxes from a reading", reading=sha256, cause=str(error))
        return None
    _kept.put(sha256, reading)
    return reading


def hits(wanted: Sequence[Needle], record: Record, reading: Reading | None) -> tuple[Hit, ...]:
    """The places of one page. A place that both a field and a line tell is the line's, which is cut to the very
    characters, under the field's name."""
    found: list[Hit] = []
    for needle in wanted:
        fields = _in_fields(needle, record)
        lines = _in_lines(needle, reading) if reading is not None else []
        found += _joined(needle, record, fields, lines)
    return tuple(_distinct(found)[:MOST])


def _in_fields(needle: Needle, record: Record) -> list[Hit]:
    kinds = catalogue().fields
    found = []
    for name, field in record.fields.items():
        kind = kinds[name].kind if name in kinds else "text"
        if field.box is None or kind == "stamp" or not needle.concerns(name):
            continue
        if needle.spans(field.value, kind):
            written = needle.spans(field.raw, kind)
            box = cut(field.raw, field.box, (), *written[0]) if written else field.box
            found.append(Hit(needle.term, field.value, name, box))
    return found


def _in_lines(needle: Needle, reading: Reading) -> list[Hit]:
    return [
        Hit(needle.term, line.text[start:end], "", cut(line.text, line.box, line.centers, start, end))
        for line in reading.lines
        if line.box is not None
        for start, end in needle.spans(line.text, "")
    ]


def _joined(needle: Needle, record: Record, fields: Sequence[Hit], lines: Sequence[Hit]) -> list[Hit]:
    """Lines named by the field they stand in, then the fields that no line tells; a part that is asked of named fields
    stands nowhere else."""
    boxes = {one.field: record.fields[one.field].box or one.box for one in fields}
    named = [replace(line, field=next((n for n, box in boxes.items() if _same(box, line.box)), "")) for line in lines]
    told = {one.field for one in named}
    kept = [one for one in named if one.field or not needle.names]
    both = [*kept, *(one for one in fields if one.field not in told)]
    return sorted(both, key=lambda one: (not one.field, one.box.y, one.box.x))


def _same(one: Box, other: Box) -> bool:
    """Whether half of the smaller box lies in the other."""
    wide = min(one.right, other.right) - max(one.x, other.x)
    high = min(one.bottom, other.bottom) - max(one.y, other.y)
    return wide > 0 and high > 0 and 2 * wide * high >= min(one.w * one.h, other.w * other.h)


def _distinct(found: Sequence[Hit]) -> list[Hit]:
    """Each place once, under the first part of the query that it answers to."""
    return list({one.box: one for one in reversed(found)}.values())[::-1]
