"""Roles: which field of the type each label on the page stands for, bare rows by the group that leads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from imaging.model import Box
from ocr.extract.lexicon import Meaning, group_words
from ocr.extract.marks import Mark
from ocr.extract.runs import Cells, same_column, same_row
from ocr.forms import TypeDef, catalogue

_CHEQUES = frozenset({"transfer_cheque", "cash_cheque"})
_NAMES = ("全称", "户名", "名称", "姓名", "账户名称", "单位名称")
_OWNERS = ("payer", "payee", "holder", "acceptor")
# Who stands for a group that the type has no field of: a payer is the holder, a discount's payee (持票人) too.
_STANDS_FOR = {
    "payer": ("payer", "holder"),
    "payee": ("payee", "holder"),
    "holder": ("holder", "payer"),
    "acceptor": ("acceptor",),
}


@dataclass(frozen=True, slots=True)
class Role:
    """A label that asks for one field, and how sure that is (1: printed so; less where a group was guessed)."""

    field: str
    mark: Mark
    certainty: float


def _reach(head: Mark, cells: Cells) -> Box:
    """Where a group's head leads: its cell, or the word's own box."""
    cell = cells.get(head.cell)
    return cell if cell else head.box


def _is_leader(head: Mark, marks: Sequence[Mark], cells: Cells) -> bool:
    """Whether a group's word leads several rows: it is written downwards, its cell is high, or what stands right behind
    it is a bare row. Else it is the label of a name and leads what follows in its own row."""
    cell = cells.get(head.cell)
    if head.tall or (cell and cell.h > 2.6 * min(head.box.h, head.box.w) and cell.h > 1.2 * cell.w):
        return True
    right = [m for m in marks if m is not head and same_row(m.box, head.box) and m.box.x >= head.box.right - 4]
    nearest = min(right, key=lambda m: m.box.x, default=None)
    return nearest is not None and nearest.meaning.row is not None and nearest.box.x - head.box.right < 4 * head.box.h


def _begun_by(mark: Mark) -> tuple[Mark, Mark] | None:
    """The word of a group and the bare row of a label printed in one (出票人 户名), as marks of their own, so that the
    word leads the rows below; None for other labels."""
    label = mark.meaning.label
    if mark.meaning.groups or mark.meaning.row or not mark.meaning.fields or mark.tall:
        return None
    for group, words in group_words(catalogue()).items():
        word = next((w for w in words if label.startswith(w) and label[len(w) :] in _NAMES), None)
        if word and group in _STANDS_FOR:
            wide = round(mark.box.w * len(word) / len(label))
            first = replace(mark, meaning=Meaning(word, (), (group,)), box=replace(mark.box, w=wide))
            rest = replace(mark.box, x=mark.box.x + wide, w=mark.box.w - wide)
            return first, replace(mark, meaning=Meaning(label[len(word) :], (), (), "name"), box=rest)
    return None


def _leads(head: Mark, row: Mark, cells: Cells, leader: bool) -> float | None:
    """The cost of a head for a bare row: 0 beside it in its span, more by distance; None where it cannot lead it."""
    reach, box = _reach(head, cells), row.box
    if not leader and not same_row(head.box, box):
        return None
    height = max(8, min(box.h, box.w if row.tall else box.h))
    middle = box.y + box.h / 2
    if head.box.x < box.x and head.box.right <= box.x + height:
        away = max(0.0, reach.y - middle, middle - reach.bottom) / height
        across = (box.x - head.box.right) / (60 * height)
        return away + across if away <= 6 else None
    if head.box.bottom <= box.y + height * 0.3 and same_column(reach, box, 0.5):
        return 1.5 + (box.y - head.box.bottom) / (3 * height)
    return None


def _blocks(rows: Sequence[Mark]) -> list[list[Mark]]:
    """Bare rows in columns: marks that begin at one left edge, a new block where a row comes again."""
    blocks: list[list[Mark]] = []
    for mark in sorted(rows, key=lambda m: m.box.y):
        near = [b for b in blocks if abs(b[-1].box.center[0] - mark.box.center[0]) < 2.5 * mark.box.h]
        home = near[-1] if near else None
        if home is None or any(m.meaning.row == mark.meaning.row for m in home):
            blocks.append([mark])
        else:
            home.append(mark)
    return blocks


@dataclass(frozen=True, slots=True)
class _Led:
    """A bare row with its head, and how sure that is."""

    row: Mark
    head: Mark
    certainty: float


def _lead(rows: Sequence[Mark], heads: Sequence[tuple[Mark, bool]], cells: Cells) -> list[_Led]:
    """Each block of bare rows with its head, the nearest pairs first; a head leads each kind of row once."""
    offers: list[tuple[float, int, int, float]] = []
    blocks = _blocks(rows)
    for b, block in enumerate(blocks):
        costs = []
        for h, (head, leader) in enumerate(heads):
            each = [_leads(head, row, cells, leader) for row in block if head is not row]
            known = [cost for cost in each if cost is not None]
            if known and 2 * len(known) >= len(block):
                costs.append((sum(known) / len(known), h))
        costs.sort()
        for place, (cost, h) in enumerate(costs):
            clear = len(costs) == 1 or place > 0 or costs[1][0] - cost > 0.15
            offers.append((cost, b, h, (1.0 if clear else 0.8) * (1.0 if cost < 1 else 0.9 if cost < 3 else 0.7)))
    led: list[_Led] = []
    kinds: dict[int, set[str | None]] = {}
    done: set[int] = set()
    for _, b, h, sure in sorted(offers):
        mine = {row.meaning.row for row in blocks[b]}
        if b in done or mine & kinds.get(h, set()):
            continue
        done.add(b)
        kinds[h] = kinds.get(h, set()) | mine
        led += [_Led(row, heads[h][0], sure) for row in blocks[b]]
    return led


def _field_of(group: str, row: str, known: Sequence[str]) -> str | None:
    return next((f"{g}_{row}" for g in _STANDS_FOR[group] if f"{g}_{row}" in known), None)


def _owner(head: Mark, row: str, known: Sequence[str]) -> str | None:
    """The field of a row below a head; a word of two groups (持票人) takes the one that the type has."""
    found = [name for group in head.meaning.groups if (name := _field_of(group, row, known))]
    return found[0] if found else None


def _unled(rows: Sequence[Mark], known: Sequence[str], type_name: str) -> list[Role]:
    """Bare rows that no head leads: the payer's on a cheque, the holder's elsewhere, else the payer's and then the
    payee's in the order of the page."""
    found = []
    for row_name in ("name", "account", "bank"):
        owners = [f"{owner}_{row_name}" for owner in _OWNERS if f"{owner}_{row_name}" in known]
        mine = [mark for mark in rows if mark.meaning.row == row_name]
        if type_name in _CHEQUES:
            owners = [name for name in owners if name.startswith("payer")]
        elif any(name.startswith("holder") for name in owners):
            owners = [name for name in owners if name.startswith("holder")]
        sure = 1.0 if len(owners) == 1 else 0.6
        for mark, owner in zip(_in_order(mine), owners, strict=False):
            found.append(Role(owner, mark, sure))
        if len(owners) == 1:
            found += [Role(owners[0], mark, 0.9) for mark in _in_order(mine)[1:]]
    return found


def _in_order(marks: Sequence[Mark]) -> list[Mark]:
    """Payer before payee: the left one of a row, else the upper one."""
    ordered = sorted(marks, key=lambda mark: mark.box.y)
    if len(ordered) == 2 and same_row(ordered[0].box, ordered[1].box):
        ordered.sort(key=lambda mark: mark.box.x)
    return ordered


def _plain_roles(mark: Mark, known: Sequence[str]) -> list[Role]:
    """A label's own fields, as far as the type has them; the first is what it says by itself."""
    names = [name for name in mark.meaning.fields if name in known]
    if len(names) > 1 and names[1].startswith("holder_") and names[0].partition("_")[2] == names[1].partition("_")[2]:
        del names[1]  # the holder stands for a group only on paper that has no such group
    sure = 1.0 if mark.score >= 0.95 else 0.85
    return [Role(name, mark, sure if i == 0 else sure * 0.9) for i, name in enumerate(names)]


def assign_roles(marks: Sequence[Mark], kind: TypeDef, cells: Cells) -> list[Role]:
    """What each label asks for on paper of this type. A label may have several roles; each field is filled once."""
    known = kind.fields
    heads = [(mark, _is_leader(mark, marks, cells)) for mark in marks if mark.meaning.groups]
    begun = [pair for mark in marks if (pair := _begun_by(mark)) is not None]
    heads += [(head, True) for head, _ in begun]
    rows = [mark for mark in marks if mark.meaning.row]
    led = {id(each.row): each for each in _lead([*rows, *(row for _, row in begun)], heads, cells)}
    roles: list[Role] = []
    unled: list[Mark] = []
    named: set[int] = set()
    for mark in rows:
        mine = led.get(id(mark))
        field = _owner(mine.head, mark.meaning.row or "", known) if mine else None
        if mine and field:
            roles.append(Role(field, mark, mine.certainty))
            if mark.meaning.row == "name":
                named.add(id(mine.head))
        else:
            unled.append(mark)
    others = [mark for mark in marks if mark.meaning.row is None and id(mark) not in named]
    plain = [role for mark in others if not mark.meaning.groups for role in _plain_roles(mark, known)]
    taken = {role.field for role in roles} | {role.field for role in plain if role.certainty >= 0.95}
    roles += _unled(unled, [name for name in known if name not in taken], kind.name)
    return roles + plain + [role for mark in others if mark.meaning.groups for role in _head_name(mark, known)]


def _head_name(mark: Mark, known: Sequence[str]) -> list[Role]:
    """A group's word that leads no row of a name is itself the label of the name."""
    names = [name for group in mark.meaning.groups if (name := _field_of(group, "name", known))]
    plain = [name for name in mark.meaning.fields if name in known]
    return [Role(name, mark, 0.95) for name in dict.fromkeys([*plain, *names])][:1]


def by_field(roles: Sequence[Role]) -> Mapping[str, list[Role]]:
    """The roles of each field, the surest first."""
    found: dict[str, list[Role]] = {}
    for role in sorted(roles, key=lambda role: -role.certainty):
        found.setdefault(role.field, []).append(role)
    return found
