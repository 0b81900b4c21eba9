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
from ocr.model import Reading

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
# Where each usually stands where no label asks for it, in shares of the page.
_CUSTOMER_PLACE, _BANK_PLACE = (0.35, 0.8), (0.85, 0.75)


def _words_in(box: Box, layout: Layout) -> str:
    """What was read inside a stamp."""
    inside = [
        r for r in layout.runs if box.x <= r.box.center[0] <= box.right and box.y <= r.box.center[1] <= box.bottom
    ]
    return "".join(run.text for run in inside)


def _distance(stamp: Box, roles: Sequence[Role], usual: tuple[float, float], page: Reading) -> float:
    """How far a stamp is from the nearest label that asks for it, or from where it usually stands, in page widths."""
    x, y = stamp.center
    places = [role.mark.box.center for role in roles] or [(usual[0] * page.width, usual[1] * page.height)]
    return min(math.hypot(x - px, y - py) for px, py in places) / page.width


def _lean(stamp: StampBox, layout: Layout, roles: Mapping[str, Sequence[Role]]) -> float:
    """Above 0 for a bank's stamp, below for a customer's."""
    words, page = _words_in(stamp.box, layout), layout.reading
    said = 0.6 * any(w in words for w in _BANK_WORDS) - 0.4 * any(w in words for w in _CUSTOMER_WORDS)
    customer = _distance(stamp.box, roles.get("stamp_customer", ()), _CUSTOMER_PLACE, page)
    bank = _distance(stamp.box, roles.get("stamp_bank", ()), _BANK_PLACE, page)
    return said + customer - bank


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
            sure = min([1.0, *(4 * abs(lean) for lean in leans.values())])
        box = union(s.box for s in mine) if mine else None
        value = Normalised("present" if mine else "absent")
        evidence = Evidence(STAMP, sure, sure, 1.0 if name in roles else 0.5, 0.0, 0.0, float(len(mine)))
        found.append(Found(name, value, value.value, box, evidence))
    return found
