"""Find the weights that are not finite, by reading their values once."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from typing import Any

from layertrace.record.describe.data_values import is_finite
from layertrace.record.describe.layer_contents import created_variables
from layertrace.record.describe.values import dtype_name, tensor_shape
from layertrace.record.describe.variable_values import can_read_values, raw_variable, value_in
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe

__all__ = ["not_finite", "variable_path"]

_MOST_BYTES = 256_000_000  # of weights that are read: 100 MB take 0.1 s, when first read 0.4 s
_SIZES = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}


def not_finite(layers: Iterable[object]) -> dict[int, dict[str, str]]:
    """Return which weights of layers are not finite: by the identity of a layer, each path with its values.

    The values are `NaN` or `infinite`. If there are more than 256 MB, the smallest weights are read: NaN in a
    gradient reaches a bias, too.

    Args:
        layers: The layers; only the weights that each has created itself are its own.
    """
    numpy = sys.modules.get("numpy")
    if numpy is None or not can_read_values():
        return {}
    sized = [(*each, layer) for layer in layers for each in _floats(layer)]
    sized.sort(key=lambda each: each[0])
    found: dict[int, dict[str, str]] = {}
    total = 0
    for size, variable, value, layer in sized:
        total += size
        what = _values(numpy, value) if total <= _MOST_BYTES else ""
        if what:
            found.setdefault(id(layer), {})[variable_path(variable)] = what
    return found


def variable_path(variable: object) -> str:
    """Return the path of a variable: of Keras 3; in tf_keras its name is one."""
    for name in ("path", "name"):
        path = safe.framework_attribute(variable, name, below=True)
        if path is not None:
            return str(path).removesuffix(":0")
    return "?"


def _floats(layer: object) -> list[tuple[int, object, Any]]:
    """Return the floating point variables that a layer has created: size in bytes, variable, backend's."""
    found = []
    for variable in created_variables(layer):
        value = raw_variable(variable) if Loaded.tf is not None else value_in(variable)
        if value is None or not safe.is_library_class(type(value)):
            continue
        shape = tensor_shape(safe.framework_attribute(value, "shape"))
        width = _SIZES.get(dtype_name(safe.framework_attribute(value, "dtype")))
        if width is not None and shape is not None and None not in shape:
            found.append((width * math.prod(size or 0 for size in shape), variable, value))
    return found


def _values(numpy: Any, variable: Any) -> str:
    """Return `NaN` or `infinite`, or an empty string if all values of a variable are finite."""
    try:
        values = variable.numpy() if Loaded.tf is not None else Loaded.backend.array_in(variable)
    except Exception:  # such as a variable that has no value yet
        return ""
    if values is None or is_finite(numpy, values):
        return ""
    return "NaN" if numpy.isnan(values).any() else "infinite"
