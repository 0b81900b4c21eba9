"""Read: the values of a page whose form is known, from its zones alone: read quickly at once, the doubtful again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from imaging.model import Page, Pixels
from imaging.stages.stamps import Stamps
from ocr.engines.masks import WEIGHTY
from ocr.extract.fit import to_simple
from ocr.extract.found import TICK, Found
from ocr.extract.lexicon import plain
from ocr.forms import catalogue
from ocr.kinds.texts import nfkc
from ocr.known import grids, marks
from ocr.known.crops import Lie, crop
from ocr.known.dark import Dark, calmed, dark
from ocr.known.doubts import doubted
from ocr.known.ink import ink_of
from ocr.known.jobs import Job, Paper, jobs_of
from ocr.known.model import KnownForm
from ocr.known.outside import outside
from ocr.known.register import Fit
from ocr.known.residue import stamped_on
from ocr.known.text import note_crop, printed_on, whole_text
from ocr.known.unlifted import Scan
from ocr.known.values import Cells, said
from ocr.known.votes import agreed, outvoted, unsure, voted
from ocr.model import Engine, Line, Reading

_LIGHT = "text"
_TITLE_OFF = 0.25
_EXACT, _UNTITLED = 0.999, 0.97


@dataclass(frozen=True, slots=True)
class ZoneRead:
    """What the zones of a page say: the values with their evidence, the lines read, and how sure the form's title is
    (0..1, 0 where another title stands there), and how many rows of print belong to no zone."""

    found: tuple[Found, ...]
    reading: Reading
    title: float
    notes: int = 0


def read_zones(page: Page, stamps: Stamps, fit: Fit, engine: Engine, small: Dark | None = None) -> ZoneRead:
    """The values on a page that is upright, by the zones of the form that was found on it. `small` is its text stream
    as darkness, where that was made before."""
    text, form = stamps.text_stream, fit.form
    small = small or dark(text)
    lie = Lie.of(text.pixels, fit.affine, small.times)
    shape = form.template.shape[0], form.template.shape[1]
    stamped = stamped_on([each.box for each in stamps.boxes], small, fit.affine, shape) if stamps.boxes else None
    ink = ink_of(small.pixels, fit.affine, form, calmed(text, small), stamped)
    paper = Paper(form, lie, ink, (page.width, page.height), Scan.of(lie, page.pixels, stamps.layer))
    jobs = [job for zone in form.zones if not zone.options and not zone.columns for job in jobs_of(paper, zone)]
    strips = [(z, grids.strip(paper.lie, paper.form, paper.ink, z)) for z in form.zones if z.columns]
    cells = [(zone, each) for zone, each in strips if each is not None]
    notes = outside(paper.ink, form)
    headline = _headline(paper)
    lines = _quickly(jobs, cells, [*headline, *(note_crop(lie, rect) for rect in notes)], engine)
    found = _judged(paper, jobs, cells, lines, engine) + _ticks(paper)
    count = len(jobs) + len(cells)
    titles, noted = lines[count : count + len(headline)], lines[count + len(headline) :]
    if titles and _title(form, titles) < _EXACT:
        titles = engine.read_lines(headline)
    read = [(line, paper.box(job.rect), job.pixels.shape[1]) for job, line in zip(jobs, lines, strict=False)]
    read += [(line, paper.box(form.words[0]), 0) for line in titles]
    read += [(line, paper.box(rect), 0) for line, rect in zip(noted, notes, strict=True)]
    reading = Reading(whole_text(read, printed_on(form, paper.ink, paper.box)), engine.name, *paper.size)
    return ZoneRead(tuple(found), reading, _title(form, titles), len(notes))


def _quickly(jobs: Sequence[Job], cells: Cells, others: Sequence[Pixels], engine: Engine) -> list[Line]:
    """All crops, and the title and notes behind them, read at the least cost in one call."""
    kinds = [job.zone.kind for job in jobs] + [zone.kind for zone, _ in cells] + [_LIGHT] * len(others)
    crops = [job.pixels for job in jobs] + [each.pixels for _, each in cells]
    return engine.read_lines([*crops, *others], kinds, quick=True)


def _judged(paper: Paper, jobs: Sequence[Job], cells: Cells, lines: Sequence[Line], engine: Engine) -> list[Found]:
    """The values: of a first reading, the doubtful ones as a second confirms them, and where the two differ as most of
    three say."""
    first = said(paper, jobs, cells, lines[: len(jobs) + len(cells)])
    inked = frozenset([job.zone.field for job in jobs] + [zone.field for zone, _ in cells])
    names = doubted(paper.form, first, inked)
    if not names:
        return list(first.values())
    second = _again(paper, jobs, cells, names, engine, wide=True)
    found, told = agreed(first, second, names), [second, first]
    differing = [name for name, each in found.items() if each is None]
    if differing:
        third = _again(paper, jobs, cells, differing, engine, wide=False)
        found |= voted(first, second, third, differing)
        told.append(third)
    doubtful = [*differing, *unsure(found, names)]
    bare = _under_stamps(paper, jobs, doubtful, engine) if doubtful else []
    if bare:
        found |= outvoted(found, [*told, *bare], bare)
    return [each for each in found.values() if each is not None]


def _again(
    paper: Paper, jobs: Sequence[Job], cells: Cells, names: Collection[str], engine: Engine, wide: bool
) -> dict[str, Found]:
    """The values of some fields as the engine's best reads them."""
    mine, few = [job for job in jobs if job.zone.field in names], [each for each in cells if each[0].field in names]
    crops = [job.wide() if wide else job.pixels for job in mine]
    crops += [each.wide if wide else each.pixels for _, each in few]
    kinds = [job.zone.kind for job in mine] + [zone.kind for zone, _ in few]
    lines = engine.read_lines(crops, [kind if kind in WEIGHTY else None for kind in kinds])
    if wide:
        own = [job.of_wide(line, cut.shape[1]) for job, line, cut in zip(mine, lines, crops, strict=False)]
        lines = [*own, *lines[len(mine) :]]
        mine = [replace(job, hidden=False) for job in mine]
    return said(paper, mine, few, lines, wide)


def _under_stamps(paper: Paper, jobs: Sequence[Job], names: Collection[str], engine: Engine) -> list[dict[str, Found]]:
    """The values of those of some fields that stand under stamps, read twice where these were not lifted."""
    if paper.scan is None:
        return []
    pairs = [(job, job.unlifted(paper.scan)) for job in jobs if job.zone.field in names]
    covered = {job.zone.field for job, pictures in pairs if pictures}
    mine = [(job, pictures or (job.pixels,) * 2) for job, pictures in pairs if job.zone.field in covered]
    crops = [pictures[way] for way in range(2) for _, pictures in mine]
    lines = engine.read_lines(crops, [job.zone.kind if job.zone.kind in WEIGHTY else None for job, _ in mine] * 2)
    mended = [replace(job, hidden=False) for job, _ in mine]
    told = [said(paper, mended, [], each) for each in (lines[: len(mine)], lines[len(mine) :])]
    return told if mine else []


def _headline(paper: Paper) -> list[Pixels]:
    """The crop of the form's title."""
    form = paper.form
    return [crop(paper.lie, form.words[0].grown(0.8, 0.3))] if form.title and form.words else []


def _title(form: KnownForm, lines: Sequence[Line]) -> float:
    """How sure the title is the form's; a form without one says nothing."""
    if not lines:
        return _UNTITLED
    said, wanted = (plain(nfkc(text)).translate(to_simple()) for text in (lines[0].text, form.title))
    off = Levenshtein.distance(said, wanted) / max(1, len(wanted))
    named = [(plain(t.title), t.name) for t in catalogue().types.values() if t.title]
    near = min(named, key=lambda each: (_inside(each[0], said), -len(each[0])))
    own = plain(catalogue().types[form.type].title)
    if off > _TITLE_OFF or (_inside(near[0], said) < _inside(own, said) and own in wanted):
        return 0.0
    return _EXACT if off == 0 else 0.99


def _inside(title: str, said: str) -> int:
    """How many characters of a title are missing where a text says it best."""
    if title in said:
        return 0
    places = range(max(1, len(said) - len(title) + 1))
    return min(Levenshtein.distance(title, said[at : at + len(title)]) for at in places)


def _ticks(paper: Paper) -> list[Found]:
    """The options that are ticked."""
    zones = [zone for zone in paper.form.zones if zone.options]
    found = [marks.ticked(zone, paper) for zone in zones]
    return [each for each in found if each is not None]


def is_empty(form: KnownForm, found: Sequence[Found]) -> bool:
    """Whether the zones give less than half of the required fields that all samples had: it is another form, or its
    values stand elsewhere."""
    have = {each.field for each in found if each.evidence.how == TICK or each.value.value}
    required = catalogue().types[form.type].required
    asked = [zone.field for zone in form.zones if zone.field in required and zone.seen >= 0.99]
    return 2 * sum(name in have for name in asked) < len(asked)
