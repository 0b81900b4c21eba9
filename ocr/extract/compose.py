"""Compose: joins pieces of one row that are one value: digits in groups, and numbers around pre-printed 年 月 日."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ocr.extract.marks import Mark
from ocr.extract.runs import same_row
from ocr.extract.segments import Segment, chains_of_row, join_row
from ocr.kinds import dates, has_date_units

_NEAR, _CELL_NEAR, _DATE_NEAR, _DIGITS_NEAR = 0.9, 2.0, 8.0, 3.5
_DATE_PIECE = re.compile(r"[\d年月日零壹贰叁肆伍陆柒捌玖拾〇一二三四五六七八九十OIl\s:.\-/]+")
_DIGIT_PIECE = re.compile(r"[\d\sOIl*xX]+")


def _is_date(text: str) -> bool:
    return bool(_DATE_PIECE.fullmatch(text)) and has_date_units(text) and dates.iso_date(text) is not None


def _joinable(parts: Sequence[Segment]) -> bool:
    """Whether neighbours are one value by themselves."""
    text = join_row(parts).text
    gaps = [(b.box.x - a.box.right) / max(1, a.box.h) for a, b in itertools.pairwise(parts)]
    if _is_date(text) and len(text.replace(" ", "")) <= 18:
        return not any(_is_date(part.text) for part in parts)
    if parts[0].cell >= 0 and max(gaps) <= _CELL_NEAR and all(part.cell == parts[0].cell for part in parts):
        return True
    if max(gaps) <= _NEAR and all(part.cell == parts[0].cell for part in parts):
        return True
    digits = all(_DIGIT_PIECE.fullmatch(part.text) for part in parts)
    return digits and max(gaps) <= _DIGITS_NEAR and all(len(part.text) >= 2 for part in parts[:-1])


def composed(segments: Sequence[Segment], marks: Sequence[Mark]) -> list[Segment]:
    """The segments with the longest joinable chains made one."""
    chains = chains_of_row(segments, marks, _DATE_NEAR)
    used: set[int] = set()
    made: list[Segment] = []
    for chain in sorted(chains, key=len, reverse=True):
        parts = [segments[i] for i in chain]
        if not used & set(chain) and _joinable(parts):
            used |= set(chain)
            made.append(join_row(parts))
    rest = [segment for i, segment in enumerate(segments) if i not in used]
    return sorted([*rest, *made], key=lambda s: (s.box.y + s.box.h / 2, s.box.x))


def overlaps_row(a: Segment, b: Segment) -> bool:
    """Whether two segments stand in one row."""
    return same_row(a.box, b.box)
