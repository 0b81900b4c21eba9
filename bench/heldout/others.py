"""Pages that are no vouchers: attachments, blank sides, endorsements, and papers that no one expects."""

from __future__ import annotations

from random import Random

from bench.heldout import values
from bench.heldout.look import div


def _table(rows: list[list[str]]) -> str:
    cells = "".join("<tr>" + "".join(f"<td>{one}</td>" for one in row) + "</tr>" for row in rows)
    return f'<table class="a">{cells}</table>'


def _identity(rng: Random) -> str:
    """A copy of an identity card on a white sheet."""
    born = values.id_card(rng)
    lines = (
        f"姓名　{values.person(rng)}",
        f"性别　{rng.choice('男女')}　　民族　汉",
        f"出生　{born[6:10]} 年 {int(born[10:12])} 月 {int(born[12:14])} 日",
        f"住址　{rng.choice(values.CITIES)}市{rng.choice(values.STREETS)}{rng.randint(1, 300)}号",
        f"公民身份号码　{born}",
    )
    return '<div class="idcard">' + "".join(f"<div>{line}</div>" for line in lines) + '<div class="photo"></div></div>'


def _invoice(rng: Random) -> str:
    """An invoice: buyer, seller, lines, total."""
    lines = [["项目名称", "规格型号", "单位", "数量", "单价", "金额", "税率"]]
    for _ in range(rng.randint(2, 5)):
        price, count = rng.randint(5, 900), rng.randint(1, 40)
        lines.append(
            [
                f"*{rng.choice(values.TRADES)}*{rng.choice(values.PURPOSES)}",
                "-",
                "件",
                str(count),
                f"{price}.00",
                f"{price * count}.00",
                "13%",
            ]
        )
    head = div("title", "电子发票（增值税专用发票）")
    head += div("law", f"发票号码：{values.digits(rng, 20)}　开票日期：2026年05月{rng.randint(10, 28)}日")
    sides = div("law", f"购买方名称：{values.company(rng)}") + div("law", f"销售方名称：{values.company(rng)}")
    return head + sides + _table(lines)


def _contract(rng: Random) -> str:
    """The first page of a contract."""
    clauses = (
        "甲方向乙方采购的货物名称、规格、数量及单价详见附件清单，货物质量应符合国家有关标准。",
        "乙方应于本合同签订之日起三十日内将货物运至甲方指定地点，运输费用由乙方承担。",
        "甲方验收合格后十个工作日内支付合同价款，乙方应同时开具增值税专用发票。",
        "任何一方违反本合同约定的，应向守约方支付合同总额百分之五的违约金。",
    )
    text = "".join(div("law", f"第{n}条　{c}") for n, c in zip("一二三四", clauses, strict=True))
    parties = div("law", f"甲方：{values.company(rng)}") + div("law", f"乙方：{values.company(rng)}")
    return div("title", "购销合同") + parties + text


def _licence(rng: Random) -> str:
    """A copy of a business licence."""
    rows = [
        ["统一社会信用代码", values.uscc(rng)],
        ["名称", values.company(rng)],
        ["类型", "有限责任公司"],
        ["法定代表人", values.person(rng)],
    ]
    rows += [
        ["注册资本", f"{rng.randint(50, 5000)}万元"],
        ["经营范围", "机械设备、电子产品的研发、生产和销售；货物进出口；技术服务。"],
    ]
    return f'<div class="title spaced">营业执照</div>{_table(rows)}'


def attachment(rng: Random) -> str:
    """A paper that belongs to the voucher before it."""
    return rng.choice((_identity, _invoice, _contract, _licence))(rng)


def blank(rng: Random) -> str:
    """A blank back, some with a trace of a fold or a page mark."""
    return '<div class="dot"></div>' if rng.random() < 0.3 else ""


def endorsement(rng: Random) -> str:
    """The written back of a cheque: endorsees, the endorser's stamp, the date."""
    one, two = values.company(rng), values.bank(rng)
    words = "背书人签章"
    day = f"2026年{rng.randint(1, 10)}月{rng.randint(1, 28)}日"
    cells = [
        [
            f"附加信息：<br>{rng.choice(('货款', '', '委托收款'))}",
            f"被背书人　{one}<br><br><br>{words}<br>{day}",
            f"被背书人　{two}<br><br>委托收款<br>{words}<br>{day}",
        ]
    ]
    note = "根据《中华人民共和国票据法》等法律法规的规定，签发空头支票由中国人民银行处以罚款。"
    return div("back", _table(cells)) + div("law", note)


def unknown(rng: Random) -> str:
    """A paper that is neither a voucher of the catalogue nor what belongs to one."""
    return rng.choice((_queue, _memo, _leaflet))(rng)


def _queue(rng: Random) -> str:
    number = f"{rng.choice('ABC')}{rng.randint(10, 199):03d}"
    wait = f"您前面还有 {rng.randint(0, 30)} 人等待，请留意广播叫号，过号作废。"
    return div("title", f"{rng.choice(values.BANKS)}欢迎您") + div("big", number) + div("law", wait)


def _memo(rng: Random) -> str:
    when = f"本周{rng.choice('一二三四五')}下午{rng.randint(1, 5)}时"
    text = f"各部门：兹定于{when}在三楼会议室召开安全工作例会，请准时参加。"
    return div("title", "会议通知") + div("law", text) + div("law", f"联系人：{values.person(rng)}")


def _leaflet(rng: Random) -> str:
    text = "Keep this device away from water. Press the power key for three seconds to start."
    model = f"Model {values.digits(rng, 4)}-B　Made for indoor use only."
    return div("title", "USER GUIDE") + div("law", text) + div("law", model) + div("art")
