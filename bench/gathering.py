"""Gathering: generated pages are read, and the evidence for each value is kept with the truth, for bench.calibrate."""

from __future__ import annotations

import datetime as dt
import pickle
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import cv2

from imaging.decode import decode
from imaging.lines import cells
from imaging.model import Page, Pixels, Scan
from imaging.recipe import reading_stream, run
from ocr.by_zones import evidence_of_zones, see_known
from ocr.classify import classify
from ocr.engines import load
from ocr.evaluate import TRUTH, Truth, read_truth, stored
from ocr.extract import analyse
from ocr.extract.found import STAMP, Found
from ocr.forms import catalogue
from ocr.known.learn import learn
from ocr.known.model import FormError, KnownForm
from ocr.known.samples import Labelled, read_sample
from ocr.model import NOT_VOUCHERS, Engine
from ocr.synthesis.day import make_day
from ocr.synthesis.layouts.design import PLANS
from ocr.understand import STAMPS_ASKED, evidence_of, see

from .heldout import __main__ as heldout

LOOKS = ("colour", "grey", "bitonal")
OTHERS = "layouts"  # the look of pages of bench/heldout, whose layouts and wear are its own
_FORMATS = {"colour": "jpg", "grey": "grey", "bitonal": "bitonal"}
DATE = dt.date(2026, 4, 21)
LAST = dt.date(2026, 10, 31)  # the last day that pages of bench/heldout bear
SAMPLES = 5  # a form is learned from
KNOWN = 8  # prints of known forms: levels of one print would say nothing of another


@dataclass(frozen=True, slots=True)
class Pile:
    """Pages to generate and read: one print of the forms, one wear, one look. `known` reads them by forms learned of
    that print."""

    seed: int
    print: str
    wear: str
    look: str
    pages: int
    known: bool = False

    @property
    def name(self) -> str:
        return f"{self.seed}-{self.print}-{self.wear}-{self.look}-{'known' if self.known else 'unseen'}".replace(
            " ", "_"
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A value that was found, what the page truly says there (None: nothing), and its picture where it is wrong."""

    found: Found
    truth: str | None
    picture: bytes | None = None

    @property
    def right(self) -> bool:
        """Whether the page says so. A stamp that nobody calls for and that is said to be absent is."""
        value = self.found.value.value
        return value == self.truth or (self.truth is None and self.found.evidence.how == STAMP and value == "absent")


@dataclass(frozen=True, slots=True)
class Gathered:
    """One page: its truth and what reading found, before it is judged. `form` says that a known form was found."""

    pile: Pile
    file: str
    type: str
    said: str
    sure: float
    form: bool
    truth: dict[str, str]
    rows: tuple[Row, ...]


def seen_by(
    page: Page, engine: Engine, forms: Sequence[KnownForm], on: dt.date
) -> tuple[str, float, bool, dict[str, Found], Page]:
    """What reading finds on a page of the business day `on`: type, how sure, whether by a known form, the values
    unjudged, the page upright."""
    stamps = reading_stream(page)
    zoned = see_known(page, stamps, engine, forms) if forms else None
    if zoned is not None:
        found, _ = evidence_of_zones(zoned, on, STAMPS_ASKED)
        return zoned.fit.form.type, zoned.zones.title, True, found, zoned.page
    seen = see(page, engine, stamps)
    layout = analyse(seen.reading, cells(seen.stamps.text_stream))
    guess = classify(seen.reading, layout.runs, layout.marks)
    if guess.type not in catalogue().types:
        return guess.type, guess.confidence, False, {}, seen.page
    found, _ = evidence_of(seen, layout, guess, engine, on, STAMPS_ASKED)
    return guess.type, guess.confidence, False, found, seen.page


def gathered(truth: Truth, folder: Path, pile: Pile, engine: Engine, forms: Sequence[KnownForm]) -> Gathered:
    """One page of a folder, read."""
    path = folder / truth.file
    page = run(decode(Scan.of(path.name, path.read_bytes()), truth.page))
    said, sure, form, found, upright = seen_by(page, engine, forms, LAST if pile.look == OTHERS else DATE)
    wanted = {name: stored(name, value) for name, value in truth.fields.items()}
    rows = tuple(_row(each, wanted.get(name), upright) for name, each in found.items())
    return Gathered(pile, truth.file, truth.type, said, sure, form, wanted, rows)


def _row(found: Found, truth: str | None, page: Page) -> Row:
    wrong = found.value.value != truth
    picture = _picture(page.pixels, found) if wrong and found.box is not None else None
    return Row(replace(found, grid=None), truth, picture)


def _picture(pixels: Pixels, found: Found) -> bytes:
    assert found.box is not None
    box = found.box.padded(round(0.6 * found.box.h), pixels.shape[1], pixels.shape[0])
    done, coded = cv2.imencode(".webp", pixels[box.y : box.bottom, box.x : box.right], [cv2.IMWRITE_WEBP_QUALITY, 60])
    return coded.tobytes() if done else b""


def generated(folder: Path, pile: Pile, types: Sequence[str] | None = None) -> list[Truth]:
    """A pile's vouchers in a folder, written where they are not there yet, and what they say."""
    if pile.look == OTHERS and not (folder / TRUTH).exists():
        heldout.write(folder, pile.seed, pile.pages)
    elif not (folder / TRUTH).exists():
        make_day(
            folder, seed=pile.seed, vouchers=pile.pages, geometries=(pile.print,), wear=pile.wear, types=types,
            formats=_FORMATS[pile.look], business_date=DATE, branch_no="0310", teller_no="0099", extras=False,
            journal=False,
        )  # fmt: skip
    return read_truth(folder)


def forms_of(pile: Pile, scratch: Path, engine: Engine) -> Iterator[KnownForm]:
    """The forms of a pile's print, each learned from five pages; types whose pages make none are left out."""
    for number, kind in enumerate(PLANS):
        folder = scratch / kind
        few = replace(pile, seed=pile.seed + 500_000 + number, pages=SAMPLES, wear="normal", look="colour")
        samples = []
        for truth in generated(folder, few, (kind,)):
            page = run(decode(Scan.of(truth.file, (folder / truth.file).read_bytes()), 1))
            values = {name: stored(name, value) for name, value in truth.fields.items()}
            samples.append(read_sample(Labelled(page, truth.type, values, truth.file), engine).sample)
        try:
            yield learn(samples, kind)
        except FormError as error:
            print(f"{pile.name}: {error}")


@cache
def _engine() -> Engine:
    return load("rapid")


def read_pile(job: tuple[Pile, Path]) -> str:
    """Generate and read one pile, and keep what was found; a pile that was read before is not read again."""
    pile, out = job
    kept = out / f"{pile.name}.pickle"
    if kept.exists():
        return pile.name
    scratch = _scratch(pile, out)
    forms = _kept_forms(pile, out) if pile.known else ()
    truths = [truth for truth in generated(scratch, pile) if truth.type not in NOT_VOUCHERS]
    pages = [gathered(truth, scratch, pile, _engine(), forms) for truth in truths]
    part = kept.with_suffix(".part")
    part.write_bytes(pickle.dumps(pages))
    part.rename(kept)
    shutil.rmtree(scratch)
    return pile.name


def _scratch(pile: Pile, out: Path) -> Path:
    return out / f".{pile.name}"


def draw_pile(job: tuple[Pile, Path]) -> str:
    """Generate one pile, to be read later; nothing where it was read or generated before."""
    pile, out = job
    if not (out / f"{pile.name}.pickle").exists():
        generated(_scratch(pile, out), pile)
    return pile.name


def _kept_forms(pile: Pile, out: Path) -> tuple[KnownForm, ...]:
    kept = out / f"{pile.print.replace(' ', '_')}.forms"
    if not kept.exists():
        scratch = out / f".{pile.name}-forms"
        part = out / f".{pile.name}.forms"
        part.write_bytes(pickle.dumps(tuple(forms_of(pile, scratch, _engine()))))
        part.rename(kept)
        shutil.rmtree(scratch)
    return tuple(pickle.loads(kept.read_bytes()))


def piles(seed: int, pages: int, known: float = 0.25, layouts: float = 0.35, each: int = 20) -> list[Pile]:
    """About `pages` pages in piles of `each`, of prints of their own, worn and looking as archives have them; a share
    of them `known` forms, a share `layouts` of the other generator."""
    rng = random.Random(seed)
    made = []
    for number in range(max(1, round(pages / each))):
        if rng.random() < layouts:
            made.append(Pile(seed * 1000 + number, f"layouts {seed} {number}", "normal", OTHERS, each))
            continue
        look = rng.choices(LOOKS, (60, 20, 20))[0]
        wear = rng.choices(("clean", "normal", "hard"), (25, 60, 15))[0]
        of_known = rng.random() < known / (1 - layouts)
        name = f"known {seed} {number % KNOWN}" if of_known else f"print {seed} {number}"
        made.append(Pile(seed * 1000 + number, name, wear, look, each, of_known))
    return made


def gather(wanted: Sequence[Pile], out: Path, processes: int) -> list[Gathered]:
    """Read all piles that were not read before, and return the pages of all."""
    run_all(read_pile, wanted, out, processes)
    return kept(out)


def run_all(work: Callable[[tuple[Pile, Path]], str], wanted: Sequence[Pile], out: Path, processes: int) -> None:
    """Do some work on each pile, in several processes."""
    out.mkdir(parents=True, exist_ok=True)
    jobs = [(pile, out) for pile in wanted]
    with get_context("spawn").Pool(processes) as pool:
        for done, name in enumerate(pool.imap_unordered(work, jobs), 1):
            print(f"{done}/{len(jobs)} {name}", flush=True)


def kept(out: Path) -> list[Gathered]:
    """The pages of all piles read so far."""
    return [page for path in sorted(out.glob("*.pickle")) for page in pickle.loads(path.read_bytes())]


def cases(pages: Sequence[Gathered]) -> Iterator[tuple[Gathered, Row]]:
    """Each value of each page whose type was right."""
    for page in pages:
        if page.said == page.type:
            for row in page.rows:
                yield page, row
