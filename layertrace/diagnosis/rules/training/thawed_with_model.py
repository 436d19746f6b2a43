"""LT541: A layer that was frozen by itself is unfrozen together with the model around it."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.freezing import Freezing, freezings, inner_layer, receiver_of_trainable
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import LayerRef


@rule("LT541", "thawed-with-model", "warning", links.TRANSFER_LEARNING, backends=WITH_TRAINING)
def thawed_with_model(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer that was frozen by itself is unfrozen together with the model around it.

    ## Why is this bad?

    Setting `trainable` of a model sets it for every layer inside. A program that freezes a model for one
    phase and unfreezes it for the next also unfreezes the layers that were meant to stay frozen, such as
    pretrained word vectors. The next `fit` changes them.

    ## Example

    ```python
    words = keras.layers.Embedding(500, 8, trainable=False)
    critic = keras.Sequential([words, ...])
    critic.trainable = False
    critic.trainable = True
    critic.compile("adam", "binary_crossentropy")
    critic.fit(x, y)
    ```

    ## Use instead

    ```python
    critic.trainable = True
    words.trainable = False
    critic.compile("adam", "binary_crossentropy")
    ```

    ## Known limits

    - Reported only if the program has both frozen and unfrozen the model, and an optimizer updates the layer
      after that. A model that is only unfrozen, to fine-tune all of it, is not reported.
    - Not reported if a line unfreezes this layer alone, or if it was frozen together with others.
    """
    lines = freezings(context)
    for number in _frozen_alone(context, lines):
        state = context.states.get(number)
        if state is None or any(line.value and line.means(state.layer) for line in lines):
            continue
        thaws = [line for line in lines if line.value and _covers(context, line, state.layer)]
        for thaw in thaws:
            others = [state.layer, *thaw.layers]
            if not any(_covers(context, line, each) for line in lines if not line.value for each in others):
                continue
            setting = thaw.setting_of(context, state.layer)
            update = None if setting is None else _update_after(context, state, setting.start_ns)
            if setting is not None and setting.layer is not None and update is not None:
                yield _violation(context, thaw, setting.layer, state, update)
                break


def _frozen_alone(context: DiagnosisContext, lines: list[Freezing]) -> list[int]:
    """Return the numbers of the layers that were frozen while the layers around them were not.

    A layer that was frozen with others is unfrozen with others, too:
    tests/cases/clean/frozen_in_a_loop_and_thawed_at_once.py
    """
    alone: dict[int, None] = {}
    with_others: set[int] = set()
    settings = [(setting.start_ns, at, setting) for at, line in enumerate(lines) for setting in line.settings]
    for _, at, setting in sorted(settings, key=lambda each: each[0]):
        layer, line = setting.layer, lines[at]
        if layer is None:
            continue
        before = set(setting.before) if isinstance(setting.before, tuple) else set()
        if layer.id not in before:
            alone |= dict.fromkeys(number for number in before - with_others if isinstance(number, int))
        # To freeze what is frozen does nothing, so a line that freezes the others does not freeze this one.
        elif line.value and layer.id not in with_others and with_others & {each.id for each in line.layers}:
            alone[layer.id] = None
        # It calls the setter on JAX and torch, and not on TensorFlow, where the layer keeps what is equal:
        # tests/cases/lt541_thawed_with_model/another_loop_in_a_helper.py
        if not line.value and layer.id not in before:
            state = context.state(layer)
            inside = () if state is None else state.children
            with_others |= {*inside, *([] if line.means(layer) else [layer.id])}
    return list(alone)


def _covers(context: DiagnosisContext, line: Freezing, layer: LayerRef) -> bool:
    return not line.means(layer) and line.setting_of(context, layer) is not None


def _update_after(context: DiagnosisContext, state: LayerState, start_ns: int) -> Observation | None:
    """Return the first update after a time in which the weights of a layer have gradients."""
    # The weights of a layer that Keras 3 has built frozen get none, even when it is trainable.
    weights = set(state.variables) - {0}
    for update in context.observations("update"):
        missing = update.now if isinstance(update.now, tuple) else ()
        updated = {number for at, number in enumerate(update.variables) if at not in missing}
        if update.start_ns > start_ns and weights & updated:
            return update
    return None


def _violation(
    context: DiagnosisContext, thaw: Freezing, model: LayerRef, state: LayerState, update: Observation
) -> Violation:
    layer = state.layer
    source = statement_at(context, thaw.location).source.strip()
    receiver = receiver_of_trainable(context, thaw.location) or model.name
    parameters = sum(spec.parameters for _, spec, _ in context.created_variables(layer))
    is_loop = model == layer
    with_it = "the layers around it" if is_loop else model.name
    init = context.init_of(layer)
    fix = f'if {receiver}.name != "{layer.name}":\n    {source or f"{receiver}.trainable = True"}'
    if not is_loop:
        fix = (
            f"{source or f'{receiver}.trainable = True'}\n"
            f"{receiver}{inner_layer(context, model, layer)}.trainable = False"
        )
    return Violation(
        message=f"{{layer}} was frozen by itself, and is unfrozen here with {with_it}: an optimizer updates "
        f"its {parameters:,} parameters after this line.",
        layer=layer,
        location=thaw.location,
        evidence=(
            Evidence("created here", seqs(init), None if init is None else init.location),
            Evidence("its first update after that", seqs(context.event(update.during)), update.location),
        ),
        fix=fix,
        fix_place="in place",
    )
