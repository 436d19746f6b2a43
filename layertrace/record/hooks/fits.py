"""Record what a model is fitted to: how many steps were wanted and made, and data that two parts share."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from types import GeneratorType
from typing import Any, NamedTuple, cast

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks import tensorflow_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.kept_states import has_state, note_end, note_pass
from layertrace.record.hooks.mask_values import look_at_masks
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore, watching
from layertrace.record.hooks.training_facts import above
from layertrace.record.hub import hub
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition
from layertrace.timeline.event import Structure
from layertrace.timeline.registry import Register

__all__ = ["FITS", "SHUFFLES", "passes"]

_order = itertools.count()
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


class _Fit(NamedTuple):
    """A fit that has begun."""

    model: Any
    data: object
    wanted: Structure
    steps: int | None
    place: CodePosition | None


def _begin(call: Call) -> _Fit | None:
    if not hub.observers:
        return None
    with guarded("record a fit"):
        given = _given(call)
        place = source_lines.caller(call.method, above(call.caller, "fit"))
        model, data = call.subject, given.get("x")
        note_pass(model, data, "fit", place)
        look_at_masks(model, data, place)
        _look_at_parts(model, data, given.get("validation_data"), place)
        return _Fit(model, data, _wanted(given), _steps_of(model), place)
    return None


def _given(call: Call) -> dict[str, object]:
    """Return the arguments by name; a decorated method takes any, and has the names of the one below."""
    names, positional = call.method.names, (*call.values, *call.extra)
    defaults = dict(zip(names, call.method.defaults, strict=False))
    return {**defaults, **dict(zip(names, positional, strict=False)), **(call.keywords or {})}


def _wanted(given: dict[str, object]) -> Structure:
    """Return the number of epochs, and the number of steps in each; None if that is not given."""
    epochs, initial, steps = (given.get(name) for name in ("epochs", "initial_epoch", "steps_per_epoch"))
    if type(epochs) is not int or type(initial) is not int:
        return None
    return epochs - initial, steps if type(steps) is int else None


def _steps_of(model: object) -> int | None:
    """Return how often the optimizer of a model was applied; None if that is unknown."""
    optimizer = safe.instance_dict(model).get("optimizer")
    iterations = safe.instance_dict(optimizer).get("_iterations")
    if iterations is None or not safe.is_library_class(type(iterations)):
        return None
    return int(iterations.numpy()) if Loaded.tf.executing_eagerly() else None


def _end(fit: _Fit, *_: object) -> None:
    """Record a fit when it has ended, unless a callback stopped it."""
    with guarded("record the end of a fit"):
        note_end(fit.model)
        data, model = fit.data, fit.model
        after = _steps_of(model)
        if safe.truth(safe.instance_dict(model).get("stop_training")) or fit.wanted is None:
            return
        observation = PendingObservation(
            "fitted",
            (next(_order),),
            layer=register_layer(model),
            before=fit.wanted,
            now=None if after is None or fit.steps is None else after - fit.steps,
            place=fit.place,
        )
        if type(data) is GeneratorType:
            observation.role = "generator" if data.gi_frame is not None else "exhausted generator"
            observation.reader = data.__name__
            observation.defined = data.gi_code, -1
        elif safe.is_a(data, Loaded.tf.data.Dataset) and safe.is_framework_class(type(data)):
            observation.role = "dataset"
            observation.variables = (int(cast(Any, data).cardinality()),)
        else:
            return
        add_observation(observation)


def _fail(fit: _Fit, _: BaseException) -> None:
    with guarded("record a fit that failed"):
        note_end(fit.model)


FITS: AnyObserver = Observer(begin=_begin, end=_end, fail=_fail)
"""Observes `fit` of a model."""


def passes(method: str) -> AnyObserver:
    """Return an observer of a method that gives data to a model, such as `predict`.

    Args:
        method: Its name.
    """

    def begin(call: Call) -> None:
        if not hub.observers:
            return
        with guarded(f"record a {method}"):
            if method != "evaluate" and not has_state(call.subject):
                return
            data = _given(call).get("x")
            place = source_lines.caller(call.method, above(call.caller, method))
            note_pass(call.subject, data, method, place)
            if method == "evaluate":
                _look_at_parts(call.subject, None, data, place)

    return watching(begin)


# Parts of a shuffled dataset


def _shuffled_by(call: Call, dataset: object, _: object) -> None:
    """Remember the line that shuffled a dataset."""
    if hub.observers and dataset is not None:
        with guarded("record a shuffle"):
            _shuffled.add(dataset, source_lines.caller(call.method, call.caller))


SHUFFLES: AnyObserver = Observer(begin=lambda call: call, end=_shuffled_by, fail=ignore)
"""Observes `Dataset.shuffle`."""


def _look_at_parts(model: object, training: object, held_out: object, place: CodePosition | None) -> None:
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


def _parts_of_shuffled(data: object) -> Iterator[tuple[object, str]]:
    """Yield the datasets that data is a part of and that are shuffled again in each iteration.

    With each comes what takes the part: `take`, `skip` or `shard`. A cache keeps the order of the first
    iteration.
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
        elif kind == _SHUFFLED and part and _is_reshuffled(dataset):
            yield dataset, part
        todo += [(source, part) for source in dataset._inputs()]


def _is_reshuffled(dataset: object) -> bool:
    return safe.instance_dict(dataset).get(_RESHUFFLED) is not False
