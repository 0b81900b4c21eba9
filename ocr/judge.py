"""Judge: from the evidence for a value to a calibrated confidence, and whether it stands without a person."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ocr.extract.found import GRID, LABEL, LOOSE, STAMP, TICK, Found
from ocr.extract.mend import DEPENDENT, MENDED
from ocr.forms import FieldDef
from ocr.model import FieldValue

_BROKEN = re.compile(r"[\u4e00-\u9fff] +[\u4e00-\u9fff]")  # white where a character may be missing
_FAR = 1.3  # a text this far from where its label expects it may be another label's
_LED = 0.7  # a label whose group was only guessed


def _doubt(confidence: float) -> float:
    """How unsure a character is, as minus the logarithm of what is missing to 1: 0 for nothing, 4 for 0.9999."""
    return min(4.0, -math.log10(max(1e-4, 1.0 - confidence)))


def proofs_of(found: Found) -> frozenset[str]:
    """The rules that a value passes by what was read, not by what it was made from."""
    proofs = frozenset(p for p in found.evidence.proofs if not p.startswith(MENDED) and p != DEPENDENT)
    return proofs - {"amount_words_equal_digits"} if DEPENDENT in found.evidence.proofs else proofs


def features(found: Found, kind: str) -> dict[str, float]:
    """The evidence as figures, each about 0..4, for the weights of calibration."""
    e = found.evidence
    if e.how in {STAMP, TICK}:
        # Ink is other evidence than characters: it must not pull on their weights.
        return {f"{e.how}_sure": _doubt(e.least), f"{e.how}_role": e.role, f"{e.how}_many": min(e.margin, 3.0),
                f"{e.how}_absent": e.misfit, f"how_{e.how}": 1.0}  # fmt: skip
    proofs = proofs_of(found)
    return {
        "least": _doubt(e.least),
        "mean": _doubt(e.mean),
        "again": _doubt(e.again) if e.again > 0 else 0.0,
        "same": float(e.again > 0),
        "differs": float(e.again < 0),
        "place": min(e.place, 3.0),
        "misfit": min(e.misfit, 3.0),
        "margin": min(e.margin, 2.0),
        "role": e.role,
        "proved": float(found.value.proved is True or bool(proofs)),
        "failed": float(found.value.proved is False or bool(e.doubts)),
        "repaired": float(found.value.repaired),
        "mended": float(any(p.startswith(MENDED) for p in e.proofs)),
        "broken": float(bool(_BROKEN.search(found.raw)) and e.again <= 0),
        "rows": float(max(1, len(found.lines)) - 1),
        **{f"how_{how}": float(e.how == how) for how in (LABEL, GRID, LOOSE, "missed", "derived")},
        "long": min(3.0, len(found.value.value) / 10),
        f"kind_{kind}": 1.0,
    }


@cache
def _fitted() -> Mapping[str, Any]:
    """The weights and thresholds that bench/calibrate.py fitted."""
    return dict(yaml.safe_load(files("ocr").joinpath("calibration.yaml").read_text(encoding="utf-8")))


def confidence(found: Found, kind: str) -> float:
    """How likely the value is right, 0..1."""
    weights = _fitted()["weights"]
    total = float(weights["bias"]) + sum(
        float(weights.get(name, 0.0)) * value for name, value in features(found, kind).items()
    )
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def barred(found: Found, kind: str) -> bool:
    """What is never accepted, however sure: a failed rule, a derived value, a stamp, a guessed group, what hardly
    suits its field, readings that differ without proof."""
    e = found.evidence
    proved = found.value.proved is True or bool(proofs_of(found))
    if DEPENDENT in e.proofs and found.value.repaired and not proved:
        return True
    if e.how == STAMP:
        # A person sees at once what a stamp is; colour alone cannot tell whose it is.
        return True
    if found.field == "discount_rate" and not proved:
        # % and ‰ look alike; only the interest tells them apart.
        return True
    if (e.misfit >= 1.0 or e.place > _FAR or (found.value.repaired and kind in {"name", "text"})) and not proved:
        return True
    if e.how in {LABEL, GRID} and 0 < e.role < _LED and not proved:
        return True
    return bool(e.doubts) or found.value.proved is False or e.how == "derived" or (e.again < 0 and not proved)


def judge(found: Found, field: FieldDef, type_sure: float, engine: str) -> FieldValue:
    """The field's value with its confidence, accepted where that passes the threshold of its kind and nothing bars it.
    `type_sure` is how sure the page's type is: no value is surer than that."""
    sure = min(confidence(found, field.kind), 0.9999)
    if barred(found, field.kind):
        sure = min(sure, 0.6)
    thresholds = _fitted()["thresholds"]
    needed = float(thresholds.get(field.kind, thresholds["default"]))
    accepted = sure >= needed and type_sure >= float(thresholds["type"])
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
