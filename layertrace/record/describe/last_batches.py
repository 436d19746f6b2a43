"""Recognize the last batch, whose fewer rows make Keras trace a function again."""

from __future__ import annotations

import re
from dataclasses import replace
from types import FrameType

from layertrace.record.describe.values import spec
from layertrace.record.frameworks import keras_private, tensorflow_private
from layertrace.record.process import safe
from layertrace.timeline.cause import Cause

__all__ = ["explained_by_batch", "is_in_a_loop_over_batches", "rows_in"]

_ROWS = re.compile(r"\w+\[(\d+)\b")
_DEEPEST = 5
_FEW = 8
_HIGHEST = 64


def explained_by_batch(cause: Cause | None, rows: int | None, caller: FrameType | None) -> Cause | None:
    """Return the cause of a trace of one of Keras's own functions; a last batch has its number of rows.

    Args:
        cause: Why the function is traced.
        rows: How many rows the batch has; None if the type of the argument shows it, as on JAX.
        caller: The frame that traces.
    """
    if cause is None or cause.reason != "signature" or caller is None:
        return cause
    if not all(change.what == "shape" and change.axes == (0,) for change in cause.changes):
        return cause
    before = _rows_of(cause.changes[0].before)
    if rows is None:
        rows = _rows_of(cause.changes[0].now)
    if before is None or rows is None or rows >= before or not is_in_a_loop_over_batches(caller):
        return cause
    return replace(cause, detail=f"last batch: {rows:,} row{'s' * (rows != 1)}, not {before:,}")


def _rows_of(tensor: str | None) -> int | None:
    """Return the first dimension of a tensor that is written as `float32[4, 3]`."""
    found = _ROWS.match(tensor or "")
    return None if found is None else int(found[1])


def rows_in(caller: FrameType | None) -> int | None:
    """Return the number of rows of the batch that a frame of TensorFlow traces a function for.

    TensorFlow relaxes the shape before it traces, so the argument's type does not have the number any more.
    """
    return None if caller is None else _rows(_arguments(caller))


def _arguments(caller: FrameType) -> object:
    """Return the arguments that a function is traced for."""
    is_expected = caller.f_code.co_name == tensorflow_private.PARTS["trace_arguments"].name
    return caller.f_locals.get("args") if is_expected else None


def _rows(value: object, deepest: int = _DEEPEST) -> int | None:
    """Return the first dimension of the first tensor among nested values."""
    tensor = spec(value)
    if tensor is not None:
        return tensor.shape[0] if tensor.shape else None
    inside = safe.unwrapped(value)
    if inside is None or not deepest:
        return None
    rows = (_rows(item, deepest - 1) for _, item in safe.first_items(inside, _FEW))
    return next((number for number in rows if number is not None), None)


def is_in_a_loop_over_batches(frame: FrameType | None) -> bool:
    """Return whether Keras goes through batches, rather than the program, as with `predict_on_batch`."""
    for _ in range(_HIGHEST):
        if frame is None:
            return False
        is_trainer = frame.f_globals.get("__name__") in keras_private.TRAINERS
        if is_trainer and frame.f_code.co_name in ("fit", "evaluate", "predict"):
            return True
        frame = frame.f_back
    return False
