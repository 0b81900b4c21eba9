"""A reading as compact JSON, for the archive and for recordings; each line is one list."""

from __future__ import annotations

import json
from typing import Any

from imaging.model import Box
from ocr.model import Line, Reading

FORMAT = 1


def dump(reading: Reading) -> bytes:
    """The reading as UTF-8 JSON, the same bytes for equal readings. Confidences keep four digits and centres one."""
    lines = [_to_list(line) for line in reading.lines]
    whole = {"format": FORMAT, "engine": reading.engine, "size": [reading.width, reading.height], "lines": lines}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def load(data: bytes) -> Reading:
    """The reading that `dump` wrote. Raises ValueError where `data` is something else."""
    try:
        whole = json.loads(data)
        if whole["format"] != FORMAT:
            raise ValueError(f"its format is {whole['format']}, this program knows {FORMAT}")
        width, height = whole["size"]
        return Reading(tuple(_from_list(line) for line in whole["lines"]), whole["engine"], width, height)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"this is not a stored reading: {error}") from error


def _to_list(line: Line) -> list[Any]:
    box = None if line.box is None else [line.box.x, line.box.y, line.box.w, line.box.h]
    centers = [round(center, 1) for center in line.centers]
    said = [line.text, round(line.confidence, 4), box, centers, [round(each, 4) for each in line.char_confidences]]
    return [*said, True] if line.printed else said


def _from_list(parts: list[Any]) -> Line:
    text, confidence, box, centers, confidences, *printed = parts
    place = None if box is None else Box(*box)
    return Line(text, confidence, place, tuple(centers), tuple(confidences), (), printed == [True])
