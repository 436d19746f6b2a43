"""Record how many steps of a fit were wanted and made, and that it ended with a loss that is not finite."""

from __future__ import annotations

import itertools
import math
from types import GeneratorType
from typing import Any, NamedTuple, cast

from layertrace.record.describe import source_lines
from layertrace.record.describe.data_values import all_finite, ranges_of
from layertrace.record.describe.layer_contents import layers_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.variable_values import steps_of
from layertrace.record.describe.weight_values import not_finite
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.cached_augmentation import look_at_cache
from layertrace.record.hooks.changed_data import Content, content_of, look_at_content
from layertrace.record.hooks.dataset_splits import look_at_parts
from layertrace.record.hooks.discarded_datasets import look_at_results
from layertrace.record.hooks.ended_rates import look_at_rate
from layertrace.record.hooks.kept_states import has_state, note_end, note_pass
from layertrace.record.hooks.kept_variables import look_at_callbacks
from layertrace.record.hooks.mask_values import look_at_masks
from layertrace.record.hooks.metric_resets import look_at_metrics
from layertrace.record.hooks.metric_updates import begin_fit, end_fit
from layertrace.record.hooks.misread_outputs import look_at_outputs
from layertrace.record.hooks.monitors import look_at_monitors
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore, watching
from layertrace.record.hooks.prediction_orders import is_shuffling_generator, look_at_predictions
from layertrace.record.hooks.scaled_inputs import look_at_scaling
from layertrace.record.hooks.shuffled_states import Shuffling, look_at_shuffling, shuffling_of
from layertrace.record.hooks.target_values import look_at_class_weight, look_at_targets
from layertrace.record.hooks.training_facts import above
from layertrace.record.hub import hub
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition
from layertrace.timeline.event import Structure
from layertrace.timeline.registry import Register

__all__ = ["FITS", "passes"]

_order = itertools.count()

_fitted: Register[CodePosition | None] = Register()
"""The line of the first fit of each model that made an epoch."""


class _Fit(NamedTuple):
    """A fit that has begun."""

    model: Any
    given: dict[str, object]
    wanted: Structure
    content: Content | None
    steps: int | None
    place: CodePosition | None
    shuffling: Shuffling | None


def _begin(call: Call) -> _Fit | None:
    if not hub.observers:
        return None
    with guarded("record a fit"):
        begin_fit(call.subject)
        given = _given(call)
        place = source_lines.caller(call.method, above(call.caller, "fit"))
        model, data = call.subject, given.get("x")
        note_pass(model, data, "fit", place)
        look_at_masks(model, data, place)
        look_at_scaling(model, data, place)
        look_at_parts(model, data, given.get("validation_data"), place)
        split = None if given.get("validation_data") is not None else given.get("validation_split")
        look_at_targets(model, given.get("y"), given.get("sample_weight"), split, place)
        look_at_class_weight(model, given.get("y"), given.get("class_weight"), place)
        shuffling = shuffling_of(model, given)
        look_at_cache(data, "fit", _wanted(given), place)
        look_at_results(data, place)
        return _Fit(model, given, _wanted(given), content_of(data), _steps_of(model), place, shuffling)
    end_fit()
    return None


def _given(call: Call) -> dict[str, object]:
    """Return the arguments by name; a decorated method takes any, and has the names of the one below."""
    return {**dict(zip(call.method.names, call.method.defaults, strict=False)), **call.named}


def _epochs_of(fit: _Fit) -> int | None:
    """Return how many epochs a fit was to make; None if that is unknown."""
    epochs = fit.wanted[0] if type(fit.wanted) is tuple else None
    return epochs if type(epochs) is int else None


def _is_dataset(data: object) -> bool:
    return Loaded.tf is not None and safe.is_a(data, Loaded.tf.data.Dataset)


def _wanted(given: dict[str, object]) -> Structure:
    """Return the number of epochs, and the number of steps in each; None if that is not given."""
    epochs, initial, steps = (given.get(name) for name in ("epochs", "initial_epoch", "steps_per_epoch"))
    if type(epochs) is not int or type(initial) is not int:
        return None
    return epochs - initial, steps if type(steps) is int else None


def _steps_of(model: object) -> int | None:
    """Return how often the optimizer of a model was applied; None if that is unknown."""
    return steps_of(safe.instance_dict(model).get("optimizer"))


def _end(fit: _Fit, history: object, _: object) -> None:
    """Record a fit when it has ended, unless a callback stopped it."""
    end_fit()
    with guarded("read the losses of a fit"):
        _look_at_losses(fit, history)
    with guarded("record the end of a fit"):
        note_end(fit.model)
        look_at_metrics(fit.model, fit.place)
        look_at_callbacks(fit.model, fit.given.get("callbacks"), fit.place)
        look_at_monitors(fit.model, fit.given, history, fit.place)
        look_at_content(fit.model, fit.content, fit.place)
        look_at_outputs(fit.model, fit.given.get("y"), fit.place)
        model, data = fit.model, fit.given.get("x")
        after = _steps_of(model)
        made = None if after is None or fit.steps is None else after - fit.steps
        look_at_shuffling(model, fit.shuffling, made, fit.place)
        epochs = _epochs_of(fit)
        look_at_rate(model, epochs, made, after, fit.place)
        _note_training(model, fit.place)
        if safe.truth(safe.instance_dict(model).get("stop_training")) or fit.wanted is None:
            return
        # A program may resume a training that is complete: tests/cases/clean/data_that_lasts.py
        first = fit.given.get("initial_epoch")
        is_later = type(first) is int and first > 0 and _fitted.get(model) is not None
        has_no_epoch = epochs is not None and epochs <= 0 and is_later
        if epochs is not None and epochs > 0:
            _fitted.add(model, fit.place)
        observation = PendingObservation(
            "fitted",
            (next(_order),),
            layer=register_layer(model),
            before=fit.wanted,
            now=made,
            place=fit.place,
        )
        if has_no_epoch:
            observation.role, observation.defined = "no epoch", _fitted.get(model)
        elif type(data) is GeneratorType:
            observation.role = "generator" if data.gi_frame is not None else "exhausted generator"
            observation.reader = data.__name__
            observation.defined = data.gi_code, -1
        elif _is_dataset(data) and safe.is_framework_class(type(data)):
            observation.role = "dataset"
            observation.variables = (int(cast(Any, data).cardinality()),)
        else:
            return
        add_observation(observation)


def _note_training(model: object, place: CodePosition | None) -> None:
    """Record on torch which line trains a model: no trace of a train function shows it there."""
    # A step that fails trains nothing: tests/cases/clean/states_kept_on_purpose.py
    if Loaded.backend.name == "torch":
        seen = PendingObservation("fitted", (id(model), place), role="trained", place=place)
        seen.layer = register_layer(model)
        add_observation(seen)


def _look_at_losses(fit: _Fit, history: object) -> None:
    """Record that the last loss of a fit is not finite, or its data, with the weights that are not."""
    kept = safe.instance_dict(history).get("history") if safe.is_framework_class(type(history)) else None
    losses = safe.unwrapped(dict.get(kept, "loss")) if type(kept) is dict else None
    values = [] if losses is None else safe.last_items(losses, _MOST_LOSSES)
    data = {name: fit.given.get(name) for name in ("x", "y", "sample_weight")}
    if not values or any(type(value) is not float for value in values):
        return
    # A loss may be finite although weights are NaN: XLA computes relu(NaN) as 0.
    if math.isfinite(values[-1]) and all_finite(data):
        return
    inside = [fit.model, *layers_inside(fit.model)]
    weights = {path: what for each in not_finite(inside).values() for path, what in each.items()}
    before = itertools.takewhile(math.isfinite, values)
    observation = PendingObservation(
        "not finite",
        (next(_order),),
        layer=register_layer(fit.model),
        name="NaN" if math.isnan(values[-1]) else "infinite" if math.isinf(values[-1]) else "",
        before=ranges_of(data),
        now=tuple(before),
        paths=tuple(weights),
        place=fit.place,
    )
    add_observation(observation)


_MOST_LOSSES = 1000


def _fail(fit: _Fit, _: BaseException) -> None:
    end_fit()
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
            is_watched = method == "evaluate" or has_state(call.subject)
            data = _given(call).get("x") if is_watched or method == "predict" else None
            if not is_watched and not _is_dataset(data) and not is_shuffling_generator(data):
                return
            place = source_lines.caller(call.method, above(call.caller, method))
            note_pass(call.subject, data, method, place)
            if method == "predict":
                look_at_predictions(call.subject, data, place)
            if method == "evaluate":
                look_at_parts(call.subject, None, data, place)

    def begin_step(call: Call) -> Call:
        begin(call)
        return call

    def end_step(call: Call, *_: object) -> None:
        if hub.observers and Loaded.backend.name == "torch":
            with guarded("record a step of training"):
                place = source_lines.caller(call.method, above(call.caller, method))
                _note_training(call.subject, place)

    if method != "train_on_batch":
        return watching(begin)
    return Observer(begin=begin_step, end=end_step, fail=ignore)
