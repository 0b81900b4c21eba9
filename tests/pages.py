"""Pages for tests: a PNG whose QR code carries what the test engine reads on it."""

from __future__ import annotations

import io
import json
from typing import Any

import cv2
import numpy as np
import zxingcpp
from PIL import Image

WIDTH, HEIGHT, STEP = 1200, 850, 44


def coded(**said: Any) -> bytes:
    """A PNG page (100 dpi) whose code says `said`."""
    code = zxingcpp.create_barcode(json.dumps(said, ensure_ascii=False), zxingcpp.BarcodeFormat.QRCode)
    small = np.asarray(code.to_image(scale=4), dtype=np.uint8)
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    page[40 : 40 + small.shape[0], 40 : 40 + small.shape[1]] = small
    for x, y in ((30, HEIGHT - 30), (WIDTH - 220, HEIGHT - 30), (WIDTH - 220, 60)):
        cv2.putText(page, "corner", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3)
    out = io.BytesIO()
    Image.fromarray(page).save(out, "PNG", dpi=(100, 100))
    return out.getvalue()


def voucher(title: str, **values: str) -> bytes:
    """A page that reads as a voucher: its title, then one line `label：value` each."""
    lines = [(title, (450, 20, 300, 40))]
    for place, (label, value) in enumerate(values.items()):
        text = f"{label}：{value}"
        lines.append((text, (600, 100 + STEP * place, 22 * len(text), 28)))
    return coded(lines=lines)


def wire_transfer(
    amount: str = "1234.50", account: str = "1001234567890", words: str = "壹仟贰佰叁拾肆元伍角整"
) -> bytes:
    """A wire transfer that reads without doubt."""
    return voucher(
        "电汇凭证",
        委托日期="2026年03月09日",
        汇款人全称="张伟",
        汇款人账号=account,
        汇出行名称="示范银行城东支行",
        收款人全称="李静",
        收款人账号="2009876543210",
        汇入行名称="示范银行城西支行",
        **{"金额(大写)": words, "金额(小写)": f"¥{amount}"},
    )
