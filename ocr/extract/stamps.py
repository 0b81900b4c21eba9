"""Stamps: which of the stamps that a type asks for are on the paper, by place, by what is printed there, by their words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from imaging.model import Box
from imaging.stages.stamps import StampBox
from ocr.extract import Layout
from ocr.extract.found import STAMP, Evidence, Found
from ocr.extract.roles import Role
from ocr.extract.runs import union
from ocr.forms import FieldDef
from ocr.kinds import Normalised

_BANK_WORDS = (
    "业务专用",
    "转讫",
    "收讫",
    "付讫",
    "清讫",
    "银行",
    "支行",
    "分行",
    "核算",
    "汇票专用",
    "结算专用",
    "受理",
)
_CUSTOMER_WORDS = ("财务专用", "公司", "合同专用", "法人", "之印", "厂", "印鉴")


def _words_in(box: Box, layout: Layout) -> str:
    """What was read inside a stamp."""
    inside = [
        r for r in layout.runs if box.x <= r.box.center[0] <= box.right and box.y <= r.box.center[1] <= box.bottom
    ]
    return "".join(run.text for run in inside)


def _distance(box: Box, roles: Sequence[Role]) -> float:
    """How far a stamp is from the nearest label that asks for it, in its own sizes; 9 without one."""
    x, y = box.center
    size = max(box.w, box.h)
    aways = [math.hypot(x - r.mark.box.center[0], y - r.mark.box.center[1]) / size for r in roles]
    return min([*aways, 9.0])


def _lean(stamp: StampBox, layout: Layout, roles: Mapping[str, Sequence[Role]]) -> float:
    """Above 0 for a bank's stamp, below for a customer's."""
    words = _words_in(stamp.box, layout)
    said = 2.0 * any(w in words for w in _BANK_WORDS) - 1.5 * any(w in words for w in _CUSTOMER_WORDS)
    place = _distance(stamp.box, roles.get("stamp_customer", ())) - _distance(stamp.box, roles.get("stamp_bank", ()))
    return said + max(-2.0, min(2.0, place))


def find_stamps(
    layout: Layout,
    fields: Mapping[str, FieldDef],
    roles: Mapping[str, Sequence[Role]],
    boxes: Sequence[StampBox],
    colour: bool,
) -> list[Found]:
    """`present` or `absent` for each stamp that the type may carry. On a page without colour nothing can be told by ink,
    so that nothing is said there."""
    names = [name for name, field in fields.items() if field.kind == "stamp"]
    if not names or not colour:
        return []
    leans = {id(stamp): _lean(stamp, layout, roles) for stamp in boxes}
    found = []
    for name in names:
        if len(names) == 1:
            mine, sure = list(boxes), 1.0
        else:
            mine = [s for s in boxes if (leans[id(s)] >= 0) is (name == "stamp_bank")]
            sure = min([1.0, *(abs(lean) for lean in leans.values())])
        box = union(s.box for s in mine) if mine else None
        value = Normalised("present" if mine else "absent")
        evidence = Evidence(STAMP, sure, sure, 1.0 if name in roles else 0.5, 0.0, 0.0, float(len(mine)))
        found.append(Found(name, value, value.value, box, evidence))
    return found
