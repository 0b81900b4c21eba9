"""Red and blue stamps of banks and customers as SVG, laid over the paper like ink."""

from __future__ import annotations

import datetime as dt
from random import Random

from bench.heldout import values
from bench.heldout.content import Content

BANK_WORDS = {
    "cash_deposit": ("现金收讫", "业务专用章", "业务清讫"),
    "cash_withdrawal": ("现金付讫", "业务专用章", "业务清讫"),
    "cash_cheque": ("现金付讫", "业务清讫"),
}
FONT = 'font-family="Noto Serif CJK SC" font-weight="700"'


def _arc(text: str, radius: float, size: float, squeeze: float = 1.0) -> str:
    """Letters on the upper arc of a circle of `radius` about 0,0 (millimetres)."""
    spread = min(260.0, len(text) * size * 66 / radius)
    out = ""
    for place, char in enumerate(text):
        angle = -spread / 2 + spread * (place + 0.5) / len(text)
        out += (
            f'<text transform="scale(1,{squeeze}) rotate({angle:.1f}) translate(0,{-radius:.1f})" font-size="{size}"'
            f' text-anchor="middle">{char}</text>'
        )
    return out


def _round(ring: str, middle: str, date: str, oval: bool) -> str:
    """A round or oval stamp: the office on the ring, the date and the word within."""
    squeeze = 0.72 if oval else 1.0
    star = '<text y="4" font-size="11" text-anchor="middle">★</text>' if not date else ""
    day = f'<text y="2" font-size="4.6" text-anchor="middle" font-family="Noto Sans CJK SC">{date}</text>'
    return (
        f'<ellipse rx="19" ry="{19 * squeeze}" fill="none" stroke-width="1.1"/>'
        f"{_arc(ring, 13.6, 4.0, squeeze)}{star}{day if date else ''}"
        f'<text y="{8.6 if not oval else 7.6}" font-size="4.4" text-anchor="middle">{middle}</text>'
    )


def _box(ring: str, middle: str, date: str) -> str:
    """A stamp in a frame of three lines: office, date, word."""
    size = min(4.0, 36 / len(ring))
    return (
        '<rect x="-20" y="-12" width="40" height="24" fill="none" stroke-width="1"/>'
        f'<text y="-5.5" font-size="{size:.1f}" text-anchor="middle">{ring}</text>'
        f'<text y="2" font-size="5" text-anchor="middle" font-family="Noto Sans CJK SC">{date}</text>'
        f'<text y="9.5" font-size="5" text-anchor="middle">{middle}</text>'
    )


def _square(name: str) -> str:
    """A person's square seal."""
    chars = (name + "之印")[:4] if len(name) == 2 else (name + "印")[:4]
    spots = ((1, 0), (1, 1), (0, 0), (0, 1))
    letters = "".join(
        f'<text x="{x * 7.4 - 3.7:.1f}" y="{y * 7.6 - 1.2:.1f}" font-size="7" text-anchor="middle">{c}</text>'
        for c, (x, y) in zip(chars, spots, strict=False)
    )
    return f'<rect x="-8.4" y="-8.4" width="16.8" height="16.8" fill="none" stroke-width="1"/>{letters}'


def _svg(art: str, rng: Random, scale: float, color: str, at: tuple[float, float]) -> str:
    """The art as an element centred on `left`, `top` per cent of its place."""
    left, top = at
    angle, alpha = rng.uniform(-14, 14), rng.uniform(0.5, 0.85)
    side = 42 * scale
    style = (
        f"width:{side:.1f}mm;height:{side:.1f}mm;left:calc({left:.0f}% - {side / 2:.1f}mm);"
        f"top:calc({top:.0f}% - {side / 2:.1f}mm);transform:rotate({angle:.1f}deg);opacity:{alpha:.2f}"
    )
    group = f'<g stroke="{color}" stroke-width="0">{art}</g>'
    return f'<svg class="stamp" viewBox="-21 -21 42 42" style="{style}" fill="{color}" stroke="none">{group}</svg>'


def draw(rng: Random, content: Content, name: str) -> str:
    """A stamp of the bank, or the customer's round stamp and square seal, for a place that lets it overflow."""
    color = rng.choice(("#c8202c", "#d42a2a", "#b81e3a", "#e03c31"))
    left, top = rng.uniform(30, 70), rng.uniform(25, 60)
    if content.kind.name.endswith("cheque"):
        top -= 8
    if name == "stamp_customer":
        firm = rng.choice(values.CITIES) + rng.choice(values.BRANDS) + rng.choice(values.TRADES) + "有限公司"
        word = rng.choice(("财务专用章", "财务专用章", "合同专用章"))
        seal = _svg(_square(values.person(rng)), rng, 0.8, color, (min(left + 38, 96), top + 10))
        return _svg(_round(firm, word, "", False), rng, rng.uniform(0.7, 0.9), color, (left - 12, top)) + seal
    words = BANK_WORDS.get(content.kind.name, ("业务专用章", "转讫", "业务清讫", "受理凭证专用章", "会计业务章"))
    date = content.items["date"].value
    assert isinstance(date, dt.date)
    day = rng.choice((f"{date:%Y.%m.%d}", f"{date:%Y-%m-%d}", f"{date:%Y.%-m.%-d}"))
    if rng.random() < 0.12:
        color = "#2a3fa8"
    ring = values.bank(rng)[:14]
    shape = rng.choice(("round", "oval", "box"))
    art = (
        _box(ring, rng.choice(words), day) if shape == "box" else _round(ring, rng.choice(words), day, shape == "oval")
    )
    return _svg(art, rng, rng.uniform(0.65, 0.95), color, (left, top))
