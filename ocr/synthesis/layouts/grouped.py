"""The layouts of transfers: payer and payee as groups with a vertical or leading word and bare labels."""

from __future__ import annotations

from ocr.synthesis.form import Draft, Rect
from ocr.synthesis.layouts import cells
from ocr.synthesis.layouts.families import MARGIN, kinds_of_business, officials, stamps
from ocr.synthesis.layouts.labels import spread

_WORDS = {
    "wire_transfer": ("汇款人", "收款人"),
    "settlement_application": ("申请人", "收款人"),
    "deposit_slip": ("出票人", "收款人"),
}
_PARTS = ("name", "account", "bank")


def _bare_labels(draft: Draft) -> dict[str, dict[str, str]]:
    """The bare label of each row, by side; both sides use the same words, but for the banks of a wire transfer."""
    rng = draft.rng
    name, bank = rng.choice(("全称", "户名", "名称")), rng.choice(("开户银行", "开户行"))
    banks = {"payer": bank, "payee": bank}
    if draft.type == "wire_transfer":
        banks = {"payer": "汇出行名称", "payee": "汇入行名称"}
    return {side: {"name": name, "account": "账号", "bank": banks[side]} for side in banks}


def _party(draft: Draft, side: str, rect: Rect, labels: dict[str, str]) -> None:
    """One side of a transfer: its vertical word, and a row for each of its parts; `rect.h` is the height of a row."""
    x, y, w, row = rect
    parts = [part for part in _PARTS if f"{side}_{part}" in draft.fields]
    word = _WORDS.get(draft.type, ("付款人", "收款人"))[side == "payee"]
    word_w, label_w = 7.5, 20.0 if len(labels["bank"]) > 4 else 17.0
    draft.box(Rect(x, y, word_w, row * len(parts)))
    draft.words(word, x + word_w / 2, y + row * len(parts) / 2, 3.4, "mm", vertical=True)
    for number, part in enumerate(parts):
        cell = Rect(x + word_w, y + number * row, w - word_w, row)
        room = cells.label_column(draft, spread(labels[part], draft.look.spread), cell, label_w)
        draft.slot(f"{side}_{part}", room)


def _amounts(draft: Draft, y: float, h: float) -> None:
    """The row of the amount: in words at the left, in digits at the right."""
    w = draft.width - 2 * MARGIN
    digits = draft.rng.random() < 0.65
    right = 60.0 if digits else 52.0
    cells.labelled(draft, "amount_in_words", Rect(MARGIN, y, w - right, h), 24)
    place = Rect(MARGIN + w - right, y, right, h)
    if digits:
        cells.grid(draft, "amount", place)
    else:
        cells.labelled(draft, "amount", place, 16)


def _closing(draft: Draft, y: float) -> None:
    """The lower part: remaining fields at the left, room for stamps at the right."""
    fields = [name for name in draft.fields if name in {"purpose", "attachments", "bill_no"}] + list(draft.extras)
    w, room = draft.width - 2 * MARGIN, draft.height - 9 - y
    split = w * draft.rng.uniform(0.48, 0.6)
    draft.box(Rect(MARGIN, y, w, room))
    draft.rule(MARGIN + split, y, MARGIN + split, y + room)
    h = min(9.0, room / max(1, len(fields)))
    for number, name in enumerate(fields):
        cells.labelled(draft, name, Rect(MARGIN, y + number * h, split, h), 26)
    stamps(draft, Rect(MARGIN + split, y, w - split, room))


def _top(draft: Draft, bank: str) -> float:
    """Title, date and number; returns where the table begins."""
    cells.title(draft, bank, draft.rng.choice(("（回单）", "（借方凭证）1", "（贷方凭证）2", "")))
    if "voucher_no" in draft.fields:
        cells.number_line(draft, draft.width - 66, 8)
    left = draft.type == "settlement_application" or draft.rng.random() < 0.4
    cells.date_line(draft, 14.0 if left else draft.width / 2 - 30, 20.5, draft.rng.random() < 0.75)
    kinds_of_business(draft, 20.5)
    return 24.5


def grouped(draft: Draft, bank: str) -> None:
    """Payer and payee side by side, or payer above payee."""
    y, w = _top(draft, bank), draft.width - 2 * MARGIN
    labels, row = _bare_labels(draft), draft.look.row
    rows = sum(f"payer_{part}" in draft.fields for part in _PARTS)
    if draft.rng.random() < 0.65:
        _party(draft, "payer", Rect(MARGIN, y, w / 2, row), labels["payer"])
        _party(draft, "payee", Rect(MARGIN + w / 2, y, w / 2, row), labels["payee"])
        y += row * rows
    else:
        row = min(row, 8.0)
        _party(draft, "payer", Rect(MARGIN, y, w, row), labels["payer"])
        _party(draft, "payee", Rect(MARGIN, y + row * rows, w, row), labels["payee"])
        y += 2 * row * rows
    _amounts(draft, y, 11)
    _closing(draft, y + 11)
    officials(draft)


def _led_party(draft: Draft, side: str, y: float, labels: dict[str, str]) -> float:
    """A leading word, then a side's bare labels with their values, the bank on a line of its own; where they end."""
    colon = draft.look.colon or "："
    word = _WORDS.get(draft.type, ("付款人", "收款人"))[side == "payee"]
    draft.words(word, MARGIN + 2, y + 4, 3.4, face="hei_bold")
    places = {"name": (0.0, 0.0, 98.0), "account": (98.0, 0.0, 66.0), "bank": (0.0, 7.5, 98.0)}
    for part in _PARTS:
        if f"{side}_{part}" not in draft.fields:
            continue
        dx, dy, w = places[part]
        left = MARGIN + 18 + dx
        text = spread(labels[part], draft.look.spread) + colon
        draft.words(text, left, y + dy + 4, 3.2)
        used = cells.width_mm(text, draft.look.face, 3.2) + 1
        draft.slot(f"{side}_{part}", Rect(left + used, y + dy, w - used, 8))
    return y + (16.5 if f"{side}_bank" in draft.fields else 9)


def led(draft: Draft, bank: str) -> None:
    """Payer and payee as leading words of open lines, the amount and the rest in cells below."""
    y, w = _top(draft, bank), draft.width - 2 * MARGIN
    labels = _bare_labels(draft)
    for side in ("payer", "payee"):
        top = y
        y = _led_party(draft, side, y, labels[side])
        if draft.look.rule > 0.2:
            draft.box(Rect(MARGIN, top, w, y - top))
    _amounts(draft, y, 11)
    _closing(draft, y + 11)
    officials(draft)
