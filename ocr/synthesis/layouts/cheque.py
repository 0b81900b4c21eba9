"""Cheques, 225 × 80 mm: capital date, payee, amount in words and in a digit grid, purpose, room for seals."""

from __future__ import annotations

from ocr.synthesis.form import Draft, Rect
from ocr.synthesis.layouts import cells
from ocr.synthesis.layouts.labels import spread


def _head(draft: Draft, bank: str, x: float) -> None:
    short = bank[: bank.find("银行") + 2] if "银行" in bank else bank
    draft.words(short, x + 4, 8, 4.6, face="serif_bold")
    gap = " " * draft.rng.choice((0, 0, 1))
    draft.words(gap.join(draft.title), x + 78, 8, 6.2, "mm", face="serif_bold")
    text = draft.rng.choice(("No.", "支票号码", "票据号码", "№", "凭证号码："))
    draft.words(text, draft.width - 66, 8, 3.4)
    used = cells.width_mm(text, draft.look.face, 3.4) + 1
    draft.slot("voucher_no", Rect(draft.width - 66 + used, 5, 64 - used, 6), size=4.2)


def _money(draft: Draft, x: float, y: float, w: float) -> None:
    """Amount in words with its digit grid."""
    draft.words("人民币", x + 1, y + 3.2, 3.0)
    draft.words(draft.rng.choice(("(大写)", "（大写）")), x + 1, y + 7.6, 3.0)
    draft.slot("amount_in_words", Rect(x + 14, y, w - 14 - 58, 11), size=4.0)
    cells.grid(draft, "amount", Rect(x + w - 57, y, 56, 11))


def _foot(draft: Draft, x: float, y: float, boxed: bool) -> None:
    """Purpose, the sentence of the drawer, seals and officials."""
    if "purpose" in draft.fields:
        label = spread("用途", 1) + draft.rng.choice(("", "：", ":"))
        draft.words(label, x + 1, y + 4, 3.2)
        draft.slot("purpose", Rect(x + 14, y + 0.5, 50, 7))
        draft.rule(x + 13, y + 7.5, x + 66, y + 7.5, 0.12)
    draft.words("上列款项请从", x + 1, y + 12, 3.0)
    draft.words("我账户内支付", x + 1, y + 17, 3.0)
    draft.words("出票人签章", x + 1, y + 22.5, 3.0)
    draft.words("复核        记账", draft.width - 60, y + 24, 3.0)
    if boxed:
        draft.words("密码", draft.width - 82, y + 4, 3.0)
        draft.box(Rect(draft.width - 72, y + 1, 60, 6), 0.15)
    draft.stamp_spots["stamp_customer"] = (x + 52, y + 16)
    draft.stamp_spots["stamp_bank"] = (draft.width - 45, y + 14)


def cheque(draft: Draft, bank: str) -> None:
    """The body of a cheque behind the drawer's stub side; the account of the drawer stands at the right."""
    x, boxed = draft.rng.choice((8.0, 20.0)), draft.rng.random() < 0.5
    w = draft.width - x - 10
    _head(draft, bank, x)
    brackets = draft.rng.choice(("出票日期(大写)", "出票日期（大写）"))
    draft.words(brackets, x + 2, 17, 3.0)
    cells.year_month_day(draft, "date", x + 27, 17, capital=True)
    right = x + w - 92
    bank_label = draft.rng.choice(("付款行名称：", "付款行名称:"))
    draft.words(bank_label, right, 16, 3.0)
    draft.slot("payer_bank", Rect(right + 19, 13, 72, 6), size=3.4)
    account = draft.rng.choice(("出票人账号：", "出票人账号:", "账号："))
    draft.words("收款人" + draft.rng.choice(("：", ":", "")), x + 2, 23.5, 3.2)
    draft.slot("payee_name", Rect(x + 15, 20, right - x - 16, 7))
    draft.words(account, right, 23, 3.0)
    draft.slot("payer_account", Rect(right + 19, 20, 72, 6))
    draft.rule(x + 14, 26.8, right - 2, 26.8, 0.12)
    _money(draft, x, 29, w)
    if boxed:
        draft.box(Rect(x, 28.5, w, 12))
    _foot(draft, x, 42, boxed)
    if x > 10:
        draft.words("付款期限自出票之日起十天", x - 8, 44, 2.6, "mm", vertical=True)


def endorsement(draft: Draft, bank: str) -> None:
    """The back of a cheque: two boxes for endorsers and room for attached slips."""
    del bank
    thirds = (draft.width - 20) / 3
    for number, text in enumerate(("附加信息：", "被背书人", "被背书人")):
        x = 10 + number * thirds
        draft.box(Rect(x, 8, thirds, 62))
        draft.words(text, x + 3, 12, 3.0)
        if number:
            draft.words("背书人签章", x + thirds / 2 + 4, 56, 3.0)
            draft.words("年    月    日", x + thirds / 2 + 2, 64, 3.0)
    draft.slot("endorsee", Rect(10 + thirds + 18, 9, thirds - 20, 6))
    draft.stamp_spots["stamp_customer"] = (10 + thirds * 1.5, 36)
    draft.words(
        "根据《中华人民共和国票据法》等法律法规的规定，签发空头支票由中国人民银行处以票面金额5%但不低于1000元的罚款。",
        12,
        74,
        2.3,
    )
