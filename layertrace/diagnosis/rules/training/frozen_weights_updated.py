"""LT551: An optimizer updates a frozen layer, because its list of weights was made before."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import assignment_before
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import LayerRef, Location


@rule("LT551", "frozen-weights-updated", "error", links.TRANSFER_LEARNING)
def frozen_weights_updated(context: DiagnosisContext) -> Iterator[Violation]:
    """An optimizer updates a frozen layer, because its list of weights was made before.

    ## Why is this bad?

    `layer.trainable = False` takes the weights of a layer out of `model.trainable_variables`. It does not
    change a list that was made before: an optimizer updates all variables that it is given.

    ## Example

    ```python
    variables = model.trainable_variables
    base.trainable = False
    for x, y in dataset:
        ...
        optimizer.apply(tape.gradient(loss, variables), variables)
    ```

    ## Use instead

    ```python
    base.trainable = False
    for x, y in dataset:
        ...
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
    ```

    ## Known limits

    - An update of frozen weights alone is not reported: the program has a list for them on purpose, as for
      the discriminator of a GAN.
    - Only Keras 3: `tf_keras` does not freeze variables, only layers.
    """
    reported: set[int] = set()
    for update in context.observations("update"):
        frozen = _frozen(context, update)
        # tests/cases/clean/frozen_and_updated_on_purpose.py
        if not frozen or len(frozen) == len(_with_gradient(update)):
            continue
        for state in _frozen_layers(context, frozen):
            if state.layer.id not in reported:
                reported.add(state.layer.id)
                yield _violation(context, update, state.layer, len(frozen & {*state.variables}))


def _with_gradient(update: Observation) -> set[int]:
    without = update.now if isinstance(update.now, tuple) else ()
    return {position for position in range(len(update.variables)) if position not in without}


def _frozen(context: DiagnosisContext, update: Observation) -> set[int]:
    """Return the variables that were made trainable, were frozen later, and get a gradient."""
    positions = update.before if isinstance(update.before, tuple) else ()
    numbers = {update.variables[at] for at in _with_gradient(update) if at in positions} - {0}
    specs = (context.variables.get(number) for number in numbers)
    return {spec.id for spec in specs if spec is not None and spec.trainable}


def _frozen_layers(context: DiagnosisContext, frozen: set[int]) -> list[LayerState]:
    """Return the outermost layers whose trainable variables are all frozen."""
    states = []
    for state in context.states.values():
        specs = [context.variables.get(number) for number in state.variables]
        trainable = {spec.id for spec in specs if spec is not None and spec.trainable}
        if trainable and trainable <= frozen:
            states.append(state)
    inside = {child for state in states for child in state.children}
    return [state for state in states if state.layer.id not in inside]


def _violation(context: DiagnosisContext, update: Observation, layer: LayerRef, count: int) -> Violation:
    freezing = assignment_before(context, "trainable", False, None, update.location)
    place = update.location if freezing is None else freezing[0]
    weights = "1 weight" if count == 1 else f"{count} weights"
    times = sum(each.times for each in context.observations("update") if each.location == update.location)
    steps = "once" if times == 1 else f"{times} times"
    evidence = [Evidence(f"updated {steps}", seqs(context.event(update.during)), update.location)]
    if freezing is not None:
        evidence.insert(0, Evidence("frozen here", (), place))
    name = _list_of(update.location)
    return Violation(
        message=f"{{layer}} is frozen, but the optimizer is given its {weights}, too: the list of variables "
        "was made before the layer was frozen.",
        layer=layer,
        location=place,
        evidence=tuple(evidence),
        fix=f"{name} = model.trainable_variables  # again after this line, or in each step",
        fix_place="elsewhere",
    )


def _list_of(place: Location | None) -> str:
    """Return the name of the list of variables in a line that applies gradients."""
    for node in nodes_at(place):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        method = dotted(node.func).rpartition(".")[2]
        takes_list = method == "zip" or (method == "apply" and len(node.args) > 1)
        if takes_list and isinstance(node.args[-1], (ast.Name, ast.Attribute)):
            return ast.unparse(node.args[-1])
    return "variables"
