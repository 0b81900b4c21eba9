"""Stub: the counterfoil left of a cheque repeats the cheque's labels with shorter values, which are not its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr.extract.runs import Run

_TITLE = "存根"
_WIDEST = 0.45  # of the page


def stub_edge(runs: Sequence[Run], width: int) -> int:
    """Where a counterfoil ends, in page pixels from the left: in the middle of the widest white between its title and
    what is printed right of it; 0 where the page has none."""
    heads = [run.box for run in runs if run.text.endswith(_TITLE) and run.box.right < _WIDEST * width]
    if not heads:
        return 0
    left, limit = heads[0].right, round(_WIDEST * width)
    inked = np.zeros(width + 1, bool)
    for run in runs:
        inked[max(0, run.box.x) : min(width, run.box.right)] = True
    best, start = (0, left), left
    for x in range(left, limit + 1):
        if inked[x]:
            start = x + 1
        elif x - start > best[0]:
            best = (x - start, (x + start) // 2)
    return best[1]
