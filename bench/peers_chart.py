"""The chart of `bench.peers`: pages a second by contestant, as SVG text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_LEFT, _WIDTH, _ROW, _BAR = 250, 860, 34, 20
_OURS, _THEIRS, _INK, _FAINT = "#1f6feb", "#9aa4b2", "#1c2128", "#d0d7de"


def chart(rows: Sequence[tuple[str, float]], title: str, note: str) -> str:
    """Horizontal bars on a scale from nothing, in the order given; names that begin with Vouch stand out. ValueError
    where there is no row."""
    if not rows:
        raise ValueError("a chart needs a row")
    most = max(value for _, value in rows) or 1.0
    height = 96 + _ROW * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        ' font-family="system-ui, sans-serif" font-size="14">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="30" font-size="17" font-weight="600" fill="{_INK}">{escape(title)}</text>',
        f'<line x1="{_LEFT}" y1="48" x2="{_LEFT}" y2="{56 + _ROW * len(rows)}" stroke="{_FAINT}"/>',
    ]
    for at, (name, value) in enumerate(rows):
        top, long = 56 + at * _ROW, max(1.0, value / most * (_WIDTH - _LEFT - 80))
        colour = _OURS if name.startswith("Vouch") else _THEIRS
        middle = top + _BAR - 5
        parts += [
            f'<text x="{_LEFT - 10}" y="{middle}" text-anchor="end" fill="{_INK}">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{long:.1f}" height="{_BAR}" rx="2" fill="{colour}"/>',
            f'<text x="{_LEFT + long + 8:.1f}" y="{middle}" fill="{_INK}">{value:.2f}</text>',
        ]
    foot = 56 + _ROW * len(rows) + 24
    parts += [f'<text x="16" y="{foot}" font-size="12" fill="#57606a">{escape(note)}</text>', "</svg>"]
    return "\n".join(parts) + "\n"
