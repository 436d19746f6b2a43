"""Record that a model is validated with a part of a dataset that is shuffled again in each iteration."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks import tensorflow_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.discarded_datasets import note_result
from layertrace.record.hooks.layer_calls import now
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore
from layertrace.record.hooks.optimizer_updates import eager_updates
from layertrace.record.hub import hub, threads
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
_COUNT = _TABLE["taken_count"].name.rpartition(".")[2]
_RESHUFFLED = _TABLE["reshuffled"].name.rpartition(".")[2]

_shuffled: Register[CodePosition | None] = Register()
"""The lines that shuffled datasets."""
_trained: Register[bool] = Register()
"""The shuffled datasets that have a part which a model was trained with."""


class _Iteration(NamedTuple):
    """An iteration of a part of a shuffled dataset by the program itself.

    Attributes:
        part: What takes the part, `take` or `skip`, and its number of elements.
        place: The line.
        began: When, on the clock of the hooks.
        updates: How many updates had been made outside of graphs.
    """

    part: tuple[str, int]
    place: CodePosition | None
    began: int
    updates: int


_iterated: Register[list[_Iteration]] = Register()
"""The first two iterations of each part of a shuffled dataset; none once they are recorded."""
_order = itertools.count(1)


def _shuffled_by(call: Call, dataset: object, _: object) -> None:
    """Remember the line that shuffled a dataset."""
    if hub.observers and dataset is not None:
        with guarded("record a shuffle"):
            _shuffled.add(dataset, source_lines.caller(call.method, call.caller))
            note_result(call, dataset)


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
    """Record that a program iterates both parts of a dataset again and again, each time in another order.

    Whether it trains on one and validates with the other follows from what runs from one iteration to the
    next. So the runs of a function before an iteration are an event, and those after it another.

    Args:
        dataset: What the program iterates.
        place: The line.
    """
    shuffled, part, count = next(_shuffled_behind(dataset), (None, "", None))
    if shuffled is None or count is None:
        return
    known = _iterated.get(shuffled)
    seen = _iterated.add(shuffled, []) if known is None else known
    if sum(each.part == (part, count) for each in seen) == 2:
        return
    threads.state.runs_for = None
    seen.append(_Iteration((part, count), place, now(), eager_updates()))
    halves = [each for each in seen if each.part[1] == count]
    if len(halves) < 4:
        return
    number = next(_order)
    for at, each in enumerate(halves):
        noted = PendingObservation("split of shuffled", (number, at), name=each.part[0], role="own loop")
        noted.before, noted.now, noted.start = number, each.updates, each.began
        noted.place, noted.defined = _shuffled.get(shuffled) or place, each.place
        add_observation(noted)


def _parts_of_shuffled(data: object) -> Iterator[tuple[object, str]]:
    """Yield the datasets that data is a part of and that are shuffled again in each iteration.

    With each comes what takes the part: `take`, `skip` or `shard`.
    """
    yield from ((dataset, part) for dataset, part, _ in _shuffled_behind(data) if part)


def shuffle_of(data: object) -> tuple[CodePosition | None, object, str] | None:
    """Return where a dataset is shuffled again in each iteration, what that returned, and the part of it."""
    shuffled = next(_shuffled_behind(data), None)
    return None if shuffled is None else (_shuffled.get(shuffled[0]), shuffled[0], shuffled[1])


def _shuffled_behind(data: object) -> Iterator[tuple[object, str, int | None]]:
    """Yield the datasets behind data that are shuffled again in each iteration.

    With each comes what takes a part of it, or nothing, and how many elements that takes or skips, if that
    is known. A cache keeps the order of the first iteration.
    """
    if Loaded.tf is None or not safe.is_a(data, Loaded.tf.data.Dataset):
        return
    todo: list[tuple[Any, str, int | None]] = [(data, "", None)]
    for _ in range(_MOST):
        if not todo:
            return
        dataset, part, count = todo.pop()
        if not safe.is_framework_class(type(dataset)):
            continue
        kind = safe.class_name(dataset)
        if kind in _PARTS:
            part, count = kind.strip("_").removesuffix("Dataset").lower(), _count(dataset)
        elif kind == "CacheDataset":
            continue
        elif kind == _SHUFFLED and _is_reshuffled(dataset):
            yield dataset, part, count
        todo += [(source, part, count) for source in dataset._inputs()]


def _count(dataset: object) -> int | None:
    """Return how many elements a dataset takes or skips; None if that is not known, and for a shard."""
    count = safe.instance_dict(dataset).get(_COUNT)
    value = None if count is None else Loaded.tf.get_static_value(count)
    return None if value is None else int(value)


def _is_reshuffled(dataset: object) -> bool:
    return safe.instance_dict(dataset).get(_RESHUFFLED) is not False
