"""The report of `vouch evaluate` as one HTML file that needs nothing else: charts as SVG, pictures inside."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from api import vocabulary
from api.format import marked
from api.i18n import Words, words
from api.pages.shell import STATIC, environment
from ocr.report import Bin, Reliability, Report

SIDE, LEFT, FOOT = 200, 46, 26  # of a plot and its margins, in pixels
_SURE = (0.5, 0.9, 0.99, 0.999, 0.9999)  # ticks of a share of right values, drawn by the logarithm of what is wrong
_WRONG = (0.0001, 0.001, 0.01, 0.1)
_WIDE = 420


@dataclass(frozen=True, slots=True)
class Mark:
    """One bin of a reliability plot in pixels: its point, the ends of its interval, whether none of it was wrong, and
    what it says."""

    x: float
    y: float
    low: float
    high: float
    clean: bool
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A reliability plot: what it shows, and its marks."""

    shown: Reliability
    marks: tuple[Mark, ...]


def _nines(share: float) -> float:
    """How many nines a share of right values has, 0.3 (half) to 4, as a place of 0 to 1."""
    nines = -math.log10(max(1e-4, 1.0 - share))
    return (min(4.0, max(0.3, nines)) - 0.3) / 3.7


def _mark(each: Bin) -> Mark:
    x, y, low, high = (round(_nines(value) * SIDE, 1) for value in (each.sure, each.right, each.low, each.high))
    text = f"{each.count}: {each.sure:.2%} / {each.right:.2%} ({each.low:.2%}-{each.high:.2%})"
    return Mark(LEFT + x, SIDE - y, SIDE - low, SIDE - high, each.right == 1.0, text)


def _few(wrong: float) -> float:
    """The height of a share of wrong values in a chart, 0 to 1; none at all lies at the foot."""
    return (math.log10(min(0.3, max(3e-5, wrong))) - math.log10(3e-5)) / (math.log10(0.3) - math.log10(3e-5))


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{'L' if n else 'M'}{_across(x):.1f} {_up(y):.1f}" for n, (x, y) in enumerate(points))


def _across(share: float) -> float:
    return LEFT + share * _WIDE


def _up(wrong: float) -> float:
    return SIDE - _few(wrong) * SIDE


def _picture(data: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(data).decode('ascii')}" if data else ""


def _charts(found: Report) -> dict[str, object]:
    """What the templates draw, in pixels."""
    return {
        "side": SIDE,
        "left": LEFT,
        "foot": FOOT,
        "wide": _WIDE,
        "plots": [
            Plot(each, tuple(map(_mark, each.bins))) for each in found.reliability if not each.source and each.count
        ],
        "ticks": [(share, round(_nines(share) * SIDE, 1)) for share in _SURE],
        "lines": [(wrong, round(_up(wrong), 1)) for wrong in _WRONG],
        "paths": {name: _path(points) for name, points in found.curves.items() if points},
        "here": {name: (round(_across(x), 1), round(_up(y), 1), x, y) for name, (x, y) in found.here.items()},
    }


def _shares(found: Report) -> dict[str, Mapping[str, float | int]]:
    """By kind what is right, accepted and wrong, with all of them first."""
    evaluation = found.evaluation
    whole = {name: getattr(evaluation, name) for name in ("fields", "field_exact", "accepted", "accepted_wrong")}
    return {"all": {**whole, "calibration_error": found.reliability[0].error}, **evaluation.by_kind}


def kind_name(kind: str, say: Words) -> str:
    """A kind of value in a language."""
    return say(f"evaluation.kind.{kind}")


def _styles() -> Markup:
    """The styles that the file carries, since it is opened where no server is."""
    sheets = [(STATIC / name).read_text(encoding="utf-8") for name in ("tokens.css", "evaluation.css")]
    return Markup(f"<style>\n{''.join(sheets)}</style>")  # noqa: S704  (the package's own files)


def html(found: Report, folder: str, language: str) -> str:
    """The report as HTML in a language. `folder` is what was evaluated, as it is called in the heading."""
    say = words(language)
    bound = {
        "_": say,
        "type_name": partial(vocabulary.type_name, say=say),
        "field_name": partial(vocabulary.field_name, say=say),
        "kind_name": partial(kind_name, say=say),
        "picture": _picture,
        "marked": marked,
    }
    values = {"report": found, "evaluation": found.evaluation, "folder": folder, "styles": _styles()}
    template = environment().get_template("evaluation.html")
    return template.render({**bound, **values, **_charts(found), "shares": _shares(found)})
