"""Layouts with boxes: groups, rows that a party leads, flat cells, columns under headings."""

from __future__ import annotations

from bench.heldout.content import Item
from bench.heldout.parts import (
    Form,
    box,
    cell,
    foot,
    header,
    item_cells,
    label,
    label_width,
    money,
    nominal,
    pack,
    rows,
    stamp_cells,
    upright,
)
from bench.heldout.vocabulary import PARTIES

WHOLE = 190.0


def _group(form: Form, word: str, items: list[Item], style: str) -> str:
    """A party's rows behind its vertical word, each with a bare label."""
    body = "".join(f'<div class="row">{item_cells(form, i, style, bare=True)}</div>' for i in items)
    head = cell(upright(word), fixed=7.5 if form.family.random() < 0.7 else 9, cls="vert nofit")
    return f'<div class="group">{head}<div class="rows">{body}</div></div>'


def _party(form: Form, side: str) -> list[Item]:
    """What the form prints of a party, in the order that its designer liked."""
    names = [f"{side}_name", f"{side}_account", f"{side}_bank"]
    if form.look.justified and form.look.grid:
        names = [names[1], names[0], names[2]]
    return form.content.take(*names)


def grouped(form: Form, stacked: bool, style: str = "left") -> str:
    """Payer and payee as groups, then the amount, the rest and the stamps."""
    top = header(form)
    parts = "".join(_group(form, form.content.words[s], _party(form, s), style) for s in PARTIES)
    block = f'<div class="groups {"stack" if stacked else ""}">{parts}</div>'
    order = [block, money(form)] if form.family.random() < 0.8 else [money(form), block]
    rest = rows(form, form.content.rest(), "left")
    return top + box(form, "".join(order) + rest + stamp_cells(form, 18)) + foot(form)


def beside(form: Form) -> str:
    """Groups side by side."""
    return grouped(form, stacked=False)


def stacked(form: Form) -> str:
    """Groups above each other."""
    return grouped(form, stacked=True)


def beside_inside(form: Form) -> str:
    """Groups side by side whose labels stand small within the cells."""
    return grouped(form, stacked=False, style="inside")


def led(form: Form) -> str:
    """One row a party: its word, its name, then its account and bank under bare labels."""
    top, body = header(form), ""
    for side in PARTIES:
        name, account, *more = _party_in_order(form, side)
        head = cell(label(form, form.content.words[side]), fixed=label_width(form, "付款人"), cls="lab")
        value = cell(form.show(name), nominal(form, name), cls="val")
        body += f'<div class="row">{head}{value}{item_cells(form, account, "left", bare=True)}</div>'
        body += "".join(f'<div class="row">{item_cells(form, one, "left")}</div>' for one in more)
    rest = rows(form, form.content.rest_but_money(), "left", most=2)
    return (
        top
        + box(
            form, body + (rest + money(form) if form.family.random() < 0.4 else money(form) + rest) + stamp_cells(form)
        )
        + foot(form)
    )


def _party_in_order(form: Form, side: str) -> list[Item]:
    return form.content.take(f"{side}_name", f"{side}_account", f"{side}_bank")


def flat(form: Form, style: str, most: int = 3) -> str:
    """All fields in boxed rows, each with a label that says whose it is."""
    top = header(form)
    rest = rows(form, form.content.rest_but_money(), style, most=most)
    figures = money(form, style)
    body = rest + figures if form.family.random() < 0.6 else figures + rest
    return top + box(form, body + stamp_cells(form)) + foot(form)


def flat_left(form: Form) -> str:
    """Boxed rows, label cell and value cell, up to three a row."""
    return flat(form, "left")


def flat_two(form: Form) -> str:
    """Boxed rows, label cell and value cell, at most two a row."""
    return flat(form, "left", most=2)


def flat_inside(form: Form) -> str:
    """Boxed cells with the label small at the upper left and the value below it."""
    return flat(form, "inside")


def flat_colon(form: Form) -> str:
    """Boxed cells that hold label, colon and value."""
    return flat(form, "colon")


def columns(form: Form) -> str:
    """Rows of headings with the values in the row beneath."""
    top, body = header(form), ""
    form = form.with_look(grid=0, ticked=False)
    for group in pack(form, form.content.rest(), "inside", 165, most=4):
        widths = [max(nominal(form, i), label_width(form, i.label)) + 3 for i in group]
        heads = "".join(cell(label(form, i.label), w, cls="lab nofit") for i, w in zip(group, widths, strict=True))
        cells = "".join(
            cell(form.show(i), w, cls="val" + (" mid" if form.look.shade else ""))
            for i, w in zip(group, widths, strict=True)
        )
        body += f'<div class="row" style="flex:0 0 6.4mm;min-height:6.4mm">{heads}</div><div class="row">{cells}</div>'
    return top + box(form, body + stamp_cells(form)) + foot(form)
