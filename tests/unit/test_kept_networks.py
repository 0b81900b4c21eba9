"""Networks that were compiled once and kept: the next start loads them, and never what is not what was kept."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

from imaging.model import Page
from ocr.engines import kept
from ocr.engines.rapid import RapidEngine


def page() -> Page:
    pixels = np.full((300, 900, 3), 255, np.uint8)
    cv2.putText(pixels, "6225880137654321", (60, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (40, 20, 20), 2, cv2.LINE_AA)
    return Page(pixels, 200.0)


def test_an_engine_from_kept_networks_reads_as_the_first_one_and_mends_what_was_torn(tmp_path: Path) -> None:
    made = RapidEngine(tmp_path).read(page())
    files = sorted(tmp_path.iterdir())
    assert files and RapidEngine(tmp_path).read(page()) == made
    for file in files:
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
    assert RapidEngine(tmp_path).read(page()) == made
    assert sorted(tmp_path.iterdir()) == files and all(kept.get(tmp_path, file.name) for file in files)


def test_a_network_of_the_same_size_with_other_weights_has_another_name(tmp_path: Path) -> None:
    file = tmp_path / "det.onnx"
    file.write_bytes(b"weights 1")
    one = kept.key(file, "whole")
    file.write_bytes(b"weights 2")
    os.utime(file, ns=(1, 1))  # the clock of files is coarse, and the test quick
    assert len({one, kept.key(file, "whole"), kept.key(file, "half")}) == 3


def test_a_folder_that_cannot_be_written_is_gone_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    kept.put(tmp_path / "file" / "below", "name", b"data")
    assert kept.get(tmp_path / "file" / "below", "name") is None
