"""Record what decides how a model trains: it is compiled, adapted, given weights, and its losses are read."""

from __future__ import annotations

import itertools
from types import FrameType

from layertrace.record.describe import source_lines
from layertrace.record.describe.compiled_losses import compiled_loss
from layertrace.record.describe.layer_contents import layers_inside, trainable_inside
from layertrace.record.describe.losses_of_outputs import outputs_without_loss
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.trace_signatures import described
from layertrace.record.describe.variable_values import number_in
from layertrace.record.hooks.copied_weights import look_at_copies
from layertrace.record.hooks.kept_variables import look_at_values
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore, watching
from layertrace.record.hooks.skipped_weights import Values, look_at_skipped, values_before
from layertrace.record.hooks.variables import number_of
from layertrace.record.hooks.weight_files import look_at_names
from layertrace.record.hub import hub, threads
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.timeline.context import ObservationKind
from layertrace.timeline.ownership import is_keras_name
from layertrace.timeline.registry import live_layers

__all__ = [
    "ADAPTED",
    "COMPILED",
    "LOSSES_READ",
    "REPLACED",
    "TRAINABLE_SET",
    "WEIGHTS_SET",
    "above",
]

_order = itertools.count()


def _compiled(call: Call, _: object, model: object) -> None:
    """Record a `compile` when it has ended: the optimizer and its rate, and what is trainable then."""
    if not hub.observers:
        return
    with guarded("record a compile"):
        threads.state.runs_for = None  # the next run of its function is an event of its own, after this
        optimizer = safe.instance_dict(model).get("optimizer")
        loss = safe.instance_dict(model).get("loss")
        unused = outputs_without_loss(model, loss)
        inside = [record for layer in layers_inside(model) if (record := live_layers.get(layer)) is not None]
        add_observation(
            PendingObservation(
                "compiled",
                (next(_order),),
                layer=register_layer(model),
                name=str(described(optimizer)),
                before=tuple(record.number for record in inside if _is_frozen(record.reference())),
                now=_rate(optimizer),
                variables=tuple(map(number_of, trainable_inside(model))),
                paths=compiled_loss(loss),
                without_gradient=tuple(name for each in unused for name in each),
                role="metrics as loss weights" if _are_metrics(call.named.get("loss_weights")) else "",
                place=source_lines.caller(call.method, above(call.caller, "compile")),
            )
        )


def _are_metrics(weights: object) -> bool:
    """Return whether a list of loss weights has names or metrics in it, and no number."""
    inner = None if isinstance(weights, dict) else safe.unwrapped(weights)
    items = [] if inner is None else [item for _, item in safe.first_items(inner, _MOST_WEIGHTS)]
    return bool(items) and all(
        type(item) is str or any(safe.module_of(base) == _METRICS for base in safe.mro(type(item)))
        for item in items
    )


_METRICS = "keras.src.metrics.metric"


_MOST_WEIGHTS = 64


def above(caller: FrameType | None, method: str) -> FrameType | None:
    """Return the frame that called the user's own method of a name, which calls that of its base class."""
    frame = caller
    while frame is not None:
        code = frame.f_code
        if not source_lines.is_internal(code.co_filename):
            if code.co_name != method:
                return frame
            caller = frame.f_back
        frame = frame.f_back
    return caller


def _is_frozen(layer: object) -> bool:
    return safe.truth(safe.instance_dict(layer).get("_trainable", True)) is False


def _rate(optimizer: object) -> float | str | None:
    """Return the learning rate of an optimizer, or the class of its schedule; None if it is unknown."""
    rate = safe.instance_dict(optimizer).get("_learning_rate")
    if safe.is_plain(rate):
        return rate if type(rate) is float else None
    is_value = safe.is_library_class(type(rate)) and callable(safe.framework_attribute(rate, "numpy"))
    if is_value:
        with guarded("read a learning rate"):
            number = number_in(rate)
            if number is not None:
                return number
    return None if rate is None else safe.class_name(rate)


def _observer(what: ObservationKind, *, ends_runs: bool) -> AnyObserver:
    """Return an observer that adds an observation about a layer each time."""

    def begin(call: Call) -> None:
        if not hub.observers:
            return
        with guarded(f"record that a layer was {what}"):
            place = source_lines.caller(call.method, call.caller)
            key: tuple[object, ...] = (id(call.subject), place)
            if ends_runs:
                threads.state.runs_for = None  # what runs after this is an event of its own
                key = (next(_order),)
            layer = register_layer(call.subject)
            if layer is not None:
                add_observation(PendingObservation(what, key, layer=layer, name=_name(call), place=place))

    return watching(begin)


def _name(call: Call) -> str:
    return "" if call.method.code is None else call.method.code.co_name


def _trainable_set(call: Call) -> None:
    """Record that the program froze or unfroze a layer, and which layers inside it were frozen before.

    Keras passes the value on to the layers inside, which is not recorded.
    """
    if not hub.observers:
        return
    with guarded("record that a layer was frozen or unfrozen"):
        frame = source_lines.outside_setattr(call.caller)
        layer = register_layer(call.subject)
        if frame is None or layer is None or source_lines.is_internal(frame.f_code.co_filename):
            return
        place = source_lines.caller(call.method, frame)
        now = safe.truth(call.values[0]) if call.values else None
        inside = [register_layer(child) for child in (call.subject, *layers_inside(call.subject))]
        frozen = [record.number for record in inside if record is not None and _is_frozen(record.reference())]
        add_observation(
            PendingObservation(
                "trainable set",
                (id(call.subject), place, now),
                layer=layer,
                name="trainable",
                before=tuple(frozen),
                now=now,
                place=place,
            )
        )


TRAINABLE_SET = watching(_trainable_set)
"""Observes that `trainable` of a layer is set."""

COMPILED = Observer(begin=lambda call: call, end=_compiled, fail=ignore)
"""Observes `compile` of a model."""

ADAPTED = _observer("adapted", ends_runs=True)
"""Observes `adapt` and `set_vocabulary` of preprocessing layers."""

REPLACED = _observer("weights set", ends_runs=False)
"""Observes that a layer is given weights, and does not look at them."""


def _weights_set(call: Call) -> tuple[Call, Values | None]:
    REPLACED.begin(call)
    before: Values | None = None
    if hub.observers and _name(call) == "load_weights":
        with guarded("keep weights before others are loaded"):
            before = values_before(call)
    if hub.observers and _name(call) == "set_weights":
        with guarded("compare weights that are set with the variables"):
            look_at_values(call)
            look_at_copies(call)
    return call, before


def _were_set(token: tuple[Call, Values | None], *_: object) -> None:
    call, before = token
    if hub.observers and before is not None:
        with guarded("compare weights with what they were before a file was loaded"):
            look_at_skipped(call, before)
    if hub.observers and _name(call) == "load_weights":
        with guarded("compare the names of layers with those in a file"):
            look_at_names(call)


WEIGHTS_SET: AnyObserver = Observer(begin=_weights_set, end=_were_set, fail=ignore)
"""Observes `set_weights` of a layer and `load_weights` of a model."""

_ANY_READING = _observer("losses read", ends_runs=False)


def _losses_read(call: Call) -> None:
    if not hub.observers or not _is_passed_on(call.caller):
        _ANY_READING.begin(call)


def _is_passed_on(reader: FrameType | None) -> bool:
    """Return whether Keras on JAX reads the losses for `compute_loss`, which can read them and need not.

    `JAXTrainer.compute_loss_and_updates` calls `stateless_call`, which reads them (Keras 3.15).
    """
    if reader is None or reader.f_code.co_name != "stateless_call":
        return False
    frame = reader.f_back
    while frame is not None and _module(frame).startswith(_BETWEEN):
        frame = frame.f_back
    if frame is None or frame.f_code.co_name != "compute_loss_and_updates":
        return False
    return is_keras_name(_module(frame))


_BETWEEN = ("keras.src.utils.traceback_utils", "layertrace.")


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


LOSSES_READ: AnyObserver = watching(_losses_read)
"""Observes the property `losses` of a layer."""
