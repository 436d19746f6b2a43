"""See what training does beside calling layers: gradients given to an optimizer, losses added by a layer."""

from __future__ import annotations

from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.trace_signatures import described
from layertrace.record.hooks.layer_calls import first_argument, now
from layertrace.record.hooks.observer import Call, Observer, ignore, watching
from layertrace.record.hooks.variables import number_of
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import report_internal_error
from layertrace.record.python_state.watch import trains
from layertrace.timeline.registry import live_layers

__all__ = ["KERAS_UPDATES", "LOSSES", "TF_KERAS_UPDATES", "UNKNOWN_VARIABLES", "updated"]


def _keras_update(call: Call) -> None:
    """Note an update by an optimizer of Keras 3.

    `apply` calls `_filter_empty_gradients(grads, vars)` with the variables in a list of its own, so that
    nothing is read here that can be read once only (Keras 3.0 to 3.15).
    """
    if hub.observers and len(call.values) == 2:
        updated(call.subject, *call.values, _place(call), now())


def _tf_keras_update(call: Call) -> None:
    """Note an update by an optimizer of tf_keras.

    `apply_gradients` of `optimizers/optimizer.py` calls `filter_empty_gradients(grads_and_vars)` with a list
    of its own, and is a method of the optimizer. Others call it too: a `LossScaleOptimizer`, for the
    optimizer inside that does so again, and the legacy optimizers, with whatever they were given
    (tf_keras 2.16 to 2.21).
    """
    frame, given = call.caller, call.subject
    if not hub.observers or type(given) is not list or frame is None:
        return
    if frame.f_code.co_name == "apply_gradients" and frame.f_globals.get("__name__") == _TF_KERAS:
        pairs = [pair for pair in given if _is_pair(pair)]
        variables = [variable for _, variable in pairs]
        gradients = [gradient for gradient, _ in pairs]
        updated(first_argument(frame), gradients, variables, _place(call), now())


def _unknown_variables(call: Call, _: BaseException) -> None:
    """Note an update by an optimizer of Keras 3 that does not know the variables.

    `apply` calls `_check_variables_are_known(trainable_variables)` first, with a list of its own (Keras 3.0
    to 3.15).
    """
    variables = _listed(call.values[0]) if hub.observers and call.values else None
    if variables is not None:
        updated(call.subject, [True] * len(variables), variables, _place(call), now())


_TF_KERAS = "tf_keras.src.optimizers.optimizer"
KERAS_UPDATES = watching(_keras_update)
TF_KERAS_UPDATES = watching(_tf_keras_update)
UNKNOWN_VARIABLES = Observer(begin=lambda call: call, end=ignore, fail=_unknown_variables)


def _place(call: Call) -> Any:
    try:
        return source_lines.caller(call.method, call.caller)
    except Exception:  # promise 1, as below
        return report_internal_error("find the line of an update")


def updated(optimizer: Any, grads: Any, variables: Any, place: Any, started: int) -> None:
    """Note that an optimizer updates variables.

    Args:
        optimizer: Which one.
        grads: The gradients, None for a variable without one; they are read from a list or tuple only.
        variables: The variables, in the same order; they are read as the gradients are.
        place: The line of the program.
        started: When, on the clock of the hooks.
    """
    try:
        trains()
        given, known = _listed(grads), _listed(variables)
        if given is not None and known is not None:
            _updated(optimizer, list(zip(given, known, strict=False)), place, started)
    except Exception:  # promise 1: the traced program never sees a fault of ours
        report_internal_error("record an update")


def _is_pair(value: Any) -> bool:
    kind = type(value)
    return (kind is tuple or kind is list) and len(value) == 2


def _listed(values: Any) -> list[Any] | None:
    """Return the items of a list or tuple of Python's, or of one in which Keras or TensorFlow keep theirs."""
    kind = type(values)
    if kind is not list and kind is not tuple and not safe.is_framework(kind):
        return None
    inner = safe.unwrapped(values)
    if inner is None or safe.is_a(inner, dict):
        return None
    return [item for _, item in safe.first_items(inner, safe.size_of(inner))]


def _updated(optimizer: Any, found: list[tuple[Any, Any]], place: Any, started: int) -> None:
    paths = tuple(_path(variable) for _, variable in found)
    without = tuple(path for path, (gradient, _) in zip(paths, found, strict=True) if gradient is None)
    numbers = tuple(number_of(variable) for _, variable in found)
    name = str(described(optimizer))
    add_observation(
        PendingObservation(
            "update",
            (name, place, numbers, paths, without),
            name=name,
            variables=numbers,
            paths=paths,
            without_gradient=without,
            now=tuple(n for n, (gradient, _) in enumerate(found) if gradient is None),
            place=place,
            start=started,
        )
    )


def _path(variable: Any) -> str:
    for name in ("path", "name"):
        found = safe.framework_attribute(variable, name, below=True)
        if found is not None:
            return str(found).removesuffix(":0")
    return "?"


def _loss(call: Call) -> None:
    if not hub.observers:
        return
    try:
        layer, place = call.subject, source_lines.caller(call.method, call.caller)
        add_observation(
            PendingObservation("loss", (id(layer), place), layer=live_layers.get(layer), place=place)
        )
    except Exception:  # promise 1, as above
        report_internal_error("record a loss")


LOSSES = watching(_loss)
"""Observes `Layer.add_loss`."""
