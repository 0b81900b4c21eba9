"""Extract: from the words of a page and the cells of its tables to the values of a type's fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from imaging.model import Box, Pixels
from ocr.extract.assign import Pairing, assign
from ocr.extract.compose import composed
from ocr.extract.edges import with_edges
from ocr.extract.fit import read_as
from ocr.extract.found import GRID, LABEL, LOOSE, TICK, Evidence, Found, least_and_mean, of_value
from ocr.extract.garbled import guessed_marks
from ocr.extract.grids import Grid, find_grids, value_segment
from ocr.extract.loose import find_loose
from ocr.extract.marks import Mark, find_marks, money_signs
from ocr.extract.roles import Role, assign_roles, by_field
from ocr.extract.runs import Cells, Run, runs_of
from ocr.extract.segments import Segment, digit_rows, join_rows, rows_of_value, segments_of
from ocr.extract.stub import stub_edge
from ocr.extract.ticks import Option, options_in, ticked
from ocr.forms import FieldDef, TypeDef, catalogue
from ocr.kinds import Normalised
from ocr.kinds.capitals import is_worded
from ocr.model import Reading

__all__ = ["Extraction", "Layout", "analyse", "extract"]

_SEVERAL_ROWS = frozenset({"name", "text", "amount_cn"})


@dataclass(frozen=True, slots=True)
class Layout:
    """A page before its type is known: cells, runs, labels, and the grids of digits with the runs of their heads."""

    reading: Reading
    cells: Cells
    runs: tuple[Run, ...]
    marks: tuple[Mark, ...]
    grids: tuple[tuple[Grid, frozenset[int]], ...]


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a page shows for a type: the values found, the type's fields (stamps too) and their labels."""

    found: tuple[Found, ...]
    fields: Mapping[str, FieldDef]
    roles: Mapping[str, Sequence[Role]]


def analyse(reading: Reading, boxes: Sequence[Box]) -> Layout:
    """The layout of a page, from its reading and the boxes of its table cells."""
    cells = Cells(boxes, reading.width, reading.height)
    runs = runs_of(reading, cells)
    edge = stub_edge(runs, reading.width)
    runs = [run for run in runs if run.box.center[0] >= edge]
    grids = find_grids(runs, cells)
    heads = {i for _, used in grids for i in used}
    marks = [mark for mark in find_marks(runs) if mark.run not in heads]
    marks = sorted([*marks, *money_signs(runs, [grid.box for grid, _ in grids])], key=lambda m: (m.run, m.start))
    return Layout(reading, cells, tuple(runs), tuple(marks), tuple((grid, frozenset(used)) for grid, used in grids))


def _segments(layout: Layout, title: Sequence[int]) -> tuple[list[Segment], dict[int, Grid]]:
    """The texts that may be values, and which of them (by index) are a grid's amount."""
    heads = {i for _, used in layout.grids for i in used}
    taken = heads | set(title)
    amounts: list[tuple[Segment, Grid]] = []
    for grid, _used in layout.grids:
        segment, digits = value_segment(grid, layout.runs, heads)
        taken |= digits
        if segment is not None:
            amounts.append((segment, grid))
    free = [s for s in segments_of(layout.runs, layout.marks) if not taken & set(s.runs)]
    texts = composed(free, layout.marks)
    grids = {len(texts) + i: grid for i, (_, grid) in enumerate(amounts)}
    return [*texts, *(replace(s, box=g.box, grid=True) for s, g in amounts)], grids


def _of_pairing(pairing: Pairing, layout: Layout, grid: Grid | None) -> Found:
    segment, role = pairing.segment, pairing.role
    kind = catalogue().fields[pairing.field].kind
    least, mean = least_and_mean(of_value(segment.text, segment.confidences, kind))
    evidence = Evidence(
        GRID if grid else LABEL,
        least,
        mean,
        role.certainty * role.mark.score if role else 0.0,
        pairing.place,
        pairing.misfit,
        pairing.margin,
    )
    area = grid.row if grid else layout.cells.get(segment.cell)
    box = grid.row if grid else segment.box
    # An account of either kind may stand under 账号/卡号: only 卡号 alone says that it is a card.
    card = bool(role and "卡号" in role.mark.meaning.label and "账号" not in role.mark.meaning.label)
    lines = segment.lines or (box,)
    return Found(
        pairing.field, pairing.value, segment.text, box, evidence, area, card, grid, lines, segment.confidences
    )


def _with_rows(
    pairing: Pairing, field: FieldDef, free: Sequence[Segment], cells: Cells
) -> tuple[Pairing, list[Segment]]:
    """The pairing with the further rows of its value, and the texts that they took."""
    if field.kind in _SEVERAL_ROWS:
        more = [
            s for s in rows_of_value(pairing.segment, free, cells) if field.kind != "amount_cn" or is_worded(s.text)
        ]
    elif field.kind == "account" or field.name == "bill_no":
        more = digit_rows(pairing.segment, free)
    else:
        more = []
    if not more:
        return pairing, []
    whole = join_rows([pairing.segment, *more])
    value = read_as(whole.text, field)
    return (replace(pairing, segment=whole, value=value), more) if value else (pairing, [])


def _near(options: Sequence[Option], roles: Sequence[Role]) -> list[Option]:
    """The options that stand beside or below the labels that ask for them; all where there is no label."""
    if not roles:
        return list(options)
    boxes = [role.mark.box for role in roles]
    return [o for o in options if any(_asks(box, o.box) for box in boxes)]


def _asks(label: Box, option: Box) -> bool:
    high = max(label.h, option.h)
    return option.right > label.x and -high <= option.y - label.y <= 4 * high


def _choices(
    layout: Layout,
    fields: Mapping[str, FieldDef],
    title: frozenset[int],
    pixels: Pixels,
    roles: Mapping[str, list[Role]],
) -> dict[str, Found | None]:
    """The ticked option of each choice of which several options are printed, None where none is marked."""
    found: dict[str, Found | None] = {}
    for field in fields.values():
        if field.kind != "choice" or (field.name == "currency" and field.name not in roles):
            continue
        options = _near(options_in(layout.runs, field, title, layout.marks), roles.get(field.name, ()))
        if len({option.value for option in options}) > 1:
            marked = ticked(pixels, options)
            found[field.name] = _of_option(field.name, *marked, roles) if marked else None
    return found


def _of_option(name: str, option: Option, sure: float, roles: Mapping[str, list[Role]]) -> Found:
    role = roles[name][0].certainty if name in roles else 0.5
    evidence = Evidence(TICK, sure, sure, role, 0.0, 0.0, 1.0)
    return Found(name, Normalised(option.value), option.text, option.box, evidence)


def _loose(missing: Sequence[FieldDef], free: list[Segment], layout: Layout) -> list[Found]:
    found = []
    accounts = [field for field in missing if field.kind == "account"]
    for field in missing:
        loose = find_loose(field, free, layout.reading.height, only=accounts == [field])
        if loose is None:
            continue
        segment, value, cost = loose
        free.remove(segment)
        least, mean = least_and_mean(of_value(segment.text, segment.confidences, field.kind))
        evidence = Evidence(LOOSE, least, mean, 0.5, cost)
        area = layout.cells.get(segment.cell)
        grid = next((g for g, _ in layout.grids if segment.grid and g.box == segment.box), None)
        box = grid.row if grid else segment.box
        found.append(
            Found(field.name, value, segment.text, box, evidence, area, False, grid, (box,), segment.confidences)
        )
    return found


def _with_guessed(layout: Layout, kind: TypeDef, title: Sequence[int]) -> Layout:
    """The layout with garbled labels of fields that no label led to."""
    have = {role.field for role in assign_roles(layout.marks, kind, layout.cells)}
    lacking = [name for name in kind.fields if name not in have and catalogue().fields[name].kind != "stamp"]
    used = {i for _, heads in layout.grids for i in heads} | set(title)
    runs = [replace(run, text="") if i in used else run for i, run in enumerate(layout.runs)]
    more = guessed_marks(runs, layout.marks, lacking)
    guessed = {(mark.run, mark.start) for mark in more}
    kept = [mark for mark in layout.marks if (mark.run, mark.start) not in guessed]
    return replace(layout, marks=tuple(sorted([*kept, *more], key=lambda m: (m.run, m.start))))


def extract(layout: Layout, kind: TypeDef, title: Sequence[int], pixels: Pixels) -> Extraction:
    """The values that the page shows for the fields of a type, by label, grid, tick, or loose; stamps are not among
    them. `title` are the runs of the title, which are no value; `pixels` is the page."""
    known = {field.name: field for field in catalogue().fields_of(kind.name)}
    fields = {name: field for name, field in known.items() if field.kind != "stamp"}
    layout = _with_guessed(layout, kind, title)
    segments, grids = _segments(layout, title)
    roles = by_field(assign_roles(layout.marks, kind, layout.cells))
    marked = _choices(layout, fields, frozenset(title), pixels, roles)
    wanted = {name: field for name, field in fields.items() if name not in marked}
    pairings = assign(wanted, roles, segments, layout.cells, layout.marks)
    free = [s for s in segments if all(s is not p.segment for p in pairings)]
    index = {id(segment): i for i, segment in enumerate(segments)}
    found = [each for each in marked.values() if each is not None]
    for pairing in pairings:
        whole, more = _with_rows(pairing, fields[pairing.field], free, layout.cells)
        free = [s for s in free if all(s is not m for m in more)]
        found.append(_of_pairing(whole, layout, grids.get(index[id(pairing.segment)])))
    have = {each.field for each in found}
    found += _loose([field for name, field in fields.items() if name not in have], free, layout)
    sure = [with_edges(_with_left(each, free), pixels, [mark.box for mark in layout.marks]) for each in found]
    return Extraction(tuple(sure), known, roles)


def _with_left(found: Found, free: Sequence[Segment]) -> Found:
    """A value with the share of the text of its cell that went to no field."""
    area = found.area
    if area is None or found.grid is not None:
        return found
    others = (s for s in free if s.text not in found.raw)
    inside = (s for s in others if area.has_middle_of(s.box))
    rest = sum(len(s.text) for s in inside)
    return replace(found, evidence=replace(found.evidence, left=rest / max(1, rest + len(found.raw))))
