"""Notice a model that `load_weights(skip_mismatch=True)` leaves as it was."""

from __future__ import annotations

import itertools
import pathlib
import sys
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.layer_contents import variables_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.variable_values import values_of
from layertrace.record.describe.weight_values import variable_path
from layertrace.record.hooks.observer import Call
from layertrace.record.hooks.variables import number_of
from layertrace.record.layers import register_layer
from layertrace.record.process import safe

__all__ = ["Values", "look_at_skipped", "values_before"]

_NUMBERS = 4_000_000  # in all weights of a model
_MOST_SHAPES = 3
_order = itertools.count()

Values = list[Any]
"""The arrays in the variables of a model."""


def values_before(call: Call) -> Values | None:
    """Return copies of the weights of a model, if a mismatch is to be skipped; None if they are many."""
    if safe.truth(call.named.get("skip_mismatch")) is not True:
        return None
    values, left = [], _NUMBERS
    for variable in variables_inside(call.subject):
        value = values_of(variable, left)
        if value is None:
            return None
        left -= value.size
        values.append(value.copy())
    return values or None


def look_at_skipped(call: Call, before: Values) -> None:
    """Record that no weight of a model has changed, and that the file has other weights.

    Args:
        call: The call of `load_weights`, which has succeeded.
        before: What the weights were.
    """
    variables = variables_inside(call.subject)
    after = [values_of(variable, _NUMBERS) for variable in variables]
    saved = _saved(call.named.get("filepath"))
    if not saved or any(value is None for value in after) or len(after) != len(before):
        return
    if any(not _is_equal(old, new) for old, new in zip(before, after, strict=True)):
        return
    if any(value.any() and _is_equal(value, each) for value in after for each in saved):
        return  # the file has what the model had
    mine, others = {value.shape for value in after}, {value.shape for value in saved}
    seen = PendingObservation("skipped", (next(_order),), layer=register_layer(call.subject))
    seen.variables = tuple(map(number_of, variables))
    seen.paths = tuple(map(variable_path, variables))
    seen.before, seen.now = _first(others - mine), _first(mine - others)
    seen.place = source_lines.caller(call.method, call.caller)
    add_observation(seen)


def _is_equal(old: Any, new: Any) -> bool:
    return bool(old.shape == new.shape and (old == new).all())


def _first(shapes: set[tuple[int, ...]]) -> tuple[str, ...]:
    return tuple(
        str(list(shape)) for shape in sorted(shapes, key=lambda each: (-len(each), each))[:_MOST_SHAPES]
    )


def _saved(path: object) -> Values:
    """Return the arrays of numbers in a file."""
    h5py: Any = sys.modules.get("h5py")
    if h5py is None or not (type(path) is str or safe.is_a(path, pathlib.PurePath)):
        return []
    found: Values = []

    def keep(_: str, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset) and thing.dtype.kind in "fiu" and thing.size <= _NUMBERS:
            found.append(thing[()])

    if not h5py.is_hdf5(path):
        return []
    with h5py.File(path, "r") as file:
        file.visititems(keep)
    return found
