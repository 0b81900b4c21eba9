"""Stamps: round, oval, square and boxed 印章 in red or blue, unevenly inked, as tiles of coverage 0..255."""

from __future__ import annotations

import math
import random
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthesis.fonts import face_for, font
from ocr.synthesis.form import Colour, Pixels, px

_REDS: tuple[Colour, ...] = ((200, 30, 40), (215, 45, 50), (185, 25, 60), (225, 70, 70))
_BLUES: tuple[Colour, ...] = ((50, 60, 170), (70, 60, 150))


def stamp_colour(rng: random.Random) -> Colour:
    """Mostly red, sometimes blue."""
    return rng.choice(_BLUES if rng.random() < 0.08 else _REDS)


def _arc_text(image: Image.Image, text: str, radius: tuple[float, float], span: float, size: int) -> None:
    """`text` along the upper arc of an ellipse, each character upright to its centre."""
    middle_x, middle_y = image.width / 2, image.height / 2
    face = font(face_for("serif_bold", text), size)
    for place, char in enumerate(text):
        part = 0.5 if len(text) == 1 else place / (len(text) - 1)
        angle = math.radians(-90 - span / 2 + span * part)
        glyph = Image.new("L", (size * 2, size * 2))
        ImageDraw.Draw(glyph).text((size, size), char, 255, face, "mm")
        turned = glyph.rotate(-math.degrees(angle) - 90, Image.Resampling.BICUBIC)
        x, y = middle_x + radius[0] * math.cos(angle), middle_y + radius[1] * math.sin(angle)
        image.paste(255, (round(x - size), round(y - size)), turned)


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.4
        angle = math.radians(-90 + 36 * corner)
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    draw.polygon(points, 255)


def _ring(w: int, h: int, line: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (w, h))
    draw = ImageDraw.Draw(image)
    draw.ellipse((1, 1, w - 2, h - 2), outline=255, width=line)
    return image, draw


def _round(owner: str, word: str, dpi: int) -> Image.Image:
    """A company's or bank's round stamp of 38 mm with a star."""
    side = px(38, dpi)
    image, draw = _ring(side, side, max(2, px(1.0, dpi)))
    size = px(min(4.6, 66 / len(owner)), dpi)
    _arc_text(image, owner, (side * 0.40, side * 0.40), min(270, 18 * len(owner)), size)
    _star(draw, side / 2, side / 2, side * 0.13)
    draw.text((side / 2, side * 0.76), word, 255, font(face_for("serif_bold", word), px(3.8, dpi)), "mm")
    return image


def _oval(owner: str, word: str, dpi: int) -> Image.Image:
    """A bank's oval stamp of 45 × 30 mm with its word across."""
    w, h = px(45, dpi), px(30, dpi)
    image, draw = _ring(w, h, max(2, px(0.8, dpi)))
    size = px(min(3.4, 46 / len(owner)), dpi)
    _arc_text(image, owner, (w * 0.41, h * 0.38), min(215, 14 * len(owner)), size)
    draw.text((w / 2, h * 0.58), word, 255, font(face_for("serif_bold", word), px(4.6, dpi)), "mm")
    return image


def _dated(owner: str, word: str, dpi: int, day: str) -> Image.Image:
    """A teller's boxed stamp: bank, date, word."""
    w, h = px(34, dpi), px(24, dpi)
    image = Image.new("L", (w, h))
    draw = ImageDraw.Draw(image)
    draw.rectangle((1, 1, w - 2, h - 2), outline=255, width=max(2, px(0.7, dpi)))
    for part, text, mm in ((0.2, owner[:12], 2.5), (0.5, day.replace("-", "."), 3.8), (0.8, word, 3.8)):
        draw.text((w / 2, h * part), text, 255, font(face_for("hei_bold", text), px(mm, dpi)), "mm")
    return image


def _square(text: str, dpi: int, mm: float) -> Image.Image:
    """A person's or a finance department's square stamp, its text in columns from the right."""
    side = px(mm, dpi)
    image = Image.new("L", (side, side))
    draw = ImageDraw.Draw(image)
    draw.rectangle((1, 1, side - 2, side - 2), outline=255, width=max(2, px(0.8, dpi)))
    columns = 2 if len(text) <= 6 else math.ceil(len(text) / 5)
    rows = math.ceil(len(text) / columns)
    size = int(side * 0.84 / max(rows, columns))
    face = font(face_for("serif_bold", text), size)
    for place, char in enumerate(text):
        column, row = divmod(place, rows)
        x = side * (0.5 + 0.84 * ((columns - 1) / 2 - column) / columns)
        y = side * (0.5 + 0.84 * (row - (rows - 1) / 2) / rows)
        draw.text((x, y), char, 255, face, "mm")
    return image


@lru_cache(maxsize=128)
def drawn(shape: str, owner: str, word: str, dpi: int, day: str = "") -> Pixels:
    """A clean stamp tile (h×w uint8): `shape` is round, oval, dated, square (finance, 22 mm) or name (16 mm)."""
    if shape == "round":
        image = _round(owner, word, dpi)
    elif shape == "oval":
        image = _oval(owner, word, dpi)
    elif shape == "dated":
        image = _dated(owner, word, dpi, day)
    else:
        image = _square(owner + word, dpi, 22 if shape == "square" else 16)
    return np.asarray(image)


def pressed(clean: Pixels, rng: random.Random) -> Pixels:
    """A stamp as a hand presses it: turned by up to 20°, one side fainter, with gaps in the ink."""
    h, w = clean.shape
    side = math.ceil(math.hypot(h, w))
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), rng.gauss(0, 8), 1)
    turn[:, 2] += ((side - w) / 2, (side - h) / 2)
    turned = cv2.warpAffine(clean, turn, (side, side), flags=cv2.INTER_LINEAR)
    seeded = np.random.default_rng(rng.getrandbits(32))
    patches = cv2.resize(seeded.random((7, 7), np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    grain = cv2.resize(seeded.random((side // 2 + 1, side // 2 + 1), np.float32), (side, side))
    ink = np.clip(rng.uniform(0.75, 1.15) - 0.5 * patches - 0.35 * grain * grain, 0.12, 1)
    return np.asarray(turned * ink, dtype=np.uint8)
