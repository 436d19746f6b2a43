"""LT605: A clone of a trained model is used, but never got its weights."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import TENSORFLOW_AND_JAX, rule
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event
from layertrace.timeline.ownership import is_container


@rule("LT605", "clone-without-weights", "error", links.SAVING, backends=TENSORFLOW_AND_JAX)
def clone_without_weights(context: DiagnosisContext) -> Iterator[Violation]:
    """A clone of a trained model is used, but never got its weights.

    ## Why is this bad?

    `clone_model` creates new layers from the configs of the old ones. Their weights are new random numbers,
    so the clone predicts at random until it gets the weights of the model, or is trained itself.

    ## Example

    ```python
    model.fit(x, y)
    best = keras.models.clone_model(model)
    best.predict(x)
    ```

    ## Use instead

    ```python
    model.fit(x, y)
    best = keras.models.clone_model(model)
    best.set_weights(model.get_weights())
    best.predict(x)
    ```

    ## Known limits

    Reported if an optimizer updates the model before the clone is used. A file that assigns weights by hand,
    with `assign` or a `copy` of the weights of layers, is not looked at.
    Of a clone that is gone at the end, such as a local variable, the weights that were created by the line
    that clones are known.
    """
    for state in context.states.values():
        init = context.init_of(state.layer)
        if init is None or init.location is None or not is_container(state.layer):
            continue
        call = _cloning(statement_at(context, init.location).source)
        if call is None or _gets_weights(context, state, init):
            continue
        since = _trained_at(context, state, init)
        used = None if since is None else _used_after(context, state, since)
        if used is not None:
            yield _violation(context, state, init, call, used)


def _violation(
    context: DiagnosisContext, state: LayerState, init: Event, call: tuple[str, str], used: Event
) -> Violation:
    clone, original = call
    source = statement_at(context, init.location).source
    name = clone or "{layer}"
    return Violation(
        message=f"{name} is a clone of {original}, but never got its weights: what it computes is random.",
        layer=state.layer,
        location=init.location,
        evidence=(Evidence("used here", seqs(used), used.location),),
        fix=f"{source}\n{clone}.set_weights({original}.get_weights())"
        if clone and len(source) < 200
        else f"clone.set_weights({original}.get_weights())  # after this line",
        fix_place="in place" if clone else "elsewhere",
        severity=None if state.alive else "warning",  # a baseline may be meant
    )


def _cloning(source: str) -> tuple[str, str] | None:
    """Return the names of a clone and of the model that a statement clones.

    Example:
        >>> _cloning("target = keras.models.clone_model(self.net)")
        ('target', 'self.net')
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # the head of a compound statement
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("clone_model") and node.args:
            parent = next((each for each in ast.walk(tree) if isinstance(each, ast.Assign)), None)
            is_whole = parent is not None and parent.value is node
            return (dotted(parent.targets[0]) if parent is not None and is_whole else ""), ast.unparse(
                node.args[0]
            )
    return None


def _gets_weights(context: DiagnosisContext, state: LayerState, init: Event) -> bool:
    """Return whether a model, or a layer inside it, is given weights, or is trained."""
    inside = {state.layer.id, *state.children}
    if not state.alive:
        created = context.events("init", lambda event: event.location == init.location)
        inside |= {event.layer.id for event in created if event.layer is not None}
    if any(layer.id in inside for layer, _ in context.layer_observations("weights set")):
        return True
    if not context.updated.isdisjoint(_weights_of(context, state, init)):
        return True
    tree = None if init.location is None else tree_of(init.location.file)
    if tree is None:  # a notebook cell with a magic command
        return True
    clone = _cloning(statement_at(context, init.location).source)
    if clone is not None and f"{clone[0]}.stateless_call" in {
        dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }:
        return True  # the program passes the weights itself
    names = ("assign", "assign_add", "assign_sub", "copy_weights", "load_weights", "set_weights")
    return any(isinstance(node, ast.Attribute) and node.attr in names for node in ast.walk(tree))


def _weights_of(context: DiagnosisContext, state: LayerState, init: Event) -> set[int]:
    """Return the weights of a clone; of one that is gone, those that the line of the clone created."""
    if state.alive:
        return set(state.variables) - {0}
    return {
        created.spec.id
        for created in context.created_variables()
        if created.event.location == init.location and created.spec.role is None
    }


def _used_after(context: DiagnosisContext, state: LayerState, since_ns: int) -> Event | None:
    """Return the call of a model after a time, or in a function that ran more than once."""
    for call in context.of(state.layer, "call"):
        if call.mode != "symbolic" and (call.start_ns > since_ns or _runs_again(context, call)):
            return call
    return None


def _runs_again(context: DiagnosisContext, call: Event) -> bool:
    """Return whether the function that a call was traced into ran more than once."""
    trace = outermost_trace(context, call.seq)
    runs = [] if trace is None else context.events("run")
    return sum(run.times for run in runs if trace is not None and run.function == trace.function) > 1


def _trained_at(context: DiagnosisContext, state: LayerState, init: Event) -> int | None:
    """Return when an optimizer first updates weights that are older than a clone and have its shapes."""
    numbers = _weights_of(context, state, init)
    shapes = [spec.shape for number in numbers if (spec := context.variables.get(number)) is not None]
    earlier = {
        created.spec.id
        for created in context.created_variables()
        if created.event.seq < init.seq and created.spec.shape in shapes and created.spec.role is None
    }
    updates = context.observations("update")
    return next((update.start_ns for update in updates if earlier.intersection(update.variables)), None)
