"""The lexicon: every printed label of the catalogue, what it can mean, and the pre-printed words that are no value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ocr.forms import Catalogue, catalogue

ROW_NAMES = ("name", "account", "bank")
# Leading words that the catalogue's groups do not list: they name the holder or, on a discount, the acceptor.
_MORE_WORDS: Mapping[str, tuple[str, ...]] = {
    "holder": ("存款人", "缴款人", "存款单位", "缴款单位", "取款人", "贴现申请人", "被查询人", "开户单位", "交款人"),
    "acceptor": ("承兑人", "汇票承兑人"),
    "payer": ("付款单位", "付款方"),
    "payee": ("收款单位", "收款方"),
}
_MORE_ROWS: Mapping[str, tuple[str, ...]] = {
    "name": ("全称", "户名", "名称", "姓名", "账户名称", "单位名称"),
    "account": ("账号", "帐号", "卡号", "账户号码"),
    "bank": ("开户银行", "开户行", "开户银行名称", "开户行名称", "行名"),
}
# Spellings beside those of the catalogue, by field.
_MORE_LABELS: Mapping[str, tuple[str, ...]] = {
    "date": ("签发日期", "制单日期", "开户日期", "填制日期"),
    "amount": ("小写金额", "人民币(小写)", "金额小写", "合计金额", "发生额"),
    "amount_in_words": ("金额大写", "大写", "人民币大写", "合计(大写)", "合计大写", "大写金额(人民币)"),
    "holder_name": ("姓名", "账户名称", "单位名称", "存款人", "客户名称", "客户姓名"),
    "holder_id_no": ("证件号", "身份证号", "公民身份号码"),
    "uscc": ("社会信用代码",),
    "discount_rate": ("利率",),
    "attachments": ("附件",),
    "loss_kind": ("挂失类型",),
    "account_kind": ("账户种类", "账户类型"),
    "bill_no": ("票据号码", "汇票编号"),
    "bill_issue_date": ("出票日期", "汇票出票日"),
    "bill_due_date": ("汇票到期日", "到期日期"),
    "acceptor_name": ("承兑人名称", "承兑人全称"),
    "discount_paid": ("实付金额",),
    "document_no": ("文书号",),
    "purpose": ("事由", "资金用途", "转账用途"),
    "voucher_no": ("凭证号", "编号", "NO.", "NO", "No", "No.", "№", "申请书编号"),
}
# Pre-printed words that end a value and never are one.
_STOPS = (
    "复核", "记账", "经办", "制单", "会计", "出纳", "审核", "科目", "科目(借)", "科目(贷)", "对方科目", "借", "贷", "密码", "支付密码",
    "行号", "开户行行号", "汇出地点", "汇入地点", "汇入行", "汇出行", "地点", "备注", "地址", "电话", "联系电话", "联系人", "邮编",
    "法定代表人", "单位负责人", "经营范围", "注册资金", "行业分类", "票据种类", "凭证种类", "上列款项请从", "我账户内支付", "此联", "第一联",
    "第二联", "第三联", "第四联", "亿", "千", "百", "十", "万", "元", "角", "分", "回单", "收账通知", "附言",
    "银行打印", "客户确认", "打印时间", "页码", "代理人", "国籍", "职业", "会计主管", "客户经理", "付款期限自出票之日起十天", "附", "张", "单位",
    "签章", "盖章", "签字", "受理日期", "客户号", "产品", "钞汇", "签名", "委托人", "开户许可证核准号", "基本存款账户开户许可证核准号",
    "客户须知", "须知", "密押", "普通", "加急", "汇款方式", "业务类型", "银行填写", "客户填写", "本付款人",
)  # fmt: skip
# A word before 签章 or 盖章 says whose stamp goes there.
_SIGNED = ("签章", "盖章", "印鉴", "预留印鉴", "签字", "签名", "(签章)", "(盖章)", "签名或签章")
_BANKS = (
    "银行",
    "开户银行",
    "开户行",
    "付款行",
    "收款行",
    "汇出行",
    "汇入行",
    "受理银行",
    "受理行",
    "经办行",
    "承兑银行",
    "贴现银行",
    "出票行",
    "转出行",
)
_CUSTOMERS = ("客户", "单位", "申请单位", "经办人", "缴款单位", "申请人单位", "公司", "存款单位", "本人", "预留")
_DECORATED = re.compile(r"[()\[\]::·.,、\s]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label can stand for: fields of the catalogue, a leading word of a group, a bare row of one. A label with
    none of them is a pre-printed word where a value ends."""

    label: str
    fields: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    row: str | None = None


def plain(text: str) -> str:
    """A label without brackets, colons and spaces, with the one spelling of 账 that the catalogue uses."""
    return _DECORATED.sub("", text).replace("帐", "账").replace("戶", "户").replace("賬", "账").replace("No", "NO")


def group_words(known: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """The leading words of each group, those of the catalogue first."""
    words = {name: group.words + _MORE_WORDS.get(name, ()) for name, group in known.groups.items()}
    return {**{name: more for name, more in _MORE_WORDS.items() if name not in words}, **words}


def row_labels(known: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """The bare labels of each row of a group."""
    rows = {row: set(labels) for row, labels in _MORE_ROWS.items()}
    for group in known.groups.values():
        for row, labels in group.rows.items():
            rows[row] |= {label for label in labels if not label.startswith(("付款行", "汇"))}
    return {row: tuple(sorted(labels)) for row, labels in rows.items()}


class _Builder:
    def __init__(self) -> None:
        self.meanings: dict[str, Meaning] = {}

    def add(self, label: str, fields: tuple[str, ...] = (), group: str | None = None, row: str | None = None) -> None:
        key = plain(label)
        old = self.meanings.get(key, Meaning(key))
        fields = (*old.fields, *(f for f in fields if f not in old.fields))
        groups = (*old.groups, group) if group and group not in old.groups else old.groups
        self.meanings[key] = Meaning(key, fields, groups, row or old.row)


def _add_groups(built: _Builder, known: Catalogue) -> None:
    rows = row_labels(known)
    for group, words in group_words(known).items():
        for word in words:
            built.add(word, (f"{group}_name",) if f"{group}_name" in known.fields else (), group)
            for row, labels in rows.items():
                for label in labels:
                    built.add(word + label, _of_group(known, group, row))
    for row, labels in rows.items():
        for label in labels:
            built.add(label, (), None, row)


def _add_stamps(built: _Builder, known: Catalogue) -> None:
    persons = [word for words in group_words(known).values() for word in words]
    for whose, name in ((_BANKS, "stamp_bank"), ((*_CUSTOMERS, *persons), "stamp_customer")):
        for word in whose:
            for signed in _SIGNED:
                built.add(word + signed, (name,))


def _of_group(known: Catalogue, group: str, row: str) -> tuple[str, ...]:
    """A group's field of a row, and the holder's, which stands for it on paper that has no such group."""
    names = (f"{group}_{row}", f"holder_{row}")
    return tuple(dict.fromkeys(name for name in names if name in known.fields))


@cache
def lexicon() -> Mapping[str, Meaning]:
    """Every label in plain form with its meaning."""
    known, built = catalogue(), _Builder()
    for word in _STOPS:
        built.add(word)
    _add_groups(built, known)
    _add_stamps(built, known)
    for field in known.fields.values():
        for label in (*field.labels, *_MORE_LABELS.get(field.name, ())):
            built.add(label, (field.name,))
            if field.kind == "date":
                built.add(label + "大写", (field.name,))
            if field.kind == "amount":
                built.add(label + "小写", (field.name,))
    built.meanings.pop("¥", None)
    return built.meanings


@cache
def longest_first() -> re.Pattern[str]:
    """An expression that finds labels of two characters and more, the longest first."""
    words = sorted((word for word in lexicon() if len(word) > 1), key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in words))


@cache
def by_length() -> Mapping[int, tuple[str, ...]]:
    """The labels that mean a field or a group, by their number of characters: what a misread label is compared with."""
    found: dict[int, list[str]] = {}
    for word, meaning in lexicon().items():
        if meaning.fields or meaning.groups or meaning.row:
            found.setdefault(len(word), []).append(word)
    return {size: tuple(words) for size, words in found.items()}
