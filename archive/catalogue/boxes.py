"""Boxes as four integer columns."""

from __future__ import annotations

from sqlalchemy import RowMapping

from imaging.model import Box


def box_values(box: Box | None) -> dict[str, int | None]:
    """Column values of a box, or of none."""
    if box is None:
        return {"box_x": None, "box_y": None, "box_w": None, "box_h": None}
    return {"box_x": box.x, "box_y": box.y, "box_w": box.w, "box_h": box.h}


def box_of(row: RowMapping) -> Box | None:
    """The box that a row holds, None where it holds none."""
    return None if row["box_x"] is None else Box(row["box_x"], row["box_y"], row["box_w"], row["box_h"])
