"""Fit: how well a text suits a field by its kind, before anything is known of where it stands."""

from __future__ import annotations

import re
from dataclasses import replace

from ocr.extract.lexicon import lexicon, plain, to_simple
from ocr.forms import FieldDef
from ocr.kinds import Normalised, capitals, normalise

__all__ = ["misfit", "read_as", "to_simple"]

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_AMOUNT = re.compile(r"^[¥$*#]|\.\d\d$|,\d{3}")
_TIME = re.compile(r"^\D{0,3}\d{1,2}[::.]?\d{2}([::.]?\d{2})?$|\d{1,2}[:时]\d{2}")
_DATE = re.compile(r"^(19|20)\d{2}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?$")
# The date of a teller's stamp over the value.
_DOTTED = re.compile(r"^(19|20)\d{2}[.·。]\d{1,2}([.·。]\d{1,2})?$")
_RATE = re.compile(r"\d+(\.\d+)?\s*[%‰]|^\D{0,4}\d+\.\d+")
_LATIN_OPENING = re.compile(r"(?<=[A-Za-z]{2})(\()(?=[A-Za-z])")
_LATIN_GAP = re.compile(r"([,)])(?=[A-Za-z]{2})")
# The year of an official document stands in these brackets (GB/T 9704), which are read as square ones.
_YEAR = re.compile(r"[\[〔【](\d{4})[\]〕】]")
# Printed beside the purpose on many forms, seldom one.
_FEE = re.compile(r"手续费|邮电费|工本费|(?:电子)?汇划费")


def _number(text: str, field: FieldDef) -> float:
    if _DOTTED.match(text.strip()):
        return 3.0
    size = len(re.sub(r"\W", "", text))
    if _AMOUNT.search(text.strip()):
        return 2.5
    if field.name == "attachments":
        return 0.0 if size <= 3 else 3.0
    if field.name == "holder_id_no":
        return 0.0 if size >= 7 else 2.0
    if field.name in {"voucher_no", "bill_no", "lost_voucher_no", "journal_no"}:
        return 0.0 if 4 <= size <= 32 else 2.0
    return 0.0 if 2 <= size <= 16 else 1.0


def _name(text: str, field: FieldDef) -> float:
    chinese = len(_CHINESE.findall(text))
    letters = sum(c.isalpha() for c in text)
    if letters < 2:
        return 6.0
    digits = sum(c.isdigit() for c in text)
    if digits > letters:
        return 4.0
    is_capital = chinese >= 3 and sum(capitals.is_capital(c) for c in text) >= 0.7 * len(text)
    bank = field.name.endswith("_bank") and not re.search(r"行|社|部|银|司", text)
    return (3.0 if is_capital else 0.0) + (0.8 if bank else 0.0)


def _text(text: str, field: FieldDef) -> float:
    if field.name == "transaction_time":
        return 0.0 if _TIME.search(text) else 6.0
    if field.name == "discount_rate":
        return 0.0 if _RATE.search(text) else 6.0
    if field.name == "document_no":
        return 0.0 if any(c.isdigit() for c in text) else 2.5
    if not any(c.isalpha() for c in text):
        return 2.0
    return 1.5 if _FEE.fullmatch(text.strip()) else 0.0


def _amount(text: str) -> float:
    """Digits without a sign or a point can be many other things."""
    if _DOTTED.match(text.strip()):
        return 3.0
    return 0.0 if _AMOUNT.search(text.strip()) else 0.8


def _account(found: Normalised, text: str) -> float:
    if _DOTTED.match(text.strip()):
        return 3.0
    size = len(found.value)
    return (0.0 if 12 <= size <= 22 else 0.7) + (0.5 if found.repaired else 0.0)


def _quality(found: Normalised, text: str, field: FieldDef) -> float:
    if field.kind == "amount":
        return _amount(text)
    if field.kind == "account":
        return _account(found, text)
    scorer = {"number": _number, "name": _name, "text": _text}.get(field.kind)
    return scorer(text, field) if scorer else 0.3 if found.repaired else 0.0


def _spaced(found: Normalised) -> Normalised:
    """Latin words with the space beside a comma or bracket that engines leave out."""
    value = _LATIN_OPENING.sub(r" \1", _LATIN_GAP.sub(r"\1 ", found.value))
    return found if value == found.value else replace(found, value=value, repaired=True)


def _simplified(found: Normalised) -> Normalised:
    """A name of which characters were read in their traditional form, as it was printed; one that is mostly traditional
    stays."""
    changed = sum(ord(c) in to_simple() for c in found.value)
    if not changed or 2 * changed > len(found.value):
        return found
    return replace(found, value=found.value.translate(to_simple()), repaired=True)


def read_as(text: str, field: FieldDef) -> Normalised | None:
    """The value that a text, as an engine read it, is for a field; None where it cannot be one."""
    if field.kind not in {"name", "text"}:
        return normalise(field.kind, text, field)
    found = None if plain(text) in lexicon() else normalise(field.kind, text, field)
    if found and field.name == "document_no":
        found = replace(found, value=_YEAR.sub(r"〔\1〕", found.value))
    return _spaced(_simplified(found)) if found else None


def misfit(text: str, field: FieldDef) -> tuple[Normalised, float] | None:
    """The value of a text for a field and how badly it suits (0: as it should be; 6: hardly); None for no value."""
    found = read_as(text, field)
    return (found, _quality(found, text, field)) if found else None
