"""Mend: values that speak of the same thing correct each other's misread characters, and say that they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from rapidfuzz.distance import Levenshtein

from ocr.extract.found import Evidence, Found
from ocr.forms import TypeDef
from ocr.kinds import Normalised, amounts, capital_value, capitals
from ocr.numerals import LARGEST, to_capital
from ocr.rules import Case, discount_interest_is_right

DERIVED, MENDED = "derived", "mended"
# Two values of which one was made from the other: that they agree proves nothing.
DEPENDENT = "dependent"
_MOST_OFF = 0.2  # share of the words that may be misread
_SURE = 0.9


def spellings(amount: Decimal) -> frozenset[str]:
    """The ways to write an amount in words."""
    ways = {to_capital(amount, whole, zero) for whole in ("整", "正", "") for zero in (True, False)}
    ways |= {way + "整" for way in ways if way.endswith("角")} | {
        way.removesuffix("整") for way in ways if way.endswith("角整")
    }
    return frozenset(ways | {way.replace("元", "圆") for way in ways})


def _nearest(words: str, amount: Decimal) -> tuple[str, int]:
    """The spelling of an amount that is nearest to what was read, and how many characters differ."""
    distance, way = min((Levenshtein.distance(words, way), way) for way in spellings(amount))
    return way, distance


def _words(words: Found, digits: Found) -> Found:
    """The words with misread characters as the digits say, where only a few are off."""
    amount = digits.value.numeric
    if amount is None or not 0 < amount < LARGEST or words.value.numeric == amount:
        return words
    way, off = _nearest(words.value.value, amount)
    if off > max(1, _MOST_OFF * len(way)) or not _may_differ(words, way):
        return words
    value = Normalised(way, None, True, amount)
    marks = words.evidence.proofs | {f"{MENDED}{min(off, 3)}"}
    return replace(words, value=value, evidence=replace(words.evidence, proofs=marks))


def _may_differ(words: Found, way: str) -> bool:
    """Whether no character that was read with certainty would have to go: characters are left out and misread, but
    those that are surely there are not made up."""
    sure = words.confidences
    chars = [char for char in words.raw if not char.isspace()]
    if len(chars) != len(sure):
        return True
    gone = (edit for edit in Levenshtein.editops(chars, list(way)) if edit.tag == "delete")
    return all(sure[edit.src_pos] < _SURE or chars[edit.src_pos] not in capitals.CAPITALS for edit in gone)


def _digits(digits: Found, words: Found) -> Found:
    """The digits as the words say, where the digits were read worse and differ by little."""
    said = words.value.numeric
    if said is None or digits.value.numeric == said or words.evidence.least <= digits.evidence.least:
        return digits
    text = amounts.as_text(said)
    # A part of the digits, or digits of which one was missed in a grid.
    partly = digits.evidence.least < 0.5 or "." not in digits.raw or digits.evidence.again < 0
    hopeless = partly and words.evidence.least > 0.8
    if Levenshtein.distance(text, digits.value.value) > 2 and not hopeless:
        return digits
    marks = digits.evidence.proofs | {f"{MENDED}2"}
    return replace(digits, value=Normalised(text, None, True, said), evidence=replace(digits.evidence, proofs=marks))


def _money(found: dict[str, Found], kind: TypeDef) -> None:
    name = "bill_amount" if kind.name == "discount" else "amount"
    words, digits = found.get("amount_in_words"), found.get(name)
    if words and digits:
        found[name] = _digits(digits, words)
        found["amount_in_words"] = _words(words, found[name])
        # The one character that was misread may be the one in which the digits are wrong.
        few = found["amount_in_words"].evidence.proofs & {f"{MENDED}{off}" for off in (1, 2, 3)}
        if found[name] is not digits or few:
            _depend(found, (name, "amount_in_words"))
    said = capital_value(words.value.value) if words else None
    if words and not digits and said is not None and name in kind.required:
        value = Normalised(amounts.as_text(said), None, True, said)
        found[name] = Found(name, value, words.raw, words.box, Evidence(DERIVED))
        _depend(found, (name, "amount_in_words"))


def _depend(found: dict[str, Found], names: tuple[str, str]) -> None:
    """Mark values of which one was made from the other."""
    for name in names:
        each = found[name]
        found[name] = replace(each, evidence=replace(each.evidence, proofs=each.evidence.proofs | {DEPENDENT}))


def _rate(found: dict[str, Found], case: Case) -> None:
    """A rate whose sign was misread: % and ‰ look alike, and the interest tells which it is."""
    rate = found.get("discount_rate")
    if rate is None or discount_interest_is_right(case) == [] or discount_interest_is_right(case)[0].passed:
        return
    text = rate.value.value
    other = text.replace("%", "‰") if "%" in text else text.replace("‰", "%") if "‰" in text else text + "%"
    changed = replace(case, values={**case.values, "discount_rate": other})
    if discount_interest_is_right(changed)[0].passed:
        found["discount_rate"] = replace(rate, value=Normalised(other, None, True))


def mend(found: Mapping[str, Found], kind: TypeDef, case: Case) -> dict[str, Found]:
    """The values after they corrected each other; what was corrected has `repaired` set."""
    mended = dict(found)
    _money(mended, kind)
    if kind.name == "discount":
        _rate(mended, case)
    return mended
