"""Doubts: which values of a first quick reading must be read once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ocr.extract.found import GRID, Found, of_value
from ocr.forms import catalogue
from ocr.known.model import KnownForm
from ocr.proving import case_of
from ocr.rules import proofs

MONEY = frozenset({"amount", "amount_cn"})
# The least sure character of a value that is not read again. Of 452 accounts that were read once, as none of their
# characters was less sure than 0.99, 3 had lost a digit.
SURE = {"amount": 1.1, "amount_cn": 1.1, "account": 0.9999, "name": 0.99, "date": 0.8}
_USUALLY_SURE = 0.93
_LAST_WORDS = ("整", "正", "分")
_SUITS = 1.0  # a worse misfit is another value


def doubted(form: KnownForm, found: Mapping[str, Found], inked: frozenset[str]) -> frozenset[str]:
    """The fields to read again: those that have ink (`inked`) but no value, values cut off or beside which ink was not
    read, and those of which the reading is not sure, unless a rule proves them."""
    proved = proofs(case_of(catalogue().types[form.type], found, dt.date.max, ()))
    asked = {name for name, each in found.items() if is_doubtful(each, name in proved)}
    return frozenset(asked | {name for name in inked if name not in found})


def is_doubtful(found: Found, proved: bool) -> bool:
    """Whether a value wants a second reading."""
    value, evidence = found.value, found.evidence
    if value.proved is False or value.repaired or evidence.misfit >= _SUITS or evidence.edge < 0:
        return True
    kind = catalogue().fields[found.field].kind
    if proved or value.proved is True:
        # The digits say nothing of the last of the words, which may have been overlooked; before the first their label
        # stands.
        return evidence.covered < 0 and (kind != "amount_cn" or not found.raw.endswith(_LAST_WORDS))
    least = min(of_value(found.raw, found.confidences, kind), default=evidence.least)
    return evidence.covered < 0 or evidence.how == GRID or least < SURE.get(kind, _USUALLY_SURE)
