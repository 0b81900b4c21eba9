"""The parts of a form: labels, cells, rows packed by nominal widths, amount grids, titles, stamp places, footers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from bench.heldout import stamps, values
from bench.heldout.content import EMPTY, Content, Item
from bench.heldout.look import UNITS, Look, div, filled, printed, shown
from bench.heldout.vocabulary import fields

NOMINAL = {"name": 15.0, "account": 12.0, "amount": 8.0, "amount_cn": 19.0, "date": 7.5, "number": 7.0, "text": 8.0}
NOMINAL |= {"choice": 6.0, "id_card": 11.0, "uscc": 12.0}
EM = 0.3528
STAMP_LABELS = {
    "cash_deposit": ("现金收讫", "银行盖章", "业务专用章"),
    "cash_withdrawal": ("现金付讫", "银行盖章", "业务专用章"),
    "transfer_cheque": ("银行盖章", "转讫章"),
    "cash_cheque": ("银行盖章", "现金付讫"),
}
CUSTOMER_LABELS = {
    "wire_transfer": ("汇款人签章", "客户签章"),
    "transfer_cheque": ("出票人签章",),
    "cash_cheque": ("出票人签章",),
}
FEET = (
    "会计主管　　　　　授权　　　　　复核　　　　　记账",
    "事后监督　　　　　复核　　　　　经办",
    "会计　　　　　　　复核　　　　　记账",
    "主管：　　　　　　授权：　　　　　复核：　　　　　录入：",
    "",
)
COPIES = ("第一联　银行记账凭证", "第二联　客户回单", "此联由银行作记账凭证", "此联为客户留存", "银行记账联", "")


@dataclass(frozen=True, slots=True)
class Form:
    """One page in the making: what it says, how it looks, and two generators of chance, the family's and its own."""

    content: Content
    look: Look
    family: Random
    page: Random

    @property
    def foreign(self) -> bool:
        """Whether its money is not yuan, so that no ¥ may stand before it."""
        currency = self.content.items.get("currency")
        return currency is not None and currency.stored != "CNY"

    def show(self, item: Item) -> str:
        """Markup of the item's value."""
        return shown(item, self.look, self.foreign)

    def with_look(self, **changes: object) -> Form:
        """This form with some choices of its look fixed by a layout."""
        return replace(self, look=replace(self.look, **changes))  # type: ignore[arg-type]


def label(form: Form, text: str, colon: bool = False) -> str:
    """Markup of a label, letter-spaced to four characters where the family does so."""
    tail = form.look.colon if colon else ""
    if form.look.justified and len(text) in (2, 3) and not text.isascii():
        return f'<span class="l just">{text}</span>{printed(tail)}'
    return printed(text + tail)


def upright(word: str) -> str:
    """Markup of a word whose characters stand below each other."""
    return div("stack", *[div("", printed(char)) for char in word])


def nominal(form: Form, item: Item) -> float:
    """The width in millimetres that a form's designer leaves for the value; the same for all pages of a family."""
    ems = NOMINAL.get(item.kind, 8.0)
    if item.kind == "choice" and form.look.ticked:
        ems = sum(len(o) + 1.6 for o in item.options if not o.isascii())
    if item.name == "document_no":
        ems = 11.0
    if item.kind == "account" and form.look.fours:
        ems += 2.5
    return ems * form.look.fill_pt * EM


def label_width(form: Form, text: str) -> float:
    """The width of a label's cell in millimetres."""
    return max(len(text), 4 if form.look.justified else 3) * form.look.label_pt * EM + 3


def cell(inner: str, grow: float = 0, fixed: float = 0, cls: str = "") -> str:
    """One cell: `grow` is its share of the row, `fixed` its width in millimetres."""
    size = f"flex:0 0 {fixed:.1f}mm" if fixed else f"flex:{grow:.2f} 1 0"
    return f'<div class="c {cls}" style="{size}">{inner}</div>'


def item_cells(form: Form, item: Item, style: str, bare: bool = False) -> str:
    """The cells of one item: `left` (label cell, value cell), `inside` (small label above the value), or `colon`."""
    text = item.bare if bare else item.label
    wrap = "wrap" if form.look.wraps and item.kind in ("name", "amount_cn") else ""
    room = nominal(form, item)
    if style == "left":
        return cell(label(form, text), fixed=label_width(form, text), cls="lab") + cell(
            form.show(item), room + 2, cls=f"val {wrap}"
        )
    if style == "inside":
        inner = f'<div class="small">{label(form, text)}</div><div class="under">{form.show(item)}</div>'
        return cell(inner, max(room, label_width(form, text)) + 2, cls=f"in {wrap}")
    return cell(label(form, text, colon=True) + form.show(item), room + label_width(form, text), cls=f"val {wrap}")


def pack(form: Form, items: list[Item], style: str, width: float, most: int = 3) -> list[list[Item]]:
    """Items in rows of at most `most`, each row's nominal widths within `width` millimetres."""
    rows: list[list[Item]] = []
    left = 0.0
    for item in items:
        need = nominal(form, item) + 3 + (0 if style == "inside" else label_width(form, item.label))
        if not rows or need > left or len(rows[-1]) >= most or form.family.random() < 0.12:
            rows.append([])
            left = width
        rows[-1].append(item)
        left -= need
    return rows


def rows(form: Form, items: list[Item], style: str, width: float = 190, most: int = 3) -> str:
    """Boxed rows of items."""
    return "".join(
        f'<div class="row">{"".join(item_cells(form, i, style) for i in row)}</div>'
        for row in pack(form, items, style, width, most)
    )


def grid(form: Form, item: Item, columns: int) -> str:
    """An amount of one digit a cell under 亿千百十万千百十元角分, the sign before the first digit."""
    assert isinstance(item.value, Decimal)
    cents = str(int(item.value * 100)).rjust(3, "0")
    count = max(columns, len(cents) + 1)
    sign = "" if form.foreign else "¥"
    text = (sign + cents).rjust(count) if item.state != EMPTY else " " * count
    units = UNITS[-count:] if count <= len(UNITS) else "十" + UNITS
    head = "".join(f'<div class="g">{printed(u)}</div>' for u in units)
    body = "".join(f'<div class="g">{filled(c.strip(), item.name)}</div>' for c in text)
    return f'<div class="grid"><div class="gr gh">{head}</div><div class="gr">{body}</div></div>'


def money(form: Form, style: str = "left", row: bool = True) -> str:
    """The row of the amount in words and in figures, with a grid where the family has one."""
    words, amount = form.content.one("amount_in_words"), form.content.one("amount")
    out = item_cells(form, words, style) if words else ""
    named = form.family.random() < 0.5 or words is None
    if amount and form.look.grid:
        head = cell(label(form, amount.label), fixed=label_width(form, amount.label), cls="lab") if named else ""
        out += head + cell(grid(form, amount, form.look.grid), fixed=form.look.grid * 4.6 + 3, cls="tight nofit")
    elif amount:
        out += item_cells(form, amount, style)
    return f'<div class="row money">{out}</div>' if row and out else out


def title(form: Form) -> str:
    """The title: plain, spaced, underlined, with the bank before it or above it, with the copy after it."""
    text, how = form.content.kind.title, form.family.randrange(6)
    name = form.family.choice(values.BANKS)
    copy = form.family.choice(("（借方凭证）", "（回单）", "（贷方凭证）", "", "", "")) if len(text) < 7 else ""
    if how == 0:
        text = name + text
    spaced = "spaced" if how in (1, 2) and len(text) < 10 else ""
    over = f'<div class="bank">{printed(name)}</div>' if how in (3, 1) else ""
    rule = "ruled" if how in (2, 4) else ""
    return over + div(f"title {spaced} {rule}", printed(text), printed(copy, "l copy"))


def header(form: Form) -> str:
    """The title with the date and the number of the voucher about it."""
    date, number = form.content.one("date"), form.content.one("voucher_no")
    how = form.family.randrange(3 if len(form.content.kind.title) < 10 else 2)
    unnamed = form.family.random() < 0.3 and form.look.date_form == "parts"
    when = "" if date is None else ("" if unnamed else label(form, date.label, colon=how > 0)) + form.show(date)
    red = "red" if form.family.random() < 0.4 else ""
    no = ""
    if number is not None:
        text = label(form, number.label, colon=number.label[-1] not in ".№")
        no = f'<span class="{red}">{text}{form.show(number)}</span>'
    if how == 0:
        return (
            f'<div class="head">{title(form)}<div class="line"><div></div><div>{when}</div><div>{no}</div></div></div>'
        )
    if how == 1:
        return (
            f'<div class="head">{title(form)}<div class="line"><div>{when}</div><div></div><div>{no}</div></div></div>'
        )
    return div("head side", div("", when), div("", title(form)), div("", no or printed("　" * 6)))


def stamp_cells(form: Form, tall: float = 20) -> str:
    """The places for stamps, with those that were stamped, and the printed words beside them, as cells of a row."""
    out = ""
    for name in form.content.kind.optional:
        if name.startswith("stamp_"):
            out += _stamp_cell(form, name)
    words = form.family.choice(("上列款项请予办理。", "备注：", "", "附言：", "银行打印：", "银行打印："))
    added = div("", _validation(form)) if words == "银行打印：" else ""
    order = cell(div("", printed(words), added), 1.0, cls="top nofit")
    cells = order + out if form.family.random() < 0.5 else out + order
    return f'<div class="row" style="flex:2 0 {tall}mm">{cells}</div>'


def _validation(form: Form) -> str:
    """What the teller's machine adds when the voucher went through: figures without labels."""
    total = next((i.stored for n, i in form.content.items.items() if n in ("amount", "bill_amount")), "")
    date, teller = form.content.items["date"].stored.replace("-", ""), values.digits(form.page, 5)
    if form.page.random() < 0.5:
        return ""
    return filled(f"{date} {teller} {values.digits(form.page, 6)} {total}", "validation", "v machine")


def _stamp_cell(form: Form, name: str) -> str:
    """One stamp's place, marked in the content's truth; unlabelled places hold a stamp or are not there at all. Whether
    the bank's own stamp is there is asked of every voucher, whatever is printed."""
    kind = form.content.kind.name
    choices = (STAMP_LABELS if name == "stamp_bank" else CUSTOMER_LABELS).get(kind)
    text = form.family.choice(
        choices or (fields()[name].labels[:3] if name == "stamp_bank" else ("客户签章", "预留印鉴"))
    )
    placed, drawn = form.family.random() < 0.75, form.page.random() < 0.6
    if not placed and name == "stamp_customer":
        return ""
    form.content.stamps[name] = "present" if drawn else "absent"
    if not placed and not drawn:
        return ""
    mark = form.family.choice(("（{}）", "{}", "{}：")).format(text)
    art = stamps.draw(form.page, form.content, name) if drawn else ""
    words = printed(mark) if placed else ""
    return cell(f"{words}{art}", 1.0, cls="place nofit " + form.family.choice(("top", "low")))


def box(form: Form, inner: str) -> str:
    """The frame about a form's rows; some banks leave its sides open or round its corners."""
    frame = form.family.choice(("", "", "", "open", "round", "thin"))
    return f'<div class="box {frame}">{inner}</div>'


def foot(form: Form) -> str:
    """The line below the form: posts that sign it, and which copy this is."""
    posts, copy = form.family.choice(FEET), form.family.choice(COPIES)
    return f'<div class="foot">{printed(posts)}{printed(copy)}</div>'
