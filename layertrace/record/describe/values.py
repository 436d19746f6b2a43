"""Describe values without keeping them: tensors as specs, plain values as they are, others by their class.

Nothing here runs code of the program: arguments may be gigabytes of data, and may load themselves when they
are asked for a shape. Of a collection only the list, tuple or dict behind it is read; any other collection is
described by its class.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, cast

from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.timeline.event import Opaque, Structure, TensorSpec

if TYPE_CHECKING:
    from layertrace.record.spans import Shape

__all__ = [
    "Deferred",
    "DeferredSpec",
    "array_of",
    "defer",
    "describe",
    "dtype_name",
    "has_tensor",
    "is_array",
    "key_text",
    "look_at",
    "numbered_dtype",
    "resolve",
    "spec",
    "tensor_shape",
]

_ITEMS = 32  # described items of one collection
_DEPTH = 6  # described levels of collections inside each other
_TEXT = 120  # characters kept of a string
_RANK = 64  # sizes that are read of a shape; TensorFlow allows 254, and no real shape had 20


def describe(value: Any, depth: int = 0) -> Structure:
    """Turn a value into a structure of specs, plain values and short descriptions."""
    if value is None or value is True or value is False:
        return cast(Structure, value)
    kind = type(value)
    if kind is int or kind is float or kind is complex:
        return cast(Structure, value)
    if kind is str:
        return cast(str, value if len(value) <= _TEXT else value[:_TEXT] + "…")
    if kind is bytes:
        return Opaque(f"<bytes of {len(value)}>")
    tensor = spec(value)
    if tensor is not None:
        return tensor
    inner = safe.unwrapped(value)
    if inner is not None:
        return _collection(value, inner, depth)
    if _is_a(value, "tensorflow", "TensorShape"):
        return tensor_shape(value) or Opaque("unknown shape")
    return Opaque(_class_and_name(value))


def array_of(value: Any) -> Any:
    """Return an array of NumPy, or that of an eager tensor; None for anything else, also a derived class."""
    if Loaded.backend.is_eager_tensor(value):
        value = Loaded.backend.array_in(value)
    return value if is_array(value) else None


def is_array(value: object) -> bool:
    """Return whether a value is an array of NumPy, without importing NumPy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray


def look_at(tensor: Any) -> tuple[Shape, int]:
    """Return the shape of an eager tensor, the same tuple while it is in use, and the number of its dtype.

    Creating TensorFlow's shape object takes microseconds, as long as the rest of a hook, and it stays with
    the tensor. If it exists already it is not kept either, since the program may count objects. Its tuple
    costs one more attribute lookup (some 15 ns); `_shape_tuple` takes five times as long as both.
    """
    look = Loaded.backend.look
    if look is not None:
        return look(tensor)
    existing = tensor._tensor_shape
    shape: Shape = hub.shape_tuple(tensor) if existing is None else existing._dims
    return shape, hub.dtype_number(tensor)


class DeferredSpec:
    """The shape of an eager tensor and the number of its dtype, as `look_at` returns them."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: Shape, dtype: int) -> None:
        self.shape = shape
        self.dtype = dtype


Deferred: TypeAlias = Union[Structure, DeferredSpec, tuple["Deferred", ...]]
"""What `resolve` turns into a structure."""


def defer(value: Any) -> Deferred:
    """Describe a value like `describe`, but leave the expensive part to `resolve`.

    Hooks slow down the traced program, and describing a shape costs as much as a hook.
    """
    kind = type(value)
    if kind is hub.tensor_type:
        return DeferredSpec(*look_at(value))
    if (kind is list or kind is tuple) and len(value) <= _ITEMS:
        return tuple([defer(item) if type(item) is hub.tensor_type else describe(item, 1) for item in value])
    return describe(value)


def resolve(noted: Deferred) -> Structure:
    """Turn what `defer` has returned into a structure."""
    if type(noted) is DeferredSpec:
        return TensorSpec(numbered_dtype(noted.dtype), tensor_shape(noted.shape))
    if type(noted) is tuple:
        return tuple(map(resolve, noted))
    return cast(Structure, noted)


def _collection(value: object, inner: object, depth: int) -> Structure:
    size = safe.size_of(inner)
    if depth >= _DEPTH:
        return Opaque(f"<{safe.class_name(value)} of {size}>")
    items = safe.first_items(inner, _ITEMS)
    if safe.is_a(inner, dict):
        kept: dict[str, Structure] = {}
        for key, item in items:
            text = key_text(key)
            kept[text if text not in kept else f"{text} #{len(kept)}"] = describe(item, depth + 1)
        return kept if size <= _ITEMS else {**kept, "…": Opaque(f"{size - _ITEMS} more")}
    described = tuple(describe(item, depth + 1) for _, item in items)
    return described if size <= _ITEMS else (*described, Opaque(f"… {size - _ITEMS} more"))


def key_text(key: object) -> str:
    """Return the key of a mapping as text: a string as it is, any other as Python writes it."""
    return str.__str__(key) if safe.is_a(key, str) else safe.key_words(key)


def _class_and_name(value: object) -> str:
    if safe.is_a(value, type):
        return safe.name_of(cast(type, value))
    name = safe.code_name(value)
    if name is not None:
        return f"<function {name}>"
    kind = safe.class_name(value)
    name = safe.instance_dict(value).get("_name" if kind == "DTypePolicy" else "name")
    return f"<{kind} {name}>" if type(name) is str else f"<{kind}>"


def spec(value: object) -> TensorSpec | None:
    """Return dtype and shape of a tensor; None if a value is not a tensor.

    A tensor is an object that has both: defined by a class of a framework, also below properties of the
    program, or kept in the instance or its class.
    """
    kind = type(value)
    if kind is list or kind is tuple or kind is dict:
        return None
    shape = _either(value, "shape")  # first, since a layer has a dtype, which is a property that computes
    dtype = safe.MISSING if shape is safe.MISSING else _either(value, "dtype")
    if dtype is safe.MISSING:
        return None
    return TensorSpec(dtype_name(dtype), tensor_shape(shape), _encoding(value))


def _either(value: object, name: str) -> Any:
    found = safe.framework_attribute(value, name, safe.MISSING, below=True)
    return safe.plain_attribute(value, name, safe.MISSING) if found is safe.MISSING else found


@functools.cache
def numbered_dtype(number: int) -> str:
    """Return the name of the dtype with this number in the backend."""
    return Loaded.backend.dtype_name(number)


def dtype_name(dtype: object) -> str:
    """Return `float32`, whether it is Keras's string, or an object of TensorFlow, torch or NumPy."""
    if safe.is_a(dtype, type):
        return type.__repr__(dtype)
    name = dtype if safe.is_a(dtype, str) else safe.framework_attribute(dtype, "name")
    if safe.is_a(name, str):
        return str.__str__(name)
    is_written = dtype is None or safe.is_library_class(type(dtype))
    return str(dtype).removeprefix("torch.") if is_written else f"<{safe.class_name(dtype)}>"


def tensor_shape(shape: object) -> tuple[int | None, ...] | None:
    """Return a shape as a tuple, with None for unknown sizes; None if the rank is unknown."""
    sizes: Any = safe.unwrapped(shape)
    if sizes is None and shape is not None and safe.is_library_class(type(shape)):
        # A shape of TensorFlow, over which iterating takes five times as long, or an array of NumPy.
        sizes_of = getattr(shape, "as_list", getattr(shape, "tolist", None))
        try:
            sizes = None if sizes_of is None else sizes_of()
        except (TypeError, ValueError):  # an unknown rank
            return None
        sizes = sizes if type(sizes) is list else None
    if sizes is None or safe.is_a(sizes, dict):  # a shape that is itself a tensor, in a graph
        return None
    try:
        return tuple(_size(size) for _, size in safe.first_items(sizes, _RANK))
    except (TypeError, ValueError):
        return None


def _size(size: Any) -> int | None:
    if size is None or type(size) is int:
        return size
    if safe.is_a(size, int):
        return int.__index__(size)
    if safe.is_library_class(type(size)):  # NumPy's integers, TensorFlow's `Dimension`
        return None if Loaded.backend.is_unknown_size(size) else int(size)
    raise TypeError("only the program knows which size its own object stands for")


def _encoding(value: object) -> Literal["dense", "sparse", "ragged"]:
    if safe.framework_attribute(value, "sparse") is True or _is_a(value, "tensorflow", "SparseTensor"):
        return "sparse"
    if safe.framework_attribute(value, "ragged") is True or _is_a(value, "tensorflow", "RaggedTensor"):
        return "ragged"
    return "dense"


def _is_a(value: object, module: str, name: str) -> bool:
    """Return whether a value is of a class of a module, which need not be loaded."""
    loaded = sys.modules.get(module)
    return loaded is not None and safe.is_a(value, getattr(loaded, name))


def has_tensor(structure: Structure) -> bool:
    """Return whether a structure contains a tensor spec, at any depth."""
    if isinstance(structure, TensorSpec):
        return True
    if isinstance(structure, tuple):
        return any(map(has_tensor, structure))
    return isinstance(structure, Mapping) and any(map(has_tensor, structure.values()))
