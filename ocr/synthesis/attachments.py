"""Papers that tellers attach: a copy of an identity card, an invoice, a contract, a long receipt. None is a voucher."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from ocr.synthesis import numbers
from ocr.synthesis import vocabulary as words
from ocr.synthesis.form import Draft, Pixels, Rect, preprint
from ocr.synthesis.layouts.design import random_look
from ocr.synthesis.values import Values


def _blank(width: float, height: float, rng: random.Random) -> Draft:
    look = replace(random_look(rng), ink=(42, 42, 44), paper=rng.choice(((255, 255, 255), (250, 250, 247))))
    return Draft("attachment", "", width, height, look, rng)


def _identity_card(values: Values) -> Draft:
    """Both sides of an identity card copied on one sheet."""
    rng = values.rng
    draft = _blank(210.0, 148.0, rng)
    person, number = values.person(), numbers.id_card(rng)
    draft.box(Rect(18, 30, 85.6, 54), 0.3)
    rows = (
        f"姓名  {person}",
        f"性别  {'男' if int(number[16]) % 2 else '女'}    民族  汉",
        f"出生  {number[6:10]} 年 {int(number[10:12])} 月 {int(number[12:14])} 日",
        f"住址  {rng.choice(words.CITIES)}市{rng.choice(words.DISTRICTS)}路{rng.randrange(1, 900)}号",
    )
    for place, row in enumerate(rows):
        draft.words(row, 22, 39 + place * 9, 3.2, face="hei")
    draft.words(f"公民身份号码  {number}", 22, 78, 3.6, face="hei")
    draft.box(Rect(80, 36, 19, 26), 0.2)
    draft.box(Rect(110, 30, 85.6, 54), 0.3)
    draft.words("中华人民共和国", 153, 42, 4.5, "mm", face="hei_bold")
    draft.words("居 民 身 份 证", 153, 52, 6, "mm", face="hei_bold")
    draft.words(f"签发机关  {rng.choice(words.CITIES)}市公安局", 122, 68, 3.2, face="hei")
    draft.words("有效期限  2016.03.12-2036.03.12", 122, 76, 3.2, face="hei")
    draft.words("仅供办理银行业务使用，再次复印无效", 105, 110, 4, "mm")
    return draft


def _invoice(values: Values) -> Draft:
    """A VAT invoice with its lines of goods."""
    rng = values.rng
    draft = _blank(210.0, 140.0, rng)
    draft.words("电子发票（增值税专用发票）", 105, 12, 6, "mm", face="kai")
    draft.words(f"发票号码：{numbers.digits(rng, 20)}", 140, 8, 2.8)
    draft.words(f"开票日期：{values.business_date:%Y年%m月%d日}", 140, 13, 2.8)
    for x, side in ((10, "购买方信息"), (105, "销售方信息")):
        draft.box(Rect(x, 20, 95, 20))
        draft.words(side, x + 3.5, 30, 2.7, "mm", vertical=True)
        draft.words(f"名称：{values.company()}", x + 9, 26, 3)
        draft.words(f"统一社会信用代码/纳税人识别号：{numbers.uscc(rng)}", x + 9, 34, 3)
    draft.box(Rect(10, 40, 190, 58))
    draft.words(
        "项目名称        规格型号     单位     数量        单价          金额     税率/征收率      税额", 15, 44, 3
    )
    total = Decimal(0)
    for row in range(rng.randrange(2, 6)):
        price = numbers.amount(rng, 10, 9999)
        total += price
        goods = f"*{rng.choice(words.TRADES)}*{rng.choice(words.BRANDS)}"
        text = f"{goods}      件     1      {price}      {price}     13%      "
        draft.words(text + numbers.cents(price * Decimal("0.13")), 13, 51 + row * 6, 2.9)
    draft.box(Rect(10, 98, 190, 10))
    draft.words(f"价税合计（大写）  ⊗{values.capital(total).stored}      （小写）¥{total}", 15, 103, 3.4)
    draft.words(f"开票人：{values.person()}", 20, 120, 3)
    return draft


def _contract(values: Values) -> Draft:
    """A page of a sales contract."""
    draft = _blank(210.0, 280.0, values.rng)
    first, second = values.company(), values.company()
    draft.words("购 销 合 同", 105, 25, 8, "mm", face="hei_bold")
    amount = numbers.amount(values.rng, 10000, 1e6)
    blanks = {"甲": first, "乙": second, "数": amount, "大写": values.capital(amount).stored}
    body = [text.format(**blanks) for text in words.CONTRACT]
    body += [f"签订日期：{values.business_date:%Y年%m月%d日}", f"合同编号：HT{numbers.digits(values.rng, 8)}"]
    for row, text in enumerate(body):
        draft.words(text, 25, 45 + row * 10, 4.2)
    return draft


def _receipt(values: Values) -> Draft:
    """A shop's long till receipt of 80 mm."""
    rng = values.rng
    rows = rng.randrange(14, 24)
    draft = _blank(80.0, 60.0 + rows * 5, rng)
    draft.words(values.company(), 40, 8, 3.4, "mm")
    draft.words("购物小票", 40, 14, 4, "mm", face="hei_bold")
    draft.words(
        f"{values.business_date:%Y-%m-%d} 12:{rng.randrange(10, 60)}  单号{numbers.digits(rng, 12)}", 5, 21, 2.6
    )
    total = Decimal(0)
    for row in range(rows):
        price = numbers.amount(rng, 1, 300)
        total += price
        draft.words(f"{rng.choice(words.BRANDS)}{rng.choice(words.TRADES)[:4]}", 5, 29 + row * 5, 2.8)
        draft.words(f"x1    {price}", 75, 29 + row * 5, 2.8, "rm")
    draft.words(f"合计    {total}", 75, 34 + rows * 5, 3.4, "rm", face="hei_bold")
    draft.words("谢谢惠顾，请保管好小票", 40, 46 + rows * 5, 2.8, "mm")
    return draft


_KINDS: tuple[Callable[[Values], Draft], ...] = (_identity_card, _invoice, _contract, _receipt)


def attachment(values: Values, dpi: int) -> Pixels:
    """Some attached paper as H×W×3 BGR."""
    draft = values.rng.choice(_KINDS)(values)
    return preprint.__wrapped__(draft.done(), dpi).copy()
