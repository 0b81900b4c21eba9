"""Seeded values of the catalogue's kinds: names, accounts, amounts, dates and numbers with their check digits."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

import yaml

CAPITALS = "零壹贰叁肆伍陆柒捌玖"
CENT = Decimal("0.01")

_WORDS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
CITIES = _WORDS["cities"]
BRANDS = _WORDS["brands"]
TRADES = _WORDS["trades"]
FIRMS = _WORDS["firms"]
BANKS = _WORDS["banks"]
STREETS = _WORDS["streets"]
SURNAMES = _WORDS["surnames"]
GIVEN = _WORDS["given"]
LATIN = _WORDS["latin"]
PURPOSES = _WORDS["purposes"]
SOURCES = _WORDS["sources"]
REASONS = _WORDS["reasons"]
TOWNS = _WORDS["towns"]
COURTS = _WORDS["courts"]


def digits(rng: Random, count: int) -> str:
    """`count` digits, the first not a nought."""
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1))


def person(rng: Random) -> str:
    return rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, rng.choice((1, 2, 2))))


def company(rng: Random) -> str:
    """A company's name, some with a bracketed city, a few in Latin letters."""
    if rng.random() < 0.03:
        return rng.choice(LATIN)
    city, brand, trade, firm = (rng.choice(pool) for pool in (CITIES, BRANDS, TRADES, FIRMS))
    place = rng.random()
    if place < 0.15:
        return f"{brand}（{city}）{trade}{firm}"
    return f"{city}{'市' if place < 0.5 else ''}{brand}{trade}{firm}"


def party(rng: Random) -> str:
    """A person in one case of six, else a company."""
    return person(rng) if rng.random() < 0.16 else company(rng)


def bank(rng: Random) -> str:
    """A bank office; the last word says which."""
    name, city, street = rng.choice(BANKS), rng.choice(CITIES), rng.choice(STREETS)
    full = "股份有限公司" if rng.random() < 0.2 else ""
    return f"{name}{full}{city}{street}{rng.choice(('支行', '支行', '分理处', '营业部', '分行'))}"


def luhn(body: str) -> str:
    """`body` with its Luhn check digit."""
    total = 0
    for place, char in enumerate(reversed(body)):
        number = int(char) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return body + str(-total % 10)


def card(rng: Random) -> str:
    """A bank card of 16 or 19 digits that begins with 62."""
    return luhn("62" + digits(rng, rng.choice((13, 16))))


def account(rng: Random) -> str:
    """An ordinary account of 12 to 22 digits that no one takes for a card."""
    text = digits(rng, rng.choice((12, 15, 16, 17, 18, 19, 19, 20, 22)))
    return "3" + text[1:] if text.startswith("62") else text


def id_card(rng: Random) -> str:
    """An identity card's number with its check character (GB 11643)."""
    born = dt.date(1950, 1, 1) + dt.timedelta(days=rng.randrange(20000))
    body = f"{rng.choice(TOWNS)}{born:%Y%m%d}{rng.randint(0, 999):03d}"
    total = sum(int(char) * (2 ** (17 - place) % 11) for place, char in enumerate(body))
    return body + "10X98765432"[total % 11]


def uscc(rng: Random) -> str:
    """A unified social credit code with its check character (GB 32100)."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91" + rng.choice(TOWNS) + "".join(rng.choice(signs if i > 6 else signs[:19]) for i in range(9))
    total = sum(signs.index(char) * (3**place % 31) for place, char in enumerate(body))
    return body + signs[-total % 31]


def amount(rng: Random) -> Decimal:
    """An amount from one yuan to some ten million, with round ones among them."""
    scale = 10 ** rng.choice((2, 3, 3, 4, 4, 5, 5, 6, 7))
    value = Decimal(rng.randint(scale // 10, scale))
    shape = rng.random()
    if shape < 0.3:
        return value.quantize(CENT)
    if shape < 0.4:
        return (value + Decimal(rng.randint(1, 9)) / 10).quantize(CENT)
    return (value + Decimal(rng.randint(1, 99)) / 100).quantize(CENT)


def _section(number: int) -> str:
    """Up to four digits in capitals, with a nought for each inner gap."""
    text, gap = "", False
    for unit, place in (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1)):
        digit = number // place % 10
        if digit:
            text += ("零" if gap and text else "") + CAPITALS[digit] + unit
        gap = digit == 0
    return text


def in_words(value: Decimal, yuan: str = "元", whole: str = "整", joint: bool = False) -> str:
    """The Chinese capital form of an amount (支付结算办法, annex 1); `yuan`, `whole` and `joint` (a 零 between
    yuan that end in a nought and jiao, which the rules leave open) are the writer's habit."""
    cents = int((value * 100).to_integral_value())
    number, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    text, gap = "", False
    for unit, place in (("亿", 10**8), ("万", 10**4), ("", 1)):
        part = number // place % 10**4
        if part:
            text += ("零" if text and (gap or part < 1000) else "") + _section(part) + unit
        gap = bool(text) and part % 10 == 0
    text = text + yuan if number else ""
    if not jiao and not fen:
        return text + whole
    text += "零" if number and (not jiao or (joint and number % 10 == 0)) else ""
    text += CAPITALS[jiao] + "角" if jiao else ""
    return text + (CAPITALS[fen] + "分" if fen else whole)


def business_day(rng: Random) -> dt.date:
    """A day of the last two years before the end of October 2026."""
    return dt.date(2026, 10, 31) - dt.timedelta(days=rng.randrange(700))


def interest(face: Decimal, rate: Decimal, days: int) -> Decimal:
    """Discount interest: face × annual rate × days / 360, to the cent."""
    return (face * rate * days / 360).quantize(CENT, ROUND_HALF_UP)
