"""LT547: A regularizer or constraint was set on a layer after its weights were created."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import keras_in, line_edit
from layertrace.diagnosis.program_lines import receiver_at, statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import line_of, tree_of
from layertrace.timeline.event import LayerRef, Location
from layertrace.timeline.ownership import is_sequential


@rule("LT547", "set-after-build", "warning", links.TRANSFER_LEARNING)
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
    - Not reported if the layer is recreated from its config, which then has what was set.
    - Of tf_keras, constraints are not looked at, nor a layer with a regularizer for another weight.
    """
    for state in context.states.values():
        layer = state.layer
        # A frozen layer needs neither, a copy has both: tests/cases/clean/regularizers_set_before_build.py
        if not state.set_late or context.updated.isdisjoint(state.variables) or _is_recreated(context, layer):
            continue
        name, value = next(iter(state.set_late.items()))
        kind = name.rpartition("_")[2]
        what = "a penalty of it" if kind == "regularizer" else "it"
        init = context.init_of(layer)
        edits = _recreated_before_compile(context, layer)
        yield Violation(
            message=f"{{layer}} was built before {name} was set to {value}, and Keras reads it in build: no "
            f"weight has {what}.",
            layer=layer,
            location=_setting(context, name) or (None if init is None else init.location),
            evidence=(Evidence("created here", seqs(init), None if init is None else init.location),),
            fix=""
            if edits
            else "# then recreate the model: weights = model.get_weights()\n"
            "# model = keras.models.clone_model(model); model.set_weights(weights)",
            fix_place="elsewhere",
            edits=edits,
        )


def _is_recreated(context: DiagnosisContext, layer: LayerRef) -> bool:
    inits = (init for init in context.events("init") if "from config" in init.flags)
    copies = (init.layer for init in inits if init.layer is not None and init.layer.id != layer.id)
    return any((copy.class_name, copy.name) == (layer.class_name, layer.name) for copy in copies)


def _setting(context: DiagnosisContext, name: str) -> Location | None:
    """Return the last line that sets an attribute, by its name if there is one, else by any `setattr`."""
    places = {event.location.file: event.location for event in context.events() if event.location is not None}
    named, unnamed = [], []
    for place in places.values():
        tree = tree_of(place.file)
        for node in () if tree is None else ast.walk(tree):
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
