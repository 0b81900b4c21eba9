"""Classify: which type of paper a page is, by its printed title, by what its labels ask for, by words that only an
attachment or an endorsement carries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from imaging.model import Box
from ocr.extract.lexicon import plain
from ocr.extract.marks import Mark
from ocr.extract.runs import Run, same_row, union
from ocr.forms import Catalogue, catalogue
from ocr.kinds.texts import nfkc
from ocr.model import ATTACHMENT, ENDORSEMENT, UNKNOWN, Reading

_NOT_CHINESE = re.compile(r"[^\u4e00-\u9fff]")
_TITLE_LEAST = 0.7
# Further titles that banks print for the same paper.
_ALSO: dict[str, tuple[str, ...]] = {
    "deposit_slip": ("银行进账单",),
    "cash_deposit": ("现金交款单", "现金存款凭条"),
    "cash_withdrawal": ("个人取款凭条", "取款凭证"),
    "teller_slip": ("业务受理凭证", "通用业务凭证"),
    "discount": ("汇票贴现凭证", "贴现申请书"),
    "judicial_assistance": (
        "协助查询存款通知书",
        "协助冻结存款通知书",
        "协助扣划存款通知书",
        "协助查询冻结扣划存款通知书",
    ),
    "loss_report": ("挂失业务申请书", "挂失止付申请书"),
    "account_closing": ("撤销单位银行结算账户申请书",),
    "wire_transfer": ("银行电汇凭证",),
}
# Words that say what an attachment is: any one of the strong, or two of the weak.
_ATTACHED_STRONG = (
    "公民身份号码", "中华人民共和国居民身份证", "增值税专用发票", "增值税普通发票", "电子发票", "机打发票", "通用发票", "营业执照", "购销合同",
    "买卖合同", "借款合同", "租赁合同", "工程合同", "采购合同", "服务合同", "合同编号", "授权委托书", "中华人民共和国护照", "户口簿",
    "常住人口登记卡", "机动车驾驶证", "开户许可证", "收款收据", "税收缴款书", "完税证明", "送货单", "出库单", "入库单", "工资表",
    "报销单", "判决书", "裁定书", "结婚证", "介绍信", "购买方信息", "销售方信息", "劳动合同",
)  # fmt: skip
_ATTACHED_WEAK = (
    "签发机关", "有效期限", "住址", "民族", "出生", "性别", "发票代码", "发票号码", "开票日期", "价税合计", "税率", "税额", "购买方", "销售方",
    "纳税人识别号", "合同", "协议书", "甲方", "乙方", "收据", "法定代表人", "注册资本", "经营范围", "成立日期", "规格型号", "收款方", "清单", "本合同",
    "今收到", "交款方式", "发票", "居民身份证", "校验码", "开票人", "小票", "公司章程", "董事会决议", "股东",
)  # fmt: skip
_ENDORSED = ("被背书人", "背书人签章", "背书人", "粘贴单处", "贴粘单处", "委托收款")


@dataclass(frozen=True, slots=True)
class TypeGuess:
    """The type of a page, how sure it is (0..1), where its title stands (None where none was found) and the runs that
    make up the title."""

    type: str
    confidence: float
    title: Box | None = None
    runs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heading:
    """Text that could be a title: one run, or neighbours of a row or of two rows."""

    text: str
    box: Box
    height: float
    runs: tuple[int, ...]
    letters: frozenset[str]


def _bare(text: str) -> str:
    return _NOT_CHINESE.sub("", plain(nfkc(text)))


def _headings(runs: Sequence[Run]) -> list[_Heading]:
    texts = [(i, run, _bare(run.text)) for i, run in enumerate(runs) if not run.tall]
    found = [_Heading(text, run.box, run.box.h, (i,), frozenset(text)) for i, run, text in texts if text]
    joined = []
    for i, first in enumerate(found):
        chain = first
        for other in sorted(found, key=lambda h: h.box.x):
            gap = other.box.x - chain.box.right
            near = -0.3 * chain.height <= gap <= 4 * chain.height
            if other is not first and near and same_row(chain.box, other.box) and len(chain.text) < 24:
                chain = _both(chain, other)
        if chain is not first:
            joined.append(chain)
        joined += [
            _both(first, below)
            for below in found[i + 1 :]
            if 0 <= below.box.y - first.box.y <= 2.2 * first.height
            and not same_row(first.box, below.box)
            and abs(below.box.center[0] - first.box.center[0]) < 0.5 * max(first.box.w, below.box.w)
        ]
    return [*found, *joined]


def _both(a: _Heading, b: _Heading) -> _Heading:
    box, height = union((a.box, b.box)), min(a.height, b.height)
    return _Heading(a.text + b.text, box, height, (*a.runs, *b.runs), a.letters | b.letters)


def _alike(title: str, text: str) -> tuple[float, int]:
    """How alike a title is to its best place in a text (1: exact), and how many characters stand around it."""
    if title in text:
        return 1.0, len(text) - len(title)
    size = len(title)
    best = min(
        (Levenshtein.distance(title, text[at : at + width]), at)
        for width in {size, size - 1, size + 1}
        for at in range(max(1, len(text) - width + 1))
    )
    return 1 - best[0] / size, max(0, len(text) - size)


def _title_score(title: str, heading: _Heading, width: int, height: int, usual: float) -> float:
    """How likely a heading is a form's title: alike, high on the page, in large letters, little around it, centred."""
    if len(heading.text) < len(title) - 2 or len(set(title) & heading.letters) < 0.6 * len(set(title)):
        return 0.0
    alike, around = _alike(title, heading.text)
    if alike < _TITLE_LEAST or (len(title) <= 3 and alike < 1):
        return 0.0
    x, y = heading.box.center
    high = 0.25 * max(0.0, y / height - 0.3)
    small = 0.25 * max(0.0, 1.15 - heading.height / usual)
    aside = 0.08 * abs(x / width - 0.5)
    return alike - high - small - aside - 0.012 * min(around, 20) + 0.012 * len(title)


def _titles(known: Catalogue) -> list[tuple[str, str]]:
    named = [(kind.name, kind.title) for kind in known.types.values() if kind.title]
    return [(name, plain(title)) for name, first in named for title in (first, *_ALSO.get(name, ()))]


def _by_title(runs: Sequence[Run], reading: Reading) -> list[tuple[float, str, _Heading]]:
    """Each type's best heading, the best first."""
    heights = sorted(run.box.h for run in runs if not run.tall)
    usual = heights[len(heights) // 2] if heights else 1
    best: dict[str, tuple[float, str, _Heading]] = {}
    headings = _headings(runs)
    for name, title in _titles(catalogue()):
        for heading in headings:
            score = _title_score(title, heading, reading.width, reading.height, usual)
            if score > best.get(name, (0.0,))[0]:
                best[name] = (score, name, heading)
    return sorted(best.values(), key=lambda found: -found[0])


def _fingerprint(marks: Sequence[Mark]) -> list[tuple[float, str]]:
    """Each type by the share of its required fields that have a label here, less what it has no field for."""
    fields = {name for mark in marks for name in mark.meaning.fields}
    groups = {group for mark in marks for group in mark.meaning.groups}
    rows = {mark.meaning.row for mark in marks if mark.meaning.row}
    fields |= {f"{group}_{row}" for group in groups for row in rows}
    scored = []
    for kind in catalogue().types.values():
        wanted = [name for name in kind.required if name not in {"date"}]
        if len(wanted) < 3:
            continue
        weight = {name: 1.0 / (1 + sum(name in t.fields for t in catalogue().types.values())) for name in fields}
        have = sum(weight[name] for name in fields if name in kind.fields)
        lack = sum(0.25 for name in wanted if name not in fields)
        foreign = sum(weight[name] for name in fields if name not in kind.fields)
        scored.append((have - lack - 0.5 * foreign, kind.name))
    return sorted(scored, reverse=True)


def _is_attachment(text: str) -> bool:
    strong = any(word in text for word in _ATTACHED_STRONG)
    weak = sum(word in text for word in _ATTACHED_WEAK)
    return strong or weak >= 2


def _not_a_voucher(text: str) -> TypeGuess:
    if sum(word in text for word in _ENDORSED) >= 1:
        return TypeGuess(ENDORSEMENT, 0.95)
    if _is_attachment(text):
        return TypeGuess(ATTACHMENT, 0.9)
    return TypeGuess(UNKNOWN, 0.5)


def _of_title(score: float, rival: float) -> float:
    """How sure a title is: nearly exact and well ahead of any other."""
    return max(0.3, min(0.999, 0.6 + (score - 0.75) * 1.2 + min(0.15, (score - rival) * 1.5)))


def classify(reading: Reading, runs: Sequence[Run], marks: Sequence[Mark]) -> TypeGuess:
    """The type of a page: a type of the catalogue by its title or its labels, `attachment` or `endorsement` on positive
    evidence, `unknown` else."""
    text = _bare(reading.text)
    titled = _by_title(runs, reading)
    rival = titled[1][0] if len(titled) > 1 else 0.0
    if titled and titled[0][0] >= 0.82:
        score, name, heading = titled[0]
        return TypeGuess(name, _of_title(score, rival), heading.box, heading.runs)
    other = _not_a_voucher(text)
    if other.type != UNKNOWN:
        return other
    if titled and titled[0][0] >= 0.68 and titled[0][0] - rival > 0.04:
        score, name, heading = titled[0]
        return TypeGuess(name, 0.6, heading.box, heading.runs)
    prints = _fingerprint(marks)
    if prints and prints[0][0] > 0.55 and prints[0][0] - prints[1][0] > 0.12:
        return TypeGuess(prints[0][1], 0.55)
    return other
