"""Evaluate: a folder of images with truth.jsonl, read and compared, by type and by field."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2

from imaging.decode import decode
from imaging.model import Scan, ScanError
from imaging.recipe import run
from ocr.calibration import ACCEPT_ERROR
from ocr.forms import catalogue
from ocr.kinds import normalise
from ocr.known.model import KnownForm
from ocr.model import NOT_VOUCHERS, UNKNOWN, Engine, Voucher
from ocr.understand import Understood, understand

TRUTH = "truth.jsonl"
Progress = Callable[[int, int], None]
Loader = Callable[[], Engine]


class TruthError(ValueError):
    """A folder that cannot be evaluated; the message names the file, the line and what to do."""


@dataclass(frozen=True, slots=True)
class Truth:
    """One line of truth.jsonl: what a page of a file truly says."""

    file: str
    page: int
    type: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What reading said of one page: the type, each field's value and whether it was accepted, the seconds; how sure
    each value is (0..1), who said it (`ocr:zone`, `ocr:rapid`), and of each wrong one its picture (WebP), where it has
    one."""

    type: str
    fields: Mapping[str, tuple[str, bool]]
    seconds: float
    sure: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """One field of one page: what it truly says in stored form (None: not printed), what was said (None: nothing),
    whether that was accepted and how sure it is, and its picture where it is wrong."""

    file: str
    page: int
    type: str
    typed: str
    field: str
    kind: str
    source: str
    truth: str | None
    said: str | None
    accepted: bool
    sure: float
    picture: bytes = b""

    @property
    def right(self) -> bool:
        return self.truth is not None and self.said == self.truth


@dataclass(slots=True)
class Tally:
    """Counts for one type or field: values in the truth, right ones, accepted and right, accepted, accepted wrong."""

    fields: int = 0
    right: int = 0
    accepted_right: int = 0
    accepted: int = 0
    wrong: int = 0

    def shares(self) -> dict[str, float | int]:
        """The counts as shares of 1."""
        return {
            "fields": self.fields,
            "field_exact": _share(self.right, self.fields),
            "accepted": _share(self.accepted_right, self.fields),
            "accepted_wrong": _share(self.wrong, self.accepted),
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of `vouch evaluate --json`, all shares of 1. `fields` counts the values in the truth; `accepted` is
    accepted and right of all; `accepted_wrong` is wrong of the accepted, those that the truth has not among them;
    `by_kind` has the expected calibration error too. `said` is every field of every page and `confused` counts pages by
    true and said type, for the report."""

    pages: int
    type_accuracy: float
    fields: int
    field_exact: float
    accepted: float
    accepted_wrong: float
    by_type: Mapping[str, Mapping[str, float | int]]
    by_field: Mapping[str, Mapping[str, float | int]]
    seconds: float
    pages_per_second: float
    faults: tuple[Mapping[str, Any], ...] = field(default=())
    by_kind: Mapping[str, Mapping[str, float | int]] = field(default_factory=dict)
    said: tuple[Said, ...] = field(default=())
    confused: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def to_json(self, faults: bool = False) -> dict[str, Any]:
        """A dict for JSON; with `faults` also every value that is wrong, missing or too many."""
        told = {name: getattr(self, name) for name in _TOLD}
        return {**told, "faults": list(self.faults)} if faults else told


_TOLD = ("pages", "type_accuracy", "fields", "field_exact", "accepted", "accepted_wrong", "by_type", "by_field",
         "by_kind", "seconds", "pages_per_second")  # fmt: skip


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def read_truth(folder: Path) -> list[Truth]:
    """The lines of a folder's truth.jsonl. TruthError where it is missing or a line is not as it must be."""
    path = folder / TRUTH
    if not path.is_file():
        raise TruthError(f"{path} is missing: evaluation needs a line a page there, as docs/benchmarks.md shows.")
    return [
        _truth(path, number, line)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if line.strip()
    ]


def _truth(path: Path, number: int, line: str) -> Truth:
    try:
        said = json.loads(line)
        return Truth(str(said["file"]), int(said.get("page", 1)), str(said["type"]), dict(said.get("fields") or {}))
    except (ValueError, KeyError, TypeError) as error:
        raise TruthError(f"{path}, line {number}: not a page's truth ({error}); mend the line.") from error


def stored(name: str, value: str) -> str:
    """A value of the truth in the stored form of its kind, itself where the kind cannot read it."""
    known = catalogue().fields.get(name)
    found = normalise(known.kind, value, known) if known else None
    return found.value if found else value


@dataclass(frozen=True, slots=True)
class How:
    """How pages are read: by these known forms, as of a business date (None: today), and with so many errors among the
    accepted, by kind."""

    forms: tuple[KnownForm, ...] = ()
    business_date: dt.date | None = None
    accept_error: Mapping[str, float] = field(default_factory=lambda: dict(ACCEPT_ERROR))


def answer(truth: Truth, folder: Path, engine: Engine, how: How | None = None) -> Answer:
    """What reading says of one page; a file that cannot be imaged is `unknown`."""
    start, how = time.perf_counter(), how or How()
    path = folder / truth.file
    try:
        page = decode(Scan.of(path.name, path.read_bytes()), truth.page)
    except (ScanError, OSError):
        return Answer(UNKNOWN, {}, time.perf_counter() - start)
    found = understand(
        run(page), engine, business_date=how.business_date, forms=how.forms, accept_error=how.accept_error
    )
    seconds = time.perf_counter() - start
    fields = found.voucher.fields
    sure = {name: value.confidence for name, value in fields.items()}
    source = next((value.source for value in fields.values()), "")
    return Answer(found.voucher.type, _said(found.voucher), seconds, sure, source, _pictures(truth, found))


def _said(voucher: Voucher) -> dict[str, tuple[str, bool]]:
    return {name: (value.value, value.accepted) for name, value in voucher.fields.items()}


def _pictures(truth: Truth, found: Understood) -> dict[str, bytes]:
    """Pictures of the values that are wrong, with a little around them."""
    wrong = {}
    for name, value in found.voucher.fields.items():
        if value.box is not None and value.value != stored(name, truth.fields.get(name, "")):
            box = value.box.padded(round(0.5 * value.box.h), found.page.width, found.page.height)
            part = found.page.pixels[box.y : box.bottom, box.x : box.right]
            if part.size:
                wrong[name] = cv2.imencode(".webp", part, [cv2.IMWRITE_WEBP_QUALITY, 60])[1].tobytes()
    return wrong


_reader: list[tuple[Engine, How]] = []


def _start(load: Loader, how: How) -> None:
    _reader[:] = [(load(), how)]


def _work(truth: Truth, folder: Path) -> Answer:
    return answer(truth, folder, *_reader[0])


def _answers(truths: Sequence[Truth], folder: Path, load: Loader, processes: int, how: How) -> Iterator[Answer]:
    if processes <= 1:
        engine = load()
        yield from (answer(truth, folder, engine, how) for truth in truths)
        return
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_start, initargs=(load, how))
    with pool:
        yield from pool.map(partial(_work, folder=folder), truths, chunksize=4)


def evaluate(
    folder: Path, load: Loader, progress: Progress | None = None, processes: int = 2, how: How | None = None
) -> Evaluation:
    """Read every page of a folder's truth and compare. `load` makes the engine, once a process (picklable where there
    are several); `progress` gets pages done and in all. TruthError for a folder without a usable truth.jsonl."""
    truths = read_truth(folder)
    start = time.perf_counter()
    answers = []
    for done, each in enumerate(_answers(truths, folder, load, processes, how or How()), 1):
        answers.append(each)
        if progress:
            progress(done, len(truths))
    return compare(truths, answers, time.perf_counter() - start)


def compare(truths: Sequence[Truth], answers: Sequence[Answer], seconds: float) -> Evaluation:
    """The figures of answers against the truth, page by page in the same order."""
    whole, types, fields, kinds = Tally(), dict[str, Tally](), dict[str, Tally](), dict[str, Tally]()
    confused: Counter[tuple[str, str]] = Counter()
    faults: list[Mapping[str, Any]] = []
    listed: list[Said] = []
    for truth, answered in zip(truths, answers, strict=True):
        confused[truth.type, answered.type] += 1
        if answered.type != truth.type:
            faults.append({"file": truth.file, "page": truth.page, "truth": truth.type, "said": answered.type})
        by_type = types.setdefault(truth.type, Tally())
        for said in said_of(truth, answered):
            names = (fields.setdefault(said.field, Tally()), kinds.setdefault(said.kind, Tally()))
            faults += _count(said, (whole, by_type, *names))
            listed.append(said)
    shares = whole.shares()
    return Evaluation(
        len(truths),
        _typed(confused),
        whole.fields,
        shares["field_exact"],
        shares["accepted"],
        shares["accepted_wrong"],
        {name: _of_type(tally, name, confused) for name, tally in sorted(types.items())},
        {name: tally.shares() for name, tally in sorted(fields.items()) if tally.fields or tally.accepted},
        round(seconds, 3),
        round(len(truths) / seconds, 3) if seconds else 0.0,
        tuple(faults),
        {name: _of_kind(tally, name, listed) for name, tally in sorted(kinds.items()) if tally.fields},
        tuple(listed),
        dict(confused),
    )


def said_of(truth: Truth, answered: Answer) -> Iterator[Said]:
    """Every field that the truth or the answer has, by name."""
    known = catalogue().fields
    for name in sorted({*truth.fields, *answered.fields}):
        wanted = truth.fields.get(name)
        value, accepted = answered.fields.get(name, (None, False))
        yield Said(
            truth.file,
            truth.page,
            truth.type,
            answered.type,
            name,
            known[name].kind if name in known else "text",
            "zone" if answered.source.endswith(":zone") else "page",
            None if wanted is None else stored(name, wanted),
            value,
            accepted,
            answered.sure.get(name, 0.0),
            answered.pictures.get(name, b""),
        )


def _typed(confused: Mapping[tuple[str, str], int], only: str = "") -> float:
    """The share of voucher pages whose type is right, of one type alone or of all."""
    counts = [
        (true == said, n) for (true, said), n in confused.items() if true not in NOT_VOUCHERS and only in {"", true}
    ]
    return _share(sum(n for right, n in counts if right), sum(n for _, n in counts))


def _of_type(tally: Tally, name: str, confused: Mapping[tuple[str, str], int]) -> dict[str, float | int]:
    pages = 0 if name in NOT_VOUCHERS else sum(n for (true, _), n in confused.items() if true == name)
    return {"pages": pages, "type_accuracy": _typed(confused, name), **tally.shares()}


def _of_kind(tally: Tally, name: str, listed: Sequence[Said]) -> dict[str, float | int]:
    mine = [said for said in listed if said.kind == name and said.said is not None]
    off = calibration_error([said.sure for said in mine], [said.right for said in mine])
    return {**tally.shares(), "calibration_error": round(off, 6)}


def calibration_error(sure: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """The expected calibration error, 0..1: over bins of as many values each, the mean distance between how sure the
    values are said to be and what share of them is right."""
    ranked = sorted(zip(sure, right, strict=True))
    edges = [round(len(ranked) * place / bins) for place in range(bins + 1)]
    parts = [ranked[low:high] for low, high in pairwise(edges) if high > low]
    return sum(abs(sum(s for s, _ in part) - sum(r for _, r in part)) for part in parts) / max(1, len(ranked))


def _count(said: Said, tallies: Sequence[Tally]) -> list[Mapping[str, Any]]:
    """Count one field of one page; what is wrong with it, if anything."""
    for tally in tallies:
        tally.fields += said.truth is not None
        tally.right += said.right
        tally.accepted += said.accepted
        tally.accepted_right += said.accepted and said.right
        tally.wrong += said.accepted and not said.right
    if said.right or (said.truth is None and not said.accepted):
        return []
    return [{"file": said.file, "page": said.page, "type": said.type, "field": said.field, "truth": said.truth,
             "said": said.said, "accepted": said.accepted}]  # fmt: skip
