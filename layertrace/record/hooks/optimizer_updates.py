"""Record what training does besides calling layers: optimizers get gradients, layers add losses."""

from __future__ import annotations

from typing import cast

from layertrace.record.describe import source_lines
from layertrace.record.describe.exceptions import first_argument
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.trace_signatures import described
from layertrace.record.describe.weight_values import variable_path
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.kept_gradients import observe_kept_gradient
from layertrace.record.hooks.layer_calls import now
from layertrace.record.hooks.loss_scales import look_at_factor
from layertrace.record.hooks.misdirected_gradients import observe_misdirected
from layertrace.record.hooks.observer import Call, Observer, ignore, watching
from layertrace.record.hooks.variables import number_of
from layertrace.record.hooks.zero_gradients import observe_zero_gradients
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.python_state.watch import trains
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import live_layers

__all__ = ["KERAS_UPDATES", "LOSSES", "TF_KERAS_UPDATES", "UNKNOWN_VARIABLES", "eager_updates", "updated"]


def _keras_update(call: Call) -> None:
    """Record an update by an optimizer of Keras 3.

    `apply` calls `_filter_empty_gradients(grads, vars)` with the variables in its own list, so
    nothing is read here that can be read only once (Keras 3.0 to 3.15).
    """
    if hub.observers and len(call.values) == 2:
        place = _place(call)
        updated(call.subject, call.values[0], call.values[1], place, now())
        with guarded("look at the scale of a loss"):
            look_at_factor(call.subject, call.values[0], place)


def _tf_keras_update(call: Call) -> None:
    """Record an update by an optimizer of tf_keras.

    `apply_gradients` of `optimizers/optimizer.py` calls `filter_empty_gradients(grads_and_vars)` with its own
    list, and is a method of the optimizer. There are two more callers: a `LossScaleOptimizer`, whose inner
    optimizer calls it again, and the legacy optimizers, which pass on what they got (tf_keras 2.16 to 2.21).
    """
    frame, gradients_and_variables = call.caller, call.subject
    if not hub.observers or type(gradients_and_variables) is not list or frame is None:
        return
    if frame.f_code.co_name == "apply_gradients" and frame.f_globals.get("__name__") == _TF_KERAS:
        pairs = [pair for pair in gradients_and_variables if _is_pair(pair)]
        variables = [variable for _, variable in pairs]
        gradients = [gradient for gradient, _ in pairs]
        updated(first_argument(frame), gradients, variables, _place(call), now())


def _unknown_variables(call: Call, _: BaseException) -> None:
    """Record an update by an optimizer of Keras 3 that does not know the variables.

    `apply` calls `_check_variables_are_known(trainable_variables)` first, with its own list (Keras 3.0 to
    3.15).
    """
    variables = _items(call.values[0]) if hub.observers and call.values else None
    if variables is not None:
        updated(call.subject, [True] * len(variables), variables, _place(call), now())


_TF_KERAS = "tf_keras.src.optimizers.optimizer"
KERAS_UPDATES = watching(_keras_update)
TF_KERAS_UPDATES = watching(_tf_keras_update)
UNKNOWN_VARIABLES = Observer(begin=lambda call: call, end=ignore, fail=_unknown_variables)


def _place(call: Call) -> CodePosition | None:
    with guarded("find the line of an update"):
        return source_lines.caller(call.method, call.caller)
    return None


def updated(
    optimizer: object, gradients: object, variables: object, place: CodePosition | None, started: int
) -> None:
    """Record that an optimizer updates variables.

    Args:
        optimizer: The optimizer.
        gradients: A list or tuple, with None for a variable without a gradient; anything else is ignored.
        variables: The variables in the same order, also in a list or tuple.
        place: The line of the program.
        started: When, on the clock of the hooks.
    """
    with guarded("record an update"):
        trains()
        gradient_list, variable_list = _items(gradients), _items(variables)
        if gradient_list is not None and variable_list is not None:
            _updated(optimizer, list(zip(gradient_list, variable_list, strict=False)), place, started)


def _is_pair(value: object) -> bool:
    kind = type(value)
    return (kind is tuple or kind is list) and len(cast("list[object]", value)) == 2


def _items(values: object) -> list[object] | None:
    """Return the items of a list or tuple, also of one that Keras or TensorFlow define; None otherwise."""
    kind = type(values)
    if kind is not list and kind is not tuple and not safe.is_library_class(kind):
        return None
    inner = safe.unwrapped(values)
    if inner is None or safe.is_a(inner, dict):
        return None
    return [item for _, item in safe.first_items(inner, safe.size_of(inner))]


def _updated(
    optimizer: object, updates: list[tuple[object, object]], place: CodePosition | None, started: int
) -> None:
    """Record an update.

    Args:
        optimizer: The optimizer.
        updates: Each gradient with its variable.
        place: The line of the program.
        started: When, on the clock of the hooks.
    """
    if Loaded.backend.name == "tensorflow" and Loaded.tf.executing_eagerly():
        _eagerly[0] += 1
    if Loaded.backend.name == "torch":
        first = next((pair for pair in updates if pair[0] is not None), None)
        if first is not None:
            observe_kept_gradient(first[1], first[0], place)
    paths = tuple(variable_path(variable) for _, variable in updates)
    without = tuple(path for path, (gradient, _) in zip(paths, updates, strict=True) if gradient is None)
    numbers = tuple(number_of(variable) for _, variable in updates)
    frozen = tuple(n for n, (_, variable) in enumerate(updates) if _is_frozen(variable))
    name = str(described(optimizer))
    if Loaded.backend.name == "jax" and not without:
        observe_zero_gradients(optimizer, [gradient for gradient, _ in updates], numbers, paths, place)
    observe_misdirected(name, updates, place)
    add_observation(
        PendingObservation(
            "update",
            (name, place, numbers, paths, without, frozen),
            name=name,
            before=frozen or None,
            variables=numbers,
            paths=paths,
            without_gradient=without,
            now=tuple(n for n, (gradient, _) in enumerate(updates) if gradient is None),
            place=place,
            start=started,
        )
    )


_eagerly = [0]


def eager_updates() -> int:
    """Return how many updates TensorFlow has made outside of graphs, in all recordings."""
    return _eagerly[0]


def _is_frozen(variable: object) -> bool:
    """Return whether a variable of Keras 3 is not trainable, as those of a frozen layer."""
    return safe.instance_dict(variable).get("_trainable") is False


def _loss(call: Call) -> None:
    if not hub.observers:
        return
    with guarded("record a loss"):
        layer, place = call.subject, source_lines.caller(call.method, call.caller)
        add_observation(
            PendingObservation("loss", (id(layer), place), layer=live_layers.get(layer), place=place)
        )


LOSSES = watching(_loss)
"""Observes `Layer.add_loss`."""
