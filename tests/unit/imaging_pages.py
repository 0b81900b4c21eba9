"""Drawn pages for the imaging tests: a form with rules, print and stamps, and what a scanner does to it."""

from __future__ import annotations

import io
import random
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from imaging.model import Page, Pixels, Scan

FONTS = ("wqy-microhei.ttc", "wqy-zenhei.ttc", "NotoSansCJK-Regular.ttc")
ROWS = (160, 230, 300, 370, 440, 520, 600, 700, 850, 1000)
LABELS = ("付款人全称", "付款人账号", "开户银行", "汇出地点", "金额大写", "用途")
VALUES = ("深圳市宏远电子科技有限公司", "6222021001234567890", "中国工商银行深圳分行", "广东省深圳市",
          "壹拾贰万叁仟肆佰伍拾陆元", "货款往来结算")  # fmt: skip
INK = (35, 30, 30)
RED, BLUE = (45, 40, 215), (190, 70, 50)


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    raise RuntimeError(f"none of the fonts {FONTS} is installed: apt-get install fonts-wqy-microhei")


def form(seed: int = 0, colour: tuple[int, int, int] = (40, 40, 150)) -> Pixels:
    """An A5 form across at 200 dpi, 1165 × 1654 BGR, its rules and labels in `colour`."""
    rng = random.Random(seed)
    image = Image.new("RGB", (1654, 1165), (244, 249, 250))
    draw = ImageDraw.Draw(image)
    draw.text((560, 50), "业务委托书（电汇凭证）", font=font(48), fill=colour)
    _rules(draw, colour)
    for row, label, value in zip(ROWS, LABELS, VALUES, strict=False):
        draw.text((110, row + 18), label, font=font(32), fill=colour)
        draw.text((320 + rng.randint(-8, 8), row + 18 + rng.randint(-5, 5)), value, font=font(34), fill=INK)
    for at, value in enumerate((f"上海第{rng.randint(1, 99)}贸易公司", str(rng.randint(10**15, 10**16)), "浦东支行")):
        draw.text((1045, ROWS[at] + 20), value, font=font(34), fill=INK)
    for at, digit in enumerate(f"¥{rng.randint(10**7, 10**8)}"):
        draw.text((1045 + 48 * at, 460), digit, font=font(34), fill=INK)
    draw.text((120, 870), f"会计主管　　复核　　记账　　柜员 {rng.randint(1000, 9999)}", font=font(30), fill=INK)
    return np.asarray(image)


def _rules(draw: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    for y in ROWS:
        draw.line((90, y, 1560, y), fill=colour, width=2)
    for x, top, bottom in ((90, 160, 1000), (1560, 160, 1000), (300, 160, 700), (820, 160, 440), (1030, 160, 440)):
        draw.line((x, top, x, bottom), fill=colour, width=2)
    for at in range(11):
        draw.line((1030 + 48 * at, 440, 1030 + 48 * at, 520), fill=colour, width=2)


def stamped(pixels: Pixels, colour: tuple[int, int, int] = RED, at: tuple[int, int] = (1200, 760)) -> Pixels:
    """The page with a round stamp of 40 mm pressed on it, its print showing through."""
    image = Image.new("RGB", (pixels.shape[1], pixels.shape[0]), "white")
    draw = ImageDraw.Draw(image)
    x, y = at
    draw.ellipse((x - 157, y - 157, x + 157, y + 157), outline=colour, width=8)
    draw.text((x - 85, y - 100), "业务专用章", font=font(34), fill=colour)
    draw.text((x - 85, y - 20), "深圳宝安支行", font=font(30), fill=colour)
    return np.minimum(pixels, np.asarray(image))


def handwritten() -> Pixels:
    """A white side with nothing but one short line in blue pen."""
    image = Image.new("RGB", (1654, 1165), (248, 250, 250))
    ImageDraw.Draw(image).text((700, 500), "王小明", font=font(40), fill=(150, 70, 60))
    return np.asarray(image)


def on_bed(pixels: Pixels, degrees: float = 0.0, level: int = 22, border: int = 70) -> Pixels:
    """The sheet turned clockwise on a dark scanner bed."""
    return cv2.copyMakeBorder(
        tilted(pixels, degrees, level), border, border, border, border, cv2.BORDER_CONSTANT, value=(level,) * 3
    )


def tilted(pixels: Pixels, degrees: float, level: int = 255) -> Pixels:
    """The sheet turned clockwise, on a frame that holds it all."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    across, down = int(width * cos + height * sin), int(width * sin + height * cos)
    matrix[0, 2] += (across - width) / 2
    matrix[1, 2] += (down - height) / 2
    return cv2.warpAffine(pixels, matrix, (across, down), flags=cv2.INTER_CUBIC, borderValue=(level,) * 3)


def noisy(pixels: Pixels, sigma: float = 5.0) -> Pixels:
    noise = np.random.default_rng(7).normal(0, sigma, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def page(pixels: Pixels, dpi: float = 200.0) -> Page:
    return Page(pixels, dpi)


def encoded(pixels: Pixels, kind: str, **options: object) -> bytes:
    """The pixels as a file of Pillow's `kind`."""
    out = io.BytesIO()
    image = Image.fromarray(pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    image.save(out, kind, **options)
    return out.getvalue()


def scan(data: bytes, name: str = "0001.jpg") -> Scan:
    return Scan.of(name, data)
