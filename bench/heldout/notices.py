"""Layouts of certain types: the bill's block of a discount, a court's letter, an application in sections."""

from __future__ import annotations

from bench.heldout.content import Item
from bench.heldout.lines import loose_stamps, pair
from bench.heldout.look import div, printed
from bench.heldout.parts import Form, box, cell, foot, header, item_cells, label, money, rows, stamp_cells, upright


def _rows_of(form: Form, items: list[Item], bare: dict[str, str]) -> str:
    """Label and value rows whose labels are shortened by the word that leads them."""
    out = ""
    for item in items:
        text = bare.get(item.name.split("_")[-1], item.label)
        inner = cell(label(form, text), fixed=19, cls="lab") + cell(form.show(item), 3, cls="val")
        out += f'<div class="row">{inner}</div>'
    return out


def _led_group(form: Form, word: str, items: list[Item], bare: dict[str, str]) -> str:
    head = cell(upright(word), fixed=8, cls="vert nofit")
    return f'<div class="group">{head}<div class="rows">{_rows_of(form, items, bare)}</div></div>'


def discount_form(form: Form) -> str:
    """The usual discount voucher: the bill at the left, the holder at the right, the acceptor, then the sums."""
    top, take = header(form), form.content.take
    bare = {
        "name": form.family.choice(("名称", "户名", "全称")),
        "account": "账号",
        "bank": form.family.choice(("开户银行", "开户行")),
    }
    bill = _led_group(
        form,
        form.family.choice(("贴现汇票", "汇票")),
        take("bill_kind", "bill_no", "bill_issue_date", "bill_due_date"),
        {},
    )
    holder = _led_group(form, "持票人", take("holder_name", "holder_account", "holder_bank"), bare)
    acceptor = rows(form, take("acceptor_name", "acceptor_account", "acceptor_bank"), "left", most=2)
    face = rows(form, take("amount_in_words", "bill_amount"), "left", most=2)
    sums = rows(form, take("discount_rate", "discount_interest", "discount_paid"), "left", width=230, most=3)
    body = f'<div class="groups">{bill}{holder}</div>{acceptor}{face}{sums}{rows(form, form.content.rest(), "left")}'
    return top + box(form, f"{body}{stamp_cells(form, 16)}") + foot(form)


def discount_acceptor(form: Form) -> str:
    """A discount voucher whose acceptor too is a group of bare rows."""
    top, take = header(form), form.content.take
    bare = {"name": "名称", "account": "账号", "bank": "开户行"}
    holder = _led_group(form, "持票人", take("holder_name", "holder_account", "holder_bank"), bare)
    acceptor = _led_group(
        form,
        form.family.choice(("承兑人", "汇票承兑人")),
        take("acceptor_name", "acceptor_account", "acceptor_bank"),
        bare,
    )
    bill = rows(form, take("bill_kind", "bill_no", "bill_issue_date", "bill_due_date"), "left", most=2)
    face = rows(form, take("amount_in_words", "bill_amount"), "left", most=2)
    sums = rows(form, take("discount_rate", "discount_interest", "discount_paid"), "inside", most=3)
    body = f'{bill}<div class="groups">{holder}{acceptor}</div>{face}{sums}{rows(form, form.content.rest(), "left")}'
    return top + box(form, f"{body}{stamp_cells(form, 16)}") + foot(form)


def letter(form: Form) -> str:
    """A notice as a letter: whom it asks, on what law, the facts line by line, the authority and date at its end."""
    form = form.with_look(grid=0)
    content = form.content
    number, date, authority = content.one("document_no"), content.one("date"), content.one("authority_name")
    assert number and date and authority
    name = div("title", printed(content.kind.title))
    name += div("right", label(form, number.label, True), form.show(number))
    text = "根据《中华人民共和国民事诉讼法》及有关规定，因办案需要，请你行协助办理下列事项，并将结果书面函复。"
    lines = "".join(f'<div class="ln">{pair(form, i)}</div>' for i in content.rest())
    stamp = loose_stamps(form)
    tail = f'<div class="right">{label(form, authority.label, True)}{form.show(authority)}</div>'
    tail += f'<div class="right">{label(form, date.label, True)}{form.show(date)}</div>'
    return name + div("law", printed("致开户银行：")) + div("law", text) + div("dotted lines", lines) + tail + stamp


def sections(form: Form) -> str:
    """An application in numbered parts: what the customer fills in, what the bank fills in."""
    top = header(form)
    items = form.content.rest_but_money()
    cut = max(1, len(items) * 2 // 3)
    style = form.family.choice(("left", "inside", "colon"))
    first, second = rows(form, items[:cut], style, most=2), rows(form, items[cut:], style, most=2)
    one, two = form.family.choice(
        (("客户填写", "银行填写"), ("一、申请人填写栏", "二、银行审核栏"), ("申请内容", "受理情况"))
    )
    bar = '<div class="row bar">{}</div>'
    body = bar.format(cell(printed(one), 1, cls="lab nofit")) + first + money(form, style)
    body += bar.format(cell(printed(two), 1, cls="lab nofit")) + second
    text = printed("本人（单位）承诺所提供的资料真实、有效，并愿意承担由此产生的一切责任。")
    return top + box(form, f'{body}<div class="row">{cell(text, 1, cls="nofit")}</div>{stamp_cells(form)}') + foot(form)


def margin_form(form: Form) -> str:
    """A margin voucher: the holder's rows behind its word, the margin account led by its own."""
    top, take = header(form), form.content.take
    holder = "".join(
        f'<div class="row">{item_cells(form, i, "left")}</div>' for i in take("holder_name", "holder_account")
    )
    payee = take("payee_account")
    right = _led_group(form, "收款人", payee, {"account": "账号"})
    body = f'<div class="groups"><div class="group"><div class="rows">{holder}</div></div>{right}</div>{money(form)}'
    return top + box(form, f"{body}{rows(form, form.content.rest(), 'left')}{stamp_cells(form)}") + foot(form)
