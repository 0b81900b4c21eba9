"""Layouts without boxes: colon lines as a core system prints them, and labels before dotted underlines."""

from __future__ import annotations

from bench.heldout.content import Item
from bench.heldout.look import div, filled, printed
from bench.heldout.parts import Form, foot, header, label, label_width, money, nominal, pack, stamp_cells, title
from bench.heldout.vocabulary import PARTIES


def _colon(form: Form, item: Item) -> str:
    """Label, colon and value, all in the printer's type."""
    sign = form.look.colon.strip() if form.look.colon != "： " else "： "
    return f'<div class="f c0"><span class="l print">{item.label}{sign}</span>{form.show(item)}</div>'


def _printer(form: Form) -> Form:
    """The form as a core system fills it: every word by the printer, nothing ticked, no cells."""
    form_date = form.look.date_form if form.look.date_form != "parts" else "dash"
    return form.with_look(justified=False, grid=0, ticked=False, date_form=form_date, shift=(0.0, 0.0))


def loose_stamps(form: Form) -> str:
    """The stamps' places without any lines."""
    return f'<div class="bare">{stamp_cells(form, 24)}</div>'


def slip_single(form: Form) -> str:
    """One field a line, from top to bottom."""
    form = _printer(form)
    items = form.content.rest()
    lines = "".join(f'<div class="ln">{_colon(form, i)}</div>' for i in items)
    mark = f'<div class="ln">{printed("-" * 60)}</div>' if form.family.random() < 0.5 else ""
    return f'<div class="narrow">{title(form)}<div class="lines">{lines}{mark}</div></div>{loose_stamps(form)}'


def slip_columns(form: Form) -> str:
    """Two or three fields a line at fixed columns, the long ones alone."""
    form = _printer(form)
    most = form.family.choice((2, 2, 3))
    lines = ""
    for group in pack(form, form.content.rest(), "left", 150, most):
        lines += f'<div class="ln">{"".join(_colon(form, i) for i in group)}</div>'
    return f'{title(form)}<div class="lines">{lines}</div>{loose_stamps(form)}{foot(form)}'


def slip_run(form: Form) -> str:
    """Fields that follow each other with blanks between, broken where the line is full."""
    form = _printer(form)
    lines = ""
    for group in pack(form, form.content.rest(), "left", 165, 4):
        run = "".join(f'<span class="run"><span class="l print">{i.label}:</span>{form.show(i)}</span>' for i in group)
        lines += f'<div class="ln"><div class="f c0">{run}</div></div>'
    note = filled("客户已确认以上内容无误", "note") if form.family.random() < 0.5 else ""
    return f'{title(form)}<div class="lines">{lines}</div><div>{note}</div>{loose_stamps(form)}'


def pair(form: Form, item: Item, bare: bool = False) -> str:
    """A label before the underline that carries the value."""
    room = nominal(form, item) + label_width(form, item.label)
    text = item.bare if bare else item.label
    return (
        f'<div class="pair" style="flex:{room:.1f} 1 0">{label(form, text, colon=form.look.justified)}'
        f'<div class="slot c0">{form.show(item) or "&nbsp;"}</div></div>'
    )


def underlined(form: Form) -> str:
    """Labels before underlines, one to three a line."""
    top = header(form)
    lines = ""
    for group in pack(form.with_look(grid=0), form.content.rest(), "left", 165, form.family.choice((2, 3))):
        lines += f'<div class="ln">{"".join(pair(form, i) for i in group)}</div>'
    kind = form.family.choice(("dotted", "dotted solid"))
    return f'{top}<div class="{kind} lines">{lines}</div>{loose_stamps(form)}{foot(form)}'


def headed(form: Form) -> str:
    """Underlined rows with bare labels below a heading of each party, the parties side by side."""
    top, blocks = header(form), ""
    for side in PARTIES:
        items = form.content.take(f"{side}_name", f"{side}_account", f"{side}_bank")
        body = "".join(f'<div class="ln">{pair(form, i, bare=True)}</div>' for i in items)
        blocks += (
            f'<div class="dotted lines half"><div class="sub">{printed(form.content.words[side])}</div>{body}</div>'
        )
    figures = f'<div class="box loose">{money(form)}</div>'
    lines = ""
    for group in pack(form, form.content.rest(), "left", 165, 2):
        lines += f'<div class="ln">{"".join(pair(form, i) for i in group)}</div>'
    rest = div("dotted lines", lines)
    return f'{top}<div class="halves">{blocks}</div>{figures}{rest}{loose_stamps(form)}{foot(form)}'
