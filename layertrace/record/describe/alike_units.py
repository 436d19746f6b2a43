"""Find the layers whose units all have the same weights, by reading their kernels once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from layertrace.record.describe.layer_contents import own_variables
from layertrace.record.describe.variable_values import values_of
from layertrace.record.describe.weight_values import variable_path
from layertrace.record.process import safe

__all__ = ["alike_units"]

_NUMBERS = 1_000_000  # in one kernel
_MOST_NUMBERS = 64_000_000  # in all kernels that are read: 256 MB, as for values that are not finite
_KERNELS = ("kernel", "pointwise_kernel")
_GATES = {"LSTMCell": 4, "GRUCell": 3, "ConvLSTMCell": 4}
"""How many kernels lie side by side in the kernel of a cell."""
_CLOSE = 1e-5  # of the largest weight: sums of equal numbers may differ in their last digits


def alike_units(layers: Iterable[object]) -> dict[int, dict[str, tuple[int, ...]]]:
    """Return the kernels of layers whose columns are all equal, by the identity of the layer and by name.

    Each has the number of its units, and 1 if any of its weights is not 0. Of a layer of Keras its kernel
    counts, of one of the program's own each weight that is a matrix. After 64 million numbers no more are
    read.
    """
    found: dict[int, dict[str, tuple[int, ...]]] = {}
    left = _MOST_NUMBERS
    for layer in layers:
        gates = _GATES.get(safe.class_name(layer), 1)
        for name, variable in _kernels(layer):
            values = values_of(variable, min(_NUMBERS, left))
            if values is None or values.dtype.kind != "f" or values.shape[-1] % gates:
                continue
            left -= values.size
            kernels = values.reshape(-1, gates, values.shape[-1] // gates)
            if _are_close(kernels[..., -1], kernels[..., 0]) and _are_close(kernels, kernels[..., :1]):
                found.setdefault(id(layer), {})[name] = (kernels.shape[-1], int(values.any()))
    return found


def _kernels(layer: object) -> Iterator[tuple[str, object]]:
    """Yield the weights of a layer that may have alike units, with their names."""
    is_own = not safe.is_framework_class(type(layer))
    gates = _GATES.get(safe.class_name(layer), 1)
    for variable in own_variables(layer):
        name = variable_path(variable).rpartition("/")[2]
        shape: Any = safe.framework_attribute(variable, "shape")
        rank = 0 if shape is None else len(shape or ())
        if (rank == 2 if is_own else rank >= 2 and name in _KERNELS) and all(shape) and shape[-1] > gates:
            yield name, variable


def _are_close(values: Any, others: Any) -> bool:
    with sys.modules["numpy"].errstate(all="ignore"):  # NumPy warns of infinite weights, which are not close
        return bool(abs(values - others).max() <= _CLOSE * abs(others).max())
