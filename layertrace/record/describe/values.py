"""Tell what a value is in terms that do not hold it: specs for tensors, plain values, few words.

Nothing here runs code of the program: arguments may be gigabytes of data, and load themselves when asked for
a shape. Of a collection only what is in the builtin behind it is looked at; one of another kind is named.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, cast

from layertrace.record.frameworks.host import Host
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.timeline.event import Opaque, Structure, TensorSpec

if TYPE_CHECKING:
    from layertrace.record.spans import Shape

__all__ = [
    "Deferred",
    "DeferredSpec",
    "defer",
    "describe",
    "dtype_name",
    "eager_shape",
    "has_tensor",
    "key_text",
    "numbered_dtype",
    "resolve",
    "spec",
    "tensor_shape",
]

_ITEMS = 32  # items told of one collection
_DEPTH = 6  # collections told inside of each other
_TEXT = 120  # characters kept of a string
_RANK = 64  # sizes read of a shape; TensorFlow allows 254, and nobody has met one of 20


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
    found = spec(value)
    if found is not None:
        return found
    inner = safe.unwrapped(value)
    if inner is not None:
        return _collection(value, inner, depth)
    if _is_a(value, "tensorflow", "TensorShape"):
        return tensor_shape(value) or Opaque("unknown shape")
    return Opaque(_words(value))


def eager_shape(tensor: Any) -> Shape:
    """Return the shape of an eager tensor as a tuple, and the same tuple for as long as somebody holds it.

    To make TensorFlow's object takes microseconds, as long as all the rest of a hook, and it stays with the
    tensor. One that is there already is not kept either: the program may count those that are alive. Its
    tuple costs one more attribute lookup (some 15 ns); `_shape_tuple` takes five times as long as both.
    """
    known = tensor._tensor_shape
    shape: Shape = hub.shape_tuple(tensor) if known is None else known._dims
    return shape


class DeferredSpec:
    """An eager tensor's shape, as `eager_shape` gives it, and the number of its dtype."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: Shape, dtype: int) -> None:
        self.shape = shape
        self.dtype = dtype


Deferred: TypeAlias = Union[Structure, DeferredSpec, tuple["Deferred", ...]]
"""What `resolve` turns into a structure."""


def defer(value: Any) -> Deferred:
    """Note what `resolve` makes a structure of: `describe`, with the dear part of it put off.

    Hooks run in the path of the traced program, where spelling out a shape costs as much as a hook.
    """
    kind = type(value)
    if kind is hub.tensor_type:
        return DeferredSpec(eager_shape(value), hub.dtype_number(value))
    if (kind is list or kind is tuple) and len(value) <= _ITEMS:
        return tuple([defer(item) if type(item) is hub.tensor_type else describe(item, 1) for item in value])
    return describe(value)


def resolve(noted: Deferred) -> Structure:
    """Turn what `defer` has noted into a structure."""
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
    told = tuple(describe(item, depth + 1) for _, item in items)
    return told if size <= _ITEMS else (*told, Opaque(f"… {size - _ITEMS} more"))


def key_text(key: object) -> str:
    """Return the key of a mapping as text: a string as it is, all else in words."""
    return str.__str__(key) if safe.is_a(key, str) else safe.key_words(key)


def _words(value: object) -> str:
    if safe.is_a(value, type):
        return safe.name_of(cast(type, value))
    name = safe.code_name(value)
    if name is not None:
        return f"<function {name}>"
    name = safe.instance_dict(value).get("name")
    kind = safe.class_name(value)
    return f"<{kind} {name}>" if type(name) is str else f"<{kind}>"


def spec(value: object) -> TensorSpec | None:
    """Return dtype and shape of anything that is a tensor; None where it is not.

    That is what a framework's class has both of, also below the program's own properties, and what keeps both
    in its instance or its class.
    """
    kind = type(value)
    if kind is list or kind is tuple or kind is dict:
        return None
    shape = _either(value, "shape")  # first, since a layer has a dtype, which it computes
    dtype = safe.MISSING if shape is safe.MISSING else _either(value, "dtype")
    if dtype is safe.MISSING:
        return None
    return TensorSpec(dtype_name(dtype), tensor_shape(shape), _encoding(value))


def _either(value: object, name: str) -> Any:
    found = safe.framework_attribute(value, name, safe.MISSING, below=True)
    return safe.plain_attribute(value, name, safe.MISSING) if found is safe.MISSING else found


@functools.cache
def numbered_dtype(number: int) -> str:
    """Return the name of the dtype for which TensorFlow has this number."""
    return str(Host.tf.dtypes.as_dtype(number).name)


def dtype_name(dtype: object) -> str:
    """Return `float32`, whether it is Keras's string, TensorFlow's or NumPy's object."""
    if safe.is_a(dtype, type):
        return type.__repr__(dtype)
    name = dtype if safe.is_a(dtype, str) else safe.framework_attribute(dtype, "name")
    if safe.is_a(name, str):
        return str.__str__(name)
    return str(dtype) if dtype is None or safe.is_framework(type(dtype)) else f"<{safe.class_name(dtype)}>"


def tensor_shape(shape: object) -> tuple[int | None, ...] | None:
    """Return a shape as a tuple, with None for what is not known; None if the rank is not."""
    sizes: Any = safe.unwrapped(shape)
    if sizes is None and shape is not None and safe.is_framework(type(shape)):
        # TensorFlow's, over which it takes five times as long to iterate; NumPy's arrays of integers.
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
    if safe.is_framework(type(size)):  # NumPy's integers, TensorFlow's `Dimension`
        return int(size)
    raise TypeError("only the program knows what its own object means as a size")


def _encoding(value: object) -> Literal["dense", "sparse", "ragged"]:
    if safe.framework_attribute(value, "sparse") is True or _is_a(value, "tensorflow", "SparseTensor"):
        return "sparse"
    if safe.framework_attribute(value, "ragged") is True or _is_a(value, "tensorflow", "RaggedTensor"):
        return "ragged"
    return "dense"


def _is_a(value: object, module: str, name: str) -> bool:
    """Compare with a class of a module that need not be loaded."""
    loaded = sys.modules.get(module)
    return loaded is not None and safe.is_a(value, getattr(loaded, name))


def has_tensor(structure: Structure) -> bool:
    """Tell whether a structure holds a tensor spec anywhere."""
    if isinstance(structure, TensorSpec):
        return True
    if isinstance(structure, tuple):
        return any(map(has_tensor, structure))
    return isinstance(structure, Mapping) and any(map(has_tensor, structure.values()))
