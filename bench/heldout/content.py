"""What one voucher says: a value for each field of its type, whether it is printed, and under which label."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from re import sub

from bench.heldout import values
from bench.heldout.vocabulary import BARE, PARTIES, Kind, fields, group_rows, types

ABSENT, EMPTY, FILLED = "absent", "empty", "filled"
DATE_LABELS = {
    "wire_transfer": ("委托日期", "委托日期", "日期"),
    "settlement_application": ("申请日期", "委托日期", "日期"),
    "deposit_slip": ("日期", "委托日期"),
    "teller_slip": ("交易日期", "记账日期", "日期"),
    "discount": ("申请日期", "日期", "委托日期"),
    "account_opening": ("申请日期", "日期"),
    "account_closing": ("申请日期", "日期"),
    "loss_report": ("申请日期", "日期"),
    "judicial_assistance": ("日期",),
    "transfer_cheque": ("出票日期",),
    "cash_cheque": ("出票日期",),
}
OTHER_DATES = ("日期", "交易日期", "记账日期", "委托日期")
HOLDER_LABELS = {
    "cash_deposit": ("户名", "缴款人", "客户名称"),
    "discount": ("持票人", "户名", "客户名称"),
    "account_opening": ("存款人名称", "客户名称", "户名"),
    "account_closing": ("存款人名称", "客户名称", "户名"),
}
EXTRAS = {
    "deposit_slip": ("票据种类", "联系电话"),
    "wire_transfer": ("汇出地点", "汇入地点", "手续费", "联系电话"),
    "settlement_application": ("业务类型", "联系电话", "手续费", "汇入地点"),
    "cash_deposit": ("联系电话", "交款部门"),
    "cash_withdrawal": ("联系电话", "储种"),
    "special_transfer_debit": ("原凭证种类", "手续费"),
    "special_transfer_credit": ("原凭证种类",),
    "teller_slip": ("交易名称", "手续费", "渠道"),
    "discount": ("联系电话",),
    "margin_deposit": ("保证金比例", "联系电话"),
    "account_opening": ("地址", "邮政编码", "法定代表人", "注册资金", "联系电话"),
    "account_closing": ("地址", "法定代表人", "联系电话"),
    "loss_report": ("地址", "联系电话", "代办人"),
    "judicial_assistance": ("联系电话", "执行人员"),
}
CORPORATE = frozenset({"discount", "margin_deposit", "account_opening", "account_closing"})
PARTY_WORDS = {
    "wire_transfer": ("汇款人", "汇款人", "付款人"),
    "settlement_application": ("申请人", "申请人", "付款人", "汇款人"),
    "deposit_slip": ("出票人", "付款人"),
}
PURPOSE_LABELS = {
    "transfer_cheque": ("用途", "附加信息及用途"),
    "cash_cheque": ("用途", "附加信息及用途"),
    "cash_deposit": ("款项来源", "款项来源", "用途", "摘要"),
    "wire_transfer": ("附加信息及用途", "汇款用途", "用途"),
    "settlement_application": ("附加信息及用途", "用途", "汇款用途"),
    "special_transfer_debit": ("转账原因", "摘要", "用途"),
    "special_transfer_credit": ("转账原因", "摘要", "用途"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One field as this form prints it: `label` stands alone, `bare` inside its party's group; `value` is a `date`, a
    `Decimal` or text; `state` says whether the label and the value are there."""

    name: str
    kind: str
    label: str
    bare: str
    value: dt.date | Decimal | str
    state: str
    options: tuple[str, ...] = ()

    @property
    def stored(self) -> str:
        """The value in the catalogue's stored form."""
        if isinstance(self.value, dt.date):
            return self.value.isoformat()
        if isinstance(self.value, Decimal):
            return f"{self.value:.2f}"
        if self.name == "currency":
            return {"人民币": "CNY", "美元": "USD", "港币": "HKD", "欧元": "EUR"}.get(self.value, self.value)
        text = unicodedata.normalize("NFKC", self.value)
        return sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", text)


@dataclass
class Content:
    """The items of one voucher. A layout takes them; what it took and what is filled makes the truth."""

    kind: Kind
    items: dict[str, Item]
    words: dict[str, str]
    taken: set[str] = field(default_factory=set)
    stamps: dict[str, str] = field(default_factory=dict)

    def take(self, *names: str) -> list[Item]:
        """The items of `names` that this form prints and no one took yet."""
        found = [self.items[n] for n in names if n in self.items and n not in self.taken]
        self.taken.update(item.name for item in found)
        return [item for item in found if item.state != ABSENT]

    def one(self, name: str) -> Item | None:
        """The item `name`, or None where the form has no place for it."""
        return next(iter(self.take(name)), None)

    def rest(self) -> list[Item]:
        """All items that are left, in the order of the catalogue's type."""
        return self.take(*[n for n in self.items if n not in self.taken])

    def rest_but_money(self) -> list[Item]:
        """All items that are left but the amount and the amount in words."""
        return self.take(*[n for n in self.items if n not in self.taken and n not in ("amount", "amount_in_words")])

    def truth(self) -> dict[str, str]:
        """The fields that are printed, in stored form, and the stamps."""
        missing = [n for n in self.kind.required if n not in self.taken]
        if missing:
            raise ValueError(f"{self.kind.name}: the layout left out {', '.join(missing)}; take them in its blocks")
        printed = {
            n: i.stored
            for n, i in self.items.items()
            if n in self.taken and i.state == FILLED and not n.startswith("extra")
        }
        return printed | self.stamps


def _party_values(rng: Random, out: dict[str, object]) -> None:
    """Payer and payee, their accounts and banks."""
    for side in PARTIES:
        out[f"{side}_name"] = values.party(rng)
        out[f"{side}_account"] = values.account(rng) if rng.random() < 0.8 else values.card(rng)
        out[f"{side}_bank"] = values.bank(rng)


def _holder_values(rng: Random, out: dict[str, object], personal: bool) -> None:
    """The holder, a person with a card or a firm with an account, and the holder's document."""
    out["holder_name"] = values.person(rng) if personal else values.company(rng)
    out["holder_account"] = values.card(rng) if personal and rng.random() < 0.7 else values.account(rng)
    out["holder_bank"] = values.bank(rng)
    papers = {
        "居民身份证": values.id_card(rng),
        "护照": "E" + values.digits(rng, 8),
        "户口簿": values.digits(rng, 9),
        "军官证": values.digits(rng, 8),
        "营业执照": values.uscc(rng),
    }
    out["holder_id_type"] = rng.choice(["居民身份证"] * 5 + ["护照", "户口簿", "军官证"]) if personal else "营业执照"
    out["holder_id_no"] = papers[str(out["holder_id_type"])]
    out["uscc"] = values.uscc(rng)


def _teller_values(rng: Random, out: dict[str, object]) -> None:
    """What the core system prints: office, teller, journal, code and time."""
    out["branch_no"] = values.digits(rng, rng.choice((4, 6, 9))) if rng.random() < 0.6 else "0" + values.digits(rng, 5)
    out["teller_no"] = rng.choice(("", "0", "A")) + values.digits(rng, rng.choice((4, 5, 6)))
    out["authoriser_no"] = rng.choice(("", "0")) + values.digits(rng, rng.choice((4, 5, 6)))
    out["journal_no"] = rng.choice(("", "000", "TX", "G")) + values.digits(rng, rng.choice((8, 9, 12)))
    out["transaction_code"] = rng.choice(("", "0", "DP")) + values.digits(rng, 4)
    out["transaction_time"] = f"{rng.randint(8, 17):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}"


def _discount_values(rng: Random, out: dict[str, object], monthly: bool) -> None:
    """A bill and the arithmetic of its discount; a monthly rate is per mille of a month of 30 days."""
    date = out["date"]
    assert isinstance(date, dt.date)
    days = rng.randint(20, 170)
    face = Decimal(rng.randint(5, 900)) * rng.choice((1000, 10000)) + (Decimal(rng.randint(0, 9999)) / 100)
    permille = Decimal(rng.randint(120, 390)) / 100
    rate = permille * 12 / 1000 if monthly else Decimal(rng.randint(105, 480)) / 10000
    cost = values.interest(face, rate, days)
    out["bill_kind"] = rng.choice(("银行承兑汇票", "商业承兑汇票"))
    out["bill_issue_date"] = date - dt.timedelta(days=rng.randint(1, 60))
    out["bill_due_date"] = date + dt.timedelta(days=days)
    out["acceptor_name"], out["acceptor_account"] = values.company(rng), values.account(rng)
    out["acceptor_bank"] = values.bank(rng)
    out["bill_amount"], out["discount_interest"], out["discount_paid"] = face, cost, face - cost
    out["discount_rate"] = f"{permille:.2f}‰" if monthly else f"{rate * 100:.2f}%"


def _other_values(rng: Random, out: dict[str, object]) -> None:
    """Numbers, reasons and options that stand by themselves."""
    out["voucher_no"] = values.digits(rng, 8) if rng.random() < 0.7 else "0" + values.digits(rng, 9)
    out["bill_no"] = values.digits(rng, rng.choice((8, 16))) if rng.random() < 0.8 else "1" + values.digits(rng, 29)
    out["lost_voucher_no"] = rng.choice(("", "AB", "0")) + values.digits(rng, rng.choice((8, 10)))
    out["attachments"] = str(rng.randint(1, 12))
    out["purpose"] = rng.choice(values.PURPOSES)
    out["closing_reason"] = rng.choice(values.REASONS)
    out["currency"] = rng.choice(("人民币", "人民币", "CNY"))
    out["balance"] = values.amount(rng)
    out["authority_name"] = (
        rng.choice(values.CITIES) + "市" + rng.choice(values.STREETS[:9]) + rng.choice(values.COURTS)
    )
    year, number = rng.randint(2024, 2026), rng.randint(3, 4999)
    left, right = rng.choice(("（）", "〔〕", "()"))
    out["document_no"] = f"{left}{year}{right}{rng.choice(('京0105', '苏0582', '粤06', '浙0203'))}执{number}号"
    for name in ("account_kind", "loss_kind", "action"):
        out[name] = rng.choice(fields()[name].options)


def _values(kind: str, rng: Random, labels: dict[str, str]) -> dict[str, object]:
    """A value for every field there is, of the sort that the labels announce; the type picks its own."""
    card, identity = labels.get("holder_account") == "卡号", labels.get("holder_id_no") == "身份证号码"
    personal = kind not in CORPORATE and (identity or card or rng.random() < 0.5)
    out: dict[str, object] = {"date": values.business_day(rng), "amount": values.amount(rng)}
    for fill in (_party_values, _teller_values, _other_values):
        fill(rng, out)
    _holder_values(rng, out, personal)
    if identity:
        out["holder_id_type"], out["holder_id_no"] = "居民身份证", values.id_card(rng)
    if card:
        out["holder_account"] = values.card(rng)
    if kind == "cash_deposit":
        out["purpose"] = rng.choice(values.SOURCES)
    if kind == "discount":
        _discount_values(rng, out, labels.get("discount_rate") == "月贴现率")
    if kind == "cash_cheque":
        out["amount"] = Decimal(rng.randint(1, 500)) * 100
    total = out["bill_amount" if kind == "discount" else "amount"]
    assert isinstance(total, Decimal)
    out["amount_in_words"] = values.in_words(total, rng.choice("元元元圆"), rng.choice("整整整正"), rng.random() < 0.4)
    return out


def _labels(name: str, kind: str, family: Random, words: dict[str, str]) -> tuple[str, str]:
    """The label of a field that stands alone, and its label inside its group; the family's choice."""
    spec, side, row = fields()[name], *name.split("_", 1)[:1], name.rsplit("_", maxsplit=1)[-1]
    cheque = kind.endswith("cheque")
    if name == "date":
        return (family.choice(DATE_LABELS.get(kind, OTHER_DATES)),) * 2
    if name == "holder_account" and kind in CORPORATE:
        return (family.choice(("账号", "存款账号", "账号/卡号")),) * 2
    if name == "holder_name":
        return (family.choice(HOLDER_LABELS.get(kind, ("户名", "客户名称", "户名"))),) * 2
    if name == "purpose" and kind in PURPOSE_LABELS:
        return (family.choice(PURPOSE_LABELS[kind]),) * 2
    if side not in PARTIES:
        return (family.choice(spec.labels),) * 2
    alone = [one for one in spec.labels if (cheque and one[0] not in "汇申") or (not cheque and one not in BARE)]
    if name.endswith("_name"):
        alone = [words[side], words[side] + "全称"]
    elif (named := [one for one in alone if one.startswith(words[side])]) and not cheque:
        alone = named + [one for one in alone if side in ("payee",) or not one.endswith("账号")]
    bare = group_rows()[side].get(row, ("全称",))
    return family.choice(alone), family.choice(bare)


def _state(name: str, kind: Kind, family: Random, page: Random) -> str:
    """Whether the family's paper has a place for the field and this page fills it."""
    if name in kind.required:
        return FILLED
    if family.random() < 0.3:
        return ABSENT
    return EMPTY if page.random() < 0.18 else FILLED


def _extra(label: str, rng: Random) -> str:
    """A value for a label that the catalogue does not know."""
    place = rng.choice(values.CITIES)
    return {
        "票据种类": rng.choice(("转账支票", "银行汇票", "银行本票")),
        "联系电话": rng.choice(("138", "159", "186")) + values.digits(rng, 8),
        "手续费": f"{rng.randint(1, 50)}.{rng.choice(('00', '50'))}",
        "业务类型": rng.choice(("电汇", "汇票申请", "本票申请", "转账")),
        "原凭证种类": rng.choice(("电汇", "支票", "托收")),
        "储种": rng.choice(("活期", "定期一年", "通知存款")),
        "交易名称": rng.choice(("活期取款", "对公转账", "个人开户", "跨行汇款")),
        "渠道": rng.choice(("柜面", "智能柜台")),
        "保证金比例": f"{rng.choice((20, 30, 50, 100))}%",
        "邮政编码": values.digits(rng, 6),
        "注册资金": f"{rng.randint(50, 900)}万元",
        "地址": f"{place}市{rng.choice(values.STREETS)}{rng.randint(1, 300)}号",
        "交款部门": rng.choice(("财务部", "收费处", "一分店")),
        "汇出地点": f"{place}市",
        "汇入地点": f"{place}市",
    }.get(label, values.person(rng))


def _with_extras(items: dict[str, Item], kind: Kind, family: Random, page: Random) -> dict[str, Item]:
    """The items with up to three others that the bank's form also asks for, at places the family chose."""
    pool = EXTRAS.get(kind.name, ())
    out = list(items.items())
    for label in family.sample(pool, min(len(pool), family.choice((0, 0, 1, 2, 3)))):
        state = FILLED if family.random() < 0.8 else EMPTY
        extra = Item(f"extra {label}", "text", label, label, _extra(label, page), state)
        out.insert(family.randint(min(3, len(out)), len(out)), (extra.name, extra))
    return dict(out)


def make(name: str, family: Random, page: Random) -> Content:
    """The content of one voucher of type `name`: labels and places by `family`, values by `page`."""
    kind = types()[name]
    words = {
        "payer": family.choice(PARTY_WORDS.get(name, ("付款人",))),
        "payee": family.choice(("收款人", "收款人", "持票人")) if name == "deposit_slip" else "收款人",
    }
    names = [n for n in kind.required + kind.optional if not n.startswith("stamp_")]
    labels = {n: _labels(n, name, family, words) for n in names}
    drawn = _values(name, page, {n: alone for n, (alone, _) in labels.items()})
    states = {n: _state(n, kind, family, page) for n in names}
    if "currency" in names and states.get("amount_in_words", EMPTY) != FILLED and labels["amount"][0] != "¥":
        drawn["currency"] = page.choice(("人民币", "CNY", "USD", "港币", "欧元", "美元"))
    items = {}
    for n in names:
        value = drawn[n]
        assert isinstance(value, dt.date | Decimal | str)
        items[n] = Item(n, fields()[n].kind, *labels[n], value, states[n], fields()[n].options)
    return Content(kind, _with_extras(items, kind, family, page), words)
