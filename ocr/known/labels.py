"""Labels: what was read of the printed words beside a value is no part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from ocr.kinds.texts import nfkc
from ocr.known.model import Printed, Zone
from ocr.model import Line

_TIME = "transaction_time"
_LEFT_MM, _RIGHT_MM = 16.0, 6.0


def without_labels(line: Line, zone: Zone, words: Sequence[Printed], right: float = inf) -> Line:
    """A line without the end of the label before its value and the beginning of the one after it, where the crop's end
    (`right`, mm on the form) is that far: values end as labels begin (口头挂失, 挂失凭证号码). A misread label ends at
    its colon."""
    mates = [word for word in words if abs(word.box.center[1] - zone.core.center[1]) < 0.5 * zone.line]
    before = [word for word in mates if 0 <= zone.value.x - word.box.right + 1.5 <= _LEFT_MM]
    after = [word.text for word in mates if word.moves and zone.value.x + _RIGHT_MM <= word.box.x < right]
    text = nfkc(line.text)
    if len(text) != len(line.text):
        return line
    start = max((_said_end(text, label) for label in before), default=0)
    if not start and any(label.text.endswith(":") for label in before):
        start = _misread_end(text, zone.field)
    end = len(text) - max((_said_start(text[start:], label) for label in after), default=0)
    return part_of(line, start, end) if (start, end) != (0, len(text)) else line


def _said_end(text: str, word: Printed) -> int:
    """How many characters at the beginning of a text are the label's last ones; one alone may be the value's own
    where the label stands still."""
    label = word.text
    for count in range(min(len(label), len(text)), 0 if word.moves or label.endswith(":") else 1, -1):
        if text.startswith(label[-count:]):
            return count
    colon = text.find(":", 0, len(label) + 1) if label.endswith(":") else -1
    # A time has colons of its own.
    misread = colon > 0 and all("\u4e00" <= char <= "\u9fff" for char in text[:colon])
    return colon + 1 if misread else 0


def _misread_end(text: str, field: str) -> int:
    """How many characters at the beginning are a colon and what the character before it was taken for; a time keeps
    two colons."""
    colon = text.find(":", 0, 2)
    keeps = 2 if field == _TIME else 0
    return colon + 1 if colon >= 0 and len(text) > colon + 1 and text.count(":", colon + 1) >= keeps else 0


def _said_start(text: str, label: str) -> int:
    """How many characters at the end of a text are the label's first ones; one alone may be the value's own."""
    for count in range(min(len(label), len(text)), 1, -1):
        if text.endswith(label[:count]):
            return count
    return 0


def part_of(line: Line, start: int, end: int) -> Line:
    """A line's characters from `start` to `end` (excluded)."""
    whole = len(line.text)
    centers, sure, others = line.centers, line.char_confidences, line.alternatives
    return replace(
        line,
        text=line.text[start:end],
        centers=centers[start:end] if len(centers) == whole else centers,
        char_confidences=sure[start:end] if len(sure) == whole else sure,
        alternatives=others[start:end] if len(others) == whole else others,
    )
