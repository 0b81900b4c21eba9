"""Assign: one solution for the page that gives each field at most one text and each text at most one field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any

import numpy as np

from ocr.extract.fit import misfit
from ocr.extract.geometry import FAR, distance
from ocr.extract.marks import Mark
from ocr.extract.roles import Role
from ocr.extract.runs import Cells
from ocr.extract.segments import Segment
from ocr.forms import FieldDef
from ocr.kinds import Normalised

WORST = 4.0  # a dearer pairing is left out
_IMPOSSIBLE = 1e3


def _solver() -> Any:
    """scipy's `linear_sum_assignment`. Its module alone: the package around it brings 400 others and 40 MB along, which
    each worker would wait for."""
    scipy = find_spec("scipy")
    places = [str(Path(place) / "optimize") for place in (scipy and scipy.submodule_search_locations) or ()]
    alone = PathFinder.find_spec("_lsap", places)
    if alone is None or alone.loader is None:
        from scipy.optimize import linear_sum_assignment  # a scipy that keeps it elsewhere

        return linear_sum_assignment
    module = module_from_spec(alone)
    alone.loader.exec_module(module)
    return module.linear_sum_assignment


_solved = _solver()


@dataclass(frozen=True, slots=True)
class Pairing:
    """One field with the text that it is given: `place` is the geometric cost, `misfit` that of the kind, `margin` how
    much dearer the field's next best text would be, `role` the label that asked for it (None where none is printed)."""

    field: str
    segment: Segment
    value: Normalised
    place: float
    misfit: float
    margin: float
    role: Role | None


@dataclass(frozen=True, slots=True)
class _Offer:
    cost: float
    place: float
    misfit: float
    value: Normalised
    role: Role


def _offer(
    field: FieldDef,
    roles: Sequence[Role],
    segment: Segment,
    cells: Cells,
    marks: Sequence[Mark],
    numbers: Mapping[int, int],
) -> _Offer | None:
    if segment.grid and field.kind != "amount":
        return None
    suited = None
    best: _Offer | None = None
    for role in roles:
        place = distance(role.mark, numbers[id(role.mark)], segment, cells, marks)
        if place >= FAR:
            continue
        suited = suited or misfit(segment.text, field)
        if suited is None:
            return None
        cost = place + suited[1] + (1 - role.certainty)
        if best is None or cost < best.cost:
            best = _Offer(cost, place, suited[1], suited[0], role)
    return best


def assign(
    fields: Mapping[str, FieldDef],
    roles: Mapping[str, Sequence[Role]],
    segments: Sequence[Segment],
    cells: Cells,
    marks: Sequence[Mark],
) -> list[Pairing]:
    """The cheapest pairing of fields with texts."""
    numbers = {id(mark): i for i, mark in enumerate(marks)}
    names = [name for name in roles if name in fields and fields[name].kind != "stamp"]
    if not names or not segments:
        return []
    offers = [[_offer(fields[name], roles[name], s, cells, marks, numbers) for s in segments] for name in names]
    cost = np.array([[offer.cost if offer else _IMPOSSIBLE for offer in row] for row in offers])
    nothing = np.full((len(names), len(names)), _IMPOSSIBLE)
    np.fill_diagonal(nothing, WORST)
    rows, columns = _solved(np.hstack([cost, nothing]))
    found = []
    for row, column in zip(rows, columns, strict=True):
        offer = offers[row][column] if column < len(segments) else None
        if offer is None:
            continue
        others = np.delete(cost[row], column)
        margin = float(min(others.min(initial=WORST), WORST) - offer.cost)
        found.append(Pairing(names[row], segments[column], offer.value, offer.place, offer.misfit, margin, offer.role))
    return found
