"""The arguments that a layer is called with, for any batch size."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from layertrace.errors import ExpectationError
from layertrace.testing.contract.backends.backend import Backend
from layertrace.timeline.event import TensorSpec

__all__ = ["Inputs", "Leaf", "inputs_of"]

BATCH = 2
"""The batch size where it is left open."""
OPEN = 6
"""The size of any other dimension that is left open."""

_SPEC = re.compile(r"\s*([a-z]+\d*)\s*\[([^\]]*)\]\s*(?:<\s*(\d+))?\s*")
_FLOATS = ("float16", "bfloat16", "float32", "float64")
_INTEGERS = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
_DTYPES = (*_FLOATS, *_INTEGERS, "bool", "string")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One tensor argument.

    Attributes:
        spec: Its dtype, and its shape with None for a dimension that may vary.
        value: An array whose values to use, row by row; None for values that suit the dtype.
        below: Integers are less than this.
        original: A tensor that is passed on as it is, because it is sparse or ragged.
    """

    spec: TensorSpec
    value: Any = None
    below: int = 2
    original: Any = None

    def shape(self, batch: int | None, *, is_batched: bool) -> tuple[int | None, ...]:
        """Return the shape for a batch size; open dimensions stay None."""
        dims = self.spec.shape or ()
        return (batch, *dims[1:]) if is_batched else dims

    def array(self, batch: int, number: int, *, is_batched: bool, open_size: int = OPEN) -> Any:
        """Return values for a batch size, the same ones each time."""
        import numpy as np

        dims = self.shape(batch, is_batched=is_batched)
        shape = tuple(open_size if dim is None else dim for dim in dims)
        if self.value is not None:
            rows = np.arange(batch) % max(len(self.value), 1) if is_batched else None
            return self.value if rows is None else self.value[rows]
        random = np.random.default_rng(number)
        dtype = self.spec.dtype
        if dtype in _FLOATS:
            return random.normal(size=shape).astype("float32" if dtype == "bfloat16" else dtype)
        if dtype == "bool":
            return random.integers(0, 4, size=shape) > 0
        if dtype == "string":
            return np.full(shape, "a b c", dtype=object)
        return random.integers(0, self.below, size=shape).astype(dtype)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The positional arguments of a call, nested as the layer takes them.

    Attributes:
        structure: A tuple of leaves, or of lists, tuples and mappings of leaves.
    """

    structure: tuple[Any, ...]

    @property
    def leaves(self) -> list[Leaf]:
        """All tensor arguments."""
        return list(_leaves(self.structure))

    @property
    def batch(self) -> int:
        """The batch size that was given."""
        first = next((leaf.spec.shape for leaf in self.leaves if leaf.spec.shape), (None,))
        return BATCH if first[0] is None else first[0]

    @property
    def can_vary(self) -> bool:
        """Whether there can be tensors of another batch size."""
        return all(leaf.original is None for leaf in self.leaves) and any(map(self._is_batched, self.leaves))

    @property
    def has_open_dimensions(self) -> bool:
        """Whether a dimension other than that of the batch may vary."""
        return any(None in (leaf.spec.shape or ())[1:] for leaf in self.leaves if leaf.value is None)

    def tensors(
        self,
        backend: Backend,
        batch: int | None = None,
        *,
        open_size: int = OPEN,
        rows: list[int] | None = None,
    ) -> tuple[Any, ...]:
        """Return the arguments as tensors, of the batch size that was given or of another.

        Args:
            backend: Whose tensors they are.
            batch: The batch size; None for the one that was given.
            open_size: The size of all other dimensions that are left open.
            rows: The numbers of the rows to take; None for all.
        """
        size = self.batch if batch is None else batch
        numbers = iter(range(len(self.leaves)))

        def tensor(leaf: Leaf) -> Any:
            number = next(numbers)
            if leaf.original is not None:
                return leaf.original
            is_batched = self._is_batched(leaf)
            array = leaf.array(size, number, is_batched=is_batched, open_size=open_size)
            array = array[rows] if rows is not None and is_batched else array
            return backend.tensor(array, leaf.spec.dtype)

        result: tuple[Any, ...] = _mapped(self.structure, tensor)
        return result

    def signature(self, tf: Any) -> tuple[Any, ...]:
        """Return a `tf.TensorSpec` for each tensor, with an unknown batch size."""

        def spec(leaf: Leaf) -> Any:
            return tf.TensorSpec(leaf.shape(None, is_batched=self._is_batched(leaf)), leaf.spec.dtype)

        result: tuple[Any, ...] = _mapped(self.structure, spec)
        return result

    def symbolic(self, keras: Any, batch: int | None) -> tuple[Any, ...]:
        """Return a `keras.Input` for each tensor."""

        def symbolic(leaf: Leaf) -> Any:
            shape = leaf.shape(batch, is_batched=self._is_batched(leaf))
            if not shape:
                return keras.Input(batch_shape=shape, dtype=leaf.spec.dtype)
            return keras.Input(shape[1:], batch_size=shape[0], dtype=leaf.spec.dtype)

        result: tuple[Any, ...] = _mapped(self.structure, symbolic)
        return result

    def shapes(self, batch: int | None, *, open_size: int = OPEN) -> tuple[Any, ...]:
        """Return the shapes of the arguments, with open dimensions as in `tensors`."""

        def shape(leaf: Leaf) -> tuple[int | None, ...]:
            first, *rest = leaf.shape(batch, is_batched=self._is_batched(leaf)) or (None,)
            sizes = (open_size if dim is None else dim for dim in rest)
            return (first, *sizes) if leaf.spec.shape else ()

        result: tuple[Any, ...] = _mapped(self.structure, shape)
        return result

    def __str__(self) -> str:
        return ", ".join(str(leaf.spec) for leaf in self.leaves) or "no arguments"

    def _is_batched(self, leaf: Leaf) -> bool:
        shape = leaf.spec.shape
        return bool(shape) and shape is not None and shape[0] in (None, self.batch)


def inputs_of(arguments: tuple[object, ...]) -> Inputs:
    """Return the inputs that arrays, symbolic inputs or texts stand for.

    Args:
        arguments: The positional arguments: arrays and tensors, `keras.Input`, texts such as
            `"float32[2, 5]"` or `"int32[2, 7] < 100"`, and lists, tuples and mappings of these.

    Raises:
        ExpectationError: If an argument is none of these.
    """
    return Inputs(tuple(_parsed(argument) for argument in arguments))


def _parsed(argument: object) -> Any:
    if isinstance(argument, str):
        return _of_text(argument)
    if isinstance(argument, dict):
        return {name: _parsed(value) for name, value in argument.items()}
    if isinstance(argument, list | tuple) and not all(isinstance(item, int | float) for item in argument):
        return type(argument)(_parsed(value) for value in argument)
    return _of_array(argument)


def _of_text(text: str) -> Any:
    if text.lstrip()[:1] in ("[", "{"):
        try:
            return _parsed(json.loads(text))
        except json.JSONDecodeError as error:
            raise ExpectationError(f"the input {text!r} is not JSON: {error}") from error
    match = _SPEC.fullmatch(text)
    if match is None or match[1] not in _DTYPES:
        raise ExpectationError(
            f"the input {text!r} is not a dtype with a shape; write it as 'float32[2, 5]', 'int32[None, 7] < "
            f"100', or as JSON with such texts. The dtypes are {', '.join(_DTYPES)}"
        )
    dims: list[int | None] = []
    for dim in filter(None, map(str.strip, match[2].split(","))):
        if not dim.isdecimal() and dim != "None":
            raise ExpectationError(f"the dimension {dim!r} of the input {text!r} is not a number or None")
        dims.append(None if dim == "None" else int(dim))
    return Leaf(TensorSpec(match[1], tuple(dims)), below=int(match[3] or 2))


def _of_array(argument: Any) -> Leaf:
    import numpy as np

    if type(argument).__name__ == "KerasTensor":
        return Leaf(TensorSpec(_dtype(argument), tuple(argument.shape)))
    if type(argument).__name__ in ("SparseTensor", "RaggedTensor"):
        encoding = "sparse" if type(argument).__name__ == "SparseTensor" else "ragged"
        return Leaf(TensorSpec(_dtype(argument), tuple(argument.shape), encoding), original=argument)  # type: ignore[arg-type]  # one of the literals
    try:
        value = np.asarray(argument)
    except Exception as error:  # an object that is no array may raise anything
        raise ExpectationError(
            f"a {type(argument).__name__} is not an input ({error}); give arrays, keras.Input or texts such "
            "as 'float32[2, 5]'"
        ) from error
    dtype = _dtype(argument) if hasattr(argument, "dtype") else str(value.dtype)
    dtype = {"object": "string", "float64": dtype if hasattr(argument, "dtype") else "float32"}.get(
        dtype, dtype
    )
    if dtype not in _DTYPES:
        raise ExpectationError(
            f"an array of dtype {dtype} is not an input; the dtypes are {', '.join(_DTYPES)}"
        )
    # An array that is the same everywhere, such as tf.zeros((2, 5)), is meant as a shape.
    is_plain = dtype in _FLOATS and value.size > 1 and (value == value.flat[0]).all()
    return Leaf(TensorSpec(dtype, value.shape), value=None if is_plain else value)


def _dtype(tensor: Any) -> str:
    dtype = tensor.dtype
    return str(getattr(dtype, "name", dtype)).removeprefix("torch.")


def _leaves(structure: Any) -> Iterator[Leaf]:
    if isinstance(structure, Leaf):
        yield structure
        return
    for value in structure.values() if isinstance(structure, dict) else structure:
        yield from _leaves(value)


def _mapped(structure: Any, function: Callable[[Leaf], Any]) -> Any:
    if isinstance(structure, Leaf):
        return function(structure)
    if isinstance(structure, dict):
        return {name: _mapped(value, function) for name, value in structure.items()}
    return type(structure)(_mapped(value, function) for value in structure)
