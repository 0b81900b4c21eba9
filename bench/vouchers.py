"""Vouchers by the hundred thousand: what a bank's pages would say, written into a catalogue at once."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

BRANCHES = [f"{number:04d}" for number in range(101, 401)]
TYPES = {
    "wire_transfer": "电汇凭证",
    "transfer_cheque": "转账支票",
    "cash_cheque": "现金支票",
    "deposit_slip": "存款凭条",
    "withdrawal_slip": "取款凭条",
    "bank_draft": "银行汇票",
    "credit_transfer": "贷记凭证",
    "teller_slip": "业务凭证",
}
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国志文斌波辉力红健俊帆雪荣爱东凤琴云洁龙林鑫欣博宇浩然"
    "子轩梓涵一诺思远雨桐嘉怡晨曦雅婷佳豪天佑瑞泽锦程若兰清扬海燕振宇立新永福德胜广成学良世昌元培启明慧中和平安宁康乐"
)
_PLACES = re.findall(
    "..", "北京上海广州深圳杭州南京苏州成都武汉西安重庆天津长沙郑州青岛宁波厦门福州合肥济南大连沈阳昆明南昌"
)
_TRADES = re.findall("..", "恒达鑫源华泰宏远瑞丰金桥天成东升盛世博雅长城永兴中联新元海天万通正大国泰佳美光明")
_KINDS = ["贸易", "建筑工程", "电子科技", "物流", "食品", "医药", "机械设备", "纺织", "房地产开发", "信息技术"]
_PURPOSES = re.findall("..", "货款工资往来工程材料服务租金还款投资保证差旅水电咨询运输广告设备借款退款")
_FIELDS = (
    "INSERT INTO record_field (record_id, name, value, raw, confidence, accepted, source, version)"
    " VALUES (?,?,?,?,?,?,?,1)"
)
_FIRST = date(2025, 1, 1)


@dataclass(frozen=True, slots=True)
class Made:
    """One voucher."""

    id: int
    type: str
    branch_no: str
    teller_no: str
    day: date
    doubtful: bool
    fields: dict[str, str]
    text: str


def person_name(rng: random.Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.choices(_GIVEN, k=rng.choice((1, 2, 2, 2))))


def company_name(rng: random.Random) -> str:
    return f"{rng.choice(_PLACES)}{rng.choice(_TRADES)}{rng.choice(_KINDS)}有限公司"


def _account(rng: random.Random) -> str:
    length = rng.choice((16, 17, 19))
    return rng.choice(("6222", "6228", "1002", "4402")) + "".join(rng.choices("0123456789", k=length - 4))


def _party(rng: random.Random) -> str:
    return person_name(rng) if rng.random() < 0.6 else company_name(rng)


def voucher(id: int) -> Made:
    """The voucher of that number, from 1: always the same one. A year of business dates, 300 branches."""
    rng = random.Random(id)
    kind = rng.choice(list(TYPES))
    cents = int(10 ** rng.uniform(3, 9))
    fields = {
        "payer_name": _party(rng),
        "payer_account": _account(rng),
        "payee_name": _party(rng),
        "payee_account": _account(rng),
        "amount": f"{cents // 100}.{cents % 100:02d}",
        "voucher_no": f"{rng.choice('ABCEXY')}{rng.choice('ABHK')}{rng.randrange(10**8):08d}",
        "purpose": rng.choice(_PURPOSES),
    }
    day = _FIRST + timedelta(days=rng.randrange(365))
    lines = [
        f"中国城市银行 {TYPES[kind]} No.{fields['voucher_no']}",
        f"委托日期 {day.year}年{day.month}月{day.day}日 {company_name(rng)}",
        f"付款人全称 {fields['payer_name']} 账号 {fields['payer_account']} 开户银行 {rng.choice(_PLACES)}分行营业部",
        f"收款人全称 {fields['payee_name']} 账号 {fields['payee_account']} 汇出地点 {rng.choice(_PLACES)}市",
        f"金额 人民币 ¥{cents // 100:,}.{cents % 100:02d} 用途 {fields['purpose']}",
        f"复核 {person_name(rng)} 记账 {person_name(rng)} 附加信息及用途 支付密码 {rng.randrange(10**12):012d}",
    ]
    branch = rng.choice(BRANCHES)
    teller = f"{branch}{rng.randrange(10, 40)}"
    return Made(id, kind, branch, teller, day, rng.random() < 0.03, fields, "\n".join(lines))


def _inserts(made: Made) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The rows that one voucher is in the catalogue: a batch of its own, and all below it."""
    n, day, at = made.id, made.day.isoformat(), f"{made.day.isoformat()} 09:00:00.000000"
    yield (
        "INSERT INTO batch (id, branch_no, teller_no, business_date, state, duplex, opened_by, opened_at)"
        " VALUES (?,?,?,?,'archived',0,'bench',?)",
        (n, made.branch_no, made.teller_no, day, at),
    )
    yield (
        "INSERT INTO file (id, batch_id, name, sha256, size, pages, received_at) VALUES (?,?,?,?,1,1,?)",
        (n, n, f"{n:08d}.jpg", f"{n:064x}", at),
    )
    yield "INSERT INTO sheet (id, batch_id, number) VALUES (?,?,1)", (n, n)
    yield (
        "INSERT INTO page (id, batch_id, sheet_id, file_id, number, seq, state, kind, original, priority, token,"
        " deliveries, width, height, dpi, notes) VALUES (?,?,?,?,1,0,'done','voucher',?,0,1,1,1654,1169,200,'{}')",
        (n, n, n, n, f"{n:064x}"),
    )
    yield (
        "INSERT INTO record (id, page_id, batch_id, branch_no, teller_no, business_date, type, confidence, state,"
        " version, failures, text, created_at) VALUES (?,?,?,?,?,?,?,0.99,?,1,'[]',?,?)",
        (
            n,
            n,
            n,
            made.branch_no,
            made.teller_no,
            day,
            made.type,
            "doubtful" if made.doubtful else "done",
            made.text,
            at,
        ),
    )


def fill(database: Path, count: int) -> None:
    """Writes that many vouchers into a migrated and empty SQLite catalogue."""
    link = sqlite3.connect(database, isolation_level=None)
    link.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA foreign_keys=OFF"
    )
    for start in range(1, count + 1, 20_000):
        link.execute("BEGIN")
        some = [voucher(id) for id in range(start, min(start + 20_000, count + 1))]
        for statement in zip(*(_inserts(one) for one in some), strict=True):
            link.executemany(statement[0][0], [row for _, row in statement])
        link.executemany(
            _FIELDS,
            [
                (one.id, k, v, v, 0.99, int(not one.doubtful), "ocr:bench")
                for one in some
                for k, v in one.fields.items()
            ],
        )
        link.execute("COMMIT")
    link.executemany("INSERT INTO branch (branch_no, name) VALUES (?,?)", [(one, f"{one}支行") for one in BRANCHES])
    link.executescript("ANALYZE; PRAGMA journal_mode=WAL")
    link.close()
