"""Notice that a fit shuffles the rows of a model with a stateful RNN, whose state goes on from row to row."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import array_of
from layertrace.record.hooks.dataset_splits import shuffle_of
from layertrace.record.hooks.kept_states import resets_of, stateful_inside
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition

__all__ = ["Shuffling", "look_at_shuffling", "shuffling_of"]

_BATCH = 32  # the default of `fit` (Keras 3.0 to 3.15, tf_keras 2.16 to 2.21)
_CLASSES = ("PyDataset", "Sequence")
"""Datasets of a program whose batches `fit` shuffles."""


class Shuffling(NamedTuple):
    """How a fit shuffles: what, where, its rows, and how often states had been reset before."""

    by: str
    place: CodePosition | None
    rows: int
    batch: int
    resets: int


def shuffling_of(model: Any, given: dict[str, object]) -> Shuffling | None:
    """Return how a fit shuffles the data of a model with a stateful RNN; None if it does not.

    Args:
        model: The model.
        given: The arguments of `fit`.
    """
    layers = list(stateful_inside(model))
    if not layers:
        return None
    data, resets = given.get("x"), resets_of(layers)
    is_shuffling = given.get("shuffle") is not False
    array = array_of(data)
    if array is None:
        parts = safe.unwrapped(data)
        items = [] if parts is None else safe.first_items(parts, 1)
        array = array_of(items[0][1]) if items else None
    if array is not None:
        rows = _trained_of(int(array.shape[0]) if array.ndim else 0, given)
        batch = given.get("batch_size")
        size = batch if type(batch) is int else _BATCH
        # A single batch has the same state for all of its rows.
        return Shuffling("rows", None, rows, size, resets) if is_shuffling and rows > size else None
    if any(base.__name__ in _CLASSES for base in safe.mro(type(data))):
        return Shuffling("batches", None, 0, 0, resets) if is_shuffling else None
    shuffle = shuffle_of(data)
    return None if shuffle is None else Shuffling("dataset", shuffle[0], 0, 0, resets)


def _trained_of(rows: int, given: dict[str, object]) -> int:
    """Return how many rows a fit does not hold out, as `train_validation_split` of Keras counts them."""
    split = given.get("validation_split")
    if type(split) is not float or given.get("validation_data") is not None:
        return rows
    return math.floor(rows * (1 - split))


def look_at_shuffling(
    model: Any, shuffling: Shuffling | None, steps: int | None, place: CodePosition | None
) -> None:
    """Record that a fit has shuffled, unless the states were reset before each step.

    Args:
        model: The model.
        shuffling: How the fit shuffles.
        steps: How many steps it made.
        place: Its line.
    """
    if shuffling is None:
        return
    layers = list(stateful_inside(model))
    if steps is None or steps < 2 or resets_of(layers) - shuffling.resets >= len(layers) * (steps - 1):
        return
    add_observation(
        PendingObservation(
            "state shuffled",
            (id(model), place),
            layer=register_layer(model),
            name=shuffling.by,
            before=(shuffling.rows, shuffling.batch),
            now=steps,
            paths=tuple(str(safe.framework_attribute(layer, "name")) for layer in layers),
            place=place,
            defined=shuffling.place,
        )
    )
