"""Read the arrays that a fit was given: which rows are not finite, and how large the values are."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, cast

from layertrace.record.describe.values import array_of
from layertrace.record.process import safe
from layertrace.timeline.event import Structure

__all__ = ["all_finite", "is_finite", "ranges_of"]

_MOST_BYTES = 256_000_000  # of all arrays together; 100 MB take 0.01 s
_FRAMES = ("pandas.core.frame", "pandas.core.series")


def ranges_of(given: Mapping[str, object]) -> Structure:
    """Return what is known of the arrays among some arguments, also in a list or dict.

    Args:
        given: The arguments of a `fit`, by name; datasets and generators are not looked at.

    Returns:
        For each array: the argument, how many rows are not finite, of how many, the first of these, the least
        and the greatest finite value.
    """
    numpy = sys.modules.get("numpy")
    return tuple((name, *_facts(numpy, array)) for name, array in _arrays(given))


def all_finite(given: Mapping[str, object]) -> bool:
    """Return whether all numbers in the arrays among some arguments are finite."""
    numpy = cast(Any, sys.modules.get("numpy"))
    return all(array.dtype.kind != "f" or is_finite(numpy, array) for _, array in _arrays(given))


def is_finite(numpy: Any, array: Any) -> bool:
    """Return whether all numbers of an array are finite."""
    with numpy.errstate(all="ignore"):  # a sum needs no array of bools, but may overflow
        return bool(numpy.isfinite(array.sum()) or numpy.isfinite(array).all())


def _arrays(given: Mapping[str, object]) -> Iterator[tuple[str, Any]]:
    """Yield the arrays of numbers among some arguments, each with its name, up to a size."""
    left = _MOST_BYTES
    for name, value in given.items():
        inner = safe.unwrapped(value)
        items = [] if inner is None else safe.first_items(inner, 16)
        several = ((f"{name}[{safe.key_words(key)}]", item) for key, item in items)
        for text, item in [(name, value)] if inner is None else several:
            is_frame = safe.module_of(type(item)) in _FRAMES
            array = array_of(cast(Any, item).to_numpy() if is_frame else item)
            if array is None or not array.ndim or not array.size or array.dtype.kind not in "fiu":
                continue
            left -= array.nbytes
            if left >= 0:
                yield text, array


def _facts(numpy: Any, array: Any) -> tuple[Structure, ...]:
    if array.dtype.kind != "f":
        return 0, len(array), None, int(array.min()), int(array.max())
    finite = numpy.isfinite(array)
    if finite.all():
        return 0, len(array), None, float(array.min()), float(array.max())
    rows = ~finite.reshape(len(array), -1).all(axis=1)
    values = array[finite]
    least, greatest = (float(values.min()), float(values.max())) if values.size else (None, None)
    return int(rows.sum()), len(array), int(rows.argmax()), least, greatest
