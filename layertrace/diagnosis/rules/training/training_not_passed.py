"""LT501: A model is trained in a loop of one's own that does not say so."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import is_in_tape, nodes_of, parameters, uses
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef

_RATES = ("dropout", "recurrent_dropout")
_DEPENDENT = ("BatchNormalization", "Dropout", "GaussianNoise", "SpectralNormalization", "StochasticDepth")


def _is_dependent(layer: LayerRef) -> bool:
    return any(name.rpartition(".")[2].endswith(_DEPENDENT) for name in layer.bases)


def _is_settled(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Tell a layer that does the same in any mode: a rate of 0, or a `call` that says itself what it is.

    Dropout that is on for good (Monte Carlo dropout) overrides `call` and passes `training=True`.
    """
    given = [one.arguments.get(name) for one in context.of(layer, "init") for name in _NOISE]
    rates = [rate for rate in given if isinstance(rate, (int, float))]
    if rates and not any(rates):
        return True
    state = context.state(layer)
    method = None if state is None else state.methods.get("call")
    if "training" in parameters(method) and not uses(method, "training"):
        return True
    passed = (one for node in nodes_of(method) if isinstance(node, ast.Call) for one in node.keywords)
    said = [one.value for one in passed if one.arg == "training"]
    return bool(said) and all(isinstance(one, ast.Constant) and one.value is True for one in said)


_NOISE = ("rate", "stddev", "drop_path_rate")


def _has_rate(context: DiagnosisContext, layer: LayerRef) -> bool:
    given = [one.arguments.get(name) for one in context.of(layer, "init") for name in _RATES]
    return any(isinstance(rate, (int, float)) and rate > 0 for rate in given)


def _depends_on_training(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Tell a layer that does something else in training.

    One of Keras's that always does, or one derived from such; one of Keras's that was given a rate of
    dropout; one of the user's, without layers inside, whose `call` asks for `training`.
    """
    if _is_dependent(layer):
        return not _is_settled(context, layer)
    state = context.state(layer)
    if not is_user_defined(layer):
        children = () if state is None else state.children
        inside = [context.states[child].layer for child in children if child in context.states]
        return _has_rate(context, layer) and not any(map(_is_dependent, inside))
    method = None if state is None or state.children else state.methods.get("call")
    return "training" in parameters(method) and uses(method, "training")


@rule("LT501", "training-not-passed", "warning", links.CUSTOM_TRAINING_LOOPS)
def training_not_passed(context: DiagnosisContext) -> Iterator[Violation]:
    """A model is trained in a loop of one's own that does not say so.

    `fit` passes `training=True`; a call `model(x)` does not. Then dropout drops nothing, and batch
    normalization keeps the statistics that it began with, which shows only when the model is used.

    Bad:

    ```python
    with tf.GradientTape() as tape:
        loss = loss_of(model(x), y)
    ```

    Good:

    ```python
    with tf.GradientTape() as tape:
        loss = loss_of(model(x, training=True), y)
    ```
    """
    told = set()
    for update in context.observations("update"):
        trained = set(update.variables) - {0}
        for layer, calls in _untold(context, update):
            outermost = [_outermost_call(context, event) for event in calls]
            judged = [
                (outer, event)
                for outer, event in zip(outermost, calls, strict=True)
                if outer.training is None and _is_trained(context, outer, trained)
            ]
            if layer.id in told or not judged:
                continue
            told.add(layer.id)
            # A call before the step may have been made to build the layer, or to act with it.
            outer, event = next((one for one in judged if is_in_tape(one[0].location)), judged[-1])
            times = sum(one.training is None for one in context.of(layer, "call"))
            name = "" if outer.layer is None else outer.layer.name
            yield Violation(
                message=f"{{layer}} ran {times} {'time' if times == 1 else 'times'} as if not in "
                "training, while an optimizer was updating the model: nobody passed training=True.",
                layer=layer,
                location=outer.location,
                evidence=(
                    Evidence("called without training", (outer.seq, event.seq), outer.location),
                    Evidence(f"{update.name.strip('<>')} updates it", (), update.location),
                ),
                fix=f"{name or 'model'}(x, training=True)",
            )


def _untold(context: DiagnosisContext, update: Observation) -> Iterator[tuple[LayerRef, list[Event]]]:
    """Yield the layers that nobody told, in the step that an update ends, whether this is training.

    A layer that was told so once in the step is called right there; other calls of it build the model, act,
    or measure.
    """
    found: dict[int, list[Event]] = {}
    for event in _calls_before(context, update):
        around = context.enclosing_layer(event)
        is_part = around is not None and not is_user_defined(around) and _depends_on_training(context, around)
        if event.layer is not None and not is_part:
            found.setdefault(event.layer.id, []).append(event)
    for calls in found.values():
        layer = calls[0].layer
        if layer is None or any(one.training is not None for one in calls):
            continue
        state = context.state(layer)
        if _depends_on_training(context, layer) and (state is None or state.trainable is not False):
            yield layer, calls


def _calls_before(context: DiagnosisContext, update: Observation) -> list[Event]:
    """Return the calls in the step that an update ends: in the same trace, else before it in its thread."""
    around = context.event(update.during)
    if around is not None:
        inside = (one for one in context.descendants(around) if one.kind == "call" and one.mode == "graph")
        return [one for one in inside if one.start_ns <= update.start_ns]
    before = [one.start_ns for one in context.observations("update") if one.start_ns < update.start_ns]
    since = max(before, default=-1)
    return [
        one
        for one in context.events("call")
        if since < one.start_ns <= update.start_ns and one.mode == "eager" and one.thread == update.thread
    ]


def _outermost_call(context: DiagnosisContext, event: Event) -> Event:
    return [event, *(one for one in context.ancestors(event) if one.kind == "call")][-1]


def _is_trained(context: DiagnosisContext, call: Event, trained: set[int]) -> bool:
    """Tell whether the model that was called has variables among those that were updated."""
    state = context.state(call.layer)
    return state is None or not trained or not trained.isdisjoint(state.variables)
