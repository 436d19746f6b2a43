"""LT542: A loop that freezes all batch normalization misses that of a nested model."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.freezing import Freezing, freezings, inner_layer, own_layers
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.training_steps import Training, Trainings
from layertrace.diagnosis.user_source import dotted, function_around, tree_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Location
from layertrace.timeline.ownership import is_container, is_keras_layer


@rule("LT542", "freeze-misses-nested", "error", links.TRANSFER_LEARNING, backends=WITH_TRAINING)
def freeze_misses_nested(context: DiagnosisContext) -> Iterator[Violation]:
    """A loop that freezes all batch normalization misses that of a nested model.

    ## Why is this bad?

    `model.layers` has a nested model as one layer, not the layers inside it. A loop that looks for
    `BatchNormalization` there does not find those of a pretrained base. Their statistics and weights change
    in training, and the base loses what it has learned.

    ## Example

    ```python
    model = keras.Sequential([base, keras.layers.Dense(3)])
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    ```

    ## Use instead

    ```python
    for layer in [*model.layers, *base.layers]:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    ```

    ## Known limits

    - Reported only if the line freezes nothing but batch normalization, and all of it that the model holds
      directly.
    - Where the model itself holds none, the loop must be at module level, and the model the only one that
      is trained.
    """
    lines = [line for line in freezings(context) if not line.value]
    frozen = {layer.id for line in lines for layer in line.layers}
    trainings = Trainings(context).all
    reported: set[int] = set()
    for line in lines:
        if all(_is_batch_norm(layer) for layer in line.layers):
            for model in _holders(context, line):
                missed = _missed(context, model, frozen, trainings)
                if missed and missed[0][0].layer.id not in reported:
                    reported.add(missed[0][0].layer.id)
                    loop = _loop_around(line.location)
                    yield from _violations(context, model.layer, missed, loop, line.location)
    if len({training.model.layer for training in trainings}) == 1 and not reported:
        model = trainings[0].model
        for place in {run.location for training in trainings for run in training.runs}:
            loop = None if place is None else _idle_loop(place, lines)
            is_idle = loop is not None and not _own_norms(context, model)
            missed = _missed(context, model, frozen, trainings) if is_idle else []
            if loop is not None and place is not None and missed:
                yield from _violations(context, model.layer, missed, loop, Location(place.file, loop.lineno))
                return


def _is_batch_norm(layer: LayerRef) -> bool:
    return is_keras_layer(layer, "BatchNormalization")


def _holders(context: DiagnosisContext, line: Freezing) -> list[LayerState]:
    """Return the functional models all of whose own batch normalization a line freezes."""
    numbers = {layer.id for layer in line.layers}
    return [
        state
        for state in context.states.values()
        if is_container(state.layer) and numbers == _own_norms(context, state)
    ]


def _own_norms(context: DiagnosisContext, model: LayerState) -> set[int]:
    """Return the numbers of the batch normalization directly inside a model."""
    return {child.layer.id for child in own_layers(context, model) if _is_batch_norm(child.layer)}


def _missed(
    context: DiagnosisContext, model: LayerState, frozen: set[int], trainings: list[Training]
) -> list[tuple[LayerState, Event]]:
    """Return the trainable normalization deep inside a model that runs in training mode, with such a call."""
    missed = []
    own = _own_norms(context, model)
    for number in model.children:
        state = context.states.get(number)
        if state is None or number in own or number in frozen or state.trainable is not True:
            continue
        updated = any(training.updated.intersection(state.variables) for training in trainings)
        calls = [call for call in context.of(state.layer, "call") if call.training is True]
        if _is_batch_norm(state.layer) and updated and calls:
            missed.append((state, calls[-1]))
    return missed


def _violations(
    context: DiagnosisContext,
    model: LayerRef,
    missed: list[tuple[LayerState, Event]],
    loop: ast.For | None,
    location: Location,
) -> Iterator[Violation]:
    place = location if loop is None else Location(location.file, loop.lineno, location.function)
    for state, call in missed:
        holder = _holder(context, model, state.layer)
        yield Violation(
            message=f"{{layer}} is inside {holder.name}, which is one layer of {model.name}: a loop over "
            f"{model.name}.layers does not reach it, so training changes its statistics and weights.",
            layer=state.layer,
            location=place,
            evidence=(Evidence("in training mode here", seqs(call), call.location),),
            fix=_fix(context, model, holder, loop, location),
            fix_place="in place" if loop is not None else "elsewhere",
        )


def _holder(context: DiagnosisContext, model: LayerRef, layer: LayerRef) -> LayerRef:
    """Return the direct child of a model that contains a layer."""
    state = context.state(model)
    inside = [] if state is None else own_layers(context, state)
    return next((child.layer for child in inside if layer.id in child.children), model)


def _fix(
    context: DiagnosisContext, model: LayerRef, holder: LayerRef, loop: ast.For | None, location: Location
) -> str:
    if loop is None or not isinstance(loop.iter, ast.Attribute):
        return f"for layer in {holder.name}.layers:  # the same for the layers of {holder.name}"
    name, item = ast.unparse(loop.iter.value), ast.unparse(loop.target)
    function = function_around(Location(location.file, loop.lineno))
    parameters = [] if function is None else [each.arg for each in function.args.args]
    if function is not None and parameters == [name]:
        return (
            f"for {item} in {name}.layers:\n"
            f"    if isinstance({item}, keras.Model):\n"
            f"        {function.name}({item})"
        )
    return f"for {item} in [*{name}.layers, *{name}{inner_layer(context, model, holder)}.layers]:"


def _loops(file: str) -> Iterator[ast.For]:
    """Yield the loops of a file over the layers of a model, outermost first."""
    tree = tree_of(file)
    for node in [] if tree is None else ast.walk(tree):
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Attribute) and node.iter.attr == "layers":
            yield node


def _loop_around(location: Location) -> ast.For | None:
    around = [
        loop for loop in _loops(location.file) if loop.lineno <= location.line <= (loop.end_lineno or 0)
    ]
    return around[-1] if around else None


def _idle_loop(place: Location, lines: list[Freezing]) -> ast.For | None:
    """Return the loop before a line of one function that looks for batch normalization and finds none."""
    ran = {(line.location.file, line.location.line) for line in lines}
    for loop in _loops(place.file):
        item = dotted(loop.target)
        tests = [
            node.test
            for node in ast.walk(loop)
            if isinstance(node, ast.If) and isinstance(node.test, ast.Call) and len(node.test.args) == 2
        ]
        is_searched = any(
            dotted(test.func) == "isinstance"
            and dotted(test.args[0]) == item
            and dotted(test.args[1]).endswith("BatchNormalization")
            for test in tests
            if isinstance(test, ast.Call)
        )
        freezing = [
            node.lineno
            for node in ast.walk(loop)
            if isinstance(node, ast.Assign)
            and dotted(node.targets[0]) == f"{item}.trainable"
            and isinstance(node.value, ast.Constant)
            and node.value.value is False
        ]
        is_idle = bool(freezing) and not any((place.file, line) in ran for line in freezing)
        # A loop in another function may not have run.
        is_beside = function_around(Location(place.file, loop.lineno)) is function_around(place)
        if is_searched and is_idle and is_beside and loop.lineno < place.line:
            return loop
    return None
