"""Crops: the pixels of a value by itself, for a second reading."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.model import Box, Pixels
from imaging.ops import colour
from ocr.extract.grids import Grid

_PAD = 0.12


def line_crop(pixels: Pixels, box: Box, limit: Box | None = None) -> Pixels:
    """One line of print with a little white around it; up to a character more to the right, within `limit`, where the
    first reading may have left one out."""
    grown = box.padded(round(_PAD * box.h), int(pixels.shape[1]), int(pixels.shape[0]))
    right = grown.right if limit is None else max(grown.right, min(limit.right - 3, box.right + round(0.8 * box.h)))
    return colour(pixels[grown.y : grown.bottom, grown.x : right])


def _trimmed(cell: Pixels) -> Pixels:
    """A cell of a grid without the rules at its sides."""
    gray = cell.min(axis=2) if cell.ndim == 3 else cell
    paper = float(np.median(gray))
    dark = (gray < paper - 45).mean(axis=0)
    width = len(dark)
    left, right = 0, width
    for x in range(width // 4):
        if dark[x] > 0.75:
            left = x + 1
        if dark[width - 1 - x] > 0.75:
            right = width - 1 - x
    return cell[:, left:right]


def _without_level_rules(row: Pixels) -> Pixels:
    """A row of a grid without the rules above and below it."""
    gray = row.min(axis=2) if row.ndim == 3 else row
    dark = (gray < float(np.median(gray)) - 40).mean(axis=1)
    height = len(dark)
    top, bottom = 0, height
    for y in range(height // 3):
        if dark[y] > 0.5:
            top = y + 1
        if dark[height - 1 - y] > 0.5:
            bottom = height - 1 - y
    return row[top:bottom]


def ink_columns(pixels: Pixels, grid: Grid) -> list[bool]:
    """Whether each column of a grid's row holds a character."""
    row = _without_level_rules(pixels[max(0, grid.row.y) : grid.row.bottom])
    found = []
    for x in grid.columns:
        cell = _trimmed(row[:, max(0, round(x - 0.46 * grid.pitch)) : round(x + 0.46 * grid.pitch)])
        gray = cell.min(axis=2) if cell.ndim == 3 else cell
        inner = gray[int(0.1 * gray.shape[0]) : max(1, int(0.92 * gray.shape[0]))]
        found.append(bool(inner.size and (inner < float(np.median(gray)) - 50).mean() > 0.025))
    return found


def grid_strip(pixels: Pixels, grid: Grid) -> Pixels | None:
    """The characters of a grid's row moved together into one line of print; None where the row is empty."""
    marked = ink_columns(pixels, grid)
    if not any(marked) or grid.row.h < 8:
        return None
    first = marked.index(True)
    row = _without_level_rules(pixels[max(0, grid.row.y) : grid.row.bottom])
    if row.shape[0] < 6:
        return None
    cells = []
    for x in grid.columns[first:]:
        left, right = max(0, round(x - 0.5 * grid.pitch)), round(x + 0.5 * grid.pitch)
        cells.append(_trimmed(row[:, left:right]))
    strip = np.hstack([cell for cell in cells if cell.shape[1]])
    pad = round(0.15 * strip.shape[0])
    return colour(np.asarray(cv2.copyMakeBorder(strip, pad, pad, pad, pad, cv2.BORDER_REPLICATE), np.uint8))
