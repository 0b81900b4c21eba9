"""Judge: from the evidence for a value to a calibrated confidence, and whether it stands without a person."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from ocr.calibration import ACCEPT_ERROR, fitted
from ocr.extract.fit import to_simple
from ocr.extract.found import GRID, LABEL, LOOSE, STAMP, TICK, ZONE, Found
from ocr.extract.mend import DEPENDENT, MENDED
from ocr.forms import FieldDef
from ocr.kinds.texts import ENDINGS
from ocr.model import FieldValue

_BROKEN = re.compile(r"[\u4e00-\u9fff] +[\u4e00-\u9fff]")  # white where a character may be missing
_NUMBER = re.compile(r"\d{6}")
_END = re.compile(rf"(?:{ENDINGS})(?=.{{3}})")
_RATE = re.compile(r"\d+(?:\.\d+)?[%‰]")
# No bank writes amounts in words with plain or Arabic figures, or a ten, hundred or thousand without its figure.
_PLAIN = re.compile(r"[一二三四五六七八九0-9]|(?<![壹贰叁肆伍陆柒捌玖])[拾佰仟]")
_PART = re.compile(
    r"(?:分行|支行|银行(?!承兑)|营?业部|营?业室|公司|有限|[!?.,:;])"
    r"|.*(?:[√☑]|[转收付清]讫|专用章|身份证|护照|名称|有限[^责]任|[\u4e00-\u9fff][:：])"
    r"|(?:手续|工本|邮电|汇划)费|[A-Za-z]{9,}$|.*(?:[\u4e00-\u9fff][A-Za-z](?![A-Za-z])|分理$)|一?[分支]店$"
)
# What a purpose does not name: it is of another field, of a stamp or of a note beside.
_ALIEN = re.compile(
    r"银行(?!承兑)|[分支]行|公司|有限|股份|营业[部室厅]|[路街道]+\d+号|\d{4}[.年-]|专用|[转收付清]讫|标志"
    r"|部门|种类|渠道|设备|比例|行内|\d{2}\.\d{2}\.\d{2}|[专章]$"
)
_WHOLE = re.compile(r".*[整正角分]")  # words of money that nothing can follow
_TIME = re.compile(r"(?:.*\D)?\d\d:\d\d(?::\d\d)?")
_COUNT = re.compile(r"\d{1,2}|.*\.\d")  # without cents a count of pages, with half of them an amount that lost a digit
# Characters that recognisers take for rarer ones that look like them: no person is called so, but for the surnames.
_ALIKE, _SURNAMES, _PERSON = frozenset("吴董洗溴洽错萄活"), frozenset("吴董"), 4
_UNPOINTED = re.compile(r"\d{9,}")  # an amount of so many digits has its point, or it is another number
_CLOCK = re.compile(r"\d\d:\d\d")
_BLANKS = re.compile(r"[\s:.,]")
_SURE_AMOUNT = 0.8  # how sure the least character of an amount is, in one of two readings, that no rule proves
_MOBILE = re.compile(r"1[3-9]\d{9}")
_JOINED = range(21, 30)  # digits: a bill has 30 at most, all others 20 and less; what lies between are two numbers
_PADDED = re.compile(r"年0\d月\d日")  # one of two digits of the day is lost where the month has its nought
_DOTTED = re.compile(r"\d[.·。]\d{1,2}[.·。]\d")
_READ = 0.6  # a character less sure than that in both readings is a guess
_LEGIBLE = 0.9  # of a page whose lines are less sure on the mean nothing stands that no rule proves
_CODES, _CODE = frozenset({"branch_no", "teller_no", "authoriser_no"}), 4  # no bank's codes are shorter
# A text this far from where its label expects it may be another label's, sooner where another label asks for such.
_FAR, _FAR_OF_TWIN = 1.3, 0.8
_LED = 0.7  # a label whose group was only guessed
PAGE = "page"  # the source of a value that was not read by the zone of a known form
# Kinds whose own weights differ from the common ones.
_OWN = ("least", "again", "proved", "bare", "bitonal")


def _doubt(confidence: float) -> float:
    """How unsure a character is, as minus the logarithm of what is missing to 1: 0 for nothing, 4 for 0.9999."""
    return min(4.0, -math.log10(max(1e-4, 1.0 - confidence)))


def proofs_of(found: Found) -> frozenset[str]:
    """The rules that a value passes by what was read, not by what it was made from."""
    proofs = frozenset(p for p in found.evidence.proofs if not p.startswith(MENDED) and p != DEPENDENT)
    return proofs - {"amount_words_equal_digits"} if DEPENDENT in found.evidence.proofs else proofs


def least_that_counts(found: Found) -> float:
    """The least confidence of the characters that make the value: signs of money, points and blanks do not."""
    if len(found.confidences) != len(found.raw):
        return found.evidence.least
    kept = [c for char, c in zip(found.raw, found.confidences, strict=True) if char.isalnum()]
    return max(found.evidence.least, min(kept, default=0.0))


def features(found: Found, kind: str, source: str = PAGE) -> dict[str, float]:
    """The evidence as figures, each about 0..4, for the weights of calibration. `source` is PAGE or ZONE."""
    e = found.evidence
    if e.how in {STAMP, TICK}:
        return _inked(found, source)
    proofs = proofs_of(found)
    common = {
        "least": _doubt(least_that_counts(found)),
        "mean": _doubt(e.mean),
        "rival": max(0.0, math.log10(max(1e-3, e.rival)) + 3.0),
        "again": _doubt(e.again) if e.again > 0 else 0.0,
        "page": _doubt(e.page),
        "proved": float(found.value.proved is True or bool(proofs)),
        "bitonal": e.bitonal,
        "bare": float(e.again == 0 and found.value.proved is not True and not proofs),
    }
    own = {f"{name} {kind}": common[name] for name in _OWN}
    if source != PAGE:
        own |= {f"{name} {source}": common[name] for name in ("least", "mean", "again")}
    where = {f"how_{e.how}": 1.0, f"kind_{kind}": 1.0, f"from_{source}": 1.0}
    return common | own | _place(found) | _shape(found) | where


def _inked(found: Found, source: str) -> dict[str, float]:
    """Ink is other evidence than characters: it must not pull on their weights. What speaks for a stamp that is there
    says little of one that is not."""
    e = found.evidence
    absent = "_absent" if e.how == STAMP and found.value.value == "absent" else ""
    name = f"{e.how}{absent}{'_bare' if e.bare else ''}"
    said = {"sure": _doubt(e.least), "role": e.role, "many": min(e.margin, 3.0), "misfit": min(e.misfit, 3.0),
            "ink": min(e.ink, 3.0)}  # fmt: skip
    which = {
        f"{e.how}_bitonal": e.bitonal,
        f"how_{name}": 1.0,
        f"{name}_{source}": 1.0,
        f"{name}_{found.field}": 1.0,
        "inked_page": _doubt(e.page),
    }
    return {f"{name}_{key}": value for key, value in said.items()} | which


def _place(found: Found) -> dict[str, float]:
    """What place, label and rivals say."""
    e = found.evidence
    return {
        "differs": float(e.again < 0),
        "same": float(e.again > 0.01),
        "outvoted": float(0 < e.again <= 0.01),
        "place": min(e.place, 3.0),
        "misfit": min(e.misfit, 3.0),
        "margin": min(e.margin, 2.0),
        "close": max(0.0, 0.4 - e.margin) if e.how == LABEL else 0.0,
        "unled": max(0.0, 1.0 - e.role),
        "left": min(e.left, 1.0),
        "covered": float(e.covered > 0),
        "uncovered": float(e.covered < 0),
        "edged": float(e.edge > 0),
        "cut": float(e.edge < 0),
        "open": float(e.edge == 0),
    }


def _shape(found: Found) -> dict[str, float]:
    """What the value itself and its characters say."""
    e, value = found.evidence, found.value
    chinese = any("\u4e00" <= char <= "\u9fff" for char in value.value)
    return {
        "failed": float(value.proved is False or bool(e.doubts)),
        "repaired": float(value.repaired),
        "mended": float(any(p.startswith(MENDED) for p in e.proofs)),
        "dependent": float(DEPENDENT in e.proofs),
        "broken": float(bool(_BROKEN.search(found.raw))),
        "numbered": float(chinese and bool(_NUMBER.search(value.value))),
        "traditional": float(_is_traditional(value.value)),
        "alien": float(_is_alien(found)),
        "two_in_one": float(bool(_END.search(value.value)) and len(value.value) > 16),
        "rows": float(max(1, len(found.lines)) - 1),
        "long": min(3.0, len(value.value) / 10),
    }


def confidence(found: Found, kind: str, source: str = PAGE) -> float:
    """How likely the value is right, 0..1."""
    known = fitted()
    return known.level(kind, source, known.odds(features(found, kind, source)))


def barred(found: Found, kind: str) -> bool:
    """What is never accepted, however sure: a failed rule, a derived value, a guessed group, what hardly suits its
    field, readings that differ without proof."""
    e = found.evidence
    if bool(e.doubts) or found.value.proved is False or e.how == "derived":
        return True
    if found.field == "discount_rate" and (e.again < 0 or not _RATE.fullmatch(found.value.value)):
        return True
    if kind == "amount_cn" and _is_ill_worded(found.value.value):
        return True
    if _is_nobodys(found, kind):
        return True
    if found.value.proved is True or proofs_of(found):
        return False
    return _unproved(found, kind)


def _is_ill_worded(words: str) -> bool:
    """Whether an amount in words is written as no bank writes it: a character was misread, though its sum be right."""
    return _is_traditional(words) or _PLAIN.search(words) is not None or not _WHOLE.fullmatch(words)


def _is_nobodys(found: Found, kind: str) -> bool:
    """Whether nothing says whose a value is: a check digit proves an account, not that it is the payer's, and no label
    calls for a stamp that is not there."""
    e = found.evidence
    uncalled = e.how == STAMP and e.role < _LED and found.value.value == "absent"
    guessed = e.how in {LABEL, GRID} and 0 < e.role < _LED
    return uncalled or (kind == "account" and (guessed or e.how == LOOSE))


def _unproved(found: Found, kind: str) -> bool:
    """What bars a value that no rule proves."""
    e, value = found.evidence, found.value
    return any((
        # % and ‰ look alike; only the interest tells them apart. Words and digits that mended each other disagreed.
        found.field == "discount_rate" or DEPENDENT in e.proofs,
        found.grid is not None and not found.grid.sure,
        e.how not in {STAMP, TICK} and (e.misfit >= 1.0 or e.place > _reach(kind) or e.again < 0),
        # Ink goes on at the crop's end, or text of the cell was given to no field: the value may be a part.
        e.edge < 0 or e.left > 0,
        e.page < _LEGIBLE,
        # What only stands near a label, and was not read with the page, is as often another print.
        e.how == "missed" or (e.how in {LABEL, GRID} and 0 < e.role < _LED and _has_twin(found.field, kind)),
        e.how not in {STAMP, TICK} and max(least_that_counts(found), e.again) < _READ,
        found.field in _CODES and (len(value.value) < _CODE or _CLOCK.search(found.raw) is not None),
        kind in {"account", "number"} and _is_gapped(found.raw),
        kind == "number" and _is_another(value.value),
        kind == "amount" and _is_no_amount(found),
        kind == "date" and (_PADDED.search(_BLANKS.sub("", found.raw)) is not None or _is_stamped(found)),
        kind == "name" and _is_looked_like(value.value),
        kind in {"name", "text"} and (value.repaired or _is_odd(value.value) or _is_alien(found)),
        found.field == "transaction_time" and not _TIME.fullmatch(value.value),
    ))  # fmt: skip


def _reach(kind: str) -> float:
    """How far from where its label expects it a value may stand."""
    return _FAR_OF_TWIN if kind in {"name", "text", "amount"} else _FAR


def _has_twin(field: str, kind: str) -> bool:
    """Whether another field of a voucher holds a value of the same look: payer's and payee's, three days of a bill."""
    return kind in {"name", "account", "amount", "amount_cn"} or field in {"bill_issue_date", "bill_due_date"}


def _is_no_amount(found: Found) -> bool:
    """Whether an amount may be a count, another number, or was read by guesses alone."""
    e = found.evidence
    form = e.how == LOOSE or _COUNT.fullmatch(found.raw) is not None or _UNPOINTED.fullmatch(found.raw) is not None
    return form or max(least_that_counts(found), e.again) < _SURE_AMOUNT


def _is_looked_like(name: str) -> bool:
    """Whether a name has a character that looks like a rarer one which stands in names: 昊 is read as 吴, 冼 as 洗."""
    surname = len(name) <= _PERSON and name[:1] in _SURNAMES
    return any(char in _ALIKE for char in (name[1:] if surname else name))


def _is_another(number: str) -> bool:
    """Whether a number is hardly the field's: two numbers in one, or a telephone's."""
    return len(number) in _JOINED or _MOBILE.fullmatch(number) is not None


def _is_stamped(found: Found) -> bool:
    """Whether a date that no label leads to is written as on a teller's stamp."""
    return found.evidence.how == LOOSE and _DOTTED.search(found.raw) is not None


def _is_gapped(raw: str) -> bool:
    """Whether white parts a number otherwise than into groups of four, some of which may have been read in one: a digit
    may be missing there."""
    return any(len(group) % 4 for group in re.findall(r"\S+", raw)[:-1])


def _is_alien(found: Found) -> bool:
    """Whether a purpose says what purposes do not."""
    return found.field == "purpose" and _ALIEN.search(found.value.value) is not None


def _is_traditional(text: str) -> bool:
    """Whether a text has a traditional character, which no bank prints: one was misread."""
    return any(ord(char) in to_simple() for char in text)


def _is_odd(text: str) -> bool:
    """Whether a name or text is one character, begins as a part of one, holds a tick, a stamp's words or half of a
    bracket, or a traditional character."""
    uneven = any(text.count(left) != text.count(right) for left, right in ("()", "〔〕", "[]", "《》"))
    return len(text) < 2 or uneven or "¥" in text or _PART.match(text) is not None or _is_traditional(text)


def judge(
    found: Found,
    field: FieldDef,
    type_sure: float,
    engine: str,
    accept_error: Mapping[str, float] = ACCEPT_ERROR,
) -> FieldValue:
    """The field's value with its confidence, accepted where nothing bars it and, of values as sure as that, no more
    than `accept_error` of its kind (a share, by kind or `default`) are wrong. Nothing of a page is accepted whose type
    is not sure, or that was read by an engine which was not calibrated and proved by no rule. `engine` is the name of
    the one that read the page, or ZONE."""
    known = fitted()
    source = ZONE if engine == ZONE else PAGE
    sure = confidence(found, field.kind, source)
    accepted = (
        sure >= known.threshold(field.kind, accept_error)
        and type_sure >= known.type_sure
        and not barred(found, field.kind)
        and (engine in known.engines or found.value.proved is True or bool(proofs_of(found)))
    )
    return FieldValue(
        found.field,
        found.value.value,
        found.raw,
        round(sure, 4),
        accepted,
        f"ocr:{engine}",
        found.box,
        found.value.numeric,
    )
