"""Measuring the ranges inside the networks, for 8-bit arithmetic: `python -m ocr.engines.calibrate IMAGES…`."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import openvino as ov
import yaml

from imaging.model import Pixels
from ocr.engines import detector, networks, recogniser, surgery
from ocr.engines.detector import Detector, Sight, framed
from ocr.engines.networks import Floats
from ocr.engines.recogniser import PAPER, Grade, strip_at

SCANNED = 200.0  # dpi of the images
EVERY = 3  # lines of a page: one of so many is enough
SAMPLED = 6000  # inputs of a layer kept of each image
SHARES = np.linspace(0.1, 1.0, 37)  # of the greatest input, tried as the end of the range


def main(images: list[str]) -> None:
    """Write the ranges measured on these page images beside this module."""
    pages = [np.asarray(cv2.imread(image, cv2.IMREAD_COLOR), np.uint8) for image in images]
    sight = detector.QUICK
    found = {sight.network.name: measured(networks.read_model(sight.network), _small(pages, sight))}
    for grade in (recogniser.QUICK, recogniser.SECOND):
        model = networks.read_model(grade.network)
        surgery.shorten(model, grade.rows)
        found[grade.ranges] = measured(model, _lines(pages, grade))
    head = "# The range of each layer's input that 8 bits hold best, as ocr.engines.calibrate measured it.\n"
    networks.RANGES.write_text(head + yaml.safe_dump(found, default_flow_style=None, width=120), "utf-8")


def measured(model: Any, tensors: list[Floats]) -> dict[str, list[float]]:
    """The range of the input of each weighted layer over all `tensors` that 8 bits hold best."""
    layers = surgery.weighted_layers(model)
    probe = ov.Model([layer.input_value(0) for layer in layers], model.get_parameters())
    request = ov.Core().compile_model(probe, "CPU").create_infer_request()
    samples: dict[str, list[Floats]] = defaultdict(list)
    for number, tensor in enumerate(tensors):
        request.infer([tensor])
        random = np.random.default_rng(number)
        for place, layer in enumerate(layers):
            values = request.get_output_tensor(place).data.ravel()
            ends = np.array([values.min(), values.max()], np.float32)
            samples[layer.get_friendly_name()].append(np.append(random.choice(values, SAMPLED), ends))
    return {name: _best_range(np.concatenate(values)) for name, values in samples.items()}


def _best_range(values: Floats) -> list[float]:
    """The range in which rounding to 256 levels, and cutting what lies outside, err least in the mean square: one
    value far out must not make the levels of all others coarse."""
    low, top = float(values.min()), float(np.abs(values).max())
    least, levels = (-127, 127) if low < 0 else (0, 255)

    def error(reach: float) -> float:
        step = reach / levels
        return float(np.mean((values - np.clip(np.round(values / step), least, levels) * step) ** 2))

    reach = float(min((top * share for share in SHARES), key=error))
    return [round(-reach if low < 0 else 0.0, 4), round(reach, 4)]


def _small(pages: list[Pixels], sight: Sight) -> list[Floats]:
    found = []
    for page in pages:
        for dpi in (sight.dpi, sight.dpi * 4 / 5):
            size = (round(page.shape[1] * dpi / SCANNED), round(page.shape[0] * dpi / SCANNED))
            small = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)
            found.append(sight.network.tensor(framed(small)))
    return found


def _lines(pages: list[Pixels], grade: Grade) -> list[Floats]:
    detect = Detector(detector.CAREFUL)
    strips = [strip_at(page, each, grade, not each.tall) for page in pages for each in detect(page, SCANNED)[::EVERY]]
    return [grade.network.tensor(_padded(strip)) for strip in strips]


def _padded(strip: Pixels) -> Pixels:
    return np.asarray(np.pad(strip, ((0, 0), (0, 64), (0, 0)), constant_values=PAPER), np.uint8)


if __name__ == "__main__":
    main([str(Path(name)) for name in sys.argv[1:]])
