"""Families of layout: boxed pairs, filled cells, labels above values, plain lines, letters. Each fills a draft."""

from __future__ import annotations

from ocr.synthesis.form import Draft, Rect
from ocr.synthesis.layouts import cells
from ocr.synthesis.layouts.labels import label

MARGIN = 12.0
_OFFICIALS = (
    "会计主管        复核        记账",
    "主管：      会计：      复核：      记账：",
    "",
    "复核员       记账员",
)
_FOOTNOTES = ("此联由银行作记账凭证", "此联收款人开户行交持票人", "本凭证须加盖银行印章方为有效", "")
_COPIES = ("第一联银行记账联", "第二联客户回单", "第三联收款人收账通知", "此联银行留存", "")
_CONDITIONS = (
    "客户须知：",
    "1.本凭证涂改无效，请妥善保管。",
    "2.上述内容已经本人核对无误并确认。",
    "3.如有疑问请致电客户服务热线。",
)


def stamps(draft: Draft, rect: Rect) -> None:
    """The words that ask for stamps, and the spots where they go."""
    x, y, w, h = rect
    customer = {"wire_transfer": "汇款人签章", "settlement_application": "申请人签章"}.get(draft.type, "客户签章")
    if draft.wants_customer_stamp:
        draft.words(customer, x + 2, y + 4, 2.9)
        draft.stamp_spots["stamp_customer"] = (x + w * 0.28, y + h * 0.55)
    word = draft.rng.choice(("银行盖章", "业务专用章", "银行签章", "开户银行盖章"))
    draft.words(word, x + w * 0.62, y + h - 4, 2.9)
    draft.stamp_spots["stamp_bank"] = (x + w * 0.72, y + h * 0.45)


def officials(draft: Draft) -> None:
    """The line of officials, the form's number and the copy at the foot and the side."""
    rng, y = draft.rng, draft.height - 5
    draft.words(rng.choice(_OFFICIALS), MARGIN + 10, y, 2.8)
    draft.words(rng.choice(_FOOTNOTES), draft.width * 0.56, y, 2.6)
    side = draft.width - 6.5
    draft.words(rng.choice(_COPIES), side, draft.height / 2, 2.6, "mm", vertical=True)
    if "attachments" not in draft.fields and rng.random() < 0.3:
        draft.words("附单据    张", side, 24, 2.6, "mm", vertical=True)
    if rng.random() < 0.3:
        text = f"{rng.choice('ABKX')}{rng.randrange(100, 999)}-{rng.randrange(10, 99)}  210×148mm"
        draft.words(text, 8, draft.height - 2, 2.0)


def conditions(draft: Draft, x: float, y: float) -> None:
    """Two or three lines of conditions in small type."""
    if draft.rng.random() < 0.6:
        for number, text in enumerate(_CONDITIONS[: draft.rng.randrange(2, 5)]):
            draft.words(text, x, y + number * 3.6, 2.3)


def kinds_of_business(draft: Draft, y: float) -> None:
    """The choice of instrument that a settlement application offers; nobody ticks it in the demo."""
    if draft.type == "settlement_application" and draft.rng.random() < 0.6:
        for number, option in enumerate(("电汇", "信汇", "汇票申请书", "本票申请书")):
            cells.tick_box(draft, option, draft.width - 92 + number * 20, y)


def _body(draft: Draft, bank: str) -> tuple[float, float, list[list[tuple[str, float]]]]:
    """Title, date and number; where the body begins, the height of its rows, and its rows."""
    rng = draft.rng
    inside = [*draft.fields, *draft.extras]
    cells.title(draft, bank, "")
    if "voucher_no" in inside:
        cells.number_line(draft, draft.width - 66, 8)
        inside.remove("voucher_no")
    y = 17.0
    if rng.random() < 0.5:
        left = rng.random() < 0.5 or draft.type == "settlement_application"
        cells.date_line(draft, 14.0 if left else draft.width - 72, 19.5)
        kinds_of_business(draft, 19.5)
        inside.remove("date")
        y = 24.0
    rows = cells.pack(draft, inside)
    return y, min(draft.look.row + 1, (draft.height - y - 36) / len(rows)), rows


def _pair(draft: Draft, name: str, rect: Rect, label_w: float) -> None:
    """One pair of a table; a wide amount may be a digit grid."""
    if name == "amount" and rect.w > 85 and rect.h >= 8 and draft.rng.random() < 0.5:
        room = cells.label_column(draft, label(draft, name), rect, label_w)
        cells.grid(draft, name, Rect(room.x - 1, rect.y, min(room.w + 1.5, 77), rect.h))
    else:
        cells.labelled(draft, name, rect, label_w)


def pairs(draft: Draft, bank: str) -> None:
    """A boxed table of labels and values, one or two pairs a row."""
    y, h, rows = _body(draft, bank)
    w = draft.width - 2 * MARGIN
    label_w = draft.rng.uniform(25, 30)
    for row in rows:
        x = MARGIN
        for name, share in row:
            _pair(draft, name, Rect(x, y, share * w, h), label_w)
            x += share * w
        y += h
    room = draft.height - 9 - y
    draft.box(Rect(MARGIN, y, w, room))
    if draft.type == "cash_deposit" and draft.rng.random() < 0.7:
        denominations(draft, Rect(MARGIN, y, w * 0.55, min(room, 24)))
    else:
        conditions(draft, MARGIN + 2, y + 4)
    stamps(draft, Rect(MARGIN + w * 0.5, y, w * 0.5, room))
    officials(draft)


def filled(draft: Draft, bank: str) -> None:
    """A boxed table whose cells hold a label with its colon and the value behind it."""
    y, h, rows = _body(draft, bank)
    w = draft.width - 2 * MARGIN
    for row in rows:
        x = MARGIN
        for name, share in row:
            draft.box(Rect(x, y, share * w, h))
            cells.inline(draft, name, Rect(x + 1.5, y, share * w - 2, h))
            x += share * w
        y += h
    conditions(draft, MARGIN + 2, y + 4)
    stamps(draft, Rect(MARGIN + w * 0.45, y, w * 0.55, draft.height - 9 - y))
    officials(draft)


def denominations(draft: Draft, rect: Rect) -> None:
    """The table of banknotes on a paying-in slip, left empty as most clerks do."""
    step = rect.w / 8
    for row, texts in enumerate(
        (("券别", "100元", "50元", "20元", "10元", "5元", "1元", "角分"), ("张数",), ("合计",))
    ):
        top = rect.y + row * rect.h / 3
        for column in range(8):
            draft.box(Rect(rect.x + column * step, top, step, rect.h / 3), 0.12)
        for column, text in enumerate(texts):
            draft.words(text, rect.x + (column + 0.5) * step, top + rect.h / 6, 2.6, "mm")


def above(draft: Draft, bank: str) -> None:
    """A boxed table whose labels stand small above their values."""
    y, h, rows = _body(draft, bank)
    w = draft.width - 2 * MARGIN
    h = max(h, min(10.5, (draft.height - y - 24) / len(rows)))
    for row in rows:
        x = MARGIN
        for name, share in row:
            cells.headed(draft, name, Rect(x, y, share * w, h))
            x += share * w
        y += h
    stamps(draft, Rect(MARGIN + w * 0.4, y, w * 0.6, draft.height - 9 - y))
    officials(draft)


def lines(draft: Draft, bank: str) -> None:
    """Labels, colons and values in lines without boxes, as core systems print them."""
    y, h, rows = _body(draft, bank)
    core = draft.rng.random() < 0.7
    h = min(h, draft.rng.uniform(5.5, 8.0))
    w = draft.width - 2 * MARGIN
    for row in rows:
        x = MARGIN + 3
        for name, share in row:
            cells.inline(draft, name, Rect(x, y + 1, share * (w - 4), h), core=core)
            x += share * (w - 4)
        y += h
    if draft.rng.random() < 0.4:
        draft.box(Rect(MARGIN, 15.5, w, draft.height - 26))
    conditions(draft, MARGIN + 3, y + 6)
    stamps(draft, Rect(MARGIN + w * 0.45, y, w * 0.55, draft.height - 11 - y))
    officials(draft)


def letter(draft: Draft, bank: str) -> None:
    """An official letter: document number below the title, an address, a sentence of law, items, authority and date."""
    w = draft.width - 2 * MARGIN
    draft.words(draft.title, draft.width / 2, 14, 6.0, "mm", face="serif_bold")
    cells.inline(draft, "document_no", Rect(draft.width - 100, 20, 88, 7))
    draft.words(f"{bank}：", MARGIN + 4, 32, 3.8)
    draft.words("　　根据《中华人民共和国民事诉讼法》等有关规定，请协助办理下列事项：", MARGIN + 4, 39, 3.6)
    y = 43.0
    inside = [name for name in draft.fields if name not in {"document_no", "authority_name", "date"}]
    rows = cells.pack(draft, inside)
    h = min(9.0, (draft.height - 78) / len(rows))
    for row in rows:
        x = MARGIN + 8
        for name, share in row:
            cells.inline(draft, name, Rect(x, y, share * (w - 10), h))
            x += share * (w - 10)
        y += h
    cells.inline(draft, "authority_name", Rect(draft.width / 2 - 10, y + 8, 100, 7))
    cells.date_line(draft, draft.width / 2 + 20, y + 21, draft.rng.random() < 0.5)
    draft.stamp_spots["stamp_bank"] = (draft.width / 2 + 40, y + 14)
    draft.words("（此联由协助执行单位留存）", MARGIN + 4, draft.height - 6, 2.6)
