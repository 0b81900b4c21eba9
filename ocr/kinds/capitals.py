"""Chinese capital numerals: amounts and dates in words, read back to numbers, tolerant of look-alikes."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {"零": 0, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}
SECTIONS = {"万": 10**4, "亿": 10**8}
# What engines and other spellings put for a capital numeral.
LOOK_ALIKES = {
    "〇": "零", "○": "零", "雰": "零", "霉": "零", "苓": "零", "囹": "零",
    "一": "壹", "壶": "壹", "壺": "壹", "弌": "壹", "喜": "壹", "豆": "壹", "臺": "壹", "查": "壹", "壱": "壹",
    "畫": "壹",
    "二": "贰", "貳": "贰", "贳": "贰", "贯": "贰", "货": "贰", "弍": "贰", "弐": "贰", "贾": "贰", "资": "贰",
    "贷": "贰",    "貮": "贰", "贪": "贰", "贡": "贰", "贫": "贰", "式": "贰", "武": "贰",
    "三": "叁", "参": "叁", "叄": "叁", "參": "叁", "弎": "叁", "叅": "叁", "巻": "叁", "卷": "叁",
    "四": "肆", "肄": "肆", "津": "肆", "律": "肆", "建": "肆",
    "五": "伍", "吾": "伍", "任": "伍", "俉": "伍", "佤": "伍",
    "六": "陆", "陸": "陆", "陡": "陆", "队": "陆", "陕": "陆", "际": "陆", "院": "陆", "隆": "陆", "陌": "陆",
    "七": "柒", "染": "柒", "漆": "柒", "沫": "柒", "朵": "柒", "梁": "柒", "柴": "柒",
    "八": "捌", "别": "捌", "扒": "捌", "拐": "捌", "捐": "捌",
    "九": "玖", "玫": "玖", "坎": "玖", "致": "玖", "政": "玖",
    "十": "拾", "捨": "拾", "抬": "拾", "给": "拾", "恰": "拾", "合": "拾", "洽": "拾", "什": "拾", "枪": "拾",
    "百": "佰", "伯": "佰", "怕": "佰", "值": "佰", "信": "佰", "拍": "佰", "泊": "佰",
    "千": "仟", "阡": "仟", "仠": "仟", "讦": "仟", "仕": "仟", "仔": "仟", "件": "仟", "仁": "仟",
    "萬": "万", "方": "万", "億": "亿", "忆": "亿", "乙": "亿",
    "圓": "元", "圆": "元", "园": "元", "兀": "元", "无": "元", "完": "元", "國": "元", "员": "元",
    "正": "整", "蹩": "整", "警": "整", "鳌": "整", "些": "整", "螯": "整", "憋": "整", "鳖": "整",
    "用": "角", "甬": "角", "鱼": "角", "兔": "角", "确": "角", "份": "分", "芬": "分", "今": "分",
}  # fmt: skip
CAPITALS = frozenset("零壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正")
_PLAIN = frozenset("〇一二三四五六七八九十百千萬億圓参")
_SECTION = re.compile(r"(?:([1-9])q)?(?:0*([1-9])b)?(?:0*([1-9])?s)?(?:0*([1-9]))?0*")


def is_capital(char: str) -> bool:
    """Whether a character belongs in a capital amount as it is printed."""
    return char in CAPITALS or char in _PLAIN


def is_worded(text: str) -> bool:
    """Whether a text is mostly of the characters of an amount in words."""
    return sum(is_capital(char) for char in text) >= 0.6 * max(1, len(text))


def cleaned(text: str) -> str:
    """A capital amount without spaces, punctuation and the leading 人民币, still as written."""
    text = re.sub(r"[\s::,,.。、;;⊗×xX*¥¥()()\[\]【】|丨_\-]", "", text)
    # The head of a grid of digits, read in one line with the words.
    text = re.sub(r"^[亿万元角分]*[千百十][亿千百十万元角分]{2,}(?=[^亿千百十万元角分])", "", text)
    return re.sub(r"^(?:人民币?|RMB)?(?:大写)?(?:人民币)?", "", text)


def repaired(text: str) -> str:
    """The text with look-alikes replaced by the capital numeral that they stand for, spellings of 元 and 整 kept."""
    return "".join(c if c in CAPITALS else LOOK_ALIKES.get(c, c) for c in text)


def _standard(text: str) -> str:
    return repaired(text).replace("圆", "元").replace("正", "整")


def _section(text: str) -> int | None:
    """The value of up to four places (仟佰拾 and units), None where it is not well formed."""
    table = str.maketrans({**{c: str(v) for c, v in DIGITS.items()}, "仟": "q", "佰": "b", "拾": "s"})
    match = _SECTION.fullmatch(text.lstrip("零").translate(table))
    if match is None or not text:
        return None
    q, b, s, u = match.groups()
    tens = int(s) if s else int("s" in match.group(0))
    return int(q or 0) * 1000 + int(b or 0) * 100 + tens * 10 + int(u or 0)


def _whole(text: str) -> int | None:
    """The value of the part before 元, sections of 亿 and 万 included."""
    total = 0
    for mark, value in (("亿", 10**8), ("万", 10**4)):
        if mark in text:
            head, text = text.split(mark, 1)
            part = _whole(head) if "万" in head else _section(head)
            if not part:
                return None
            total += part * value
    if not text:
        return total or None
    part = _section(text)
    return None if part is None else total + part


def _cents(text: str) -> int | None:
    """The value of the part behind 元 in 分."""
    match = re.fullmatch(r"零?(?:([壹贰叁肆伍陆柒捌玖零])角)?零?(?:([壹贰叁肆伍陆柒捌玖])分)?整?", text)
    if match is None:
        return None
    jiao, fen = match.groups()
    return (DIGITS[jiao] * 10 if jiao else 0) + (DIGITS[fen] if fen else 0)


def capital_value(text: str) -> Decimal | None:
    """The amount that words such as 壹仟贰佰叁拾肆元伍角整 say, two decimals; None where they are not well formed."""
    standard = _standard(cleaned(text))
    if "元" in standard:
        head, tail = standard.split("元", 1)
        whole = 0 if head in {"零", ""} else _whole(head)
        cents = _cents(tail)
    elif standard[-1:] in {"整", "角", "分"}:
        bare = re.fullmatch(r"(.*?[拾佰仟万亿零壹贰叁肆伍陆柒捌玖])整", standard)
        whole, cents = (_whole(bare[1]), 0) if bare else (0, _cents(standard))
    else:
        return None
    if whole is None or cents is None or not (whole or cents):
        return None
    return Decimal(whole * 100 + cents).scaleb(-2)


def year_of(text: str) -> int | None:
    """A year written digit by digit, 贰零贰陆."""
    digits = [DIGITS.get(c) for c in _standard(text)]
    if len(digits) != 4 or None in digits:
        return None
    return int("".join(str(d) for d in digits))


def small_number(text: str) -> int | None:
    """A month or day in words: 叁, 零捌, 壹拾贰, 零壹拾, 贰拾, 叁拾壹."""
    standard = _standard(text).lstrip("零")
    match = re.fullmatch(r"([壹贰叁])?(拾)?([壹贰叁肆伍陆柒捌玖])?", standard)
    if match is None or not standard:
        return None
    tens, ten, unit = match.groups()
    if not ten:
        return DIGITS[standard] if len(standard) == 1 else None
    return (DIGITS[tens] if tens else 1) * 10 + (DIGITS[unit] if unit else 0)
