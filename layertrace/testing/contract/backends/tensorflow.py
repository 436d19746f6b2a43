"""TensorFlow, with Keras 3 or tf_keras."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from layertrace.testing.contract.backends.backend import Backend

__all__ = ["TensorFlow"]

_DRAWS = ("Random", "Multinomial", "Shuffle")
"""What the names of the operations that draw have in common (TensorFlow 2.16 to 2.21)."""


class TensorFlow(Backend):
    """Calls run eagerly or in a `tf.function`; `tf_keras` has no operations of its own."""

    name = "tensorflow"
    ops = "tf"
    function = "a tf.function"
    python_runs = "which a graph does only while it is traced"
    has_open_graphs = True
    # How it states that an operation does not exist for a dtype (TensorFlow 2.21).
    lacks_kernel = (
        "Could not find device for node",
        "No OpKernel was registered",
        "not in the list of allowed",
    )
    untried: Mapping[str, str] = MappingProxyType({})

    def __init__(self, keras: Any) -> None:
        super().__init__(keras)
        self._tf: Any = sys.modules["tensorflow"]

    def loses_float64(self) -> str:
        """Return nothing: TensorFlow computes in float64."""
        return ""

    def flatten(self, structure: Any) -> list[Any]:
        """Return the tensors in a structure, also those of sparse and ragged tensors."""
        flat: list[Any] = self._tf.nest.flatten(structure, expand_composites=True)
        return flat

    def mapped(self, function: Callable[..., Any], structure: Any) -> Any:
        """Return a structure with what a function returns for each tensor."""
        return self._tf.nest.map_structure(function, structure)

    def tensor(self, array: Any, dtype: str) -> Any:
        """Return an array as a tensor of a dtype."""
        return self._tf.constant(array) if dtype == "string" else self._tf.cast(array, dtype)

    def cast(self, tensor: Any, dtype: str) -> Any:
        """Return a tensor in another dtype."""
        return self._tf.cast(tensor, dtype)

    def array(self, value: Any) -> Any:
        """Return the values of a tensor or variable as an array."""
        import numpy as np

        array = value.numpy() if hasattr(value, "numpy") else None
        return np.asarray(value) if array is None or isinstance(array, bytes) else array

    def total(self, tensor: Any, factors: Any = 1.0) -> Any:
        """Return the sum of a tensor times factors, in float32 and with a gradient."""
        tf = self._tf
        return tf.reduce_sum(tf.cast(tensor, tf.float32) * tf.cast(factors, tf.float32))

    def compiled(self, function: Callable[..., Any], layer: Any, **options: Any) -> Callable[..., Any]:
        """Return a `tf.function`; `options` are its arguments."""
        del layer
        # With AutoGraph an exception loses the lines of the layer; only tf_keras leaves the layer to it.
        autograph = self.keras.__name__ == "tf_keras"
        result: Callable[..., Any] = self._tf.function(function, autograph=autograph, **options)
        return result

    def gradients(self, layer: Any, loss: Callable[[], Any]) -> list[Any]:
        """Return the gradients of the trainable weights of a layer as arrays; None for one without."""
        tf = self._tf
        with tf.GradientTape() as tape:
            value = loss()
        grads = tape.gradient(value, [self.inner(each) for each in layer.trainable_variables])
        return [None if each is None else tf.convert_to_tensor(each).numpy() for each in grads]

    def draws_numbers(self, function: Callable[..., Any], tensors: tuple[Any, ...]) -> bool:
        """Return whether the graph of a function has an operation that draws random numbers."""
        compiled: Any = self.compiled(function, None)
        graph = compiled.get_concrete_function(*tensors).graph.as_graph_def()
        nodes = [*graph.node, *(node for inner in graph.library.function for node in inner.node_def)]
        return any(draw in node.op for node in nodes for draw in _DRAWS)

    def is_of_graph(self, value: object) -> bool:
        """Return whether a value, or one in a structure, is a symbolic tensor."""
        return any(map(self._tf.is_symbolic_tensor, self.flatten(value)))

    def inner(self, variable: Any) -> Any:
        """Return the `tf.Variable` in a variable of Keras, which a tape watches."""
        value = getattr(variable, "value", variable)
        return variable if callable(value) else value

    def is_raw_variable(self, value: object) -> bool:
        """Return whether a value is a `tf.Variable`."""
        return isinstance(value, self._tf.Variable)
