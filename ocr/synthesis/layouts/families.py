"""Families of layout: two parties in groups, boxed pairs, labels above values, plain lines. Each fills a draft."""

from __future__ import annotations

from collections.abc import Callable

from ocr.synthesis.form import Draft
from ocr.synthesis.layouts import cells
from ocr.synthesis.layouts.labels import LABELS, label, spread

_GROUP_WORDS = {
    "wire_transfer": ("汇款人", "收款人"),
    "settlement_application": ("申请人", "收款人"),
    "deposit_slip": ("出票人", "收款人"),
}
_MARGIN = 12.0


def _party(draft: Draft, side: str, box: tuple[float, float, float, float], word_w: float) -> None:
    """One side of a transfer: its vertical word, and the rows with bare labels; box is x, y, width, row height."""
    x, y, w, row = box
    parts = [part for part in ("name", "account", "bank") if f"{side}_{part}" in draft_fields(draft)]
    word = _GROUP_WORDS.get(draft.type, ("付款人", "收款人"))[side == "payee"]
    draft.box(x, y, word_w, row * len(parts))
    draft.words(word, x + word_w / 2, y + row * len(parts) / 2, 3.4, "mm", vertical=True)
    bank = {"wire_transfer": ("汇出行名称", "汇入行名称")}.get(draft.type)
    bare = {
        "name": draft_choice(draft, "name", ("全称", "户名", "名称")),
        "account": "账号",
        "bank": bank[side == "payee"] if bank else draft_choice(draft, "bank", ("开户银行", "开户行")),
    }
    label_w = 20.0 if bank else 17.0
    for number, part in enumerate(parts):
        top = y + number * row
        draft.box(x + word_w, top, w - word_w, row)
        draft.rule(x + word_w + label_w, top, x + word_w + label_w, top + row)
        text = spread(bare[part], draft.look.spread)
        draft.words(text, x + word_w + label_w / 2, top + row / 2, 3.2, "mm")
        left = x + word_w + label_w
        draft.slot(f"{side}_{part}", left + 1, top, w - word_w - label_w - 1.5, row)


def draft_choice(draft: Draft, key: str, options: tuple[str, ...]) -> str:
    """One of `options`, the same for both sides of a form."""
    return options[(len(draft.title) + int(draft.look.row * 10) + len(key)) % len(options)]


def draft_fields(draft: Draft) -> frozenset[str]:
    """The fields that this form carries."""
    return frozenset(draft.fields)


def _amounts(draft: Draft, y: float, h: float) -> None:
    """The row of the amount: in words at the left, in digits at the right."""
    w = draft.width - 2 * _MARGIN
    digits = draft.rng.random() < 0.65
    right = 60.0 if digits else 52.0
    cells.labelled(draft, "amount_in_words", _MARGIN, y, w - right, h, 24)
    if digits:
        cells.grid(draft, "amount", _MARGIN + w - right, y, right, h)
    else:
        cells.labelled(draft, "amount", _MARGIN + w - right, y, right, h, 16)


def _closing(draft: Draft, y: float, fields: list[str]) -> None:
    """The lower part of a form: remaining fields at the left, room for stamps at the right, officials at the foot."""
    w = draft.width - 2 * _MARGIN
    room = draft.height - 9 - y
    draft.box(_MARGIN, y, w, room)
    split = w * 0.55
    draft.rule(_MARGIN + split, y, _MARGIN + split, y + room)
    for number, name in enumerate(fields):
        h = min(9.0, room / len(fields))
        cells.labelled(draft, name, _MARGIN, y + number * h, split, h, 26)
    stamps(draft, _MARGIN + split, y, w - split, room)


def stamps(draft: Draft, x: float, y: float, w: float, h: float) -> None:
    """The words that ask for stamps, and the spots where they go."""
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
    names = rng.choice(
        ("会计主管        复核        记账", "主管：      会计：      复核：      记账：", "", "复核员       记账员")
    )
    draft.words(names, _MARGIN + 10, y, 2.8)
    if rng.random() < 0.5:
        draft.words(
            rng.choice(("此联由银行作记账凭证", "此联收款人开户行交持票人", "本凭证须加盖银行印章方为有效")),
            118,
            y,
            2.6,
        )
    if rng.random() < 0.6:
        copy = rng.choice(("第一联银行记账联", "第二联客户回单", "第三联收款人收账通知", "此联银行留存"))
        draft.words(copy, draft.width - 6.5, draft.height / 2, 2.6, "mm", vertical=True)
    if rng.random() < 0.3:
        draft.words(
            f"{rng.choice('ABKX')}{rng.randrange(100, 999)}-{rng.randrange(10, 99)}  210×148mm",
            8,
            draft.height - 2,
            2.0,
        )


def _top(draft: Draft, bank: str) -> float:
    """Title, date and number; returns where the table begins."""
    cells.title(draft, bank, draft.rng.choice(("（回单）", "（借方凭证）1", "（贷方凭证）2", "")))
    if "voucher_no" in draft.fields:
        cells.number_line(draft, draft.width - 66, 8)
    cells.date_line(draft, draft.rng.choice((14.0, draft.width / 2 - 30)), 20.5, draft.rng.random() < 0.75)
    return 24.5


def grouped(draft: Draft, bank: str) -> None:
    """Payer and payee side by side, or payer above payee, with vertical words and bare labels."""
    y, w = _top(draft, bank), draft.width - 2 * _MARGIN
    rest = [name for name in draft.fields if name in {"purpose", "attachments", "bill_no"}]
    row = draft.look.row
    rows = sum(f"payer_{part}" in draft.fields for part in ("name", "account", "bank"))
    if draft.rng.random() < 0.7 or rows == 0:
        _party(draft, "payer", (_MARGIN, y, w / 2, row), 7)
        _party(draft, "payee", (_MARGIN + w / 2, y, w / 2, row), 7)
        y += row * rows
    else:
        row = min(row, 8.0)
        _party(draft, "payer", (_MARGIN, y, w, row), 8)
        _party(draft, "payee", (_MARGIN, y + row * rows, w, row), 8)
        y += 2 * row * rows
    _amounts(draft, y, 11)
    _closing(draft, y + 11, rest)
    officials(draft)


def _body(draft: Draft, bank: str) -> tuple[float, float, list[list[tuple[str, float]]]]:
    """Title, date and number; where the body begins, the height of its rows, and its rows."""
    rng = draft.rng
    inside = list(draft.fields)
    cells.title(draft, bank, "")
    if "voucher_no" in inside:
        cells.number_line(draft, draft.width - 66, 8)
        inside.remove("voucher_no")
    y = 17.0
    if rng.random() < 0.5:
        cells.date_line(draft, rng.choice((14.0, draft.width - 72)), 19.5)
        inside.remove("date")
        y = 24.0
    rows = cells.pack(draft, inside)
    return y, min(draft.look.row + 1, (draft.height - y - 38) / len(rows)), rows


def pairs(draft: Draft, bank: str) -> None:
    """A boxed table of labels and values, one or two pairs a row."""
    y, h, rows = _body(draft, bank)
    w = draft.width - 2 * _MARGIN
    label_w = draft.rng.uniform(25, 30)
    for row in rows:
        x = _MARGIN
        for name, share in row:
            if name == "amount" and share * w > 85 and draft.rng.random() < 0.5 and h >= 8:
                cells.grid(draft, name, x + label_w, y, share * w - label_w, h)
                draft.box(x, y, label_w, h)
                draft.words(label(draft, name), x + label_w / 2, y + h / 2, 3.2, "mm")
            else:
                cells.labelled(draft, name, x, y, share * w, h, label_w)
            x += share * w
        y += h
    draft.box(_MARGIN, y, w, draft.height - 9 - y)
    _small_print(draft, _MARGIN + 2, y + 4)
    stamps(draft, _MARGIN + w * 0.5, y, w * 0.5, draft.height - 9 - y)
    officials(draft)


def above(draft: Draft, bank: str) -> None:
    """A boxed table whose labels stand small above their values."""
    y, h, rows = _body(draft, bank)
    w = draft.width - 2 * _MARGIN
    h = max(h, min(10.5, (draft.height - y - 24) / len(rows)))
    for row in rows:
        x = _MARGIN
        for name, share in row:
            cells.headed(draft, name, x, y, share * w, h)
            x += share * w
        y += h
    stamps(draft, _MARGIN + w * 0.4, y, w * 0.6, draft.height - 9 - y)
    officials(draft)


def lines(draft: Draft, bank: str) -> None:
    """Labels, colons and values in lines without boxes, as core systems print them."""
    y, h, rows = _body(draft, bank)
    core = draft.rng.random() < 0.7
    h = min(h, 8.0)
    framed = draft.rng.random() < 0.4
    w = draft.width - 2 * _MARGIN
    for row in rows:
        x = _MARGIN + 3
        for name, share in row:
            cells.inline(draft, name, x, y + 1, share * (w - 4), h, core=core)
            x += share * (w - 4)
        y += h
    if framed:
        draft.box(_MARGIN, 15.5, w, draft.height - 26)
    _small_print(draft, _MARGIN + 3, y + 6)
    stamps(draft, _MARGIN + w * 0.45, y, w * 0.55, draft.height - 11 - y)
    officials(draft)


def _small_print(draft: Draft, x: float, y: float) -> None:
    """Two or three lines of conditions in small type."""
    texts = (
        "客户须知：", "1.本凭证涂改无效，请妥善保管。", "2.上述内容已经本人核对无误并确认。", "3.如有疑问请致电客户服务热线。",
    )  # fmt: skip
    if draft.rng.random() < 0.6:
        for number, text in enumerate(texts[: draft.rng.randrange(2, 5)]):
            draft.words(text, x, y + number * 3.6, 2.3)


FAMILIES: dict[str, Callable[[Draft, str], None]] = {"grouped": grouped, "pairs": pairs, "above": above, "lines": lines}
KNOWN_FIELDS = frozenset(LABELS)
