"""LT546: A layer was called with `training=False` in a functional model, which `fit` overrides."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.freezing import own_layers, was_frozen
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._shared import given_training
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Location
from layertrace.timeline.ownership import is_container


@rule("LT546", "training-overridden", "warning", links.TRANSFER_LEARNING, backends=WITH_TRAINING)
def training_overridden(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer was called with `training=False` in a functional model, which `fit` overrides.

    ## Why is this bad?

    A functional model of Keras 3 passes its own `training` to each of its layers, also to those that were
    called with `training=False` (`operation_fn` in `models/functional.py`, Keras 3.0 to 3.15). In `fit` a
    batch normalization that is not frozen then averages new statistics, and dropout drops.

    ## Example

    ```python
    x = base(inputs, training=False)
    model = keras.Model(inputs, keras.layers.Dense(1)(x))
    ```

    ## Use instead

    ```python
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    ```

    ## Known limits

    Reported only for batch normalization that is not frozen and whose statistics have moved, and for dropout.
    """
    for layer, place, given in (*_called(context), *_nested(context)):
        overridden = [
            call
            for call in context.of(layer, "call")
            if call.training is True and call.mode != "symbolic" and _is_in_functional(context, call)
        ]
        inside = _inside(context, layer)
        norms = [state.layer for state in inside if _moves(context, state)]
        drops = [state.layer for state in inside if _drops(context, state)]
        thawed = [
            call
            for call in overridden
            if not norms or not all(was_frozen(context, norm, call.start_ns) for norm in norms)
        ]
        if thawed and (norms or drops):
            yield _violation(layer, place, given, thawed[0], norms or drops, has_norms=bool(norms))


def _called(context: DiagnosisContext) -> Iterator[tuple[LayerRef, Location, Event | None]]:
    """Yield the layers that are called symbolically with `training=False`, each with its first such call."""
    seen: set[int] = set()
    for given in context.events("call", lambda event: event.training is False and event.mode == "symbolic"):
        layer, place = given.layer, given.location
        if layer is None or place is None or layer.id in seen or any(context.enclosing(given, "call")):
            continue
        if given_training(place) == "constant":
            seen.add(layer.id)
            yield layer, place, given


def _nested(context: DiagnosisContext) -> Iterator[tuple[LayerRef, Location, Event | None]]:
    """Yield the models that are called with `training=False` while another functional model is made.

    Keras does not run the `call` of a functional model to infer shapes, so no event shows this line: it is
    the only line of its kind before the one that creates the outer model, and no call has run there.
    """
    ran = {(call.location.file, call.location.line) for call in context.events("call") if call.location}
    for state in list(context.states.values()):
        init = context.init_of(state.layer)
        if init is None or init.location is None or not is_container(state.layer):
            continue
        models = [child.layer for child in own_layers(context, state) if is_container(child.layer)]
        lines = [line for line in _inference_lines(init.location) if (line.file, line.line) not in ran]
        if len(models) == 1 and len(lines) == 1:
            yield models[0], lines[0], None


def _inference_lines(place: Location) -> list[Location]:
    """Return the lines before another of the same function that call something with `training=False`."""
    tree, function = tree_of(place.file), function_around(place)
    lines = []
    for node in [] if tree is None else ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno <= place.line:
            given = [each.value for each in node.keywords if each.arg == "training"]
            is_false = any(isinstance(value, ast.Constant) and value.value is False for value in given)
            line = Location(place.file, node.lineno, place.function)
            if is_false and function_around(line) == function:
                lines.append(line)
    return lines


def _is_in_functional(context: DiagnosisContext, call: Event) -> bool:
    outer = next(context.enclosing(call, "call"), None)
    return outer is not None and outer.layer is not None and is_container(outer.layer)


def _inside(context: DiagnosisContext, layer: LayerRef) -> list[LayerState]:
    state = context.state(layer)
    numbers = () if state is None else (layer.id, *state.children)
    return [context.states[number] for number in numbers if number in context.states]


def _moves(context: DiagnosisContext, state: LayerState) -> bool:
    if state.statistics != "moved":
        return False
    calls = [call for call in context.of(state.layer, "call") if call.training is True]
    return any(not was_frozen(context, state.layer, call.start_ns) for call in calls)


def _drops(context: DiagnosisContext, state: LayerState) -> bool:
    init = context.init_of(state.layer)
    if init is None or not state.layer.class_name.endswith("Dropout") or not init.arguments.get("rate"):
        return False
    return any(call.training is True for call in context.of(state.layer, "call"))


_MOST_NAMES = 3


def _called_at(place: Location) -> str:
    """Return what the program calls the layer that a line calls with `training`; empty if that is unclear."""
    calls = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and any(each.arg == "training" for each in node.keywords)
    ]
    return dotted(calls[0].func) if len(calls) == 1 else ""


def _violation(
    layer: LayerRef,
    place: Location,
    given: Event | None,
    call: Event,
    inside: list[LayerRef],
    *,
    has_norms: bool,
) -> Violation:
    who = "it" if inside[0] == layer else f"its {joined([each.name for each in inside], _MOST_NAMES)}"
    verb = "average" if has_norms else "drop"
    does = f"{verb}{'s' if len(inside) == 1 else ''} {'new statistics' if has_norms else 'out'}"
    name = _called_at(place) or layer.name
    fix = f"{name}.trainable = False"
    if has_norms and layer != inside[0]:
        fix = (
            f"for layer in {name}.layers:\n"
            "    if isinstance(layer, keras.layers.BatchNormalization):\n"
            "        layer.trainable = False"
        )
    if not has_norms:
        fix = (
            f"class Inference(keras.layers.Layer):  # call Inference({name}) instead\n"
            "    def __init__(self, inner):\n"
            "        super().__init__()\n"
            "        self.inner = inner\n"
            "    def call(self, x):\n"
            "        return self.inner(x, training=False)"
        )
    return Violation(
        message="{layer} is called with training=False here, but a functional model of Keras 3 passes it "
        f"the training=True of `fit`: {who} {does} in each step.",
        layer=layer,
        location=place,
        evidence=(
            *([] if given is None else [Evidence("training=False here", seqs(given), given.location)]),
            Evidence("training=True here", seqs(call), call.location),
        ),
        fix=fix,
        fix_place="elsewhere",
    )
