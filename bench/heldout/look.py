"""How one bank's paper looks and how its printer fills it: fonts, colours, line weights, printed forms, shifts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from random import Random

from bench.heldout.content import EMPTY, Item
from bench.heldout.values import CAPITALS

FORM_FONTS = (
    "Noto Serif CJK SC",
    "Noto Sans CJK SC",
    "AR PL UMing CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Serif CJK SC",
)
FILL_FONTS = (
    "Noto Sans Mono CJK SC",
    "AR PL UMing CN",
    "AR PL UKai CN",
    "WenQuanYi Micro Hei Mono",
    "Noto Serif CJK SC",
    "Noto Sans CJK SC",
)
INKS = ("#1d1d1f", "#23415f", "#7b3b26", "#1f5a43", "#a3303a", "#5b3a78", "#2a2a2a", "#35628c")
FILLS = ("#141414", "#1b1b3a", "#262626", "#202a6b", "#3a3340")
UNITS = "亿千百十万千百十元角分"


@dataclass(frozen=True, slots=True)
class Look:
    """A family's paper and printer. Lengths are millimetres, sizes of type are points."""

    form_font: str
    fill_font: str
    ink: str
    fill: str
    paper: str
    line: float
    label_pt: float
    fill_pt: float
    bold_labels: bool
    justified: bool
    colon: str
    date_form: str
    amount_form: str
    fours: bool
    ticked: bool
    dots: bool
    shade: str
    grid: int
    wraps: bool
    tick: tuple[str, str]
    capital_parts: bool
    shift: tuple[float, float]


def make(family: Random, page: Random) -> Look:
    """A look: the family's choices, and this page's shift of the print."""
    return Look(
        form_font=family.choice(FORM_FONTS),
        fill_font=family.choice(FILL_FONTS),
        ink=family.choice(INKS),
        fill=family.choice(FILLS),
        paper=family.choice(("#ffffff", "#fdfcf7", "#f6f8fb", "#fdf6f4", "#f5faf4", "#fffef0")),
        line=family.choice((0.15, 0.2, 0.3, 0.4)),
        label_pt=family.choice((8.5, 9.0, 9.5, 10.0)),
        fill_pt=family.choice((10.0, 10.5, 11.0, 12.0)),
        bold_labels=family.random() < 0.2,
        justified=family.random() < 0.3,
        colon=family.choice(("：", "：", ":", "： ")),
        date_form=family.choice(("dash", "han", "han", "han_padded", "plain", "parts", "parts")),
        amount_form=family.choice(("yen", "yen", "comma", "plain", "wide_yen")),
        fours=family.random() < 0.3,
        ticked=family.random() < 0.55,
        dots=family.random() < 0.3,
        shade=family.choice(("", "", "#0000000c", "#2060a014")),
        grid=family.choice((0, 0, 9, 10, 11, 11)),
        wraps=family.random() < 0.3,
        tick=family.choice((("☑", "□"), ("■", "□"), ("[√]", "[ ]"), ("√", "□"), ("(√)", "( )"))),
        capital_parts=family.random() < 0.5,
        shift=(page.uniform(-0.5, 1.2), page.uniform(-0.7, 0.6)),
    )


def capital_date(date: dt.date) -> str:
    """A date in capitals as a cheque wants it (支付结算办法: 零 before 1 to 9 and before 壹拾, 贰拾, 叁拾)."""
    month = {10: "零壹拾", 11: "壹拾壹", 12: "壹拾贰"}.get(date.month) or "零" + CAPITALS[date.month]
    if date.month in range(3, 10):
        month = CAPITALS[date.month] if date.day % 2 else month
    tens, ones = divmod(date.day, 10)
    day = (CAPITALS[tens] + "拾" if tens else "") + (CAPITALS[ones] if ones else "")
    if date.day < 10 or date.day in (10, 20, 30):
        day = "零" + day
    return f"{''.join(CAPITALS[int(c)] for c in str(date.year))}年{month}月{day}日"


def date_text(date: dt.date, form: str) -> str:
    """A date in one of the catalogue's printed forms."""
    return {
        "dash": f"{date:%Y-%m-%d}",
        "han": f"{date.year}年{date.month}月{date.day}日",
        "han_padded": f"{date:%Y年%m月%d日}",
        "plain": f"{date:%Y%m%d}",
        "capital": capital_date(date),
    }.get(form, f"{date:%Y年%m月%d日}")


def amount_text(amount: Decimal, form: str) -> str:
    """An amount in one of the catalogue's printed forms."""
    sign = {"yen": "¥", "wide_yen": "￥"}.get(form, "")
    return f"{sign}{amount:.2f}" if form == "plain" else f"{sign}{amount:,.2f}"


def filled(text: str, name: str, cls: str = "v") -> str:
    """Markup of a filled-in value."""
    return f'<span class="{cls}" data-f="{name}">{escape(text)}</span>' if text else ""


def div(cls: str, *inner: str) -> str:
    """A block of the class `cls` about its parts."""
    return f'<div class="{cls}">{"".join(inner)}</div>'


def printed(text: str, cls: str = "l") -> str:
    """Markup of a pre-printed word."""
    return f'<span class="{cls}">{escape(text)}</span>'


def _parts(date: dt.date, form: str, name: str) -> str:
    """A date whose 年 月 日 are printed on the paper and whose figures are filled in."""
    text = capital_date(date) if form == "capital" else f"{date:%Y年%m月%d日}"
    cells, word = "", ""
    for char in text:
        if char in "年月日":
            cells, word = cells + filled(word, name, "v part") + printed(char), ""
        else:
            word += char
    return f'<span class="parts">{cells}</span>'


def _choice(item: Item, look: Look) -> str:
    """A choice: all options with one ticked, or the option written."""
    options = [o for o in item.options if not o.isascii()] or list(item.options)
    if not look.ticked or item.value not in options:
        return filled(str(item.value), item.name)
    on, off = look.tick
    return " ".join(
        f'<span class="whole">{filled(on, item.name, "v tick") if o == item.value else printed(off)}'
        f"{printed(o, 'l opt')}</span>"
        for o in options
    )


def shown(item: Item, look: Look, foreign: bool = False) -> str:
    """Markup of an item's value as the family prints it; nothing where the place is left empty."""
    value = item.value
    if item.state == EMPTY:
        return _empty(item, look)
    if isinstance(value, dt.date):
        apart = look.date_form == "parts" or (look.date_form == "capital" and look.capital_parts)
        return (_parts if apart else _whole)(value, look.date_form, item.name)
    if isinstance(value, Decimal):
        form = "comma" if item.label == "¥" or foreign else look.amount_form
        return filled(amount_text(value, form), item.name)
    return _choice(item, look) if item.kind == "choice" else _words(item, value, look)


def _whole(date: dt.date, form: str, name: str) -> str:
    return filled(date_text(date, form), name)


def _words(item: Item, value: str, look: Look) -> str:
    """A text, an account (in fours where the family spaces it), a number with its counter word."""
    if item.kind == "account" and look.fours:
        return filled(" ".join(value[i : i + 4] for i in range(0, len(value), 4)), item.name)
    counted = item.name == "attachments" and look.justified
    return filled(value, item.name) + (printed("　张") if counted else "")


def _empty(item: Item, look: Look) -> str:
    """An empty place: the options without a tick, or the counter word, or nothing at all."""
    if item.kind == "choice" and look.ticked:
        return " ".join(printed("□" + o, "l opt") for o in item.options if not o.isascii())
    return printed("　张") if item.name == "attachments" and look.justified else ""
