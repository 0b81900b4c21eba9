"""The PP-OCRv6 networks that the package rapidocr carries, run by OpenVINO on one thread. Nothing is downloaded."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov

from ocr.engines import EngineError

DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
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


class Network:
    """One network, compiled for input of any size. `cache` is a folder that keeps the compiled form, which makes the
    next start quick."""

    def __init__(self, path: Path, cache: Path | None = None) -> None:
        core = ov.Core()
        if cache is not None:
            core.set_property({"CACHE_DIR": str(cache)})
        model = core.read_model(path)
        self.characters = _characters(model)
        self._request = core.compile_model(model, "CPU", _settings()).create_infer_request()

    def __call__(self, tensor: Floats) -> Floats:
        """The first output for `tensor`. It is overwritten by the next call."""
        self._request.infer([tensor], share_inputs=True)
        output: Floats = self._request.get_output_tensor().data
        return output


def _characters(model: Any) -> tuple[str, ...]:
    """The alphabet that a network carries, none for one that does not."""
    where = ["framework", "character"]
    # One entry is an ideographic space: split by line feed only.
    return tuple(model.get_rt_info(where).astype(str).split("\n")) if model.has_rt_info(where) else ()


def _settings() -> dict[str, Any]:
    # Pinning would tie every worker process to the same first core.
    return {
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
    }
