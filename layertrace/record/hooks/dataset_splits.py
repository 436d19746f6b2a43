"""Record that a model is validated with a part of a dataset that is shuffled again in each iteration."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks import tensorflow_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore
from layertrace.record.hub import hub
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = ["SHUFFLES", "look_at_loops", "look_at_parts", "shuffle_of"]

_MOST = 64  # datasets that are followed from one to its sources
_TABLE = tensorflow_private.PARTS
_PARTS = tuple(_TABLE[part].name for part in ("taken", "skipped", "sharded"))
"""The classes of datasets that have a part of another."""
_SHUFFLED = _TABLE["shuffled"].name
_RESHUFFLED = _TABLE["reshuffled"].name.rpartition(".")[2]

_shuffled: Register[CodePosition | None] = Register()
"""The lines that shuffled datasets."""
_trained: Register[bool] = Register()
"""The shuffled datasets that have a part which a model was trained with."""
_iterated: Register[dict[str, int]] = Register()
"""How often the program iterated the parts of shuffled datasets itself, by what takes the part."""


def _shuffled_by(call: Call, dataset: object, _: object) -> None:
    """Remember the line that shuffled a dataset."""
    if hub.observers and dataset is not None:
        with guarded("record a shuffle"):
            _shuffled.add(dataset, source_lines.caller(call.method, call.caller))


SHUFFLES: AnyObserver = Observer(begin=lambda call: call, end=_shuffled_by, fail=ignore)
"""Observes `Dataset.shuffle`."""


def look_at_parts(model: object, training: object, held_out: object, place: CodePosition | None) -> None:
    """Record that a model is validated with a part of what it trains on, in an order of another iteration.

    Args:
        model: The model.
        training: The data that it trains on.
        held_out: The data that it is validated, or evaluated, with.
        place: The line.
    """
    for dataset, _ in _parts_of_shuffled(training):
        _trained.add(dataset, True)
    pair = safe.unwrapped(held_out)
    if pair is not None:
        return
    for dataset, part in _parts_of_shuffled(held_out):
        if _trained.get(dataset):
            add_observation(
                PendingObservation(
                    "split of shuffled",
                    (id(dataset), id(model)),
                    layer=register_layer(model),
                    name=part,
                    place=_shuffled.get(dataset) or place,
                    defined=place,
                )
            )


def look_at_loops(dataset: object, place: CodePosition | None) -> None:
    """Record that a program iterates two parts of a dataset again and again, each time in another order.

    Args:
        dataset: What the program iterates.
        place: The line.
    """
    shuffled, part = next(_parts_of_shuffled(dataset), (None, ""))
    if shuffled is None:
        return
    times = _iterated.get(shuffled)
    if times is None:
        times = _iterated.add(shuffled, {})
    times[part] = times.get(part, 0) + 1
    others = [other for other in times if other != part and times[other] > 1]
    if others and times[part] == 2:
        seen = PendingObservation("split of shuffled", (id(shuffled), None), name=part, role="own loop")
        seen.reader, seen.place, seen.defined = others[0], _shuffled.get(shuffled) or place, place
        add_observation(seen)


def _parts_of_shuffled(data: object) -> Iterator[tuple[object, str]]:
    """Yield the datasets that data is a part of and that are shuffled again in each iteration.

    With each comes what takes the part: `take`, `skip` or `shard`.
    """
    yield from (pair for pair in _shuffled_behind(data) if pair[1])


def shuffle_of(data: object) -> tuple[CodePosition | None, object, str] | None:
    """Return where a dataset is shuffled again in each iteration, what that returned, and the part of it."""
    shuffled = next(_shuffled_behind(data), None)
    return None if shuffled is None else (_shuffled.get(shuffled[0]), *shuffled)


def _shuffled_behind(data: object) -> Iterator[tuple[object, str]]:
    """Yield the datasets behind data that are shuffled again in each iteration.

    With each comes what takes a part of it, or nothing. A cache keeps the order of the first iteration.
    """
    if "tensorflow" not in sys.modules or not safe.is_a(data, Loaded.tf.data.Dataset):
        return
    todo: list[tuple[Any, str]] = [(data, "")]
    for _ in range(_MOST):
        if not todo:
            return
        dataset, part = todo.pop()
        if not safe.is_framework_class(type(dataset)):
            continue
        kind = safe.class_name(dataset)
        if kind in _PARTS:
            part = kind.strip("_").removesuffix("Dataset").lower()
        elif kind == "CacheDataset":
            continue
        elif kind == _SHUFFLED and _is_reshuffled(dataset):
            yield dataset, part
        todo += [(source, part) for source in dataset._inputs()]


def _is_reshuffled(dataset: object) -> bool:
    return safe.instance_dict(dataset).get(_RESHUFFLED) is not False
