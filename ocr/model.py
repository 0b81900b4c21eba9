"""The nouns of reading: a line of text, the reading of a page, a field's value, and the voucher that the paper says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from imaging.model import Box, Page, Pixels


@dataclass(frozen=True, slots=True)
class Line:
    """Text as an engine read it: `text`, `confidence` 0..1, `box` in page pixels (None for a bare crop), and where the
    engine tells them, the horizontal centre of each character in page pixels (same length as `text`), each character's
    own confidence, and what else each may be: pairs of a character ("" for none) and its likelihood, likeliest first,
    empty where the engine is certain. Alternatives are not stored with a reading. `printed` says that the line was not
    read on this page: it is the known form's print."""

    text: str
    confidence: float
    box: Box | None = None
    centers: tuple[float, ...] = ()
    char_confidences: tuple[float, ...] = ()
    alternatives: tuple[tuple[tuple[str, float], ...], ...] = ()
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The lines of one page, in reading order, by one engine. `width` and `height` are the page's, in pixels."""

    lines: tuple[Line, ...]
    engine: str
    width: int
    height: int

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of a voucher. `value` is the stored form of the catalogue's kind, `raw` what was read, `box` where it
    stands in page pixels, `confidence` 0..1 calibrated, `accepted` whether it stands without a person, `source` who
    said it (`ocr:rapid`, `keyed:…`), `numeric` the amount where the kind is an amount in words."""

    name: str
    value: str
    raw: str
    confidence: float
    accepted: bool
    source: str
    box: Box | None = None
    numeric: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule that failed: its name in the catalogue, whether it judges the `reading` or the `business`, the fields
    that it involves and what was found."""

    rule: str
    kind: str
    fields: tuple[str, ...]
    detail: str


# Types of page that are not vouchers; `unknown` is a record that a person looks at.
ATTACHMENT, BLANK, ENDORSEMENT, UNKNOWN, BATCH_COVER = "attachment", "blank", "endorsement", "unknown", "batch_cover"
NOT_VOUCHERS = frozenset({ATTACHMENT, BLANK, ENDORSEMENT, UNKNOWN, BATCH_COVER})


@dataclass(frozen=True, slots=True)
class Voucher:
    """What one page says: a type of the catalogue or one of NOT_VOUCHERS, how sure the type is (0..1), the fields by
    name, and the rules that failed."""

    type: str
    confidence: float
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    failures: tuple[RuleResult, ...] = ()
    reading: Reading | None = None


class Engine(Protocol):
    """An OCR engine. It returns values, never keeps a page, and is used by one thread of one process."""

    name: str

    def read(self, page: Page, quick: bool = False) -> Reading:
        """All the lines of a page; of a `quick` reading at the least cost the caller has to doubt."""
        ...

    def read_lines(
        self, crops: list[Pixels], kinds: Sequence[str | None] | None = None, quick: bool = False
    ) -> list[Line]:
        """Each crop (H×W×3 uint8 BGR, one line of text, upright) read by itself; empty text where there is none.
        `kinds` are the catalogue's kinds of the values that the crops show, where they are known; `quick` asks for a
        first reading at the least cost, of money too."""
        ...
