"""The evidence of a gap: the journal's lines, the voucher's values beside them, and the region of the image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api import vocabulary
from api.pages.gap_words import shown
from api.pages.shell import Desk
from archive.model import Entry, Record, StoredPage, TellerDay
from imaging.model import Box
from supervision.gaps import Gap


@dataclass(frozen=True, slots=True)
class Pair:
    """One value of the journal beside the voucher's."""

    label: str
    entry: str
    voucher: str
    differs: bool
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a gap shows. `region` is the part of the page around the field, None where there is none; `candidates` are
    the other sides that a person may match it with: journal numbers or record ids with their text."""

    entries: Sequence[Entry]
    record: Record | None
    page: StoredPage | None
    pairs: Sequence[Pair]
    region: Box | None
    box: Box | None
    candidates: Sequence[tuple[str, str]]


COMPARED = (
    ("amount", ("amount", "bill_amount", "discount_paid")),
    ("account", ("payer_account", "holder_account", "payee_account")),
    ("counter_account", ("payee_account", "payer_account")),
    ("name", ("payer_name", "holder_name", "payee_name")),
    ("voucher_no", ("voucher_no", "bill_no")),
)


def evidence(desk: Desk, day: TellerDay, gap: Gap, gaps: Sequence[Gap]) -> Evidence:
    """Everything that decides a gap, within the person's scope."""
    with desk.archive.catalogue.read() as tx:
        record = tx.records.get(gap.record_id, desk.person.scope) if gap.record_id else None
        page = tx.pages.get(gap.page_id, desk.person.scope) if gap.page_id else None
        entries = [e for e in tx.journal.of_day(day) if gap.journal_no and e.journal_no == gap.journal_no]
    box = record.fields[gap.field].box if record and gap.field in record.fields else None
    region = _region(box, page) if box and page else None
    return Evidence(entries, record, page, _pairs(desk, entries, record, gap), region, box, _candidates(gap, gaps))


def _region(box: Box, page: StoredPage) -> Box:
    """The box with what stands around it, in the proportion of the panel."""
    wide = min(page.width, max(box.w * 2, 640))
    high = min(page.height, max(box.h * 3, round(wide * 0.6)))
    x = min(max(0, box.x + box.w // 2 - wide // 2), page.width - wide)
    y = min(max(0, box.y + box.h // 2 - high // 2), page.height - high)
    return Box(x, y, wide, high)


def _pairs(desk: Desk, entries: Sequence[Entry], record: Record | None, gap: Gap) -> list[Pair]:
    if not entries and record is None:
        return []
    line = entries[0] if entries else None
    pairs = [_pair(desk, name, fields, line, record, gap) for name, fields in COMPARED]
    return [pair for pair in pairs if pair.entry or pair.voucher]


def _pair(desk: Desk, name: str, fields: tuple[str, ...], line: Entry | None, record: Record | None, gap: Gap) -> Pair:
    known = record.fields if record else {}
    wanted = (gap.field,) if gap.field in fields else fields
    field = next((f for f in wanted if f in known and known[f].value), "")
    entry = str(getattr(line, name)) if line else ""
    voucher = known[field].value if field else ""
    differs = gap.kind == "field_differs" and gap.field in fields
    if differs and name in ("account", "counter_account"):  # one field can stand for either: the line tells which
        differs = entry == gap.expected
    if differs:
        entry = gap.expected
    label = desk.say(f"entry.{name}")
    money = "amount" if name == "amount" else ""
    return Pair(
        label,
        shown(money, entry) if entry else "",
        shown(money, voucher) if voucher else "",
        differs,
        vocabulary.kind(field),
    )


def _candidates(gap: Gap, gaps: Sequence[Gap]) -> list[tuple[str, str]]:
    if gap.kind == "missing_voucher":
        found = [g for g in gaps if g.kind == "surplus_voucher" and g.record_id]
        return [(str(g.record_id), f"B-{g.batch_id} · {g.sheet_number}") for g in found]
    if gap.kind in ("surplus_voucher", "field_differs"):
        return [
            (g.journal_no, f"{g.journal_no} · {shown('amount', g.expected)}")
            for g in gaps
            if g.kind == "missing_voucher"
        ]
    return []
