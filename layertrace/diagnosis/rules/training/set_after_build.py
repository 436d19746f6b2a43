"""LT547: A regularizer or constraint was set on a layer after its weights were created."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import keras_in, line_edit
from layertrace.diagnosis.program_lines import receiver_at, statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.training_steps import Trainings
from layertrace.diagnosis.user_source import line_of, tree_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import LayerRef, Location
from layertrace.timeline.ownership import is_sequential


@rule("LT547", "set-after-build", "warning", links.TRANSFER_LEARNING, backends=WITH_TRAINING)
def set_after_build(context: DiagnosisContext) -> Iterator[Violation]:
    """A regularizer or constraint was set on a layer after its weights were created.

    ## Why is this bad?

    Keras reads `kernel_regularizer` and `kernel_constraint` when it builds the layer. Set afterwards, they
    are shown by `get_config`, but no weight has them: the loss gets no penalty.

    ## Example

    ```python
    for layer in base.layers:
        layer.kernel_regularizer = keras.regularizers.L2(1e-4)
    base.compile("adam", "mse")
    ```

    ## Use instead

    ```python
    for layer in base.layers:
        layer.kernel_regularizer = keras.regularizers.L2(1e-4)
    weights = base.get_weights()
    base = keras.models.clone_model(base)
    base.set_weights(weights)
    base.compile("adam", "mse")
    ```

    ## Known limits

    - Looked at are Keras's own layers, at the end of the recording, if an optimizer updates their weights.
    - Not reported if the layer is recreated from its config, which then has what was set, and not trained
      after that; nor if a line of the program calls the regularizer or constraint itself.
    - Of tf_keras, constraints are not looked at, nor a layer with a regularizer for another weight.
    """
    trainings = Trainings(context)
    late = [state for state in context.states.values() if state.set_late]
    names = {next(iter(state.set_late)) for state in late}
    settings = {name: _setting(context, name) for name in names if not _is_applied(context, name)}
    for state in late:
        layer = state.layer
        # A frozen layer needs neither, a copy has both, and a step may add the penalty itself:
        # tests/cases/clean/regularizers_set_before_build.py
        name, value = next(iter(state.set_late.items()))
        is_trained = not context.updated.isdisjoint(state.variables)
        if not is_trained or name not in settings or _is_recreated(context, trainings, state):
            continue
        kind = name.rpartition("_")[2]
        what = "a penalty of it" if kind == "regularizer" else "it"
        init = context.init_of(layer)
        edits = _recreated_before_compile(context, layer)
        yield Violation(
            message=f"{{layer}} was built before {name} was set to {value}. Keras reads it only in build, "
            f"so no weight has {what}.",
            layer=layer,
            location=settings[name] or (None if init is None else init.location),
            evidence=(Evidence("created here", seqs(init), None if init is None else init.location),),
            fix=""
            if edits
            else "# then recreate the model: weights = model.get_weights()\n"
            "# model = keras.models.clone_model(model); model.set_weights(weights)",
            fix_place="elsewhere",
            edits=edits,
        )


def _is_recreated(context: DiagnosisContext, trainings: Trainings, state: LayerState) -> bool:
    """Return whether a layer was recreated from its config after Keras trained it for the last time."""
    layer, mine = state.layer, set(state.variables) - {0}
    trained = max((each.last_ns for each in trainings.all if each.updated & mine), default=0)
    inits = (
        init for init in context.events("init") if "from config" in init.flags and init.start_ns > trained
    )
    copies = (init.layer for init in inits if init.layer is not None and init.layer.id != layer.id)
    return any((copy.class_name, copy.name) == (layer.class_name, layer.name) for copy in copies)


def _is_applied(context: DiagnosisContext, name: str) -> bool:
    """Return whether the program calls an attribute: `loss += layer.kernel_regularizer(layer.kernel)`."""
    calls = (node.func for _, node in _nodes(context) if isinstance(node, ast.Call))
    return any(isinstance(function, ast.Attribute) and function.attr == name for function in calls)


def _nodes(context: DiagnosisContext) -> Iterator[tuple[Location, ast.AST]]:
    """Yield the nodes of the program's files, each with a location of its file."""
    for file in sorted(context.files):
        yield from ((Location(file, 1), node) for node in ast.walk(tree_of(file) or ast.Pass()))


def _setting(context: DiagnosisContext, name: str) -> Location | None:
    """Return the last line that sets an attribute, by its name if there is one, else by any `setattr`."""
    named, unnamed = [], []
    for place, node in _nodes(context):
        given = _name_set_by(node)
        if given == name:
            named.append(line_of(place, node))
        elif given is not None and isinstance(node, ast.Call) and not given:
            unnamed.append(line_of(place, node))
    return max(named or unnamed, key=lambda place: (place.file, place.line), default=None)


def _name_set_by(node: ast.AST) -> str | None:
    """Return the attribute that an expression sets: empty for `setattr` with a variable, None for others."""
    if isinstance(node, ast.Attribute):
        return node.attr if isinstance(node.ctx, ast.Store) else None
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr"
    if not is_call or not isinstance(node, ast.Call) or len(node.args) != 3:
        return None
    name = node.args[1]
    return str(name.value) if isinstance(name, ast.Constant) else ""


def _recreated_before_compile(context: DiagnosisContext, layer: LayerRef) -> tuple[Edit, ...]:
    """Return the edit that recreates the model of a layer where it is compiled for the last time."""
    compiled = [
        (model, seen)
        for model, seen in context.layer_observations("compiled")
        if (state := context.state(model)) is not None and layer.id in state.children
    ]
    if not compiled or compiled[-1][1].location is None:
        return ()
    model, place = compiled[-1][0], compiled[-1][1].location
    statement, name = statement_at(context, place), receiver_at(place, ("compile",))
    is_whole = statement.first == statement.last and statement.source.startswith(f"{name}.compile(")
    if not name.isidentifier() or not is_whole:
        return ()
    copy = f"{keras_in(place)}.models.clone_model({name})"
    if any(is_sequential(base) for base in (model.bases or ())[:1]):
        copy = f"type({name}).from_config({name}.get_config())"  # which builds it, as a clone may not
    lines = [f"weights = {name}.get_weights()", f"{name} = {copy}", f"{name}.set_weights(weights)"]
    return (line_edit(place, "\n".join((*lines, statement.source))),)
