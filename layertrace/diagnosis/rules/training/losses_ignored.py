"""LT506: Nothing reads the losses that layers add, although an optimizer updates these layers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Edit, Evidence, FixPlace, Violation
from layertrace.diagnosis.program_lines import receiver_at, statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._penalties import (
    before_backward,
    stateless_call,
    with_returned_losses,
)
from layertrace.diagnosis.statement_parts import USES
from layertrace.diagnosis.training_steps import (
    Gradient,
    gradient_before,
    models_holding,
    outermost_trace,
)
from layertrace.diagnosis.user_source import is_in_tape, line_of, methods_beside, nodes_of
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT506", "losses-ignored", "error", links.CUSTOM_TRAINING_LOOPS, backends=WITH_TRAINING)
def losses_ignored(context: DiagnosisContext) -> Iterator[Violation]:
    """Nothing reads the losses that layers add, although an optimizer updates these layers.

    ## Why is this bad?

    A `kernel_regularizer`, an `activity_regularizer` and `add_loss` only put a loss on a list. `fit` adds the
    list to the loss. A training loop or a `train_step` of your own has to do it, or the regularizer has no
    effect at all.

    ## Example

    ```python
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True))
    ```

    ## Use instead

    ```python
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True)) + sum(model.losses)
    ```

    On JAX, `stateless_call` returns them with `return_losses=True`, as a third result. On torch, add
    `sum(model.losses)` before `loss.backward()`.

    ## Known limits

    - On JAX, only updates by an optimizer of Keras are seen, on torch also those by one of torch.
    - In a graph the losses must be read in the trace of the update; elsewhere any reading counts.
    - The recording must contain the creation of the layer's weights.
    - A `compute_loss` is examined in models that Keras trains by its own `train_step`.
    - A penalty that the loop computes itself besides the regularizer is not recognized.
    """
    if "losses read" not in context.watched:  # a recording of an earlier version
        return
    reads = list(context.layer_observations("losses read"))
    explicit = {layer.id: loss for layer, loss in reversed(list(context.layer_observations("loss")))}
    ignored: dict[object, list[tuple[LayerState, Observation]]] = {}
    for state in context.states.values():
        if not state.regularized and state.layer.id not in explicit:
            continue
        for update in _updates_of(context, state):
            if not any(_is_for(context, read, layer.id, state, update) for layer, read in reads):
                ignored.setdefault(update.location, []).append((state, update))
                break
    for pairs in ignored.values():
        layers = [state.layer for state, _ in pairs]
        first_class = pairs[0][0].layer.class_name
        for state, update in pairs:
            if state.layer.class_name == first_class:
                yield _violation(context, state, update, layers, explicit.get(state.layer.id))


def _updates_of(context: DiagnosisContext, state: LayerState) -> Iterator[Observation]:
    """Yield the updates of a layer's weights; of one without weights, those of the model around it."""
    numbers = set(state.variables) - {0}
    around = [outer for outer in context.states.values() if state.layer.id in outer.children]
    model = min(around, key=lambda outer: len(outer.children), default=None)
    calls = [call for call in context.of(state.layer, "call") if call.mode != "symbolic"]
    for update in context.observations("update"):
        if numbers:
            if numbers.intersection(update.variables):
                yield update
        # In a frozen model a loss changes nothing: tests/cases/clean/losses_read_in_own_loops.py
        elif model is not None and set(model.variables).intersection(update.variables) - {0}:
            trace = outermost_trace(context, update.during)
            times = (call.start_ns for call in calls if outermost_trace(context, call.seq) == trace)
            if any(start <= update.start_ns for start in times):
                yield update


def _is_for(
    context: DiagnosisContext, read: Observation, reader: int, state: LayerState, update: Observation
) -> bool:
    """Return whether the losses of a layer, or of one around it, were read for an update."""
    if reader != state.layer.id:
        outer = context.states.get(reader)
        if outer is None or state.layer.id not in outer.children:
            return False
    place = outermost_trace(context, read.during)
    if place is not None and place.function is not None and place.function.role is None:
        # A function that computes the loss may have been traced on its own before:
        # tests/cases/clean/losses_read_in_own_loops.py
        return True
    return place == outermost_trace(context, update.during)


def _violation(
    context: DiagnosisContext,
    state: LayerState,
    update: Observation,
    layers: list[LayerRef],
    loss: Observation | None,
) -> Violation:
    trace = outermost_trace(context, update.during)
    step = gradient_before(update.location)
    fix = (
        _on_jax(context, update, layers)
        if context.backend == "jax"
        else _on_torch(context, update, layers)
        if context.backend == "torch"
        else _on_tensorflow(context, step, update, layers)
    )
    others = [layer.name for layer in layers if layer.class_name != state.layer.class_name]
    times = _times(context, trace, update)
    also = f", as {_listed(others)} {'does' if len(others) == 1 else 'do'}" if others else ""
    kind = f"the regularizer of its {state.regularized[0]}" if state.regularized else "a regularizer"
    what = kind if state.regularized or not is_user_defined(state.layer) else "add_loss"
    read = fix.read or " or ".join(f"{model}.losses" for model in fix.models)
    return Violation(
        message=f"{{layer}} adds a loss ({what}){also}, but nothing read {read} while an optimizer "
        f"updated the weights{f' {times} times' if times else ''}, so it has no effect.",
        layer=state.layer,
        location=fix.place,
        evidence=(
            Evidence("the loss is added here", seqs(context.event(loss.during)), loss.location)
            if loss is not None
            else Evidence("created here", seqs(context.init_of(state.layer)), _created_at(context, state)),
            Evidence("updated here without it", seqs(trace), update.location),
        ),
        fix=fix.code,
        fix_place=fix.where,
        edits=fix.edits,
    )


def _listed(names: list[str]) -> str:
    """Return names as words.

    Example:
        >>> _listed(["dense"]), _listed(["dense", "out"]), _listed(["a", "b", "c", "d"])
        ('dense', 'dense and out', 'a, b and 2 more')
    """
    *first, last = names if len(names) <= 3 else (*names[:2], f"{len(names) - 2} more")
    return f"{', '.join(first)} and {last}" if first else last


def _created_at(context: DiagnosisContext, state: LayerState) -> Location | None:
    init = context.init_of(state.layer)
    return None if init is None else init.location


def _times(context: DiagnosisContext, trace: Event | None, update: Observation) -> int:
    """Return how often an update ran; 0 if that is unknown."""
    if trace is None:
        return update.times
    return sum(run.times for run in context.events("run", lambda run: run.function == trace.function))


class _Fix(NamedTuple):
    """The line of the loss, the code that adds the losses of some models, and where it goes.

    `read` names what the step should have read, if that is not `model.losses`.
    """

    place: Location | None
    models: list[str]
    code: str = ""
    where: FixPlace = "elsewhere"
    edits: tuple[Edit, ...] = ()
    read: str = ""


def _on_jax(context: DiagnosisContext, update: Observation, layers: list[LayerRef]) -> _Fix:
    returned = _returned_by_compute_loss(context, update, layers)
    if returned is not None:
        return _Fix(returned[0], ["self"], returned[1], "in place")
    place = stateless_call(context, update, layers)
    if place is None:
        return _Fix(update.location, ["model"], _RETURNED.format("model"))
    model = receiver_at(place, ("stateless_call",))
    edits = with_returned_losses(place)
    read = f"the losses that {model}.stateless_call returns with return_losses=True"
    return _Fix(place, [model], "" if edits else _RETURNED.format(model), edits=edits, read=read)


_RETURNED = """\
outputs, state, losses = {}.stateless_call(..., return_losses=True)
loss += sum(losses)  # in the function that jax.grad differentiates"""


def _on_torch(context: DiagnosisContext, update: Observation, layers: list[LayerRef]) -> _Fix:
    returned = _returned_by_compute_loss(context, update, layers)
    if returned is not None:
        return _Fix(returned[0], ["self"], returned[1], "in place")
    place = update.location
    models = [] if place is None else models_holding(context, place, (), layers)
    models = models or ["model"]
    added = before_backward(update, models)
    if added is None:
        losses = " + ".join(f"sum({model}.losses)" for model in models)
        return _Fix(place, models, f"loss = loss + {losses}  # before loss.backward()")
    return _Fix(added[0], models, added[1], "before")


def _on_tensorflow(
    context: DiagnosisContext, step: Gradient | None, update: Observation, layers: list[LayerRef]
) -> _Fix:
    place = update.location if step is None else step.loss_at or step.place
    returned = _returned_by_compute_loss(context, update, layers)
    if returned is not None:
        return _Fix(returned[0], ["self"], returned[1], "in place")
    if step is None or step.loss_at is None:
        # The loss is computed in one function, and the gradients in another:
        # tests/cases/lt506_losses_ignored/another_eager_loop.py
        place = _call_in_tape(context, update, layers) or place
    if place is None:
        return _Fix(place, ["model"])
    names = () if step is None else step.models
    models = models_holding(context, place, names, layers) or list(names) or ["model"]
    penalty = f"tf.add_n({' + '.join(f'{model}.losses' for model in models)})"
    source = statement_at(context, place).source
    if 0 < len(source) < 200 and source.startswith("return "):
        return _Fix(place, models, f"{source} + {penalty}", "in place")
    with suppress(SyntaxError):
        statement = ast.parse(source).body[0] if 0 < len(source) < 200 else None
        if isinstance(statement, ast.AugAssign) or (
            isinstance(statement, ast.Assign)
            and isinstance(statement.targets[0], ast.Name)
            and isinstance(statement.value, (ast.Call, ast.BinOp, ast.Name))
        ):
            return _Fix(place, models, f"{source} + {penalty}", "in place")
    loss = (step.loss if step is not None else "") or "loss"
    return _Fix(place, models, f"{loss} += {penalty}  # in the tape, before the gradients")


def _returned_by_compute_loss(
    context: DiagnosisContext, update: Observation, layers: list[LayerRef]
) -> tuple[Location, str] | None:
    """Return where the `compute_loss` of a model that Keras trains returns, and that line with its losses."""
    if not receiver_at(update.location, USES):
        return None
    numbers = {layer.id for layer in layers}
    for state in context.states.values():
        if "train_step" in state.methods or numbers.isdisjoint((state.layer.id, *state.children)):
            continue
        for method in state.methods.values():
            own = methods_beside(method).get("compute_loss")
            returned = [node for node in nodes_of(own) if isinstance(node, ast.Return) and node.value]
            if own is not None and returned:
                source = ast.unparse(returned[-1])
                return line_of(own, returned[-1]), f"{source} + sum(self.losses)"
    return None


def _call_in_tape(context: DiagnosisContext, update: Observation, layers: list[LayerRef]) -> Location | None:
    """Return the line of the last call in a tape before an update of a model that holds some layers."""
    numbers = {layer.id for layer in layers}
    for call in reversed(context.events("call")):
        state = context.state(call.layer)
        holds = state is not None and not numbers.isdisjoint((state.layer.id, *state.children))
        if holds and call.start_ns <= update.start_ns and is_in_tape(call.location):
            return call.location
    return None
