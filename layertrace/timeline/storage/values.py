"""Convert shapes and arguments to JSON and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from layertrace.errors import FormatError
from layertrace.timeline.event import Opaque, Structure, TensorSpec

__all__ = ["decoded", "encoded", "in_utf8"]

_LARGEST = 2**63
_DEEPEST = 100


def encoded(value: Structure) -> Any:
    """Return a value as `json` can write it.

    Example:
        >>> encoded((TensorSpec("float32", (2, None)), "same"))
        [{'tensor': 'float32', 'shape': (2, None)}, 'same']
    """
    if isinstance(value, TensorSpec):
        spec: dict[str, Any] = {"tensor": value.dtype, "shape": value.shape}
        return spec if value.encoding == "dense" else spec | {"encoding": value.encoding}
    if isinstance(value, Opaque):
        return {"opaque": value.text}
    if isinstance(value, Mapping):
        return {"map": {str(name): encoded(inner) for name, inner in value.items()}}
    if isinstance(value, (tuple, list)):
        return [encoded(inner) for inner in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        return {"int": hex(value)}
    if isinstance(value, complex):
        return {"complex": [_plain(value.real), _plain(value.imag)]}
    return in_utf8(value)


def in_utf8(value: Any) -> Any:
    """Return a JSON value with lone surrogates escaped: Python strings may have them, UTF-8 may not."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {in_utf8(name): in_utf8(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [in_utf8(inner) for inner in value]
    return value


def decoded(value: Any, depth: int = 0) -> Structure:
    """Return the value that `encoded` wrote.

    Raises:
        FormatError: If `encoded` cannot have written it.
    """
    if depth > _DEEPEST:
        raise FormatError(f"a value is nested more than {_DEEPEST} deep")
    if isinstance(value, list):
        return tuple([decoded(inner, depth + 1) for inner in value])
    if not isinstance(value, dict):
        plain: Structure = value
        return plain
    match value:
        case {"tensor": str(dtype)}:
            return TensorSpec(dtype, _shape(value.get("shape")), _encoding(value.get("encoding", "dense")))
        case {"opaque": str(text)}:
            return Opaque(text)
        case {"map": dict(members)}:
            return {name: decoded(inner, depth + 1) for name, inner in members.items()}
        case {"float": ("nan" | "inf" | "-inf") as text}:
            return float(text)
        case {"int": str(text)} if len(text) < 1_000_000:
            try:
                return int(text, 16)
            except ValueError:
                raise FormatError(f"{text[:20]!r} is not a number") from None
        case {"complex": [real, imaginary]}:
            return complex(_real(decoded(real)), _real(decoded(imaginary)))
    raise FormatError(f"a value is of an unknown kind: {', '.join(map(repr, list(value)[:3]))}")


def _shape(value: Any) -> tuple[int | None, ...] | None:
    sizes = value if isinstance(value, list) else []
    if value is not None and not isinstance(value, list):
        raise FormatError("the shape of a tensor is not a list")
    if not all(size is None or type(size) is int for size in sizes):
        raise FormatError("the shape of a tensor has a size that is not an integer")
    return None if value is None else tuple(sizes)


def _encoding(value: Any) -> Any:
    if value not in _ENCODINGS:
        expected = " or ".join(map(repr, _ENCODINGS))
        raise FormatError(f"{value!r} is not an encoding of a tensor; expected {expected}")
    return value


_ENCODINGS = ("dense", "sparse", "ragged", "weak")


def _real(value: Structure) -> float:
    if isinstance(value, (int, float)):
        with suppress(OverflowError):
            return float(value)
    raise FormatError("a complex number has a part that is not a number")
