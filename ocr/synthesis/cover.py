"""The batch cover sheet of a demo day: title, declarations in print, QR code and Code 128 (payloads: ocr/cover.py)."""

from __future__ import annotations

import random

import cv2
import numpy as np
import zxingcpp

from ocr.cover import Cover
from ocr.synthesis.form import Draft, Pixels, preprint, px
from ocr.synthesis.layouts.design import random_look, title_of

_ROWS = (
    ("机构号", "branch_no"),
    ("柜员号", "teller_no"),
    ("日期", "date"),
    ("凭证张数", "sheets"),
    ("流水笔数", "lines"),
)


def _paste(
    page: Pixels, code: str, kind: zxingcpp.BarcodeFormat, place: tuple[float, float], dot: float, dpi: int
) -> None:
    """A barcode with modules of `dot` mm, its corner at `place` (mm)."""
    made = np.asarray(zxingcpp.create_barcode(code, kind).to_image(scale=max(1, px(dot, dpi))), dtype=np.uint8)
    if kind == zxingcpp.BarcodeFormat.Code128:
        made = np.asarray(
            cv2.resize(made, (made.shape[1], px(15, dpi)), interpolation=cv2.INTER_NEAREST), dtype=np.uint8
        )
    x, y = px(place[0], dpi), px(place[1], dpi)
    page[y : y + made.shape[0], x : x + made.shape[1]] = made[:, :, None]


def cover_sheet(cover: Cover, geometry: str, dpi: int) -> tuple[Pixels, dict[str, str]]:
    """A cover of A5 size as H×W×3 BGR, and the truth of its fields."""
    rng = random.Random(f"cover/{geometry}")  # noqa: S311
    look = random_look(rng)
    draft = Draft("batch_cover", title_of("batch_cover"), 210.0, 148.0, look, rng)
    draft.words(draft.title, 105, 15, 8, "mm", face="hei_bold")
    said = {
        "branch_no": cover.branch_no,
        "teller_no": cover.teller_no,
        "date": cover.date.isoformat(),
        "sheets": str(cover.sheets),
        "lines": "" if cover.lines is None else str(cover.lines),
    }
    for number, (label, name) in enumerate(_ROWS):
        y = 35 + number * 12
        draft.words(f"{label}：", 20, y, 4.5)
        draft.words(said[name], 48, y, 5, face="hei", colour=(20, 20, 20))
    page = preprint(draft.done(), dpi).copy()
    _paste(page, cover.payload(), zxingcpp.BarcodeFormat.QRCode, (135, 30), 0.9, dpi)
    _paste(page, cover.short_payload(), zxingcpp.BarcodeFormat.Code128, (20, 112), 0.4, dpi)
    return page, {name: said[name] for name in ("branch_no", "teller_no", "date")}
