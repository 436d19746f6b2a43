"""Notice metrics of a model that are what they were before after the model has reset its metrics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.variable_values import values_of
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.metric_updates import is_in_fit, metrics_in_fit, updated_at
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore, watching
from layertrace.record.hooks.variables import number_of
from layertrace.record.hub import hub
from layertrace.record.layers import class_facts, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.python_state.framework_attributes import set_by_framework
from layertrace.record.spans import CodePosition, code_behind
from layertrace.timeline.registry import Register

__all__ = ["METRIC_RESETS", "RESETS_BY_PROGRAM", "look_at_metrics", "metrics_of"]

_MOST = 256  # attributes or items of one collection that are looked at
_NUMBERS = 10_000  # in one variable of a metric, which is read before and after each reset
_METRICS = ("keras.src.metrics.metric", "tf_keras.src.metrics.base_metric")
"""The modules that define the base class of metrics."""

Values = tuple[Any, ...]
"""The arrays in the variables of a metric."""


class _Held(NamedTuple):
    """A metric that a model holds.

    Attributes:
        path: The attribute: `kl_tracker`, `trackers.kl`; empty for one that the model was compiled with.
        metric: The metric.
        attributes: Those of the metric that hold its untracked variables; empty if Keras resets its own.
        variables: What is compared: the variables that Keras resets, or else the untracked ones.
    """

    path: str
    metric: Any
    attributes: tuple[str, ...]
    variables: list[Any]


_before: Register[list[Values]] = Register()
"""What a metric is when the reset of all metrics begins."""
_kept: Register[list[Values]] = Register()
"""What a metric was after the last reset, if it was not reset."""
_in_graphs: Register[bool] = Register()
"""The metrics that a graph resets, perhaps: when it does is not seen."""
_reset_once: Register[bool] = Register()
"""The metrics whose first reset was recorded."""


def look_at_metrics(model: object, place: CodePosition | None) -> None:
    """Record the metrics that went on from what they were when the model last reset its metrics.

    Args:
        model: The model, which resets its metrics now, or whose `fit` has ended.
        place: The line of the program.
    """
    for held in _held(model):
        values = _values(held.variables)
        if values is None:
            continue
        _set(_before, held.metric, values)
        kept = _kept.get(held.metric)
        if kept and _has_grown(held, kept[0], values) and not _in_graphs.get(held.metric):
            role = "untracked variables" if held.attributes else "not in metrics"
            role = "not in the model" if not held.attributes and not held.path else role
            seen = PendingObservation("metric kept", (id(model), id(held.metric)), role=role, place=place)
            seen.layer = register_layer(model)
            seen.name, seen.reader = _name(held.metric), held.path
            seen.paths = (safe.class_name(held.metric), *held.attributes)
            seen.variables = tuple(map(number_of, held.variables))
            seen.defined = None if held.attributes else _own_property(model)
            if role == "not in the model":
                seen.defined = updated_at(held.metric)
            add_observation(seen)


def _after_reset(model: object) -> None:
    """Keep what the metrics are that were not reset."""
    for held in _held(model):
        values, before = _values(held.variables), _before.get(held.metric)
        is_kept = values is not None and before and _are_equal(before[0], values) and _are_used(values)
        _set(_kept, held.metric, values if is_kept else None)


def _set(register: Register[list[Values]], metric: object, values: Values | None) -> None:
    known = register.get(metric)
    if known is None:
        known = register.add(metric, [])
    known[:] = [] if values is None else [values]


# Metrics


def _held(model: object) -> Iterator[_Held]:
    """Yield the metrics that a model holds, or was compiled with, and that Keras itself would reset."""
    seen: set[int] = set()
    for path, metric in metrics_of(model):
        if id(metric) in seen or not _is_reset_by_keras(metric):
            continue
        seen.add(id(metric))
        tracked, raw = _tracked(metric), _untracked(metric)
        if tracked and path:
            yield _Held(path, metric, (), tracked)
        elif raw and not tracked:
            yield _Held(path, metric, tuple(raw), list(raw.values()))
    for metric in metrics_in_fit(model):
        if id(metric) not in seen and _is_reset_by_keras(metric) and (tracked := _tracked(metric)):
            yield _Held("", metric, (), tracked)


def metrics_of(model: object) -> Iterator[tuple[str, Any]]:
    """Yield the metrics in attributes of a model, and one object below, each with its path."""
    for path, value in _attributes(model):
        if _is_metric(value):
            yield path, value
        elif class_facts(type(value)) is not None or not safe.is_library_class(type(value)):
            yield from ((f"{path}.{name}", item) for name, item in _attributes(value) if _is_metric(item))
    compiled = safe.instance_dict(safe.instance_dict(model).get("_compile_metrics"))
    todo = [compiled.get("_user_metrics"), compiled.get("_user_weighted_metrics")]
    for _ in range(_MOST):
        value = todo.pop() if todo else None
        if _is_metric(value):
            yield "", value
        elif (inner := safe.unwrapped(value)) is not None:
            todo += [item for _, item in safe.first_items(inner, _MOST)]


def _attributes(thing: object) -> Iterator[tuple[str, Any]]:
    """Yield what the program keeps in attributes of an object, and in lists and dicts there."""
    is_layer = class_facts(type(thing)) is not None
    base = set_by_framework(type(thing)) if is_layer else frozenset[str]()
    for name, value in list(safe.instance_dict(thing).items())[:_MOST]:
        if type(name) is not str or name in base or name.startswith("_self_"):
            continue
        inner = safe.unwrapped(value)
        if inner is None:
            yield name, value
        else:
            for key, item in safe.first_items(inner, _MOST):
                yield f"{name}[{safe.key_words(key)}]", item


def _is_metric(value: object) -> bool:
    return any(
        safe.name_of(base) == "Metric" and safe.module_of(base) in _METRICS for base in safe.mro(type(value))
    )


def _is_reset_by_keras(metric: object) -> bool:
    """Return whether a metric has the `reset_state` of Keras, and is not a `Sum`, which may be a counter."""
    # tests/cases/clean/metrics_that_are_kept.py
    resets = [owner for owner in safe.mro(type(metric)) if not _RESETS.isdisjoint(safe.namespace(owner))]
    own_sum = safe.class_name(metric) == "Sum" and safe.is_framework_class(type(metric))
    return bool(resets) and safe.is_framework_class(resets[0]) and not own_sum


_RESETS = frozenset({"reset_state", "reset_states"})  # tf_keras 2.21 knows both, and prefers the second


def _tracked(metric: object) -> list[Any]:
    """Return the variables that Keras resets: `_variables` of a metric; those of tf_keras are layers."""
    attributes = safe.instance_dict(metric)
    names = ("_variables", "_non_trainable_weights", "_trainable_weights", "_metrics")
    inner = [safe.unwrapped(attributes.get(name)) for name in names]
    return [item for each in inner if each is not None for _, item in safe.first_items(each, _MOST)]


def _untracked(metric: object) -> dict[str, Any]:
    """Return the variables of TensorFlow in attributes of a metric, by their names."""
    attributes = list(safe.instance_dict(metric).items())
    return {name: value for name, value in attributes[:_MOST] if _is_variable_of_tensorflow(value)}


def _is_variable_of_tensorflow(value: object) -> bool:
    return Loaded.tf is not None and safe.is_a(value, Loaded.tf.Variable)


def _own_property(model: object) -> CodePosition | None:
    """Return where the program defines the property `metrics` of a model."""
    owner = next((cls for cls in safe.mro(type(model)) if "metrics" in safe.namespace(cls)), object)
    defined = safe.namespace(owner).get("metrics")
    if safe.is_framework_class(owner) or type(defined) is not property:
        return None
    code = code_behind(defined.fget)
    return None if code is None else (code, -1)


def _name(metric: object) -> str:
    name = safe.framework_attribute(metric, "name", below=True)
    return name if type(name) is str else ""


# Values


def _values(variables: list[Any]) -> Values | None:
    """Return the arrays in variables of TensorFlow; None if one cannot be read, or is large."""
    arrays = tuple(values_of(variable, _NUMBERS) for variable in variables)
    return None if any(array is None for array in arrays) else arrays


def _are_equal(before: Values, now: Values) -> bool:
    return len(before) == len(now) and all(
        old.shape == new.shape and (old == new).all() for old, new in zip(before, now, strict=True)
    )


def _are_used(values: Values) -> bool:
    return any(value.any() for value in values)


def _has_grown(held: _Held, before: Values, now: Values) -> bool:
    """Return whether a metric went on counting.

    Its `count` is larger, or, if it has none, some number is larger and none is smaller.
    """
    count = safe.instance_dict(held.metric).get("count")
    at = next((n for n, variable in enumerate(held.variables) if variable is count), None)
    if len(before) != len(now) or any(old.shape != new.shape for old, new in zip(before, now, strict=True)):
        return False
    pairs = list(zip(before, now, strict=True)) if at is None else [(before[at], now[at])]
    return all((old <= new).all() for old, new in pairs) and any((old < new).any() for old, new in pairs)


def _begin(call: Call) -> Call | None:
    if not hub.observers:
        return None
    with guarded("read metrics before a reset"):
        look_at_metrics(call.subject, source_lines.caller(call.method, call.caller))
    return call


def _end(call: Call, *_: object) -> None:
    with guarded("read metrics after a reset"):
        _after_reset(call.subject)


METRIC_RESETS: AnyObserver = Observer(begin=_begin, end=_end, fail=ignore)
"""Observes `reset_metrics` of a model, which `fit` and `evaluate` call before each pass."""


def _reset(call: Call) -> None:
    """Forget what a metric was: it does not go on from that, and neither do the metrics that it holds."""
    if not hub.observers:
        return
    with guarded("record a reset of a metric"):
        for metric in _with_inner(call.subject):
            kept = _kept.get(metric)
            # Keras 3 does not reset the variables of TensorFlow in a metric.
            if kept and _tracked(metric):
                kept.clear()
            if not Loaded.backend.is_eager():
                _in_graphs.add(metric, True)
            variables = tuple(map(number_of, _tracked(metric)))  # some have none before their first update
            if variables and _reset_once.get(metric) is None and not is_in_fit():
                _reset_once.add(metric, True)
                # Their numbers are the key, since a later metric may be where a deleted one was.
                add_observation(PendingObservation("metric reset", variables, variables=variables))


def _with_inner(metric: object) -> Iterator[object]:
    """Yield a metric and those that it holds, whose variables Keras resets with its own."""
    todo = [metric]
    for _ in range(_MOST):
        if not todo:
            return
        outer = todo.pop()
        yield outer
        inner = safe.unwrapped(safe.instance_dict(outer).get("_metrics"))
        todo += [] if inner is None else [item for _, item in safe.first_items(inner, _MOST)]


RESETS_BY_PROGRAM: AnyObserver = watching(_reset)
"""Observes `reset_state` of the metrics of Keras, which a program may also call by itself."""
