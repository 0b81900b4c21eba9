"""Reread: doubtful values read a second time by themselves, and values that the first reading missed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from imaging.model import Box, Pixels
from ocr.extract import Layout
from ocr.extract.crops import grid_strip, ink_columns, line_crop
from ocr.extract.fit import misfit, read_as
from ocr.extract.found import GRID, STAMP, TICK, Candidate, Evidence, Found, least_and_mean, of_value
from ocr.extract.grids import Grid
from ocr.extract.marks import Mark
from ocr.extract.roles import Role
from ocr.extract.runs import same_row
from ocr.extract.segments import LEADING, TRAILING
from ocr.forms import FieldDef
from ocr.kinds import Normalised, amounts
from ocr.model import Engine, Line

_MOST = 14  # crops a page
_USUALLY_SURE = 0.9995
# Of 220 choices the second reading mended none. A name may lose a character of single strokes (川) at any confidence:
# of 133 names as sure as 0.9997 that were read once 4 were wrong.
_SURE = {"choice": 0.0, "date": 0.99, "account": 0.9999, "name": 1.1, "amount": 1.1, "amount_cn": 1.1}
# White between two Chinese characters of a name: one may have been left out.
_BROKEN = re.compile(r"[\u4e00-\u9fff] +[\u4e00-\u9fff]")
_APART = re.compile(r"\s*\w\s")


@dataclass(frozen=True, slots=True)
class _Second:
    """A value as it was read by itself."""

    text: str
    value: Normalised | None
    least: float
    mean: float
    rival: float = 0.0


def _of_lines(lines: Sequence[Line], field: FieldDef, grid: Grid | None, pixels: Pixels) -> _Second:
    text = "".join(line.text for line in lines).lstrip(LEADING + " ").rstrip(TRAILING)
    confidences = tuple(
        p for line in lines for p in of_value(line.text, line.char_confidences or (line.confidence,), field.kind)
    )
    least, mean = least_and_mean(confidences)
    if grid is not None:
        amount = amounts.from_grid(text) if _fills(text, grid, pixels) else None
        value = Normalised(amounts.as_text(amount), None, False, amount) if amount is not None else None
    else:
        value = read_as(text, field) if text else None
    return _Second(text, value, least, mean, _rival(lines, field))


def _fills(text: str, grid: Grid, pixels: Pixels) -> bool:
    """Whether as many characters were read as columns hold ink, from the first of them on; a sign of money may stand
    before the digits, and be misread or missed. One digit too few is a tenth of the amount."""
    inked = ink_columns(pixels, grid)
    if not any(inked):
        return False
    wanted, plain = len(inked) - inked.index(True), re.sub(r"[\s.,:|丨]", "", text)
    return len(plain) == wanted or (len(plain) == wanted - 1 and plain[0] not in "¥￥")


def _rival(lines: Sequence[Line], field: FieldDef) -> float:
    """The greatest likelihood of another character in a value; beside a sign or a unit none matters."""
    barred = "年月日" if field.kind == "date" else ""
    pairs = (pair for line in lines for pair in zip(line.text, line.alternatives, strict=False))
    rivals = (others for char, others in pairs if char.isalnum() and char not in barred)
    return max((likelihood for others in rivals for other, likelihood in others if other), default=0.0)


def _crops_of(found: Found, pixels: Pixels, field: FieldDef) -> list[Pixels]:
    if found.grid is not None:
        strip = grid_strip(pixels, found.grid)
        return [] if strip is None else [strip]
    limit = found.area if field.kind in {"name", "text"} else None
    return [line_crop(pixels, box, limit) for box in found.lines if box.w > 4 and box.h > 4]


def _wanted(found: Found, field: FieldDef, settled: frozenset[str]) -> bool:
    """Whether a second reading can change anything. All of a page cost a fifth of it, and are spared where the first
    one was as sure as readings are that hardly ever were wrong."""
    evidence = found.evidence
    if evidence.how in {TICK, STAMP} or not found.lines or found.field in settled:
        return False
    if found.value.proved is True and not found.value.repaired:
        return False
    broken = field.kind in {"name", "text"} and _BROKEN.search(found.raw) is not None
    return found.value.repaired or broken or evidence.least < _SURE.get(field.kind, _USUALLY_SURE)


def _agree(found: Found, second: _Second, field: FieldDef) -> Found:
    """The value with what the second reading says of it."""
    found = replace(found, evidence=replace(found.evidence, rival=second.rival))
    evidence = found.evidence
    if second.value is None:
        return replace(found, evidence=replace(evidence, again=-1.0 if second.text else 0.0))
    if second.value.value == found.value.value:
        best = replace(evidence, again=max(second.least, 0.01), mean=max(evidence.mean, second.mean))
        return replace(found, evidence=best)
    if not _is_better(found, second, field):
        other = Candidate(second.value, second.text, second.least, second.mean)
        return replace(found, evidence=replace(evidence, again=-1.0), other=other)
    doubted = replace(evidence, again=-1.0, least=second.least, mean=second.mean)
    other = Candidate(found.value, found.raw, evidence.least, evidence.mean)
    return replace(found, value=second.value, raw=second.text, evidence=doubted, other=other)


def _mask(field: FieldDef) -> str | None:
    """The kind by which a value is read again; without one it is read by the more careful network."""
    return field.kind if field.kind in {"amount", "amount_cn", "account", "date"} else None


def _lacks(shorter: str, longer: str) -> bool:
    """Whether a text is another one with characters left out."""
    rest = iter(longer)
    return len(shorter) < len(longer) and all(c in rest for c in shorter)


def _is_better(found: Found, second: _Second, field: FieldDef) -> bool:
    """Which of two different readings stands: one that proves itself, one without mending, the surer one."""
    assert second.value is not None
    if found.value.proved is not second.value.proved and True in {found.value.proved, second.value.proved}:
        return second.value.proved is True
    if found.value.repaired is not second.value.repaired:
        return found.value.repaired
    if found.grid is not None:
        return True
    fuller = _is_fuller(found, second) if field.kind in {"number", "account", "uscc"} else None
    if fuller is not None:
        return fuller
    first, other = misfit(found.raw, field), misfit(second.text, field)
    if first and other and abs(first[1] - other[1]) > 0.3:
        return other[1] < first[1]
    return len(second.value.value) >= len(found.value.value) - 1 and second.mean >= found.evidence.mean - 0.02


def _is_fuller(found: Found, second: _Second) -> bool | None:
    """Whether the second reading has all digits of the first one and more, None where neither has. Networks leave one
    of two like digits out, and digits at the edge of a crop; what they make up stands apart at the left."""
    assert second.value is not None
    if _lacks(second.value.value, found.value.value):
        return bool(_APART.match(found.raw))
    if _lacks(found.value.value, second.value.value):
        return not _APART.match(second.text)
    return None


def reread(
    found: Sequence[Found],
    fields: Mapping[str, FieldDef],
    pixels: Pixels,
    engine: Engine,
    settled: frozenset[str],
) -> list[Found]:
    """The values after a second reading of those that are not settled, the least sure first, in one call of the
    engine."""
    queue = sorted(
        (f for f in found if _wanted(f, fields[f.field], settled)),
        key=lambda f: (f.evidence.how != GRID, f.evidence.least),
    )
    crops: list[Pixels] = []
    kinds: list[str | None] = []
    spans: list[tuple[Found, int, int]] = []
    for each in queue:
        mine = _crops_of(each, pixels, fields[each.field])
        if mine and len(crops) + len(mine) <= _MOST:
            spans.append((each, len(crops), len(crops) + len(mine)))
            crops += mine
            kinds += [_mask(fields[each.field])] * len(mine)
    lines = engine.read_lines(crops, kinds) if crops else []
    changed = {
        each.field: _agree(each, _of_lines(lines[start:end], fields[each.field], each.grid, pixels), fields[each.field])
        for each, start, end in spans
    }
    return [changed.get(each.field, each) for each in found]


def candidates(
    found: Sequence[Found], fields: Mapping[str, FieldDef], pixels: Pixels, engine: Engine
) -> list[Candidate | None]:
    """What each value reads as on other pixels of the same page; None where nothing of its kind was read."""
    crops = [_crops_of(each, pixels, fields[each.field]) for each in found]
    kinds = [_mask(fields[each.field]) for each, mine in zip(found, crops, strict=True) for _ in mine]
    lines = iter(engine.read_lines([crop for mine in crops for crop in mine], kinds) if kinds else [])
    read: list[Candidate | None] = []
    for each, mine in zip(found, crops, strict=True):
        second = _of_lines([next(lines) for _ in mine], fields[each.field], each.grid, pixels)
        value = second.value
        read.append(None if value is None else Candidate(value, second.text, second.least, second.mean))
    return read


def _area(mark: Mark, layout: Layout) -> Box | None:
    """Where the value of a label is expected: the rest of its cell, the next cell, or the white to its right."""
    cells, box = layout.cells, mark.box
    cell = cells.get(mark.cell)
    if cell is not None:
        if cell.right - box.right > 2.5 * box.h:
            return Box(box.right, cell.y, cell.right - box.right, cell.h)
        beside = cells.at([(cell.right + 1.5 * box.h, cell.y + cell.h / 2)])[0]
        other = cells.get(beside)
        return other if other is not None and other.h < 4 * box.h else None
    # What stands in between may be the value, misread: only the next label ends it.
    rights = [m.box.x for m in layout.marks if same_row(m.box, box) and m.box.x > box.right + 2]
    end = min([*rights, box.right + 14 * box.h, layout.reading.width])
    return Box(box.right, box.y, end - box.right, box.h) if end - box.right > box.h else None


def _has_ink(crop: Pixels) -> bool:
    gray = crop.min(axis=2)
    inner = gray[gray.shape[0] // 6 : -max(1, gray.shape[0] // 6), 2:-2]
    return bool(inner.size) and float((inner < float(np.median(gray)) - 45).mean()) > 0.004


def read_missing(
    missing: Mapping[str, FieldDef], roles: Mapping[str, Sequence[Role]], layout: Layout, pixels: Pixels,
    engine: Engine, lifted: Sequence[tuple[Box, Pixels]] = (),
) -> list[Found]:  # fmt: skip
    """Values of labelled fields that the first reading did not see, read where they are expected; where a stamp was
    `lifted` (its box, the page's pixels before), also off the page as it was."""
    jobs: list[tuple[FieldDef, Role, Box, Pixels]] = []
    for name, field in missing.items():
        for role in roles.get(name, ())[:1]:
            area = _area(role.mark, layout) if field.kind not in {"stamp", "choice"} else None
            if area is None or area.h < 8 or area.w < 8:
                continue
            inner = Box(area.x + 2, area.y + 2, area.w - 4, area.h - 4)
            streams = [pixels, *(whole for box, whole in lifted if _meets(box, area))][:2]
            crops = [line_crop(stream, inner) for stream in streams]
            jobs += [(field, role, area, crop) for crop in crops if _has_ink(crop)]
    jobs = jobs[:_MOST]
    lines = engine.read_lines([crop for *_, crop in jobs], [_mask(field) for field, *_ in jobs]) if jobs else []
    read = [_first(field, role, area, line) for (field, role, area, _), line in zip(jobs, lines, strict=True)]
    found: dict[str, Found] = {}
    for each in read:
        if each and (each.field not in found or each.evidence.mean > found[each.field].evidence.mean):
            found[each.field] = each
    return list(found.values())


def _meets(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def _first(field: FieldDef, role: Role, area: Box, line: Line) -> Found | None:
    text = line.text.lstrip(LEADING + " ").rstrip(TRAILING)
    suited = misfit(text, field) if text else None
    if suited is None or suited[1] > 1.0 or line.confidence < 0.6:
        return None
    least, mean = least_and_mean(of_value(line.text, line.char_confidences or (line.confidence,), field.kind))
    evidence = Evidence("missed", least, mean, role.certainty * role.mark.score, 0.5, suited[1], 0.0)
    return Found(field.name, suited[0], text, area, evidence, area, False, None, (area,), line.char_confidences)
