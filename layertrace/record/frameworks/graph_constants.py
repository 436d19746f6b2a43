"""Read the constants of graphs."""

from __future__ import annotations

from typing import Any

from layertrace.record.frameworks.loaded import Loaded

__all__ = ["constant"]


def constant(tensor: Any) -> Any:
    """Return the values of a tensor of a graph as an array of NumPy; None if they depend on anything else.

    `tf.get_static_value` sets the dtype of an array for types of 16 bits and fewer, which NumPy warns of from
    2.5 on (seen in TensorFlow 2.21). The program would see that warning, so these are viewed here.
    """
    if tensor.op.type != "Const":
        return None
    value, kind = tensor.op.get_attr("value"), tensor.dtype
    if value.tensor_content or not kind.is_floating or kind.size > 2:
        return Loaded.tf.get_static_value(tensor)
    import numpy as np  # TensorFlow has imported it

    dtype = np.dtype(kind.as_numpy_dtype)
    bits = value.float8_val or np.fromiter(value.half_val, np.uint16).tobytes()
    values = np.zeros(tensor.shape.num_elements(), dtype)
    stored = np.frombuffer(bits, dtype)
    values[: stored.size] = stored
    values[stored.size :] = stored[-1:]  # the last one stands for all that follow
    return values.reshape(tensor.shape.as_list())
