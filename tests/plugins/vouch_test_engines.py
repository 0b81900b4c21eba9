"""An OCR engine for tests: reads the lines that a QR code on the page carries, or dies as the code tells it to."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import time
from pathlib import Path

import zxingcpp

from imaging.model import Box, Page, Pixels
from ocr.model import Line, Reading


class PrintedCodeEngine:
    """Quick and exact. A page whose code is `{"crash": true}` kills the process that reads it, `{"fail": …}` raises,
    `{"broken": …}` raises as Pillow does of a broken picture, `{"full": PATH}` as a full disk does until that file
    exists, `{"wait": PATH}` waits until that file exists. Its `small` lines are read in full-text mode only.
    `{"hold": PATH}` makes that file and then stays for ever in a native call that lets no other thread run."""

    name = "printed_code"

    def __init__(self, full_text: bool = False, **_: object) -> None:
        self.full_text = full_text

    def read(self, page: Page, quick: bool = False) -> Reading:
        said = self._said(page.pixels)
        if said.get("crash"):
            os.kill(os.getpid(), signal.SIGKILL)
        if "fail" in said:
            raise RuntimeError(said["fail"])
        if "broken" in said:
            raise OSError(said["broken"])
        if "full" in said and not Path(said["full"]).exists():
            with Path(f"{said['full']}.tries").open("a") as tries:
                tries.write(".")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if "hold" in said:
            Path(said["hold"]).touch()
            ctypes.PyDLL(None).sleep(10**6)
        while "wait" in said and not Path(said["wait"]).exists():
            time.sleep(0.02)
        lines = tuple(Line(text, 0.999, Box(*box)) for text, box in self._lines_of(said))
        return Reading(lines, self.name, page.width, page.height)

    def read_lines(self, crops: list[Pixels], kinds: object = None, quick: bool = False) -> list[Line]:
        return [Line("", 0.0) for _ in crops]

    def _lines_of(self, said: dict) -> list:
        return [*said.get("lines", []), *(said.get("small", []) if self.full_text else [])]

    @staticmethod
    def _said(pixels: Pixels) -> dict:
        codes = zxingcpp.read_barcodes(pixels)
        return json.loads(codes[0].text) if codes else {}
