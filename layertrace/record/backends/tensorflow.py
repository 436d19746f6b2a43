"""TensorFlow: eager tensors, and the graphs of `tf.function`s."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import Any

from layertrace.record.backends.backend import Backend
from layertrace.record.backends.modes import IN_SOME_GRAPH, SYMBOLIC, Mode
from layertrace.record.frameworks import tensorflow_private
from layertrace.record.process import safe
from layertrace.timeline.registry import Register

__all__ = ["TensorFlow", "traced_graphs"]

traced_graphs: Register[Mode] = Register()
"""The graphs that a `tf.function` is or was traced into."""


class TensorFlow(Backend):
    """Keras or tf_keras on TensorFlow."""

    name = "tensorflow"
    packages = ("tensorflow",)
    traced_function = "tf.function"
    look = None

    def __init__(self) -> None:
        self._tf: Any = sys.modules["tensorflow"]
        parts = ("known_shape", "shape_tuple", "shape_sizes", "dtype_number")
        if None not in map(tensorflow_private.find, parts):
            self.fast_tensor = self._tf.__internal__.EagerTensor
            self.fast_methods = (
                tensorflow_private.find("shape_tuple"),
                tensorflow_private.find("dtype_number"),
            )

    def dtype_name(self, number: int) -> str:
        """Return the name of the dtype with a number."""
        return str(self._tf.dtypes.as_dtype(number).name)

    def mode(self) -> Mode | None:
        """Return the mode of the current thread.

        Keras infers shapes in graphs of its own, which have these names: `scratch_graph` in Keras 3.0 to 3.16
        (`keras/src/backend/tensorflow/core.py`, since 3.16 `ops/core.py`), `<layer>_scratch_graph` and
        `keras_graph` in tf_keras 2.21.
        """
        tf = self._tf
        if tf.executing_eagerly():
            return None
        graph = tf.compat.v1.get_default_graph()
        symbolic = False
        while graph is not None:
            mode = traced_graphs.get(graph)
            if mode is not None:
                return Mode("symbolic", mode.function, mode.trace, mode.span) if symbolic else mode
            name = getattr(graph, "name", "")
            symbolic = symbolic or "scratch_graph" in name or name.startswith("keras_graph")
            graph = getattr(graph, "outer_graph", None)
        return SYMBOLIC if symbolic else IN_SOME_GRAPH

    def is_eager(self) -> bool:
        """Return whether operations run at once."""
        return bool(self._tf.executing_eagerly())

    def replica(self) -> int | None:
        """Return the number of the `tf.distribute` replica that this thread runs."""
        distribute = self._tf.distribute
        if not distribute.has_strategy() or distribute.in_cross_replica_context():
            return None
        return tensorflow_private.replica_number(distribute.get_replica_context())

    def strategy(self) -> str | None:
        """Return the class of the `tf.distribute` strategy in whose scope this runs."""
        distribute = self._tf.distribute
        return safe.class_name(distribute.get_strategy()) if distribute.has_strategy() else None

    def device_of(self, variable: Any, /) -> str | None:
        """Return the device that holds a `tf.Variable`; None if it is the default or not known yet."""
        device: object = safe.framework_attribute(variable, "device")
        name = device.rpartition("device:")[2] if type(device) is str else ""
        return name if name not in ("", self._default_device) else None

    @cached_property
    def _default_device(self) -> str:
        """The device that holds variables by default. To ask for it starts TensorFlow, as a variable does."""
        return "GPU:0" if self._tf.config.list_logical_devices("GPU") else "CPU:0"

    def is_eager_tensor(self, value: object, /) -> bool:
        """Return whether a value is an eager tensor."""
        return safe.is_a(value, self._tf.__internal__.EagerTensor)

    def array_in(self, tensor: Any, /) -> Any:
        """Return the values of an eager tensor."""
        return tensor.numpy()

    def is_traced_tensor(self, value: object, /) -> bool:
        """Return whether a value is a tensor of a graph."""
        return safe.is_a(value, self._tf.Tensor) and not self.is_eager_tensor(value)

    def is_raw_variable(self, value: object, /) -> bool:
        """Return whether a value is a `tf.Variable`."""
        return safe.is_a(value, self._tf.Variable)
