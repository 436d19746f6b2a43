"""LT302: A layer without its own `build` is marked as built while the layers inside it are not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import in_build, is_one_statement, only
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.building._shared import build_defined_at, children_built_late, earlier_shape
from layertrace.diagnosis.state_reads import line_with
from layertrace.diagnosis.user_classes import called_object
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT302", "built-without-children", "warning", links.SUBCLASSING, backends=ANY_BACKEND)
def built_without_children(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer without its own `build` is marked as built while the layers inside it are not.

    ## Why is this bad?

    The `build` of Keras's base class cannot know how to build the layers inside, so it runs `call`
    symbolically. If that fails, or if `layer.build(shape)` is called by hand, it marks the layer as built
    all the same. Until the first call there is nothing to count, save or load.

    ## Example

    ```python
    model = Net()
    model.build((None, 4))
    model.load_weights(path)
    ```

    ## Use instead

    ```python
    class Net(keras.Model):
        def build(self, input_shape):
            self.dense.build(input_shape)
    ```

    ## Known limits

    - Only a note if an earlier call ran without the inner layer, which is then optional.
    - An inner layer that is still unbuilt after a call is taken to be switched off by an option.
    - Layers that are gone when the recording ends are not examined.
    """
    reported = set()
    for owner, late, _, call in children_built_late(context):
        if build_defined_at(context, owner) is None and owner.id not in reported:
            reported.add(owner.id)
            violation = _unbuilt(context, owner, late, "were created in its first call")
            # A layer that ran before without the child uses it by choice, which no build could know:
            # tests/cases/clean/made_or_called_by_choice.py
            yield replace(violation, severity="note") if _ran_before(context, owner, call) else violation
    for state in context.states.values():
        layer = state.layer
        if not state.built or not state.alive or not is_user_defined(layer) or "build" in state.methods:
            continue
        children = [child for number in state.children if (child := context.states.get(number)) is not None]
        unbuilt = [child for child in children if child.built is False and child.alive]
        # A child that is still unbuilt after a call is one that an option switches off:
        # tests/cases/clean/made_or_called_by_choice.py
        is_uncalled = bool(context.of(layer, "build")) and not context.of(layer, "call")
        if unbuilt and layer.id not in reported and is_uncalled:
            reported.add(layer.id)
            yield _unbuilt(context, layer, unbuilt[0].layer, "do not exist yet")
    for function, purpose in _NEED_WEIGHTS.items():
        failure = context.failure if context.errors_from(function) else None
        asked = None if failure is None else _layer_without_weights(context, failure.layer, function)
        if failure is not None and asked is not None and asked.layer.id not in reported:
            place, shape = failure.error.location, earlier_shape(context, asked.layer)
            target = next(called_object(place, *_METHODS), asked.layer.name)
            unbuilt_layers = [name for number, name in asked.held.items() if _is_unbuilt(context, number)]
            inside = f"its {unbuilt_layers[0]} has" if len(unbuilt_layers) == 1 else "it has"
            if len(unbuilt_layers) > 1:
                inside = f"its {', '.join(unbuilt_layers[:-1])} and {unbuilt_layers[-1]} have"
            fix = f"{target}(keras.Input(shape))  # once"
            if shape:
                is_own = "build" in asked.methods  # without it, only a call builds the layers inside
                fix = f"{target}.build({shape})" if is_own else f"{target}(keras.Input({_of_one(shape)}))"
            remedy = "call it once, or build it"
            if _is_never_called(asked):
                remedy = "it has no call method, so build it by hand"
                fix = _each_called(target, unbuilt_layers)
            created = _created_first(place, target, fix)
            yield Violation(
                message=f"{{layer}} is not built yet, so {inside} no weights to {purpose}: {remedy}.",
                layer=asked.layer,
                location=place,
                evidence=(Evidence("its weights were requested", (), place),),
                fix=created or fix,
                fix_place="in place" if created else "before",
                severity="error",
            )


def _is_never_called(state: LayerState) -> bool:
    """Return whether a model has no `call`, so that only its own steps call the models inside it."""
    return is_user_defined(state.layer) and not {"call", "build"} & set(state.methods)


def _each_called(target: str, inside: list[str]) -> str:
    """Return the lines that build a model without a `call`, after the layers inside it."""
    calls = [f"{target}.{name}(keras.Input(shape))  # once" for name in inside]
    return "\n".join([*calls, f"{target}.build(())"])


def _of_one(shape: str) -> str:
    """Return a shape as it is written for `keras.Input`: without the batch."""
    return str(tuple(ast.literal_eval(shape))[1:])


def _created_first(place: Location | None, target: str, building: str) -> str:
    """Return the line with a name for the layer that it creates, as in `Net().load_weights(path)`.

    Empty if the layer has a name.
    """
    for node in nodes_at(place):
        is_created = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call)
        if isinstance(node, ast.Attribute) and is_created and node.attr in _METHODS and place is not None:
            if node.value.lineno != node.value.end_lineno or not is_one_statement(place):
                return ""
            created, used = ast.unparse(node.value), line_with(place.file, node.value, target)
            return f"{target} = {created}\n{building}\n{used}"
    return ""


def _is_unbuilt(context: DiagnosisContext, number: int) -> bool:
    state = context.states.get(number)
    return state is not None and state.built is False


_METHODS = ("load_weights", "save_weights", "set_weights", "count_params", "fit")


def _ran_before(context: DiagnosisContext, layer: LayerRef, call: Event) -> bool:
    """Return whether an earlier call of a layer succeeded."""
    return any(earlier.seq < call.seq and earlier.error is None for earlier in context.of(layer, "call"))


_SET_WEIGHTS = "keras.src.layers.layer:set_weights"
_NEED_WEIGHTS = {
    ":count_params": "count",
    ":load_weights_only": "load into",
    ":save_weights_only": "save",
    _SET_WEIGHTS: "set or to copy",
}
"""Functions of Keras that reject a layer without weights (`saving/saving_lib.py` of Keras 3.4 to 3.15)."""


def _layer_without_weights(
    context: DiagnosisContext, layer: LayerRef | None, function: str
) -> LayerState | None:
    """Return the layer without weights that such a function was asked for.

    If the layer is built, the weights that it was given come from an unbuilt layer: from its only unbuilt
    twin.
    """
    state = context.state(layer)
    if state is None or not state.built:
        return state
    structure = _structure(context, state)
    twins = [
        twin
        for twin in context.states.values()
        if twin.built is False and _structure(context, twin) == structure
    ]
    return twins[0] if function == _SET_WEIGHTS and len(twins) == 1 and twins[0].children else None


def _structure(context: DiagnosisContext, state: LayerState) -> tuple[tuple[str, ...], list[str]]:
    """Return the class of a layer and those of the layers inside it, without inputs that building adds."""
    inside = [
        context.states[number].layer.class_name for number in state.children if number in context.states
    ]
    return state.layer.bases, [name for name in inside if name != "InputLayer"]


def _unbuilt(context: DiagnosisContext, owner: LayerRef, child: LayerRef, weights: str) -> Violation:
    build = next(iter(context.of(owner, "build")), None)
    line = None if build is None else build.location
    name = context.name_in(owner, child)
    edits = only(
        in_build(context.call_defined_at(owner), *_building(name).replace("\n    ", "\n").split("\n"))
    )
    return Violation(
        message=f"{{layer}} has no build method, and was marked as built before its {name} "
        f"({child.class_name}) was built: the weights of {name} {weights}.",
        layer=owner,
        location=line,
        evidence=(Evidence("marked as built", seqs(build), line),),
        fix="" if edits else f"def build(self, input_shape):\n    {_building(name)}",
        edits=edits,
    )


def _building(name: str) -> str:
    """Write what builds a child, or all children of the list or dict that it is in."""
    attribute, _, key = name.partition("[")
    if not key:
        return f"self.{name}.build(input_shape)"
    values = ".values()" if key[:1] in "'\"" else ""
    return f"for layer in self.{attribute}{values}:\n        layer.build(input_shape)"
