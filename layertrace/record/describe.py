"""Tell what a value is in terms that do not hold it: specs for tensors, plain values, few words.

Nothing here calls `repr` of a stranger: arguments may be gigabytes of data, and their `repr` may
run any code.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, cast

from layertrace.record.hub import hub
from layertrace.timeline.event import Opaque, Structure, TensorSpec

__all__ = ["describe", "eager_shape", "has_tensor", "note", "settle", "spec", "tensor_shape"]

_ITEMS = 32  # items told of one collection
_DEPTH = 6  # collections told inside of each other
_TEXT = 120  # characters kept of a string


def describe(value: Any, depth: int = 0) -> Structure:
    """Turn a value into a structure of specs, plain values and short descriptions."""
    if value is None or value is True or value is False:
        return cast(Structure, value)
    kind = type(value)
    if kind in (int, float, complex):
        return cast(Structure, value)
    if kind is str:
        return cast(str, value if len(value) <= _TEXT else value[:_TEXT] + "…")
    if kind is bytes:
        return Opaque(f"<bytes of {len(value)}>")
    found = spec(value)
    if found is not None:
        return found
    if isinstance(value, (list, tuple, Mapping)):
        return _collection(value, depth)
    if _is_a(value, "tensorflow", "TensorShape"):
        return tensor_shape(value) or Opaque("unknown shape")
    return Opaque(_words(value))


def eager_shape(tensor: Any) -> Any:
    """Return the shape of an eager tensor: TensorFlow's object if somebody has asked for it, else a tuple.

    To make the object takes microseconds, as long as all the rest of a hook, and it stays with the tensor.
    """
    known = tensor._tensor_shape
    return tensor._shape_tuple() if known is None else known


class Unread:
    """An eager tensor's shape, as `eager_shape` gives it, and its dtype; neither holds the tensor."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: Any, dtype: Any) -> None:
        self.shape = shape
        self.dtype = dtype


def note(value: Any) -> Any:
    """Note what `settle` makes a structure of: `describe`, with the dear part of it put off.

    Hooks run in the path of the traced program, where spelling out a shape costs as much as a hook.
    """
    kind = type(value)
    if kind is hub.tensor_type:
        return Unread(eager_shape(value), value.dtype)
    if (kind is list or kind is tuple) and len(value) <= _ITEMS:
        return tuple([note(item) if type(item) is hub.tensor_type else describe(item, 1) for item in value])
    return describe(value)


def settle(noted: Any) -> Structure:
    """Turn what `note` has noted into a structure."""
    if type(noted) is Unread:
        return TensorSpec(dtype_name(noted.dtype), tensor_shape(noted.shape))
    if type(noted) is tuple:
        return tuple(map(settle, noted))
    return cast(Structure, noted)


def _collection(value: Any, depth: int) -> Structure:
    if depth >= _DEPTH:
        return Opaque(f"<{type(value).__name__} of {len(value)}>")
    if isinstance(value, Mapping):
        kept = {str(k): describe(v, depth + 1) for k, v in list(value.items())[:_ITEMS]}
        return kept if len(value) <= _ITEMS else {**kept, "…": Opaque(f"{len(value) - _ITEMS} more")}
    items = tuple(describe(item, depth + 1) for item in value[:_ITEMS])
    return items if len(value) <= _ITEMS else (*items, Opaque(f"… {len(value) - _ITEMS} more"))


def _words(value: Any) -> str:
    if isinstance(value, type):
        return value.__name__
    if callable(value) and isinstance(name := getattr(value, "__name__", None), str):
        return f"<function {name}>"
    name = vars(value).get("name") if hasattr(value, "__dict__") else None
    return f"<{type(value).__name__} {name}>" if isinstance(name, str) else f"<{type(value).__name__}>"


def spec(value: Any) -> TensorSpec | None:
    """Return dtype and shape of anything that is a tensor; None where it is not."""
    kind = type(value)
    if kind.__module__ == "builtins" or not hasattr(value, "dtype") or not hasattr(value, "shape"):
        return None
    return TensorSpec(dtype_name(value.dtype), tensor_shape(value.shape), _encoding(value))


def dtype_name(dtype: Any) -> str:
    """Return `float32`, whether it is Keras's string, TensorFlow's or NumPy's object."""
    name = getattr(dtype, "name", dtype)
    return name if isinstance(name, str) else str(name)


def tensor_shape(shape: Any) -> tuple[int | None, ...] | None:
    """Return a shape as a tuple, with None for what is not known; None if the rank is not."""
    if shape is None:
        return None
    sizes_of = getattr(shape, "as_list", None)  # TensorFlow's; to iterate over it takes five times as long
    try:
        if sizes_of is not None:
            return tuple(sizes_of())
        return tuple(None if size is None else int(size) for size in shape)
    except (TypeError, ValueError):  # an unknown rank; a shape that is itself a tensor, in a graph
        return None


def _encoding(value: Any) -> Any:
    if getattr(value, "sparse", False) is True or _is_a(value, "tensorflow", "SparseTensor"):
        return "sparse"
    if getattr(value, "ragged", False) is True or _is_a(value, "tensorflow", "RaggedTensor"):
        return "ragged"
    return "dense"


def _is_a(value: Any, module: str, name: str) -> bool:
    """Compare with a class of a module that need not be loaded."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name))


def has_tensor(structure: Structure) -> bool:
    """Tell whether a structure holds a tensor spec anywhere."""
    if isinstance(structure, TensorSpec):
        return True
    if isinstance(structure, tuple):
        return any(map(has_tensor, structure))
    return isinstance(structure, Mapping) and any(map(has_tensor, structure.values()))
