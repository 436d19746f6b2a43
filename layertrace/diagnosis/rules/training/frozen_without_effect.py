"""LT545: A line freezes something that takes no part in the training."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.freezing import Freezing, freezings, inner_layer
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.statement_parts import USES, receiver
from layertrace.diagnosis.training_steps import Training, Trainings
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import Event, LayerRef


@rule("LT545", "frozen-without-effect", "warning", links.TRANSFER_LEARNING, backends=WITH_TRAINING)
def frozen_without_effect(context: DiagnosisContext) -> Iterator[Violation]:
    """A line freezes something that takes no part in the training.

    ## Why is this bad?

    `model.layers[0]` of a functional model is its input, which has no weights. And `clone_model` creates
    layers of its own, so that freezing the original does not freeze the copy. No error is raised, and the
    layer that was meant is trained.

    ## Example

    ```python
    clone = keras.models.clone_model(base)
    model = keras.Sequential([clone, keras.layers.Dense(1)])
    base.trainable = False
    model.fit(x, y)
    ```

    ## Use instead

    ```python
    model.layers[0].trainable = False
    ```

    ## Known limits

    Of layers with weights, only an original that does not run after this is reported, and only if a layer
    that was created from its config is trained.
    """
    trainings = Trainings(context).all
    for line in (line for line in freezings(context) if not line.value and len(line.layers) == 1):
        setting, layer = line.settings[0], line.layers[0]
        state = context.state(layer)
        if state is None:
            continue
        if layer.class_name == "InputLayer":
            yield from _input(context, line, layer, trainings)
        elif state.variables and not context.updated & set(state.variables):
            yield from _original(context, setting, state, trainings)


def _input(
    context: DiagnosisContext, line: Freezing, layer: LayerRef, trainings: list[Training]
) -> Iterator[Violation]:
    """Find a line that freezes the input of a model that is trained after that."""
    for training in trainings:
        model = training.model
        weights = [context.states[number] for number in model.children if number in context.states]
        trained = [child for child in weights if training.updated.intersection(child.variables)]
        if layer.id not in model.children or not trained or training.last_ns < line.settings[0].start_ns:
            continue
        first = trained[0].layer
        name = _model_of(line) or model.layer.name
        yield Violation(
            message="{layer} is the input of "
            + f"{model.layer.name} and has no weights: freezing it changes "
            f"nothing, and {first.name} is trained.",
            layer=layer,
            location=line.location,
            evidence=(Evidence("trained here", seqs(*training.runs[:1]), training.runs[0].location),)
            if training.runs
            else (),
            fix=f'{name}.get_layer("{first.name}").trainable = False',
            fix_place="in place",
        )
        return


def _model_of(line: Freezing) -> str:
    """Return whose layers a line indexes: `model` of `model.layers[0].trainable = False`."""
    for node in nodes_at(line.location):
        indexed = node.value if isinstance(node, ast.Subscript) else None
        if isinstance(indexed, ast.Attribute) and indexed.attr == "layers":
            return dotted(indexed.value)
    return ""


def _original(
    context: DiagnosisContext, setting: Observation, state: LayerState, trainings: list[Training]
) -> Iterator[Violation]:
    """Find a line that freezes a layer whose copy is trained in its place."""
    layer = state.layer
    calls = [call for call in context.of(layer, "call") if call.mode != "symbolic"]
    # A teacher is frozen, copied, and asked: tests/cases/clean/frozen_and_copied.py
    if any(call.start_ns > setting.start_ns for call in calls):
        return
    for training in trainings:
        if training.last_ns < setting.start_ns or layer.id in training.model.children or not training.runs:
            continue
        for number in training.model.children:
            copy = context.states.get(number)
            init = None if copy is None else _copying(context, copy)
            if copy is None or init is None:
                continue
            is_alike = (copy.layer.class_name, copy.layer.name) == (layer.class_name, layer.name)
            if is_alike and training.updated.intersection(copy.variables):
                run = training.runs[0]
                model = receiver(statement_at(context, run.location).source, USES)
                model = model or training.model.layer.name
                yield Violation(
                    message=f"{{layer}} is frozen here, but {training.model.layer.name} has a copy of it, "
                    "which was created from its config and is trained.",
                    layer=layer,
                    location=setting.location,
                    evidence=(
                        Evidence("its copy is created here", seqs(init), init.location),
                        Evidence("the copy is trained here", seqs(run), run.location),
                    ),
                    fix=f"{model}{inner_layer(context, training.model.layer, copy.layer)}.trainable = False",
                    fix_place="in place",
                )
                return


def _copying(context: DiagnosisContext, state: LayerState) -> Event | None:
    """Return the `init` of a layer, or of the first inside it, that was created from a config."""
    layers = [
        state.layer,
        *(context.states[number].layer for number in state.children if number in context.states),
    ]
    inits = [init for layer in layers if (init := context.init_of(layer)) is not None]
    return next((init for init in inits if "from config" in init.flags), None)
