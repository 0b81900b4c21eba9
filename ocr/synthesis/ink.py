"""Ink on paper: a text as a dot-matrix, ink-jet or laser printer or a hand puts it, as a tile of coverage 0..255."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthesis.fonts import face_for, font
from ocr.synthesis.form import Colour, Pixels, text_width

METHODS = ("dots", "laser", "inkjet", "hand")
_PINS = 24
_FACES = {
    "dots": ("song", "zen", "song", "micro"),
    "laser": ("song", "hei", "serif"),
    "inkjet": ("hei", "micro"),
}


@dataclass(frozen=True, slots=True)
class Ink:
    """How the values of one page are written: the method, the face, the colour (RGB), how dark (0..1), the shift of the
    whole print in mm, and room between characters in ems."""

    method: str
    face: str
    colour: Colour
    strength: float
    dx: float
    dy: float
    tracking: float = 0.0


def random_ink(rng: random.Random, method: str | None = None) -> Ink:
    """An ink as branches use them; `method` is one of METHODS."""
    how = method or rng.choices(METHODS, (45, 30, 17, 8))[0]
    if how == "hand":
        colour = rng.choice(((25, 25, 30), (20, 30, 110), (30, 40, 130)))
        return Ink(how, "kai", colour, rng.uniform(0.8, 1.0), rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5))
    dots = how == "dots"
    reach = 1.2 if dots else 0.5
    face = rng.choice(_FACES[how])
    colour = rng.choice(((20, 20, 20), (35, 35, 45), (45, 40, 80) if dots else (15, 15, 15)))
    strength = rng.uniform(0.55, 0.95) if dots else rng.uniform(0.8, 1.0)
    tracking = rng.choice((0.0, 0.05, 0.1)) if dots else 0.0
    return Ink(how, face, colour, strength, rng.uniform(-reach, reach), rng.uniform(-reach, reach) * 0.7, tracking)


def _glyphs(text: str, face: str, pixels: int, tracking: float, binary: bool = False) -> Pixels:
    """`text` as coverage, height `pixels` × 1.4, baseline alike for every text of that size."""
    face = face_for(face, text)
    gap = tracking * pixels
    width = int(text_width(text, face, pixels) + gap * len(text)) + 3
    image = Image.new("1" if binary else "L", (max(4, width), round(pixels * 1.4)))
    draw = ImageDraw.Draw(image)
    if not gap:
        draw.text((1, pixels * 0.7), text, 255, font(face, pixels), "lm")
    else:
        x = 1.0
        for char in text:
            draw.text((x, pixels * 0.7), char, 255, font(face, pixels), "lm")
            x += text_width(char, face, pixels) + gap
    return np.asarray(image.convert("L"))


def _dotted(text: str, ink: Ink, pixels: int, rng: random.Random) -> Pixels:
    """A 24-pin print: a bitmap of pins, a weak pin now and then, enlarged to `pixels`."""
    bitmap = _glyphs(text, ink.face, _PINS, ink.tracking, binary=True).copy()
    if rng.random() < 0.3:
        bitmap[rng.randrange(6, len(bitmap) - 6)] //= 2
    if rng.random() < 0.25:  # a worn ribbon prints part of a line pale
        fade = np.linspace(rng.uniform(0.45, 1), rng.uniform(0.6, 1), bitmap.shape[1], dtype=np.float32)
        bitmap = (bitmap * fade).astype(np.uint8)
    scale = pixels / _PINS
    size = (max(4, round(bitmap.shape[1] * scale)), round(bitmap.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(bitmap, size, interpolation=method), dtype=np.uint8)


def _handwritten(text: str, ink: Ink, pixels: int, rng: random.Random) -> Pixels:
    """Characters that lean, wander and differ in size."""
    leans = rng.uniform(0.02, 0.22)
    tiles: list[Pixels] = []
    for char in text:
        one: Pixels = _glyphs(char, ink.face, max(8, round(pixels * rng.uniform(0.92, 1.1))), 0)
        lean = leans + rng.uniform(-0.05, 0.05)
        drop = rng.uniform(-0.05, 0.05) * pixels
        move = np.array([[1, -lean, lean * one.shape[0] / 2], [0, 1, drop]], dtype=np.float32)
        one = np.asarray(cv2.resize(one, (one.shape[1], round(pixels * 1.4))), dtype=np.uint8)
        tiles.append(np.asarray(cv2.warpAffine(one, move, (one.shape[1] + 1, one.shape[0])), dtype=np.uint8))
    return np.asarray(np.hstack(tiles), dtype=np.uint8)


def tile(text: str, ink: Ink, pixels: int, rng: random.Random) -> Pixels:
    """`text` at `pixels` to the em as coverage (h×w uint8), as `ink` writes it; h is 1.4 ems."""
    if ink.method == "dots":
        made = _dotted(text, ink, pixels, rng)
    elif ink.method == "hand":
        made = _handwritten(text, ink, pixels, rng)
    else:
        made = _glyphs(text, ink.face, pixels, ink.tracking)
        if ink.method == "inkjet":
            made = np.asarray(cv2.blur(made, (2, 2)), dtype=np.uint8)
    return made


def lay(page: Pixels, cover: Pixels, at: tuple[int, int], colour: Colour, strength: float = 1.0) -> None:
    """Put ink of `colour` (RGB) on `page` (BGR, changed in place) where `cover` says; its corner is `at` (x, y)."""
    x, y = at
    left, top = max(0, x), max(0, y)
    right, bottom = min(page.shape[1], x + cover.shape[1]), min(page.shape[0], y + cover.shape[0])
    if right <= left or bottom <= top:
        return
    part = cover[top - y : bottom - y, left - x : right - x].astype(np.float32)[:, :, None] * (strength / 255)
    spot = page[top:bottom, left:right]
    # ink darkens what is below it and never lightens it
    inked = spot * (1 - part) + np.minimum(spot, np.array(colour[::-1], np.float32)) * part
    page[top:bottom, left:right] = inked.astype(np.uint8)
