"""The characters that a value of each kind of the catalogue can be printed with; other kinds can hold any."""

from __future__ import annotations

from ocr.kinds import capitals

DIGITS = "0123456789"
# A crop often holds the label, sign or unit beside the value, which must not be forced into digits.
LABELS = "金额大小写人民币美港欧 ()（）:："
MONEY = DIGITS + ".,，。¥￥$+-－*元圆整正RMBCNYUSDHKDEUR" + LABELS
WORDS = "".join(capitals.CAPITALS) + "〇一二三四五六七八九十百千萬億圓負负¥￥" + LABELS
DATES = DIGITS + "年月日零〇一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾-－/.:： 期"
MASKS: dict[str, frozenset[str]] = {
    "amount": frozenset(MONEY),
    "amount_cn": frozenset(WORDS),
    "account": frozenset(DIGITS + " -－:：账帐卡号"),
    "date": frozenset(DATES),
}
# Small reads these at once: one wrong character of them costs more than a second of a keyer.
WEIGHTY = frozenset({"amount", "amount_cn", "account", "name"})


def mask_of(kind: str | None) -> frozenset[str] | None:
    """The characters that a value of the kind can hold, None where it can hold any."""
    return None if kind is None else MASKS.get(kind)
