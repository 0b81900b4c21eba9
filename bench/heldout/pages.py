"""Which layouts each type is printed in, and the making of one page: its markup, its size and its truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from random import Random

from bench.heldout import boxed, cheque, content, lines, look, notices, others
from bench.heldout.parts import Form
from bench.heldout.vocabulary import types

Layout = Callable[[Form], str]
HERE = Path(__file__).parent
PAYMENT: tuple[Layout, ...] = (
    boxed.beside,
    boxed.stacked,
    boxed.led,
    boxed.flat_inside,
    lines.headed,
    boxed.beside_inside,
    boxed.flat_two,
    lines.slip_columns,
)
CASH: tuple[Layout, ...] = (
    boxed.flat_left,
    boxed.flat_inside,
    boxed.columns,
    lines.underlined,
    lines.slip_columns,
    boxed.flat_colon,
    lines.slip_single,
    boxed.flat_two,
)
SLIP: tuple[Layout, ...] = (
    lines.slip_columns,
    lines.slip_run,
    boxed.flat_left,
    lines.slip_single,
    boxed.columns,
    boxed.flat_inside,
)
ASKING: tuple[Layout, ...] = (
    boxed.flat_two,
    notices.sections,
    lines.underlined,
    boxed.flat_inside,
    notices.sections,
    boxed.flat_left,
)
LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "transfer_cheque": (cheque.with_stub, cheque.without_stub, cheque.tabled),
    "cash_cheque": (cheque.without_stub, cheque.with_stub, cheque.tabled),
    "teller_slip": SLIP,
    "cash_deposit": CASH,
    "cash_withdrawal": CASH,
    "discount": (notices.discount_form, notices.discount_acceptor, boxed.flat_two, boxed.flat_inside, boxed.columns),
    "margin_deposit": (notices.margin_form, boxed.flat_two, lines.underlined, lines.slip_columns, boxed.flat_inside),
    "account_opening": ASKING,
    "account_closing": ASKING,
    "loss_report": ASKING,
    "judicial_assistance": (notices.letter, boxed.flat_two, notices.letter, notices.sections, lines.underlined),
}
SIZES = {
    "cheque": ((225, 80), (190, 82)),
    "half": ((210, 148), (210, 148), (210, 140), (190, 126)),
    "low": ((210, 110), (190, 105)),
    "tall": ((148, 210), (210, 240)),
}
OTHERS = {
    "attachment": others.attachment,
    "blank": others.blank,
    "endorsement": others.endorsement,
    "unknown": others.unknown,
}
FAMILIES = 12
PORTRAIT = (notices.sections, notices.letter, boxed.flat_two)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page before it is scanned: its type, truth, markup, and size in millimetres."""

    type: str
    fields: dict[str, str]
    html: str
    size: tuple[int, int]


def _size(name: str, layout: Layout, family: Random) -> tuple[int, int]:
    if name.endswith("cheque"):
        return family.choice(SIZES["cheque"][:1] if layout is cheque.with_stub else SIZES["cheque"])
    tall = name in ("account_opening", "account_closing", "loss_report", "judicial_assistance") and layout in PORTRAIT
    if tall and family.random() < 0.5:
        return family.choice(SIZES["tall"])
    spare = layout not in (boxed.stacked, lines.slip_single, lines.headed, notices.sections, notices.letter)
    few = spare and len(types()[name].required) < 9 and family.random() < 0.5
    return family.choice(SIZES["low"] if few else SIZES["half"])


def _document(body: str, style: look.Look, size: tuple[int, int], cls: str) -> str:
    """A whole HTML document for one sheet."""
    line = max(style.line, 0.25) if cls else style.line
    variables = (
        f"--paper:{style.paper};--ink:{style.ink};--fill:{style.fill};--form:'{style.form_font}';--fillf:'{style.fill_font}';"
        f"--lpt:{style.label_pt}pt;--fpt:{style.fill_pt}pt;--line:{line}mm;--dx:{style.shift[0]:.2f}mm;--dy:{style.shift[1]:.2f}mm;"
        f"--lweight:{700 if style.bold_labels else 400};--shade:{style.shade or 'transparent'}"
    )
    frame = f"width:{size[0]}mm;height:{size[1]}mm;padding:{'' if cls else '7mm 9mm 5mm'}"
    css = (HERE / "sheet.css").read_text(encoding="utf-8")
    dots = "dots" if style.dots else ""
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><style>{css}</style><body>'
        f'<div class="sheet {cls} {dots}" '
        f'style="{escape(variables + ";" + frame)}">{body}</div></body></html>'
    )


def voucher(name: str, number: int, seed: int, chance: Random) -> Sheet:
    """A voucher of type `name` on the paper of family `number`, filled in by `chance`."""
    family = Random(f"{seed}/{name}/{number}")
    choice = LAYOUTS.get(name, PAYMENT)
    layout = choice[number % len(choice)]
    size = _size(name, layout, family)
    style = look.make(family, chance)
    said = content.make(name, family, chance)
    body = layout(Form(said, style, family, chance))
    return Sheet(name, said.truth(), _document(body, style, size, "strip" if name.endswith("cheque") else ""), size)


def other(name: str, seed: int, chance: Random) -> Sheet:
    """A page of one of the types that are no vouchers."""
    style = look.make(Random(f"{seed}/{name}/{chance.randrange(FAMILIES)}"), chance)
    size = (210, 80) if name == "endorsement" else (210, 148)
    return Sheet(name, {}, _document(OTHERS[name](chance), style, size, ""), size)


def draw(seed: int, index: int, attempt: int) -> Sheet:
    """The sheet of place `index`: types in turn, one in fourteen no voucher; `attempt` gives it other values."""
    place = Random(f"{seed}/place/{index}")
    chance = Random(f"{seed}/page/{index}/{attempt}")
    if place.random() < 0.08:
        return other(place.choice(list(OTHERS)), seed, chance)
    return voucher(
        place.choice(list(types())), place.randrange(FAMILIES) + (FAMILIES if attempt > 5 else 0), seed, chance
    )
