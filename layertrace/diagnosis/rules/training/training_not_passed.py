"""LT501: A custom training loop calls the model without `training=True`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import line_edit
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.training._not_passed_on import (
    called_by_model,
    not_passed_on,
    not_passed_on_below,
    passing_on,
)
from layertrace.diagnosis.rules.training._shared import given_training, mode_at, role_of, with_training
from layertrace.diagnosis.rules.training._step_helpers import (
    is_shared_with_inference,
    training_passed_to_helper,
)
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.diagnosis.user_source import (
    dotted,
    function_at,
    is_in_tape,
    nodes_of,
    parameters,
    tree_of,
    uses,
)
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location
from layertrace.timeline.ownership import is_keras_layer


@rule(
    "LT501",
    "training-not-passed",
    "warning",
    links.CUSTOM_TRAINING_LOOPS,
    backends=("tensorflow", "jax", "torch"),
)
def training_not_passed(context: DiagnosisContext) -> Iterator[Violation]:
    """A custom training loop calls the model without `training=True`.

    ## Why is this bad?

    `fit` passes `training=True`, but a plain `model(x)` runs in inference mode, and so does
    `model.stateless_call(...)` on JAX. On torch, `model.train()` does not change that. Dropout then drops
    nothing, and batch normalization keeps its initial statistics, which shows only when the model is used.

    ## Example

    ```python
    with tf.GradientTape() as tape:
        loss = loss_of(model(x), y)
    ```

    ## Use instead

    ```python
    with tf.GradientTape() as tape:
        loss = loss_of(model(x, training=True), y)
    ```

    In `fit` of Keras 3 the same happens to a model of your own whose `call` takes no `training`: `fit` passes
    it only to a `call` that has the parameter. Add it: `def call(self, x, training=None)`. On JAX, this
    `call` also has to pass it on to the layers inside: `self.dropout(x, training=training)`.

    ## Known limits

    Optimizers of Keras, torch and optax are known, and on JAX `p - rate * g` in a `jax.tree.map`.

    A step consists of the calls in the trace that has the optimizer update, or of the eager calls in the
    same thread since the previous update. A layer that received `training` in one call of a step is not
    reported for its other calls in it. The rule ignores layers that are frozen in this
    step, rates of 0, a model that shares no
    variable with the update, and your own layers that have children or do not use `training` in `call`.
    """
    reported = set()
    for update in _updates(context):
        for layer, calls in _calls_without_training(context, update):
            lost = next((inner for call in calls if (inner := not_passed_on(context, call))), None)
            if lost is not None and layer.id not in reported:
                reported.add(layer.id)
                yield not_passed_on_below(context, layer, calls[-1], lost)
                continue
            outermost = [_outermost_call(context, call) for call in calls]
            suspects = [
                (outer, call)
                for outer, call in zip(outermost, calls, strict=True)
                if not _is_told(context, outer) and _is_trained(context, outer, update)
            ]
            if layer.id in reported or not suspects:
                continue
            reported.add(layer.id)
            # A call before the step may have built the model or chosen an action: prefer the one in a tape.
            outer, call = next((pair for pair in suspects if is_in_tape(pair[0].location)), suspects[-1])
            unasked = _call_of_model_in_fit(context, outer)
            if unasked is not None and outer.layer is not None:
                yield _without_parameter(context, outer, call, layer, unasked)
                continue
            model = "model" if outer.layer is None else outer.layer.name or "model"
            mode = mode_at(context, outer.location, "True")
            line = with_training(outer.location, mode)
            # tests/cases/lt501_training_not_passed/another_helper_of_both_steps.py
            shared = is_shared_with_inference(context, outer)
            edits = training_passed_to_helper(outer.location, update.location) if shared else ()
            asking = with_training(outer.location, "training") if shared else None
            yield Violation(
                message="{layer} ran in inference mode while an optimizer was updating it; pass "
                f"training={mode}.",
                layer=layer,
                location=outer.location,
                evidence=(
                    Evidence("called without training", (outer.seq, call.seq), outer.location),
                    Evidence(_who_updates(update), (), update.location),
                ),
                fix="" if edits else asking or line or f"{model}(x, training={mode})",
                fix_place="in place" if line and not asking else None,
                edits=edits,
            )


def _updates(context: DiagnosisContext) -> list[Observation]:
    """Return the updates by optimizers, and on JAX where the gradients for a program's own are taken.

    With optax, or by hand, no variable is updated before the end of the training.
    """
    own = [
        each
        for each in context.observations("weights differentiated")
        if context.updated.isdisjoint(each.variables) and _applies_gradients(each.location)
    ]
    return [*context.observations("update"), *own]


def _who_updates(update: Observation) -> str:
    """Return by what an update is seen."""
    if update.what == "update":
        return f"updated by {update.name.strip('<>')}"
    return "its gradients are taken here"


def _applies_gradients(place: Location | None) -> bool:
    """Return whether a file applies gradients on JAX itself: by optax, or by a difference in a `tree.map`."""
    tree = None if place is None else tree_of(place.file)
    for node in [] if tree is None else ast.walk(tree):
        name = dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if name == "apply_updates":
            return True
        if name in ("map", "tree_map", "tree_multimap") and any(map(_is_step_down, ast.walk(node))):
            return True
    return False


def _is_step_down(node: ast.AST) -> bool:
    """Return whether an expression is like `p - rate * g`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Sub):
        return False
    parts = [part.op for part in ast.walk(node.right) if isinstance(part, ast.BinOp)]
    return any(isinstance(part, ast.Mult) for part in parts)


def _is_told(context: DiagnosisContext, call: Event) -> bool:
    """Return whether the program chose the `training` of a call, instead of leaving it to a default.

    A default such as `training=False` holds for the layers inside, too, and a `Dropout` leaves its own
    default to the layers after it (`_resolve_and_populate_arg` of Keras 3.15).
    """
    chain = [call, *(outer for outer in context.ancestors(call) if outer.kind == "call")]
    # tests/cases/clean/frozen_normalization_in_own_loop.py
    return call.training is True or any(
        given is not None and (given == "constant" or outer is chain[-1])
        for outer in chain
        for given in [given_training(outer.location)]
    )


def _call_of_model_in_fit(context: DiagnosisContext, outer: Event) -> Location | None:
    """Return the `call` of a user's model that takes no `training`, if Keras's own `train_step` called it."""
    state = context.state(outer.layer)
    if state is None or "call" not in state.methods or "train_step" in state.methods:
        return None
    place = state.methods["call"]
    call = function_at(place)
    takes_it = call is None or call.args.kwarg is not None or "training" in parameters(place)
    return None if takes_it or role_of(context, outer) != "train" else place


def _without_parameter(
    context: DiagnosisContext, outer: Event, call: Event, layer: LayerRef, place: Location
) -> Violation:
    """Return the violation of a layer in a model whose `call` takes no `training`."""
    model = outer.layer.name if outer.layer is not None else "the model"
    fix = (
        text_replaced(place, r"(?=\)\s*(?:->[^:]*)?:)", ", training=None")
        or "def call(self, x, training=None):"
    )
    then, edits = "With it, the layers inside get it, too.", tuple[Edit, ...]()
    if context.backend == "jax":
        then = "On JAX, this call also has to pass it on to the layers inside."
        inner = called_by_model(context, call)
        line = passing_on(context, call)
        if line and inner.location is not None and inner.location.line > place.line:
            edits = line_edit(place, fix), line_edit(inner.location, line)
    return Violation(
        message=f"{{layer}} stays in inference mode in fit: Keras 3 passes training=True only to a call that "
        f"has this parameter, and that of {model} does not. {then}",
        layer=layer,
        location=place,
        evidence=(
            Evidence(f"fit trains {model}, whose call has no training", (outer.seq,), outer.location),
            Evidence("called without training", (call.seq,), call.location),
        ),
        fix="" if edits else fix,
        fix_place="elsewhere" if context.backend == "jax" else "in place",
        edits=edits,
    )


_TRAINING_DEPENDENT = (
    "BatchNormalization",
    "Dropout",
    "GaussianNoise",
    "SpectralNormalization",
)
_STRENGTHS = ("rate", "stddev", "drop_path_rate")
"""Arguments that switch such a layer off when they are 0."""
_DROPOUT_RATES = ("dropout", "recurrent_dropout")


def depends_on_training(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Return whether a layer behaves differently in training.

    These do: a Keras layer that always does, or a subclass of it; a Keras layer with a dropout rate; a
    layer of the user's without children whose `call` uses `training`.
    """
    if _is_training_dependent(layer):
        return not _has_one_mode(context, layer)
    state = context.state(layer)
    if not is_user_defined(layer):
        children = () if state is None else state.children
        layers = [context.states[child].layer for child in children if child in context.states]
        return _has_dropout_rate(context, layer) and not any(map(_is_training_dependent, layers))
    method = None if state is None or state.children else state.methods.get("call")
    return "training" in parameters(method) and uses(method, "training")


def _is_training_dependent(layer: LayerRef) -> bool:
    """Return whether a layer is, or derives from, a Keras layer that depends on `training`."""
    return is_keras_layer(layer, *_TRAINING_DEPENDENT)


def _has_one_mode(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Return whether a layer behaves the same in training and inference.

    Its rate is 0, or its `call` ignores `training`, as for dropout that is always on (Monte Carlo dropout).
    """
    # tests/cases/clean/dropout_of_one_mode_and_divided_losses.py
    inits = context.of(layer, "init")
    strengths = [init.arguments.get(name) for init in inits for name in _STRENGTHS]
    numbers = [strength for strength in strengths if isinstance(strength, (int, float))]
    if numbers and not any(numbers):
        return True
    state = context.state(layer)
    method = None if state is None else state.methods.get("call")
    if "training" in parameters(method) and not uses(method, "training"):
        return True
    nodes = (node for node in nodes_of(method) if isinstance(node, ast.Call))
    passed = [keyword.value for node in nodes for keyword in node.keywords if keyword.arg == "training"]
    return bool(passed) and all(isinstance(value, ast.Constant) and value.value is True for value in passed)


def _has_dropout_rate(context: DiagnosisContext, layer: LayerRef) -> bool:
    inits = context.of(layer, "init")
    rates = [init.arguments.get(name) for init in inits for name in _DROPOUT_RATES]
    return any(isinstance(rate, (int, float)) and rate > 0 for rate in rates)


def _calls_without_training(
    context: DiagnosisContext, update: Observation
) -> Iterator[tuple[LayerRef, list[Event]]]:
    """Yield the layers that never received `training` in the step that an update ends, with their calls.

    If a layer received it once in the step, its other calls build the model, act or measure.
    """
    calls_by_layer: dict[int, list[Event]] = {}
    for call in _calls_before(context, update):
        outer = context.enclosing_layer(call)
        # A part of a Keras layer, such as the cell of a GRU, is covered by that layer:
        # tests/cases/lt501_training_not_passed/another_recurrent_dropout.py
        is_part = outer is not None and not is_user_defined(outer) and depends_on_training(context, outer)
        if call.layer is not None and not is_part:
            calls_by_layer.setdefault(call.layer.id, []).append(call)
    trained = _updated_in_step(context, update)
    for calls in calls_by_layer.values():
        layer = calls[0].layer
        # tests/cases/clean/inference_beside_training.py
        if layer is None or any(_is_told(context, call) for call in calls):
            continue
        if depends_on_training(context, layer) and not _is_frozen(context, layer, trained):
            yield layer, calls


def _is_frozen(context: DiagnosisContext, layer: LayerRef, trained: set[int]) -> bool:
    """Return whether a layer was frozen in a step that updates some variables.

    The final `trainable` of the layer does not decide it, because a later stage may have changed it.
    """
    # tests/cases/clean/frozen_normalization_in_own_loop.py, frozen_in_the_first_stage.py
    state = context.state(layer)
    if state is None or 0 in state.variables or not trained:
        return state is not None and state.trainable is False
    if trained.intersection(state.variables):
        return False
    if context.updated.intersection(state.variables):
        return True
    # It has no weights to train, as a Dropout, or they are never updated: the model around it decides.
    outer = [each for each in context.states.values() if layer.id in each.children and each.variables]
    nearest = min(outer, key=lambda each: len(each.children), default=None)
    if nearest is None or (state.trainable is False and nearest.trainable is not False):
        return state.trainable is False
    return trained.isdisjoint(nearest.variables)


def _updated_in_step(context: DiagnosisContext, update: Observation) -> set[int]:
    """Return the variables that a step updates, also with several optimizers."""
    trace = outermost_trace(context, update.during)
    updates = _updates(context)
    if trace is None:
        calls = (call.start_ns for call in context.events("call") if call.thread == update.thread)
        until = min((start for start in calls if start > update.start_ns), default=float("inf"))
        same = [other for other in updates if update.start_ns <= other.start_ns < until]
    else:
        same = [other for other in updates if outermost_trace(context, other.during) == trace]
    return {number for other in same for number in other.variables} - {0}


def _calls_before(context: DiagnosisContext, update: Observation) -> list[Event]:
    """Return the calls in the step that an update ends: in the same trace, or before it in its thread."""
    trace = context.event(update.during)
    if trace is not None:
        inner = (event for event in context.descendants(trace) if event.kind == "call")
        return [call for call in inner if call.mode == "graph" and call.start_ns <= update.start_ns]
    earlier = [other.start_ns for other in _updates(context) if other.start_ns < update.start_ns]
    since = max(earlier, default=-1)
    return [
        call
        for call in context.events("call")
        if since < call.start_ns <= update.start_ns and call.mode == "eager" and call.thread == update.thread
    ]


def _outermost_call(context: DiagnosisContext, event: Event) -> Event:
    return [event, *(outer for outer in context.ancestors(event) if outer.kind == "call")][-1]


def _is_trained(context: DiagnosisContext, call: Event, update: Observation) -> bool:
    """Return whether a model that was called has variables among the updated ones, or may have them.

    A variable that was not recorded has the number 0, and is not in a model whose variables all were:
    tests/cases/clean/inference_beside_a_saved_module.py
    """
    state = context.state(call.layer)
    if state is None or not update.variables:
        return True
    trained = set(update.variables)
    return not trained.isdisjoint(state.variables) or (trained == {0} and not state.variables)
