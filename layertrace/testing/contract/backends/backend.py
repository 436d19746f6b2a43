"""What checks ask of a backend; the answers here are those of NumPy, and of Keras 3 where it has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["Backend"]

_REPLICAS = "replicas of a MirroredStrategy are TensorFlow's"
_EXPORT = "a SavedModel is TensorFlow's"
OF_TENSORFLOW: Mapping[str, str] = MappingProxyType(
    {"export": _EXPORT, "replicas": _REPLICAS, "variables-in-scope": _REPLICAS}
)
"""The checks that only TensorFlow can be asked for, and why."""


class Backend:
    """A backend that runs everything at once, as NumPy does.

    Args:
        keras: The module `keras` or `tf_keras`.

    Attributes:
        name: As `keras.backend.backend()` returns it.
        ops: What a suggested fix calls the module of operations.
        function: What compiles a call in the functions that `compiled` returns; empty if nothing does.
        python_runs: What a change of Python state in `call` leads to.
        jit_compile: The argument of `compile` with which `fit` runs as by default, or without XLA if it can.
        has_open_graphs: Whether a compiled function can have inputs of unknown sizes.
        has_64_bits: Whether it has integers and floats of 64 bits.
        lacks_kernel: Parts of the errors that state that an operation does not exist for a dtype.
        untried: Why checks do not apply to the backend, by their names.
    """

    name = "numpy"
    ops = "ops"
    function = ""
    python_runs = "which is not saved with its weights"
    jit_compile: bool | str = False
    has_open_graphs = False
    has_64_bits = True
    lacks_kernel: tuple[str, ...] = ()
    untried: Mapping[str, str] = MappingProxyType(
        {
            **OF_TENSORFLOW,
            **dict.fromkeys(("one-trace", "another-batch"), "NumPy traces no function"),
            "no-tensor-kept": "NumPy has no graph whose tensors a layer could keep",
            "jit-compile": "NumPy compiles nothing",
            "fit": "Keras does not train on NumPy",
            "gradients": "NumPy has no gradients",
            **dict.fromkeys(("mask-passed-on", "mask-used"), "an array of NumPy cannot hold a mask"),
        }
    )

    def __init__(self, keras: Any) -> None:
        self.keras = keras
        lost = self.loses_float64()
        if lost:
            self.untried = {**self.untried, "float64": lost}

    def loses_float64(self) -> str:
        """Return why nothing can compute in float64; empty if it can."""
        import numpy as np

        ones = np.ones((1, 1), "float64")
        kind = str(self.keras.ops.matmul(*map(self.keras.ops.convert_to_tensor, (ones, ones))).dtype)
        # Keras 3.15 lets its own operations compute in float32 unless it runs on TensorFlow.
        return "" if "float64" in kind else f"keras.ops.matmul returns float32 for float64 on {self.name}"

    def flatten(self, structure: Any) -> list[Any]:
        """Return the tensors in a structure; None stays."""
        flat: list[Any] = self.keras.tree.flatten(structure)
        return flat

    def mapped(self, function: Callable[..., Any], structure: Any) -> Any:
        """Return a structure with what a function returns for each tensor."""
        return self.keras.tree.map_structure(function, structure)

    def tensor(self, array: Any, dtype: str) -> Any:
        """Return an array as a tensor of a dtype."""
        if dtype == "string":
            raise TypeError(f"Keras has no tensors of text on {self.name!r}")
        return self.keras.ops.convert_to_tensor(array, dtype)

    def cast(self, tensor: Any, dtype: str) -> Any:
        """Return a tensor in another dtype."""
        return self.keras.ops.cast(tensor, dtype)

    def array(self, value: Any) -> Any:
        """Return the values of a tensor or variable as an array."""
        import numpy as np

        return np.asarray(self.keras.ops.convert_to_numpy(value))

    def total(self, tensor: Any, factors: Any = 1.0) -> Any:
        """Return the sum of a tensor times factors, in float32 and with a gradient."""
        ops = self.keras.ops
        return ops.sum(ops.cast(tensor, "float32") * ops.convert_to_tensor(factors, "float32"))

    def compiled(self, function: Callable[..., Any], layer: Any, **_options: Any) -> Callable[..., Any]:  # noqa: ARG002  # others need them
        """Return a function of tensors that calls a layer as `fit` does, and keeps what the layer assigns."""
        return function

    def gradients(self, layer: Any, loss: Callable[[], Any]) -> list[Any]:
        """Return the gradients of the trainable weights of a layer as arrays; None for one without."""
        raise NotImplementedError

    def draws_numbers(self, function: Callable[..., Any], tensors: tuple[Any, ...]) -> bool:
        """Return whether a call of a function draws random numbers with operations of the backend."""
        del function, tensors
        return False  # those of Keras advance the state of NumPy's generators, and are seen by their outputs

    def is_of_graph(self, value: object) -> bool:
        """Return whether a value, or one in a structure, is a tensor of a trace, without values."""
        del value
        return False

    def cause_of(self, error: BaseException) -> BaseException:
        """Return the exception that a layer raised, where Keras has replaced it."""
        return error

    def inner(self, variable: Any) -> Any:
        """Return what holds the value of a variable, and stays the same when it is assigned."""
        return variable

    def is_raw_variable(self, value: object) -> bool:
        """Return whether a value is a variable of the backend, and not of Keras."""
        del value
        return False

    def attributes(self, layer: Any) -> dict[str, Any]:
        """Return what the attributes of a layer hold."""
        own: dict[str, Any] = vars(layer)
        return own
