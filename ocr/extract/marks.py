"""Marks: where labels stand among the runs of a page, printed exactly, spaced, stacked or misread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from imaging.model import Box
from ocr.extract.lexicon import Meaning, by_length, lexicon, longest_first, plain
from ocr.extract.runs import Run, same_column, same_row

_BRACKETS = "()[]::·.,、"
_UNMISTAKABLE = 5  # characters of a label that no value holds
# Words written downwards, by the one character that was read of them.
_LED_BY = {"付": "付款人", "收": "收款人", "汇": "汇款人"}
_TALL = 1.8
_BEFORE_DIGITS = re.compile(r"[\u4e00-\u9fff]{3,}(?=[\d¥])")
_LABEL_LIKE = re.compile(r"([\u4e00-\u9fff()]{2,8}):")


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on the page: what it means, the characters `start`..`end` of run `run` (end includes its colon), its box
    and cell, and how well it matched (1 exact). `others` are runs that hold the rest of a label split over lines."""

    meaning: Meaning
    run: int
    start: int
    end: int
    box: Box
    cell: int
    score: float
    tall: bool = False
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plain:
    """A run's text in the spelling of labels, with the place of each character in the run."""

    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> _Plain:
        pairs = [(p, i) for i, c in enumerate(text) for p in plain(c)]
        return cls("".join(p for p, _ in pairs).replace("No", "NO"), tuple(i for _, i in pairs))


def _ends(run: Run, end: int) -> int:
    """The end of a label with the colon and closing bracket behind it."""
    while end < len(run.text) and run.text[end] in "):]:、.":
        end += 1
    return end


def _is_chinese(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _stands_free(run: Run, start: int, end: int) -> tuple[bool, bool]:
    """Whether the characters start..end are set off before and behind by the run's ends, a gap, a sign or a digit."""
    before = start == 0 or run.gaps[start] or not _is_chinese(run.text[start - 1])
    if run.text[start].isascii() and run.text[start].isalpha():
        # NO is a label, but not in 91420102MAFWNOTYD6.
        before = before and (start == 0 or not run.text[start - 1].isalnum())
        if end < len(run.text) and run.text[end].isascii() and run.text[end].isalpha():
            return False, False
    behind = end == len(run.text) or run.gaps[end] or not _is_chinese(run.text[end])
    return before, behind


def _exact(index: int, run: Run) -> list[Mark]:
    """The labels in a run. A label inside a longer Chinese word is none."""
    flat = _Plain.of(run.text)
    found: list[Mark] = []
    place = 0
    while match := longest_first().search(flat.text, place):
        start, end = flat.places[match.start()], flat.places[match.end() - 1] + 1
        if start > 0 and run.text[start - 1] in "([":
            start -= 1
        before, behind = _stands_free(run, start, end)
        meaning = lexicon()[match.group(0)]
        useful = bool(meaning.fields or meaning.groups or meaning.row)
        colon = end < len(run.text) and run.text[end] == ":"
        before = before or bool(found and found[-1].end == start) or (colon and useful and _has_left_gap(run, start))
        before = before or (behind and useful and match.end() - match.start() >= _UNMISTAKABLE)
        if before and (behind or (useful and (start == 0 or found))):
            score = 1.0 if behind else 0.7
            end = _ends(run, end)
            found.append(Mark(meaning, index, start, end, run.part(start, end).box, run.cell, score, run.tall))
            place = match.end()
        else:
            place = match.start() + 1
    return _dropped(run, found)


def _has_left_gap(run: Run, start: int) -> bool:
    """Whether what stands before a label in its run is a value of its own (现金存款 余额:) and not the head of a longer
    label (产品 名称:)."""
    behind = next((i for i in range(start - 1, -1, -1) if run.text[i] == ":" or run.gaps[i]), 0)
    return start - behind > 3


def _unknown(index: int, run: Run, marks: Sequence[Mark]) -> list[Mark]:
    """Labels that the lexicon does not know, told by the colon behind a short word: values end there."""
    found = []
    for match in _LABEL_LIKE.finditer(run.text):
        start, end = match.start(1), match.end()
        start = max((i for i in range(start + 1, end - 2) if run.gaps[i]), default=start)
        free = all(m.run != index or m.end <= start or m.start >= end for m in marks)
        behind_mark = any(m.run == index and m.end == start for m in marks)
        if free and (start == 0 or run.gaps[start] or not (behind_mark or _is_chinese(run.text[start - 1]))):
            meaning = Meaning(plain(run.text[start:end]))
            found.append(Mark(meaning, index, start, end, run.part(start, end).box, run.cell, 0.9, run.tall))
    return found


def _dropped(run: Run, marks: list[Mark]) -> list[Mark]:
    """The marks without those that only begin a longer Chinese value (名称 in 名称预先核准)."""
    return [mark for mark in marks if mark.score == 1.0 or len(run.text) - mark.end >= 2]


def nearest_label(text: str) -> tuple[Meaning, float] | None:
    """The label that a misread text stands for: one character off in three and more, two in seven and more; None where
    no label is near, or two are equally near."""
    word = plain(text)
    if len(word) < 3 or not any(_is_chinese(c) for c in word):
        return None
    limit = 1 if len(word) < 7 else 2
    near: list[tuple[int, str]] = []
    for size in range(max(3, len(word) - 1), len(word) + 2):
        for label in by_length().get(size, ()):
            distance = Levenshtein.distance(word, label, score_cutoff=limit)
            if distance <= limit and (len(word) > 3 or size == 3 or _lost_one(word, label)):
                near.append((distance, label))
    near.sort(key=lambda found: _rank(word, found))
    rivals = [label for label in near if _rank(word, label) == _rank(word, near[0])] if near else []
    if not near or not all(_same_meaning(near[0][1], label) for _, label in rivals):
        return None
    return lexicon()[near[0][1]], 1 - near[0][0] / (len(word) + 1)


def _lost_one(word: str, label: str) -> bool:
    """Whether a word of three is a label of four without one of its inner characters."""
    return len(label) == 4 and (word[0], word[-1]) == (label[0], label[-1])


def _rank(word: str, near: tuple[int, str]) -> tuple[int, int]:
    """How near a label is, by distance and then by length: a character too many is rarer than a misread one."""
    return near[0], abs(len(near[1]) - len(word))


def _same_meaning(a: str, b: str) -> bool:
    first, second = lexicon()[a], lexicon()[b]
    return (first.fields, first.groups, first.row) == (second.fields, second.groups, second.row)


def _whole(index: int, run: Run, found: list[Mark]) -> list[Mark]:
    """The labels of a run, or the longer one that it is as a whole, or up to its colon, with a character misread
    (收款人账弓)."""
    if len(found) == 1 and found[0].start == 0 and found[0].score < 1:
        near = _misread(index, run)
        ends = near and (near[0].end == len(run.text) or run.text[near[0].end - 1] == ":")
        if ends and len(near[0].meaning.label) > len(found[0].meaning.label):
            return near
    return found


def _misread(index: int, run: Run) -> list[Mark]:
    """A mark for a run that is a misread label as a whole, or up to its first colon, or to the digits behind it; or a
    word written downwards of which one character was read."""
    if run.text in _LED_BY and run.box.h > _TALL * run.box.w:
        return [Mark(lexicon()[_LED_BY[run.text]], index, 0, 1, run.box, run.cell, 0.9, True)]
    colon, head = run.text.find(":"), _BEFORE_DIGITS.match(run.text)
    end = colon + 1 if colon > 0 else head.end() if head else len(run.text)
    if end > 14:
        return []
    near = nearest_label(run.text[:end])
    if near is None:
        return []
    return [Mark(near[0], index, 0, end, run.part(0, end).box, run.cell, near[1], run.tall)]


def _joined(runs: Sequence[Run], free: Sequence[int]) -> list[Mark]:
    """Labels whose characters stand far apart in a row (户    名) or stacked (付/款/人; 统一社会/信用代码)."""
    found, used = [], set[int]()
    for first in free:
        if first in used or len(runs[first].text) > 8:
            continue
        for chain in _chains(runs, free, first):
            meaning = lexicon().get(plain("".join(runs[i].text for i in chain)))
            if meaning and not used & set(chain) and (meaning.fields or meaning.groups or meaning.row):
                used |= set(chain)
                found.append(_mark_of(runs, chain, meaning))
                break
    return found


def _begun(runs: Sequence[Run], free: Sequence[int]) -> list[Mark]:
    """Labels whose first characters were read apart and whose last ones stand at the head of a value (文 | 号：…)."""
    found = []
    for index in free:
        run = runs[index]
        for end in _heads_of(run):
            left = _left_of(runs, free, index)
            meaning = lexicon().get(plain(runs[left].text + run.text[:end])) if left is not None else None
            if left is not None and meaning and (meaning.fields or meaning.row):
                box = runs[left].box.union(run.part(0, end).box)
                found.append(Mark(meaning, index, 0, _ends(run, end), box, run.cell, 0.95, False, (left,)))
                break
    return found


def _heads_of(run: Run) -> list[int]:
    """Where the end of a label may lie at the head of a run: before a colon or a gap in its first characters."""
    return [
        i for i in range(1, min(5, len(run.text))) if run.text[i] == ":" or run.gaps[i] or not _is_chinese(run.text[i])
    ]


def _left_of(runs: Sequence[Run], free: Sequence[int], index: int) -> int | None:
    """The short run right before another one in its row."""
    box = runs[index].box
    near = [i for i in free if i != index and len(runs[i].text) <= 4 and same_row(runs[i].box, box)
            and _is_right_of(box, runs[i].box) and box.x - runs[i].box.right < 4 * box.h]  # fmt: skip
    return max(near, key=lambda i: runs[i].box.right, default=None)


def _mark_of(runs: Sequence[Run], chain: tuple[int, ...], meaning: Meaning) -> Mark:
    box = runs[chain[0]].box
    for i in chain[1:]:
        box = box.union(runs[i].box)
    tall = box.h > _TALL * box.w
    first = runs[chain[0]]
    return Mark(meaning, chain[0], 0, len(first.text), box, first.cell, 0.95, tall, chain[1:])


def _chains(runs: Sequence[Run], free: Sequence[int], first: int) -> list[tuple[int, ...]]:
    """Runs that may go on from `first` to its right or below it, as growing chains, longest first."""
    chains: list[tuple[int, ...]] = []
    for step in (_next_right, _next_below):
        chain: tuple[int, ...] = (first,)
        while len(chain) < 5:
            following = step(runs, free, chain[-1])
            if following is None or following in chain:
                break
            chain = (*chain, following)
            chains.append(chain)
    return sorted(chains, key=len, reverse=True)


def _is_right_of(right: Box, left: Box) -> bool:
    """Whether a box stands to the right of another one; the boxes of single characters may overlap."""
    return right.center[0] > left.center[0] + 0.3 * left.h and right.x > left.x


def _next_right(runs: Sequence[Run], free: Sequence[int], last: int) -> int | None:
    box, cell = runs[last].box, runs[last].cell
    near = [i for i in free if runs[i].cell == cell and _is_right_of(runs[i].box, box)
            and same_row(box, runs[i].box) and runs[i].box.x - box.right < 5 * box.h
            and len(runs[i].text) <= 6]  # fmt: skip
    return min(near, key=lambda i: runs[i].box.x, default=None)


def _next_below(runs: Sequence[Run], free: Sequence[int], last: int) -> int | None:
    box, cell = runs[last].box, runs[last].cell
    size = min(box.h, box.w) if runs[last].tall else box.h
    near = [i for i in free if i != last and runs[i].cell == cell and same_column(box, runs[i].box, 0.6)
            and -0.4 * size <= runs[i].box.y - box.bottom < 1.5 * size]  # fmt: skip
    return min(near, key=lambda i: runs[i].box.y, default=None)


def find_marks(runs: Sequence[Run]) -> list[Mark]:
    """Every label on the page, by run and place."""
    marks = [mark for index, run in enumerate(runs) for mark in _whole(index, run, _exact(index, run))]
    held = {mark.run for mark in marks}
    free = [i for i in range(len(runs)) if i not in held]
    joined = _joined(runs, [i for i in free if len(runs[i].text.strip(_BRACKETS)) >= 1])
    taken = {i for mark in joined for i in (mark.run, *mark.others)}
    begun = _begun(runs, [i for i in free if i not in taken])
    taken |= {i for mark in begun for i in (mark.run, *mark.others)}
    halves = _stacked(runs, marks)
    misread = [mark for i in free if i not in taken for mark in _misread(i, runs[i])]
    known = [*halves, *joined, *begun, *misread]
    covered = {i for mark in known for i in mark.others}
    unknown = [mark for i, run in enumerate(runs) if i not in covered for mark in _unknown(i, run, known)]
    return sorted([*known, *unknown], key=lambda mark: (mark.run, mark.start))


def money_signs(runs: Sequence[Run], grids: Sequence[Box]) -> list[Mark]:
    """A sign of money alone in its cell is the label of the amount beside it, unless it leads the digits of a grid."""
    signs = ((i, run) for i, run in enumerate(runs) if run.text == "¥" and run.cell >= 0)
    return [
        Mark(Meaning("¥", ("amount", "bill_amount")), i, 0, 1, run.box, run.cell, 0.95)
        for i, run in signs
        if not any(box.has_middle_of(run.box) for box in grids)
    ]


def _stacked(runs: Sequence[Run], marks: list[Mark]) -> list[Mark]:
    """Marks that fill their run, joined with the one below where both together are a longer label (付款人/开户银行)."""
    whole = [m for m in marks if m.start == 0 and len(runs[m.run].text) <= m.end]
    gone: set[int] = set()
    made: list[Mark] = []
    for upper in whole:
        for lower in whole:
            longer = lexicon().get(upper.meaning.label + lower.meaning.label)
            if longer is None or upper is lower or {id(upper), id(lower)} & gone:
                continue
            gap = lower.box.y - upper.box.bottom
            if upper.cell == lower.cell and same_column(upper.box, lower.box, 0.6) and -0.4 < gap / upper.box.h < 0.8:
                gone |= {id(upper), id(lower)}
                made.append(replace(upper, meaning=longer, box=upper.box.union(lower.box), others=(lower.run,)))
    return [m for m in marks if id(m) not in gone] + made


def leading_colon(text: str) -> str:
    """The text without the signs that a label leaves before its value."""
    return re.sub(r"^[\s::;.,、)\]|丨]+", "", text)
