"""Evaluate: a folder of images with truth.jsonl, read and compared, by type and by field."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from imaging.decode import decode
from imaging.model import Scan, ScanError
from imaging.recipe import run
from ocr.forms import catalogue
from ocr.kinds import normalise
from ocr.model import NOT_VOUCHERS, UNKNOWN, Engine, Voucher
from ocr.understand import understand

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
    """What reading said of one page: the type, each field's value and whether it was accepted, and the seconds."""

    type: str
    fields: Mapping[str, tuple[str, bool]]
    seconds: float


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
    accepted and right of all; `accepted_wrong` is wrong of the accepted, those that the truth has not among them."""

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

    def to_json(self, faults: bool = False) -> dict[str, Any]:
        """A dict for JSON; with `faults` also every value that is wrong, missing or too many."""
        said = asdict(self)
        listed = said.pop("faults")
        return {**said, "faults": list(listed)} if faults else said


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


def answer(truth: Truth, folder: Path, engine: Engine) -> Answer:
    """What reading says of one page; a file that cannot be imaged is `unknown`."""
    start = time.perf_counter()
    path = folder / truth.file
    try:
        page = decode(Scan.of(path.name, path.read_bytes()), truth.page)
    except (ScanError, OSError):
        return Answer(UNKNOWN, {}, time.perf_counter() - start)
    voucher = understand(run(page), engine).voucher
    return Answer(voucher.type, _said(voucher), time.perf_counter() - start)


def _said(voucher: Voucher) -> dict[str, tuple[str, bool]]:
    return {name: (value.value, value.accepted) for name, value in voucher.fields.items()}


_engine: list[Engine] = []


def _start(load: Loader) -> None:
    _engine[:] = [load()]


def _work(truth: Truth, folder: Path) -> Answer:
    return answer(truth, folder, _engine[0])


def _answers(truths: Sequence[Truth], folder: Path, load: Loader, processes: int) -> Iterator[Answer]:
    if processes <= 1:
        engine = load()
        yield from (answer(truth, folder, engine) for truth in truths)
        return
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_start, initargs=(load,))
    with pool:
        yield from pool.map(partial(_work, folder=folder), truths, chunksize=4)


def evaluate(folder: Path, load: Loader, progress: Progress | None = None, processes: int = 2) -> Evaluation:
    """Read every page of a folder's truth and compare. `load` makes the engine, once a process (picklable where there
    are several); `progress` gets pages done and in all. TruthError for a folder without a usable truth.jsonl."""
    truths = read_truth(folder)
    start = time.perf_counter()
    answers = []
    for done, each in enumerate(_answers(truths, folder, load, processes), 1):
        answers.append(each)
        if progress:
            progress(done, len(truths))
    return compare(truths, answers, time.perf_counter() - start)


def compare(truths: Sequence[Truth], answers: Sequence[Answer], seconds: float) -> Evaluation:
    """The figures of answers against the truth, page by page in the same order."""
    whole, types, fields = Tally(), dict[str, Tally](), dict[str, Tally]()
    typed: dict[str, list[bool]] = {}
    faults: list[Mapping[str, Any]] = []
    for truth, said in zip(truths, answers, strict=True):
        if truth.type not in NOT_VOUCHERS:
            typed.setdefault(truth.type, []).append(said.type == truth.type)
        if said.type != truth.type:
            faults.append({"file": truth.file, "page": truth.page, "truth": truth.type, "said": said.type})
        by_type = types.setdefault(truth.type, Tally())
        for name in sorted({*truth.fields, *said.fields}):
            tallies = (whole, by_type, fields.setdefault(name, Tally()))
            faults += _count(truth, said, name, tallies)
    flat = [right for each in typed.values() for right in each]
    shares = whole.shares()
    return Evaluation(
        len(truths),
        _share(sum(flat), len(flat)),
        whole.fields,
        shares["field_exact"],
        shares["accepted"],
        shares["accepted_wrong"],
        {name: _of_type(tally, typed.get(name, [])) for name, tally in sorted(types.items())},
        {name: tally.shares() for name, tally in sorted(fields.items()) if tally.fields or tally.accepted},
        round(seconds, 3),
        round(len(truths) / seconds, 3) if seconds else 0.0,
        tuple(faults),
    )


def _of_type(tally: Tally, right: Sequence[bool]) -> dict[str, float | int]:
    return {"pages": len(right), "type_accuracy": _share(sum(right), len(right)), **tally.shares()}


def _count(truth: Truth, said: Answer, name: str, tallies: Sequence[Tally]) -> list[Mapping[str, Any]]:
    """Count one field of one page; what is wrong with it, if anything."""
    wanted = truth.fields.get(name)
    value, accepted = said.fields.get(name, (None, False))
    right = wanted is not None and value == stored(name, wanted)
    for tally in tallies:
        tally.fields += wanted is not None
        tally.right += right
        tally.accepted += accepted
        tally.accepted_right += accepted and right
        tally.wrong += accepted and not right
    if right or (wanted is None and not accepted):
        return []
    return [{"file": truth.file, "page": truth.page, "type": truth.type, "field": name, "truth": wanted, "said": value,
             "accepted": accepted}]  # fmt: skip
