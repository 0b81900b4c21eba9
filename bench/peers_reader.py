"""Files read in full by one engine in one process, for `bench.peers`: `python peers_reader.py KIND FILE…`.

KIND is `vouch` (run by the project's Python) or `rapidocr` (run by a Python that has rapidocr and openvino: its own
pipeline as it comes, on OpenVINO with one thread, the fastest it has here). Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Read = Callable[[str], int]


def vouch() -> Read:
    """From the file to the upright page and all its lines, read as where the text is all that is wanted."""
    import cv2

    from imaging.decode import decode
    from imaging.model import Scan
    from imaging.recipe import run
    from ocr.engines import load

    cv2.setNumThreads(1)
    engine = load("rapid", full_text=True)
    return lambda path: len(engine.read(run(decode(Scan.of(path, Path(path).read_bytes())))).lines)


def rapidocr() -> Read:
    """The library's own pipeline."""
    from rapidocr import EngineType, RapidOCR

    wishes: dict[str, Any] = {f"{part}.engine_type": EngineType.OPENVINO for part in ("Det", "Cls", "Rec")}
    engine = RapidOCR(params=wishes | {"EngineConfig.openvino.inference_num_threads": 1})
    return lambda path: len(engine(path).txts or ())


def main(kind: str, files: list[str]) -> None:
    """Reads the first file to warm up, then all; says when it began with them, and how many lines it found."""
    os.environ["OMP_NUM_THREADS"] = "1"
    kept, out = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(out, 1)  # what libraries print
    read = {"vouch": vouch, "rapidocr": rapidocr}[kind]()
    read(files[0])
    begun = time.time()
    lines = sum(map(read, files))
    os.write(kept, (json.dumps({"begun": begun, "lines": lines}) + "\n").encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
