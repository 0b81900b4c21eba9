"""Measuring the ranges inside the networks, for 8-bit arithmetic: `python -m ocr.engines.calibrate IMAGES…`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import openvino as ov
import yaml

from imaging.model import Pixels
from ocr.engines import networks, surgery
from ocr.engines.detector import Detector, tensor_of
from ocr.engines.networks import Floats
from ocr.engines.rapid import DPI
from ocr.engines.recogniser import PAPER, QUICK, strip_at

SCANNED = 200.0  # dpi of the images
SIDE = 800
EVERY = 3  # lines of a page: one of so many is enough


def main(images: list[str]) -> None:
    """Write the ranges measured on these page images beside this module."""
    pages = [np.asarray(cv2.imread(image, cv2.IMREAD_COLOR), np.uint8) for image in images]
    recogniser = networks.read_model(networks.model_file(networks.RECOGNISER))
    surgery.shorten(recogniser, QUICK.rows)
    found = {
        networks.DETECTOR: measured(networks.read_model(networks.model_file(networks.DETECTOR)), _small(pages)),
        networks.RECOGNISER: measured(recogniser, _lines(pages)),
    }
    head = "# The least and greatest input of each layer, as ocr.engines.calibrate measured them.\n"
    networks.RANGES.write_text(head + yaml.safe_dump(found, default_flow_style=None, width=120), "utf-8")


def measured(model: Any, tensors: list[Floats]) -> dict[str, list[float]]:
    """The least and greatest input of each weighted layer over all `tensors`."""
    layers = surgery.weighted_layers(model)
    probe = ov.Model([layer.input_value(0) for layer in layers], model.get_parameters())
    request = ov.Core().compile_model(probe, "CPU").create_infer_request()
    ends: dict[str, list[float]] = {}
    for tensor in tensors:
        request.infer([tensor])
        for number, layer in enumerate(layers):
            values = request.get_output_tensor(number).data
            low, high = ends.get(layer.get_friendly_name(), [0.0, 0.0])
            ends[layer.get_friendly_name()] = [min(low, float(values.min())), max(high, float(values.max()))]
    return {name: [round(low, 4), round(high, 4)] for name, (low, high) in ends.items()}


def _small(pages: list[Pixels]) -> list[Floats]:
    size = (SIDE, SIDE * 7 // 10 // 32 * 32)
    return [tensor_of(np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)) for page in pages]


def _lines(pages: list[Pixels]) -> list[Floats]:
    detect = Detector(DPI, quantised=False)
    strips = [strip_at(page, each, QUICK, not each.tall) for page in pages for each in detect(page, SCANNED)[::EVERY]]
    return [tensor_of(np.pad(strip, ((0, 0), (0, 64), (0, 0)), constant_values=PAPER)) for strip in strips]


if __name__ == "__main__":
    main([str(Path(name)) for name in sys.argv[1:]])
