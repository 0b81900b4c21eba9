"""Reading a page the right way up: the confidence of a reading tells whether the page lay on its side or head."""

from __future__ import annotations

from imaging.model import Page
from imaging.stages.orient import turned
from ocr.model import Engine, Line, Reading

# Of the characters of an upright page over 0.9 are sure, of one on its head under 0.3, whatever the print.
SURE = 0.9
UPRIGHT = 0.6
TALL = 1.5


def read_upright(page: Page, engine: Engine) -> tuple[Page, Reading]:
    """The page turned so that its text stands upright, and its reading. A page that is upright already is read once."""
    reading = engine.read(page)
    best, most = (page, reading), upright_text(reading)
    for quarters in _other_ways(reading):
        other = turned(page, quarters)
        found = engine.read(other)
        text = upright_text(found)
        if text > most:
            best, most = (other, found), text
        if _share(text, found) >= UPRIGHT:
            break
    return best


def upright_text(reading: Reading) -> int:
    """The number of characters that were read with certainty in lines that run across the page."""
    return sum(_sure(line) for line in reading.lines if not _is_tall(line))


def _other_ways(reading: Reading) -> tuple[int, ...]:
    """The quarter turns to try, the likeliest first; none for a page that reads well or has no text."""
    total, sure = _length(reading.lines), sum(_sure(line) for line in reading.lines)
    if total == 0 or _share(upright_text(reading), reading) >= UPRIGHT:
        return ()
    if _length([line for line in reading.lines if _is_tall(line)]) * 2 <= total:
        return (2,)
    # Lines that run downwards are read as vertical words; those that run upwards give nonsense.
    return (3, 1) if sure * 2 > total else (1, 3)


def _share(part: int, reading: Reading) -> float:
    return part / max(1, _length(reading.lines))


def _length(lines: tuple[Line, ...] | list[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _sure(line: Line) -> int:
    if line.char_confidences:
        return sum(each >= SURE for each in line.char_confidences)
    return len(line.text) if line.confidence >= SURE else 0


def _is_tall(line: Line) -> bool:
    return line.box is not None and line.box.h > TALL * line.box.w
