"""LT605: A clone of a trained model is used, but never got its weights."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, Location
from layertrace.timeline.ownership import is_container


@rule("LT605", "clone-without-weights", "error", links.SAVING, backends=WITH_TRAINING)
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
    """
    for state in context.states.values():
        init = context.init_of(state.layer)
        if init is None or init.location is None or not is_container(state.layer):
            continue
        call = _cloning(statement_at(context, init.location).source)
        if call is None or _gets_weights(context, state, init.location):
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


def _gets_weights(context: DiagnosisContext, state: LayerState, place: Location) -> bool:
    """Return whether a model, or a layer inside it, is given weights, or is trained."""
    inside = {state.layer.id, *state.children}
    if any(layer.id in inside for layer, _ in context.layer_observations("weights set")):
        return True
    if not context.updated.isdisjoint(set(state.variables) - {0}):
        return True
    tree = tree_of(place.file)
    if tree is None:  # a notebook cell with a magic command
        return True
    names = ("assign", "assign_add", "assign_sub", "copy_weights", "load_weights", "set_weights")
    return any(isinstance(node, ast.Attribute) and node.attr in names for node in ast.walk(tree))


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
    shapes = [spec.shape for number in state.variables if (spec := context.variables.get(number)) is not None]
    earlier = {
        created.spec.id
        for created in context.created_variables()
        if created.event.seq < init.seq and created.spec.shape in shapes and created.spec.role is None
    }
    updates = context.observations("update")
    return next((update.start_ns for update in updates if earlier.intersection(update.variables)), None)
