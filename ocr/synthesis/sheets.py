"""Whole sides of paper: a filled and stamped voucher, with what it truly says."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from ocr.synthesis import numbers, stamps
from ocr.synthesis.extras import MARK, extra
from ocr.synthesis.filling import Pen, fill
from ocr.synthesis.form import Form, Pixels, px
from ocr.synthesis.ink import lay, random_ink
from ocr.synthesis.layouts import design as designs
from ocr.synthesis.layouts.design import PLANS, design
from ocr.synthesis.values import Items, Values

_OFTEN_EMPTY = frozenset({"purpose", "attachments", "bill_no", "lost_voucher_no", "balance"})
_BANK_STAMPS = ("业务专用章", "转讫", "业务清讫", "业务专用章")
_CASH_STAMPS = {"cash_deposit": "现金收讫", "cash_withdrawal": "现金付讫"}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of paper before wear: the picture (H×W×3 BGR), its type, the truth of its fields, the values behind it
    and the rule that it breaks, if any."""

    pixels: Pixels
    type: str
    fields: dict[str, str]
    items: Items = field(default_factory=dict)
    breaks: str | None = None


def _press(page: Pixels, tile: Pixels, spot: tuple[float, float], dpi: int, rng: random.Random) -> None:
    """A stamp near `spot` (mm), a few millimetres off."""
    mark = stamps.pressed(tile, rng)
    x = px(spot[0] + rng.gauss(0, 4), dpi) - mark.shape[1] // 2
    y = px(spot[1] + rng.gauss(0, 3), dpi) - mark.shape[0] // 2
    lay(page, mark, (x, y), stamps.stamp_colour(rng), 0.85)


def _bank_stamp(type_name: str, values: Values, dpi: int) -> Pixels:
    rng = values.rng
    shape = rng.choice(("round", "oval", "dated", "dated"))
    word = _CASH_STAMPS.get(type_name) or rng.choice(_BANK_STAMPS)
    return stamps.drawn(shape, values.bank, word, dpi, values.business_date.isoformat())


def _customer_stamps(owner: str, values: Values, dpi: int) -> list[tuple[Pixels, float]]:
    """The seals kept at the bank (预留印鉴): a finance or company seal and a person's, with their offsets in mm."""
    if len(owner) <= 4:
        return [(stamps.drawn("name", owner, "印" if len(owner) % 2 else "之印", dpi), 0.0)]
    finance = stamps.drawn(values.rng.choice(("round", "square")), owner, "财务专用章", dpi)
    person = values.person()
    return [(finance, -8.0), (stamps.drawn("name", person, "印" if len(person) % 2 else "之印", dpi), 22.0)]


def stamp(page: Pixels, form: Form, items: Items, values: Values, dpi: int) -> dict[str, str]:
    """Press the stamps that this paper got on `page` (changed in place): present or absent, by field."""
    said: dict[str, str] = {}
    optional = [name for name in ("stamp_bank", "stamp_customer") if name in dict(form.stamp_spots)]
    for name in optional:
        present = values.rng.random() < 0.85
        said[name] = "present" if present else "absent"
        if not present:
            continue
        x, y = dict(form.stamp_spots)[name]
        if name == "stamp_bank":
            if values.rng.random() < 0.3:  # many tellers stamp over the amount or the names
                x, y = x - values.rng.uniform(0, 40), y - values.rng.uniform(10, 45)
            _press(page, _bank_stamp(form.type, values, dpi), (x, max(12.0, y)), dpi, values.rng)
            continue
        owner = items.get("payer_name") or items.get("holder_name")
        for tile, dx in _customer_stamps(owner.stored if owner else values.company(), values, dpi):
            _press(page, tile, (x + dx, y), dpi, values.rng)
    return said


def _imprint(page: Pixels, form: Form, values: Values, dpi: int) -> None:
    """The line that a teller's printer adds along the foot of a handled voucher, without labels."""
    rng = values.rng
    ink = random_ink(rng, "dots")
    text = f"{values.business_date:%Y%m%d} {values.branch_no} {values.teller_no} {numbers.digits(rng, 6)}"
    Pen(page, dpi, ink, rng).write(text, 60, form.height - 2.5, 2.6)


def voucher(type_name: str, geometry: str, values: Values, dpi: int = 200, breaks: str | None = None) -> Side:
    """A filled, stamped voucher of `type_name`. `breaks` names a rule that it is meant to break."""
    form = design(type_name, geometry)
    items = values.fill(type_name, form.monthly_rate, breaks)
    return printed_voucher(form, items, values, dpi, breaks)


def printed_voucher(
    form: Form, items: Items, values: Values, dpi: int, breaks: str | None = None, stamped: bool = True
) -> Side:
    """`form` filled with `items`, some optional fields left empty, and stamped; not `stamped`, all else is alike."""
    rng = values.rng
    may = set(PLANS[form.type].optional) & _OFTEN_EMPTY
    skip = frozenset(sorted(name for name in sorted(may) if rng.random() < 0.12))
    ink = random_ink(rng, rng.choice(("dots", "dots", "laser", "inkjet")) if form.type == "teller_slip" else None)
    beside = {slot.field: extra(slot.field, values) for slot in form.slots if slot.field.startswith(MARK)}
    page, said = fill(form, items | beside, ink, rng, dpi=dpi, skip=skip)
    marks = stamp(page if stamped else page.copy(), form, items, values, dpi)
    said |= marks if stamped else dict.fromkeys(marks, "absent")
    if rng.random() < 0.1:
        _imprint(page, form, values, dpi)
    return Side(page, form.type, said, items, breaks)


def back_of_cheque(geometry: str, values: Values, dpi: int) -> Pixels:
    """The written back of a cheque: an endorsee, the endorser's seals, a date."""
    form = designs.back_of_cheque(geometry)
    endorser = values.company()
    ink = random_ink(values.rng)
    page, _ = fill(form, {"endorsee": values.text(values.company())}, ink, values.rng, dpi=dpi)
    x, y = dict(form.stamp_spots)["stamp_customer"]
    for tile, dx in _customer_stamps(endorser, values, dpi):
        _press(page, tile, (x + dx, y), dpi, values.rng)
    return page
