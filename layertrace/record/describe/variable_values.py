"""Read the values of a variable of TensorFlow, also of one inside a variable of Keras 3."""

from __future__ import annotations

from typing import Any

from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe

__all__ = ["values_of"]


def values_of(variable: Any, most: int) -> Any:
    """Return the array in a variable; None if it has more numbers than `most`, or cannot be read now."""
    inner = safe.instance_dict(variable).get("_value", variable)
    if not safe.is_a(inner, Loaded.tf.Variable) or not Loaded.tf.executing_eagerly():
        return None
    return inner.numpy() if (inner.shape.num_elements() or 0) <= most else None
