"""Cheques: strips with a stub or without, in three arrangements."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from bench.heldout import values
from bench.heldout.content import Item
from bench.heldout.look import amount_text, div, filled, printed
from bench.heldout.parts import Form, cell, grid, label, stamp_cells

TERM = "付款期限自出票之日起十天"


def _capital(form: Form) -> Form:
    return form.with_look(date_form="capital", grid=form.look.grid or 11, justified=False)


def _row(form: Form, *items: Item | None) -> str:
    """Labels and values on one line, without boxes."""
    return '<div class="ln">' + "".join(_plain(form, i) for i in items if i) + "</div>"


def _plain(form: Form, item: Item) -> str:
    tail = "(大写)" if item.name == "date" and form.look.bold_labels else ""
    return f'<div class="f c0">{label(form, item.label + tail, colon=item.kind != "date")}&nbsp;{form.show(item)}</div>'


def _money(form: Form, boxed: bool) -> str:
    """Words and grid on one line."""
    words, amount = form.content.one("amount_in_words"), form.content.one("amount")
    assert words is not None and amount is not None
    text = f'<div class="f c0 words">{label(form, words.label)}&nbsp;{form.show(words)}</div>'
    figure = grid(form, amount, form.look.grid)
    width = max(form.look.grid, 10) * 4.4
    framed = f'<div class="figure" style="flex:0 0 {width:.0f}mm">{figure}</div>'
    return div(f"ln cash {'boxed' if boxed else ''}", text, framed)


def _name(form: Form) -> str:
    return form.family.choice(values.BANKS)


def _stub(form: Form) -> str:
    """The stub that stays with the drawer: the same date, payee and amount, as the drawer noted them."""
    items = form.content.items
    date, amount = items["date"].value, items["amount"].value
    assert isinstance(date, dt.date) and isinstance(amount, Decimal)
    payee = str(items["payee_name"].value)
    lines = (
        f"{div('title s', printed(_name(form)))}{div('title s', printed(form.content.kind.title + '存根'))}"
        f'{printed("附加信息")}<div class="rule"></div><div class="rule"></div>'
        f"<div>{printed('出票日期')} {filled(f'{date:%Y年%m月%d日}', 'stub')}</div>"
        f'<div class="c0">{printed("收款人:")} {filled(payee[:9], "stub")}</div>'
        f"<div>{printed('金　额:')} {filled(amount_text(amount, 'yen'), 'stub')}</div>"
        f'<div class="rule"></div>{printed("单位主管　　会计")}'
    )
    return f'<div class="stub">{lines}</div>'


def _top(form: Form) -> str:
    number = form.content.one("voucher_no")
    assert number is not None
    mark = f'<span class="{form.family.choice(("", "red"))}">{label(form, number.label)} {form.show(number)}</span>'
    bank = form.family.choice((printed(_name(form)), ""))
    spaced = form.family.choice(("spaced", ""))
    name = div(f"title {spaced}", printed(form.content.kind.title))
    return div("ln", div("", bank), name, div("right", mark))


def _end(form: Form) -> str:
    note = printed("上列款项请从我账户内支付")
    return f'<div>{note}</div><div class="bare">{stamp_cells(form, 17)}</div>'


def with_stub(form: Form) -> str:
    """The usual cheque: a stub at the left, the date and the paying bank above, the grid at the right."""
    form, take = _capital(form), form.content.one
    body = (
        _top(form)
        + _row(form, take("date"), take("payer_bank"))
        + _row(form, take("payee_name"), take("payer_account"))
    )
    body += _money(form, boxed=True)
    purpose = take("purpose")
    body += (_row(form, purpose) if purpose else "") + _end(form)
    return f'{_stub(form)}<div class="edge left">{TERM}</div><div class="cheque">{body}</div>'


def without_stub(form: Form) -> str:
    """A cheque without its stub, accounts below the amount, underlined."""
    form, take = _capital(form), form.content.one
    body = _top(form) + _row(form, take("date")) + _row(form, take("payee_name")) + _money(form, boxed=False)
    body += _row(form, take("purpose"), take("payer_account")) + _row(form, take("payer_bank")) + _end(form)
    return f'<div class="cheque under-all">{body}</div>'


def tabled(form: Form) -> str:
    """A cheque in a frame: payee first, then the amount, then two columns."""
    form, take = _capital(form), form.content.one
    head = _top(form) + _row(form, take("date"))
    lines = "".join(
        f'<div class="row">{"".join(cell(_plain(form, i), 1, cls="nofit") for i in form.content.take(*pair))}</div>'
        for pair in (("payee_name", "payer_bank"), ("payer_account", "purpose"))
    )
    return f'<div class="cheque">{head}<div class="box">{lines}{_money(form, boxed=True)}</div>{_end(form)}</div>'
