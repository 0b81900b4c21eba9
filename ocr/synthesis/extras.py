"""Fields that banks print beside those of the catalogue, for reading to leave alone. Their names begin with ·."""

from __future__ import annotations

from collections.abc import Callable

from ocr.synthesis import numbers
from ocr.synthesis import vocabulary as words
from ocr.synthesis.values import Item, Values

MARK = "·"


def _address(values: Values) -> str:
    rng = values.rng
    return f"{rng.choice(words.CITIES)}市{rng.choice(words.DISTRICTS)}路{rng.randrange(1, 999)}号"


def _one_of(*options: str) -> Callable[[Values], str]:
    return lambda values: values.rng.choice(options)


_MAKERS: dict[str, Callable[[Values], str]] = {
    "联系电话": lambda values: "1" + values.rng.choice("35789") + numbers.digits(values.rng, 9),
    "地址": _address,
    "邮政编码": lambda values: numbers.digits(values.rng, 6),
    "法定代表人": lambda values: values.person(),
    "经办人": lambda values: values.person(),
    "注册资金": lambda values: f"{values.rng.randrange(1, 500)}0万元",
    "经营范围": lambda values: values.rng.choice(words.TRADES),
    "存期": _one_of("三个月", "六个月", "一年", "活期"),
    "利率": lambda values: f"{values.rng.randrange(10, 400) / 100:.2f}%",
    "交易渠道": _one_of("柜面", "网银", "移动终端", "自助设备"),
    "业务类型": _one_of("行内转账", "跨行汇款", "同城", "异地"),
    "产品名称": _one_of("活期储蓄", "单位活期", "整存整取", "通知存款"),
    "打印次数": _one_of("1", "1", "2"),
    "借贷标志": _one_of("借", "贷"),
    "现转标志": _one_of("现金", "转账"),
    "支付密码": lambda values: numbers.spaced(numbers.digits(values.rng, 16)),
}
_GENERAL = ("联系电话", "经办人", "地址")
_BY_TYPE = {
    "account_opening": ("地址", "邮政编码", "法定代表人", "注册资金", "经营范围", "联系电话"),
    "account_closing": ("联系电话", "经办人", "地址", "法定代表人"),
    "loss_report": ("联系电话", "地址", "经办人"),
    "judicial_assistance": ("联系电话", "经办人"),
    "teller_slip": ("交易渠道", "产品名称", "打印次数", "借贷标志", "现转标志"),
    "cash_withdrawal": ("存期", "利率", "产品名称", "联系电话"),
    "cash_deposit": ("经办人", "联系电话", "现转标志"),
    "settlement_application": ("业务类型", "支付密码", "联系电话"),
    "wire_transfer": ("支付密码", "业务类型", "联系电话"),
    "discount": ("经办人", "联系电话"),
}


def extras_for(type_name: str) -> tuple[str, ...]:
    """The extra fields that suit a type, marked."""
    return tuple(MARK + name for name in _BY_TYPE.get(type_name, _GENERAL))


def extra(name: str, values: Values) -> Item:
    """A value for the extra field `name` (marked). KeyError for an unknown one."""
    made = _MAKERS[name.removeprefix(MARK)](values)
    return Item(made, made)
