"""Compose: joins pieces of one row that are one value: digits in groups, and numbers around pre-printed 年 月 日."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ocr.extract.marks import Mark
from ocr.extract.runs import same_row
from ocr.extract.segments import Segment, chains_of_row, digit_rows, join_row, join_rows
from ocr.kinds import dates, has_date_units
from ocr.kinds.capitals import LOOK_ALIKES

_NEAR, _CELL_NEAR, _DATE_NEAR, _DIGITS_NEAR = 0.9, 2.0, 8.0, 3.5
_GROUP = 8  # digits
# Capital numerals as engines misread them belong to a date too: it is read again by its own characters.
_DATE_PIECE = re.compile(
    "[" + "".join(c for c, to in LOOK_ALIKES.items() if to not in "元整角分万亿仟佰") + "貳畫捨"
    + r"\d年月日曰零壹贰叁肆伍陆柒捌玖拾〇一二三四五六七八九十OIl\s:.\-/]+"
)  # fmt: skip
_LONG = re.compile(r"[\d ]{8,}")
_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")
_DIGIT_PIECE = re.compile(r"[\d\sOIl*xX]+")


def _is_date(text: str) -> bool:
    return bool(_DATE_PIECE.fullmatch(text)) and has_date_units(text) and dates.iso_date(text) is not None


def _joinable(parts: Sequence[Segment]) -> bool:
    """Whether neighbours are one value by themselves."""
    text = join_row(parts).text
    gaps = [(b.box.x - a.box.right) / max(1, a.box.h) for a, b in itertools.pairwise(parts)]
    if _is_date(text) and len(text.replace(" ", "")) <= 18:
        return not any(_is_date(part.text) for part in parts)
    if any(_LONG.fullmatch(part.text) for part in parts) and any(_WORDS.search(part.text) for part in parts):
        return False  # a name and the account beside it, in one cell
    near = _CELL_NEAR if parts[0].cell >= 0 else _NEAR
    if max(gaps) <= near and all(part.cell == parts[0].cell for part in parts):
        return True
    if max(gaps) > _DIGITS_NEAR or any(part.cell != parts[0].cell for part in parts):
        return False
    # Numbers of two columns stand as near as the groups of one, but groups are short.
    return all(_DIGIT_PIECE.fullmatch(part.text) and 2 <= len(part.text) <= _GROUP for part in parts[:-1]) and bool(
        _DIGIT_PIECE.fullmatch(parts[-1].text)
    )


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
    return _stacked(sorted([*rest, *made], key=lambda s: (s.box.y + s.box.h / 2, s.box.x)))


def _stacked(segments: Sequence[Segment]) -> list[Segment]:
    """The segments with numbers made one that were broken in their cell, of which half would be taken for a whole."""
    kept: list[Segment] = []
    for segment in segments:
        upper = next((k for k, other in enumerate(kept) if segment.cell >= 0 and digit_rows(other, [segment])), None)
        if upper is None or not _LONG.fullmatch(kept[upper].text):
            kept.append(segment)
        else:
            kept[upper] = join_rows([kept[upper], segment])
    return kept


def overlaps_row(a: Segment, b: Segment) -> bool:
    """Whether two segments stand in one row."""
    return same_row(a.box, b.box)
