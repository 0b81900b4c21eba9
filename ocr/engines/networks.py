"""The PP-OCRv6 networks that the package rapidocr carries, run by OpenVINO on one thread. Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov
import yaml

from ocr.engines import EngineError, surgery

DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
RANGES = Path(__file__).with_name("ranges.yaml")
Floats = npt.NDArray[np.float32]


def model_file(name: str, folder: Path | None = None) -> Path:
    """Where the network `name` lies: in `folder`, else in the installed package rapidocr. Raises EngineError."""
    spec = find_spec("rapidocr") if folder is None else None
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "models"
    path = None if folder is None else folder / name
    if path is None or not path.is_file():
        where = "the package rapidocr" if folder is None else str(folder)
        raise EngineError(f"the OCR model {name} is missing in {where}; install rapidocr 3.10, which carries it")
    return path


def read_model(path: Path) -> Any:
    """The network of a file, its constants folded."""
    model = ov.Core().read_model(path)
    surgery.fold(model)
    return model


def characters(model: Any) -> tuple[str, ...]:
    """The alphabet that a recogniser carries."""
    # One entry is an ideographic space: split by line feed only.
    return tuple(model.get_rt_info(["framework", "character"]).astype(str).split("\n"))


def ranges(name: str) -> surgery.Ranges:
    """The ranges of a network's inputs, as `ocr.engines.calibrate` measured them."""
    found = yaml.safe_load(RANGES.read_text("utf-8"))[name]
    return {layer: (float(low), float(high)) for layer, (low, high) in found.items()}


def compiled(model: Any, cache: Path | None = None) -> Callable[[dict[str, Any]], Floats]:
    """A function from the network's inputs by name to its first output, which the next call overwrites. `cache` is a
    folder that keeps the compiled form, which makes the next start quick."""
    core = ov.Core()
    if cache is not None:
        core.set_property({"CACHE_DIR": str(cache)})
    request = core.compile_model(model, "CPU", _settings()).create_infer_request()

    def run(inputs: dict[str, Any]) -> Floats:
        request.infer(inputs, share_inputs=True)
        output: Floats = request.get_output_tensor().data
        return output

    return run


def _settings() -> dict[str, Any]:
    # Pinning would tie every worker process to the same first core.
    return {
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
    }
