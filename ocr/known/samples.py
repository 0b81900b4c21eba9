"""Samples: labelled pages read in full, to learn a form from, and the form's accuracy on each of them left out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from imaging.lines import cells
from imaging.model import Page
from imaging.stages.stamps import Stamps
from ocr.by_zones import read_known
from ocr.classify import TypeGuess, classify
from ocr.extract import analyse
from ocr.known.fingerprint import find
from ocr.known.learn import LEAST, learn
from ocr.known.model import FormError, KnownForm
from ocr.known.observe import Sample, observe
from ocr.model import Engine
from ocr.understand import evidence_of, see

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page that went through imaging's recipe, its type and its values in stored form, and its name for messages."""

    page: Page
    type: str
    truth: Mapping[str, str]
    name: str


@dataclass(frozen=True, slots=True)
class Read:
    """A labelled page read in full: what learning needs, and its stamps for reading it again by zones."""

    sample: Sample
    stamps: Stamps


def read_sample(labelled: Labelled, engine: Engine) -> Read:
    """One labelled page read in full."""
    seen = see(labelled.page, engine)
    layout = analyse(seen.reading, cells(seen.stamps.text_stream))
    guess = classify(seen.reading, layout.runs, layout.marks)
    right = guess if guess.type == labelled.type else TypeGuess(labelled.type, 1.0)
    found, _ = evidence_of(seen, layout, right, engine, _latest(labelled.truth), ())
    sample = observe(
        seen.page, seen.stamps.text_stream, layout, found, right.runs, labelled.type, labelled.truth, labelled.name
    )
    return Read(sample, seen.stamps)


def _latest(truth: Mapping[str, str]) -> dt.date:
    """A business date on which the sample's own dates are real."""
    try:
        return dt.date.fromisoformat(truth["date"])
    except (KeyError, ValueError):
        return dt.datetime.now(dt.UTC).date()


def learned(reads: Sequence[Read], name: str, engine: Engine, progress: Progress | None = None) -> KnownForm:
    """The form that the samples are copies of, with its accuracy on each sample left out in turn."""
    form = learn([read.sample for read in reads], name)
    return replace(form, accuracy=accuracy(reads, name, engine, progress))


def accuracy(reads: Sequence[Read], name: str, engine: Engine, progress: Progress | None = None) -> dict[str, float]:
    """Leave-one-out: each sample read by the form that the others make. `pages` tried, `registered` of them where the
    form was found, `read` where its zones gave all that is required (the others would be read whole), `fields` in the
    truth of those read (stamps not counted), `exact` those right; shares 0 to 1. Empty where too few samples are
    left."""
    if len(reads) <= LEAST:
        return {}
    counts = Counter({"pages": len(reads)})
    for number, left in enumerate(reads):
        if progress:
            progress(number, len(reads))
        try:
            form = learn([read.sample for read in reads if read is not left], name)
        except FormError:
            continue
        if find(left.sample.small, [form]) is None:
            continue
        counts["registered"] += 1
        said = read_known(left.sample.page, left.stamps, engine, [form], _latest(left.sample.truth))
        if said:
            wanted = {k: v for k, v in left.sample.truth.items() if v not in {"present", "absent"}}
            right = sum(said.get(field) == value for field, value in wanted.items())
            counts.update({"read": 1, "fields": len(wanted), "right": right})
    pages, fields = counts["pages"], counts["fields"]
    shares = {key: round(counts[key] / pages, 4) for key in ("registered", "read")}
    return {"pages": pages, **shares, "fields": fields, "exact": round(counts["right"] / max(1, fields), 4)}
