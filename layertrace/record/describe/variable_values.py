"""Read the values of variables, and how often an optimizer was applied."""

from __future__ import annotations

from typing import Any

from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe

__all__ = ["array_in", "can_read_values", "number_in", "raw_variable", "steps_of", "values_of"]


def can_read_values() -> bool:
    """Return whether the values of variables are there now, and are TensorFlow's."""
    return Loaded.tf is not None and Loaded.backend.is_eager()


def values_of(variable: Any, most: int) -> Any:
    """Return the array in a variable; None if it has more numbers than `most`, or cannot be read now."""
    inner = raw_variable(variable)
    if inner is None or not can_read_values():
        return None
    return inner.numpy() if (inner.shape.num_elements() or 0) <= most else None


def array_in(variable: object, most: int) -> Any:
    """Return the array in a variable on JAX; None if it has more numbers than `most`, or no value now."""
    value: Any = safe.instance_dict(variable).get("_value")
    is_read = Loaded.backend.is_eager_tensor(value) and value.size <= most
    return Loaded.backend.array_in(value) if is_read else None


def number_in(variable: Any) -> float | None:
    """Return the number in a variable of Keras; None if it has no value now.

    `numpy()` of a variable on JAX makes NumPy warn (Keras 3.15): its `__array__` has no `copy`.
    """
    if Loaded.tf is not None:
        return float(variable.numpy()) if Loaded.tf.executing_eagerly() else None
    value = safe.instance_dict(variable).get("_value")
    if value is None or Loaded.backend.is_traced_tensor(value):
        return None
    array = Loaded.backend.array_in(value)
    return None if array is None else float(array)


def raw_variable(variable: object) -> Any:
    """Return the variable of TensorFlow that is, or is inside, a variable; None without one."""
    inner = safe.instance_dict(variable).get("_value")
    found = inner if Loaded.backend.is_raw_variable(inner) else variable
    return found if Loaded.backend.is_raw_variable(found) else None


def steps_of(optimizer: object) -> int | None:
    """Return how often an optimizer was applied; None if it is gone, or if that cannot be read now."""
    iterations = safe.instance_dict(optimizer).get("_iterations")
    if iterations is None or not safe.is_library_class(type(iterations)):
        return None
    return int(iterations.numpy()) if can_read_values() else None
