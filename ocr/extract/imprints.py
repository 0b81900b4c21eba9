"""Imprints: a bank's stamp known by its words alone, where its rim was not found."""

from __future__ import annotations

import re

from imaging.model import Box
from ocr.extract import Extraction, Layout
from ocr.extract.owners import BANK, BANKS, CUSTOMERS
from ocr.extract.roles import Role
from ocr.extract.runs import union

_BANK_WORDS = ("业务专用", "转讫", "收讫", "付讫", "清讫", "核算", "汇票专用", "结算专用", "受理")
_DAY = re.compile(r"(?:19|20)\d{2}[.\-/年]\d{1,2}[.\-/月]\d{1,2}日?")
_SEAL = re.compile("专用")  # with a day beside it
_SURE, _LIKELY = 0.97, 0.6


def banks_places(layout: Layout, first: Extraction) -> list[Role]:
    """The labels that ask for a bank's stamp, without a customer's 财务专用章 that was taken for one."""
    return [role for role in first.roles.get(BANK, ()) if not CUSTOMERS.search(layout.runs[role.mark.run].text)]


def imprint_on(layout: Layout, first: Extraction) -> tuple[Box, float] | None:
    """Where the words of a bank's stamp stand, and how sure it is that they are one's."""
    dated = _dated(layout)
    if dated:
        return dated, _SURE
    worded = _worded(layout, first)
    return (worded, _LIKELY) if worded else None


def _dated(layout: Layout) -> Box | None:
    """A day, and a bank's word above or below it."""
    runs = [run for run in layout.runs if not run.tall]
    days = [run.box for run in runs if _DAY.fullmatch(run.text)]
    words = [run.box for run in runs if _is_seals(run.text)]
    for day in days:
        for word in words:
            apart = max(word.y - day.bottom, day.y - word.bottom)
            if apart <= day.h and abs(day.center[0] - word.center[0]) <= 0.5 * max(day.w, word.w):
                return union((day, word))
    return None


def _worded(layout: Layout, first: Extraction) -> Box | None:
    """A bank's word beside the printed label that asks for its stamp, or larger than print."""
    heights = sorted(run.box.h for run in layout.runs if not run.tall)
    usual = heights[len(heights) // 2] if heights else 1
    roles = banks_places(layout, first)
    worded = [role.mark for role in roles if any(word in role.mark.meaning.label for word in _BANK_WORDS)]
    others = len(roles) - len(worded)
    stamped = [m for m in worded if others or len(worded) > 1 or m.box.h > 1.6 * usual]
    return min((m.box for m in stamped), key=lambda box: box.y, default=None)


def _is_seals(text: str) -> bool:
    """Whether words may be those of a bank's stamp, and are no printed label."""
    says = BANKS.search(text) or _SEAL.search(text)
    return bool(says) and not CUSTOMERS.search(text) and not text.endswith((":", ")"))
