"""LT506: Nothing reads the losses that layers add, although an optimizer updates these layers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.training_steps import Gradient, gradient_before, outermost_trace
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import Event, Location


@rule("LT506", "losses-ignored", "error", links.CUSTOM_TRAINING_LOOPS)
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

    ## Known limits

    - In a graph the losses must be read in the trace of the update; elsewhere any reading counts.
    - The recording must contain the creation of the layer's weights.
    - A penalty that the loop computes itself besides the regularizer is not recognized.
    """
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
        first_class = pairs[0][0].layer.class_name
        others = [state.layer.name for state, _ in pairs if state.layer.class_name != first_class]
        for state, update in pairs:
            if state.layer.class_name == first_class:
                yield _violation(context, state, update, others, explicit.get(state.layer.id))


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
    others: list[str],
    loss: Observation | None,
) -> Violation:
    trace = outermost_trace(context, update.during)
    step = gradient_before(update.location)
    model = (step.model if step is not None else "") or "model"
    times = _times(context, trace, update)
    also = f", as {', '.join(others[:3])} do" if others else ""
    kind = f"the regularizer of its {state.regularized[0]}" if state.regularized else "a regularizer"
    what = kind if state.regularized or not is_user_defined(state.layer) else "add_loss"
    fix, fix_place = _fix(context, step, model)
    return Violation(
        message=f"{{layer}} adds a loss ({what}){also}, but nothing read {model}.losses while an optimizer "
        f"updated the weights{f' {times} times' if times else ''}, so it has no effect.",
        layer=state.layer,
        location=update.location if step is None else step.loss_at or step.place,
        evidence=(
            Evidence("the loss is added here", seqs(context.event(loss.during)), loss.location)
            if loss is not None
            else Evidence("created here", seqs(context.init_of(state.layer)), _created_at(context, state)),
            Evidence("updated here without it", seqs(trace), update.location),
        ),
        fix=fix,
        fix_place=fix_place,
    )


def _created_at(context: DiagnosisContext, state: LayerState) -> Location | None:
    init = context.init_of(state.layer)
    return None if init is None else init.location


def _times(context: DiagnosisContext, trace: Event | None, update: Observation) -> int:
    """Return how often an update ran; 0 if that is unknown."""
    if trace is None:
        return update.times
    return sum(run.times for run in context.events("run", lambda run: run.function == trace.function))


def _fix(context: DiagnosisContext, step: Gradient | None, model: str) -> tuple[str, FixPlace]:
    """Write the line of the loss with the losses of the model, or a line that adds them."""
    penalty = f"tf.add_n({model}.losses)"
    if step is None or not step.loss:
        return f"loss += {penalty}  # in the step, before the gradients", "elsewhere"
    source = statement_at(context, step.loss_at).source
    statement = step.statement
    if statement is None and source.startswith("return ") and len(source) < 200:
        return f"{source} + {penalty}", "in place"
    if statement is None or not source or len(source) >= 200:
        return f"{step.loss} += {penalty}  # before the gradients", "elsewhere"
    is_simple = isinstance(statement, ast.AugAssign) or isinstance(
        statement.value, (ast.Call, ast.BinOp, ast.Name)
    )
    is_plain = isinstance(statement, ast.AugAssign) or isinstance(statement.targets[0], ast.Name)
    if is_simple and is_plain:
        return f"{source} + {penalty}", "in place"
    return f"{step.loss} += {penalty}  # before the gradients", "elsewhere"
