"""Making a network cheaper before it is compiled: 8-bit arithmetic, fewer rows, and several lines side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from openvino import opset13 as ops
from openvino.passes import ConstantFolding, Manager

# Axes of a weight that share one scale: all but the output channel.
WEIGHTED = {
    "Convolution": (1, 2, 3),
    "GroupConvolution": (2, 3, 4),
    "ConvolutionBackpropData": (0, 2, 3),
    "MatMul": (0,),
}
Ranges = Mapping[str, tuple[float, float]]  # the least and the greatest input of a layer, by the layer's name
MASK = "mask"


def fold(model: Any) -> None:
    """Turn whatever is computed from weights alone into weights."""
    manager = Manager()
    manager.register_pass(ConstantFolding())
    manager.run_passes(model)


def weighted_layers(model: Any) -> list[Any]:
    """The layers of a folded network that multiply by weights, except those that weigh whole channels (they are few
    numbers and sensitive)."""
    layers = [node for node in model.get_ordered_ops() if node.get_type_name() in WEIGHTED]
    return [node for node in layers if _is_constant(node.input_value(1)) and not _is_single(node.input_value(0))]


def quantise(model: Any, ranges: Ranges) -> None:
    """Compute the layers named in `ranges` with 8-bit integers: inputs by their range, weights by output channel.
    Method: post-training quantisation by simulated rounding (Jacob et al., arXiv 1712.05877)."""
    rounded: dict[tuple[str, int], Any] = {}
    for layer in weighted_layers(model):
        name = layer.get_friendly_name()
        if name not in ranges:
            continue
        source = layer.input_value(0)
        key = (source.get_node().get_friendly_name(), source.get_index())
        if key not in rounded:
            rounded[key] = _rounded(source, *_levels(*ranges[name]), 256)
        layer.input(0).replace_source_output(rounded[key].output(0))
        greatest = _greatest(layer)
        layer.input(1).replace_source_output(_rounded(layer.input_value(1), -greatest, greatest, 255).output(0))
    model.validate_nodes_and_infer_types()


def shorten(model: Any, rows: int) -> None:
    """Let a recogniser take strips of `rows` (a multiple of 16) instead of 48: the pooling over what is left of the
    height spans fewer rows."""
    for pool in [node for node in model.get_ops() if node.get_type_name() == "AvgPool"]:
        size = [rows // 16, 2]
        lower = ops.avg_pool(pool.input_value(0), size, [0, 0], [0, 0], size, True, "floor", "explicit")
        lower.set_friendly_name(pool.get_friendly_name())
        for target in list(pool.output(0).get_target_inputs()):
            target.replace_source_output(lower.output(0))
    model.reshape([1, 3, rows, -1])


def part(model: Any) -> None:
    """Let a detector answer with four planes, of every second pixel of every second row, which `joined` lays together:
    its last layer makes a block of 2 × 2 pixels of each, and costs a third as a convolution with four channels."""
    last = [node for node in model.get_ordered_ops() if node.get_type_name() == "ConvolutionBackpropData"][-1]
    weights = last.input_value(1).get_node().data  # inputs × 1 × 2 × 2
    planes = np.ascontiguousarray(weights.transpose(1, 2, 3, 0).reshape(4, -1, 1, 1))
    layer = ops.convolution(last.input_value(0), ops.constant(planes), [1, 1], [0, 0], [0, 0], [1, 1])
    layer.set_friendly_name(last.get_friendly_name())
    for target in list(last.output(0).get_target_inputs()):
        target.replace_source_output(layer.output(0))
    model.validate_nodes_and_infer_types()


def joined(planes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The map (H×W) whose pixels a parted detector answered (1×4×H/2×W/2)."""
    _, _, height, width = planes.shape
    chart = np.empty((2 * height, 2 * width), np.float32)
    for number, plane in enumerate(planes[0]):
        chart[number // 2 :: 2, number % 2 :: 2] = plane
    return chart


def separate(model: Any) -> bool:
    """Give a recogniser a second input, `mask` (steps × steps, added to its attention), so that lines side by side in
    one strip do not read each other. False for one without attention, which looks no farther than the gap."""
    layers = [node for node in model.get_ops() if node.get_type_name() == "Softmax"]
    attention = [node for node in layers if len(node.input_value(0).get_partial_shape()) == 4]
    if not attention:
        return False
    mask = ops.parameter([-1, -1], np.float32, name=MASK)
    mask.output(0).set_names({MASK})
    for node in attention:
        node.input(0).replace_source_output(ops.add(node.input_value(0), mask).output(0))
    model.add_parameters([mask])
    model.validate_nodes_and_infer_types()
    return True


def _is_constant(value: Any) -> bool:
    return bool(value.get_node().get_type_name() == "Constant")


def _is_single(value: Any) -> bool:
    shape = value.get_partial_shape()
    return len(shape) == 4 and all(side.is_static and side.get_length() == 1 for side in (shape[2], shape[3]))


def _levels(least: float, greatest: float) -> tuple[Any, Any]:
    """The ends of 256 even levels that hold zero exactly."""
    if least >= 0:
        return np.float32(0), np.float32(greatest)
    reach = max(-least, greatest)
    return np.float32(-reach * 128 / 127), np.float32(reach)


def _greatest(layer: Any) -> Any:
    weights = layer.input_value(1).get_node().data
    axes = WEIGHTED[layer.get_type_name()]
    return np.maximum(np.abs(weights).max(axis=axes, keepdims=True), 1e-8).astype(np.float32)


def _rounded(value: Any, low: Any, high: Any, levels: int) -> Any:
    rank = len(value.get_partial_shape())
    ends = [ops.constant(end if np.ndim(end) else np.full((1,) * rank, end, np.float32)) for end in (low, high)]
    return ops.fake_quantize(value, *ends, *ends, levels)
