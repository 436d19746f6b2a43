"""Find the layers whose units all have the same weights, by reading their kernels once."""

from __future__ import annotations

from typing import Any

from layertrace.record.describe.layer_contents import own_variables
from layertrace.record.describe.variable_values import values_of
from layertrace.record.describe.weight_values import variable_path
from layertrace.record.process import safe

__all__ = ["alike_units"]

_NUMBERS = 1_000_000  # in one kernel
_KERNELS = ("kernel", "pointwise_kernel")
_GATES = {"LSTMCell": 4, "GRUCell": 3, "ConvLSTMCell": 4}
"""How many kernels lie side by side in the kernel of a cell."""
_CLOSE = 1e-5  # of the largest weight: sums of equal numbers may differ in their last digits


def alike_units(layer: object) -> dict[str, tuple[int, ...]]:
    """Return the kernels of a layer whose columns are all equal, by name.

    Each has the number of its units, and 1 if any of its weights is not 0. Of a layer of Keras its kernel
    counts, of one of the program's own each weight that is a matrix.
    """
    is_own = not safe.is_framework_class(type(layer))
    found: dict[str, tuple[int, ...]] = {}
    for variable in own_variables(layer):
        name = variable_path(variable).rpartition("/")[2]
        shape: Any = safe.framework_attribute(variable, "shape")
        rank = None if shape is None else len(shape)
        if not (rank == 2 if is_own else name in _KERNELS) or rank is None or rank < 2 or not shape[-1]:
            continue
        gates = _GATES.get(safe.class_name(layer), 1)
        units = shape[-1] // gates
        values = values_of(variable, _NUMBERS) if units > 1 and shape[-1] % gates == 0 else None
        if values is not None and values.size and values.dtype.kind == "f":
            kernels = values.reshape(-1, gates, units)
            if _are_close(kernels[..., -1], kernels[..., 0]) and _are_close(kernels, kernels[..., :1]):
                found[name] = (units, int(values.any()))
    return found


def _are_close(values: Any, others: Any) -> bool:
    return bool(abs(values - others).max() <= _CLOSE * abs(others).max())
