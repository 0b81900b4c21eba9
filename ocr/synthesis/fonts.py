"""Debian's Chinese fonts, found through fontconfig, and which of them can print a text."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

from PIL import ImageFont

# face: the family that fontconfig knows, and the Debian package that brings it
FACES = {
    "hei": ("Noto Sans CJK SC", "fonts-noto-cjk"),
    "hei_bold": ("Noto Sans CJK SC:bold", "fonts-noto-cjk"),
    "serif": ("Noto Serif CJK SC", "fonts-noto-cjk"),
    "serif_bold": ("Noto Serif CJK SC:bold", "fonts-noto-cjk"),
    "song": ("AR PL UMing CN", "fonts-arphic-uming"),
    "kai": ("AR PL UKai CN", "fonts-arphic-ukai"),
    "micro": ("WenQuanYi Micro Hei", "fonts-wqy-microhei"),
    "zen": ("WenQuanYi Zen Hei", "fonts-wqy-zenhei"),
}
_FALLBACK = "hei"


class FontMissing(RuntimeError):
    """A font of the demo vouchers is not installed."""


@cache
def _locate(face: str) -> tuple[str, int]:
    """The file of `face` and its number in it. FontMissing names the Debian package to install."""
    family, package = FACES[face]
    command = shutil.which("fc-match")
    if command is None:
        raise FontMissing("fc-match is missing: install the Debian package fontconfig")
    asked = [command, "-f", "%{file}\t%{index}\t%{family}", family]
    path, index, found = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split("\t")  # noqa: S603
    if family.split(":")[0] not in found:
        raise FontMissing(f"the font {family} is missing: install the Debian package {package}")
    return path, int(index) & 0xFFFF


@cache
def font(face: str, pixels: int) -> ImageFont.FreeTypeFont:
    """`face` at `pixels` to the em. FontMissing where it is not installed."""
    path, index = _locate(face)
    return ImageFont.truetype(path, pixels, index=index)


@cache
def _prints(face: str, char: str) -> bool:
    """Whether `face` has a glyph of its own for `char`."""
    probe = font(face, 24)
    return bytes(probe.getmask(char)) != bytes(probe.getmask("\U0010ffff"))


def face_for(face: str, text: str) -> str:
    """`face`, or the fallback where `face` lacks a character of `text`."""
    return face if all(char.isspace() or _prints(face, char) for char in text) else _FALLBACK
