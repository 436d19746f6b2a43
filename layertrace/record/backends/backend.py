"""What layertrace asks of the backend that Keras runs on; the answers here are those of NumPy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from layertrace.record.backends.modes import SYMBOLIC, Mode
from layertrace.record.frameworks import keras_private

__all__ = ["Backend"]


def _of_array(array: Any) -> tuple[tuple[int, ...], int]:
    """Return the shape of an array of NumPy, and the number of its dtype."""
    return array.shape, array.dtype.num


class Backend:
    """A backend that runs everything at once, as NumPy and OpenVINO do.

    Attributes:
        name: As `keras.backend.backend()` returns it.
        packages: Whose versions a recording names, besides Keras.
        traced_function: What readers call a function that the backend traces.
        fast_tensor: The class of eager tensors, if `call` has a fast path for it.
        fast_methods: TensorFlow's methods that return a tensor's shape, and the number of its dtype.
        look: Returns both for a tensor of another backend; None for TensorFlow, whose methods are faster.
        infers: Returns whether Keras infers shapes in this thread, if it does that with eager tensors.
        is_compiling: Returns whether `torch.compile` reads the function in which this is asked.
    """

    name = "numpy"
    packages: tuple[str, ...] = ("numpy",)
    traced_function = "traced function"
    fast_tensor: type | None = None
    fast_methods: tuple[Any, Any] = (None, None)
    look: Callable[[Any], tuple[tuple[int, ...], int]] | None = staticmethod(_of_array)
    infers: Callable[[], bool] | None = None
    is_compiling: Callable[[], bool] | None = None

    def __init__(self) -> None:
        numpy = sys.modules["numpy"]
        self.infers = symbolic_scope()
        self.fast_tensor = numpy.ndarray
        dtypes = map(numpy.dtype, numpy.typecodes["All"])
        self._dtypes: dict[int, str] = {dtype.num: dtype.name for dtype in dtypes}

    def dtype_name(self, number: int) -> str:
        """Return the name of the dtype with a number, as `look` returns it."""
        return self._dtypes.get(number, f"dtype {number}")

    def mode(self) -> Mode | None:
        """Return the mode of the current thread; None for eager, the most frequent case."""
        return SYMBOLIC if is_symbolic() else None

    def is_eager(self) -> bool:
        """Return whether operations run at once."""
        return self.mode() is None

    def replica(self) -> int | None:
        """Return the number of the replica of a distribution strategy in this thread; None outside of one."""
        return None

    def strategy(self) -> str | None:
        """Return the class of the distribution strategy in whose scope this runs; None outside of any."""
        return None

    def device_of(self, _variable: Any, /) -> str | None:
        """Return the device that holds a variable of the backend; None if it is the default, or unknown."""
        return None

    def is_eager_tensor(self, _value: object, /) -> bool:
        """Return whether a value is a tensor with values, of the backend's own class."""
        return False

    def array_in(self, tensor: Any, /) -> Any:
        """Return the values of an eager tensor as an array of NumPy; None if NumPy has none for it."""
        return tensor

    def is_traced_tensor(self, _value: object, /) -> bool:
        """Return whether a value is a tensor that stands for values of a later run."""
        return False

    def is_raw_variable(self, _value: object, /) -> bool:
        """Return whether a value is a variable of the backend, and not of Keras."""
        return False

    def is_unknown_size(self, _size: object, /) -> bool:
        """Return whether a size in a shape stands for any number."""
        return False


def is_symbolic() -> bool:
    """Return whether Keras 3 infers shapes in this thread, which each of its backends notes in one place."""
    asked = symbolic_scope()
    return asked is not None and bool(asked())


def symbolic_scope() -> Callable[[], bool] | None:
    """Return the function of Keras 3 that `is_symbolic` asks; None if it is not loaded."""
    part = keras_private.KERAS_PARTS["symbolic_scope"]
    scopes = sys.modules.get(part.module)
    return None if scopes is None else getattr(scopes, part.name)
