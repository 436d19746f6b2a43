"""Compare outputs and weights, and describe them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = [
    "Difference",
    "copy_weights",
    "described",
    "difference",
    "dtype_of",
    "perturb",
    "shapes_of",
    "sides_of",
]

MOST_VALUES = 6
"""Of an array, as much as a line shows."""


class Difference(str):
    """How two lists of arrays differ, in a few words; empty if they do not.

    Attributes:
        sides: Values of each side from where they differ.
    """

    __slots__ = ("sides",)
    sides: tuple[str, str]


def shapes_of(structure: Any) -> list[tuple[int | None, ...]]:
    """Return the shapes in a structure of shapes, as `compute_output_shape` returns it."""
    if structure is None:
        return []
    if hasattr(structure, "as_list"):  # a TensorShape of tf_keras
        return [tuple(structure.as_list())]
    if isinstance(structure, dict):
        return [shape for value in structure.values() for shape in shapes_of(value)]
    if all(item is None or isinstance(item, int) for item in structure):
        return [tuple(structure)]
    return [shape for value in structure for shape in shapes_of(value)]


def sides_of(differs: str, first: str, second: str) -> list[tuple[str, str]]:
    """Return the values of both sides of a difference with what each is; none if it has no values."""
    sides = getattr(differs, "sides", None)
    return [] if sides is None else [(first, sides[0]), (second, sides[1])]


def difference(first: list[Any], second: list[Any]) -> Difference:
    """Return how two lists of arrays differ, first against second; empty if they do not."""
    import numpy as np

    if len(first) != len(second):
        return Difference(f"{len(first)} outputs against {len(second)}")
    for one, other in zip(first, second, strict=True):
        if one.shape != other.shape or one.dtype != other.dtype:
            return Difference(f"{described(one)} against {described(other)}")
        if one.dtype.kind not in "fcV":  # V: bfloat16 of ml_dtypes
            if not (one == other).all():
                return Difference("other values")
            continue
        exact = one.dtype.itemsize >= 4
        left, right = (item if item.dtype.kind == "c" else item.astype("float64") for item in (one, other))
        is_close = np.isclose(
            left, right, rtol=1e-3 if exact else 5e-2, atol=1e-4 if exact else 5e-2, equal_nan=True
        )
        if not is_close.all():
            with np.errstate(invalid="ignore"):  # infinity minus infinity
                distances = np.nan_to_num(np.abs(left - right), nan=np.inf, posinf=np.inf)
            place = np.unravel_index(np.argmax(np.where(is_close, -1, distances)), left.shape)
            differs = f"{left[place]:.4g} against {right[place]:.4g} at {[int(index) for index in place]}"
            result = Difference(differs)
            result.sides = (_shown(one, place), _shown(other, place))
            return result
    return Difference()


def described(array: Any) -> str:
    """Return dtype and shape: `float32[2, 5]`."""
    return f"{getattr(array.dtype, 'name', array.dtype)}[{', '.join(map(str, array.shape))}]"


def dtype_of(tensor: Any) -> str:
    """Return the name of the dtype of a tensor, an array or a variable; empty if it has none."""
    dtype = getattr(tensor, "dtype", "")
    return str(getattr(dtype, "name", dtype)).removeprefix("torch.")


def _shown(array: Any, place: Sequence[Any]) -> str:
    """Return the row of an array that has a place: `float32[2, 3]  [1]: 0.1, 0.2, 0.3`."""
    row = array[tuple(place[:-1])].reshape(-1)
    values = ", ".join(f"{value:.4g}" for value in row[:MOST_VALUES])
    more = ", …" if len(row) > MOST_VALUES else ""
    where = "".join(f"[{int(index)}]" for index in place[:-1])
    return f"{described(array)}{where}  {values}{more}"


def perturb(layer: Any, sign: int = 1) -> None:
    """Change every float weight of a layer a little, so that it has not its initial value.

    Args:
        layer: The layer.
        sign: 1 to increase them, -1 to decrease them.
    """
    import numpy as np

    random = np.random.default_rng(7)
    weights = []
    for value in layer.get_weights():
        array = np.asarray(value)
        is_float = array.dtype.kind in "fV"
        noise = sign * (0.1 + 0.1 * random.random(array.shape)) if is_float else 0
        weights.append((array + noise).astype(array.dtype) if is_float else array)
    layer.set_weights(weights)


def copy_weights(source: Any, target: Any) -> None:
    """Give a layer the weights of another one of its kind."""
    target.set_weights(source.get_weights())
