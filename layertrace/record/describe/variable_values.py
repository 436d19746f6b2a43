"""Read the values of variables, and how often an optimizer was applied."""

from __future__ import annotations

import math
from typing import Any

from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe

__all__ = ["array_in", "can_read_values", "number_in", "raw_variable", "steps_of", "value_in", "values_of"]


def can_read_values() -> bool:
    """Return whether the values of variables are there now: not in a graph, nor in a trace of JAX."""
    return Loaded.backend.is_eager()


def values_of(variable: Any, most: int) -> Any:
    """Return the array in a variable; None if it has more numbers than `most`, or cannot be read now."""
    if Loaded.tf is None:
        array = array_in(variable, most) if can_read_values() else None
        # An array of torch is the memory of the variable, which the next step changes.
        return None if array is None else array.copy()
    inner = raw_variable(variable)
    if inner is None or not can_read_values():
        return None
    return inner.numpy() if (inner.shape.num_elements() or 0) <= most else None


def array_in(variable: object, most: int) -> Any:
    """Return the array in a variable of Keras; None if it has more numbers than `most`, or no value now."""
    value = value_in(variable)
    is_read = value is not None and math.prod(value.shape) <= most
    return Loaded.backend.array_in(value) if is_read else None


def value_in(variable: object) -> Any:
    """Return the tensor that a variable of Keras has, on JAX and torch; None if it has no value now.

    While `fit` runs on JAX, the values are in its own state (`keras/src/backend/jax/trainer.py`, 3.15).
    """
    value = safe.instance_dict(variable).get("_value")
    is_value = Loaded.backend.is_eager_tensor(value) or Loaded.backend.is_raw_variable(value)
    return value if is_value else None


def number_in(variable: Any) -> float | None:
    """Return the number in a variable of Keras; None if it has no value now.

    `numpy()` of a variable on JAX makes NumPy warn (Keras 3.15): its `__array__` has no `copy`.
    """
    if Loaded.tf is not None:
        return float(variable.numpy()) if Loaded.tf.executing_eagerly() else None
    array = array_in(variable, 1)
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
    if not can_read_values():
        return None
    if Loaded.tf is not None:
        return int(iterations.numpy())
    steps = number_in(iterations)
    return None if steps is None else int(steps)
