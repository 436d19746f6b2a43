"""LT569: A target network shares the weights of the network that it should follow."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import keras_in
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.event import LayerRef, Location
from layertrace.timeline.ownership import is_container


@rule("LT569", "copied-to-itself", "error", links.SAVING, backends=WITH_TRAINING)
def copied_to_itself(context: DiagnosisContext) -> Iterator[Violation]:
    """A target network shares the weights of the network that it should follow.

    ## Why is this bad?

    A model that is created from the layers of another one, or a second name for it, has the same variables.
    `set_weights` then copies them to themselves. A target network changes with each step of the network that
    it is to stay behind.

    ## Example

    ```python
    target = keras.Sequential(online.layers)
    target.set_weights(online.get_weights())
    ```

    ## Use instead

    ```python
    target = keras.models.clone_model(online)
    target.set_weights(online.get_weights())
    ```

    ## Known limits

    - Reported if the weights were equal before `set_weights` twice, with other values each time.
    - The weights must come from `get_weights` of another name, in the same statement or by one variable.
    - A second name is recognized by `a.set_weights(b.get_weights())`, where `a` and `b` are one model.
    """
    for layer, seen in context.layer_observations("copied to itself"):
        target, source = _names(seen.location)
        kept_from = source or _kept_from(seen.location)
        # A model may be given its own weights, its best ones: tests/cases/clean/weights_set_as_they_are.py
        if not target or not kept_from or target == kept_from:
            continue
        other = _with_the_same_weights(context, layer)
        if other is None and not source:
            continue
        init = context.init_of(layer) if other is not None else None
        alias = _assignment(seen.location, target, source) if other is None else None
        place = init.location if init is not None else alias or seen.location
        is_named = statement_at(context, place).source.startswith(f"{target} =") and bool(source)
        copied = other or layer
        can_clone = is_named and is_container(copied)
        what = f"{target} and {source} are one model, {{layer}}, with one set of weights"
        if other is not None:
            what = f"{{layer}} has the variables of {other.name}, not copies of them"
        yield Violation(
            message=f"{what}: set_weights copies them to themselves, and each step changes both.",
            layer=layer,
            location=place,
            evidence=(
                Evidence("created here", seqs(init), place),
                Evidence(f"copied here, {_often(seen.times + 1)}", (), seen.location),
            ),
            fix=f"{target} = {keras_in(place)}.models.clone_model({source})\n"
            f"{target}.set_weights({source}.get_weights())"
            if can_clone
            else "# create a second model of the same class, and give it the weights by set_weights",
            fix_place="in place" if can_clone else "elsewhere",
        )


def _often(times: int) -> str:
    return "twice" if times == 2 else f"{times} times"


def _names(place: Location | None) -> tuple[str, str]:
    """Return `target` and `online` of `target.set_weights(online.get_weights())`, or of a sum of both."""
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    named = [dotted(call.func).rpartition(".") for call in calls]
    target = next((name for name, _, method in named if method == "set_weights"), "")
    sources = [name for name, _, method in named if method == "get_weights"]
    return target, next((name for name in sources if name != target), "".join(sources[:1]))


def _with_the_same_weights(context: DiagnosisContext, layer: LayerRef) -> LayerRef | None:
    """Return another layer with the same variables that is not around or inside it."""
    state = context.state(layer)
    mine = set() if state is None else set(state.variables) - {0}
    inside = () if state is None else state.children
    others = [
        other.layer
        for other in context.states.values()
        if mine and other.layer.id != layer.id and mine <= set(other.variables)
        if other.layer.id not in inside and layer.id not in other.children
    ]
    return others[0] if others else None


def _kept_from(place: Location | None) -> str:
    """Return whose `get_weights` the only assignments give to the variable that `set_weights` is given."""
    given = [
        dotted(node.args[0])
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".set_weights") and node.args
    ]
    tree = None if place is None else tree_of(place.file)
    names = {
        dotted(node.value.func).rpartition(".")[0]
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.Assign) and given and given[0] in map(dotted, node.targets)
        if isinstance(node.value, ast.Call) and dotted(node.value.func).endswith(".get_weights")
    }
    return names.pop() if len(names) == 1 else ""


def _assignment(place: Location | None, target: str, source: str) -> Location | None:
    """Return the only line of the file that assigns one name to the other."""
    tree = None if place is None else tree_of(place.file)
    lines = [
        node.lineno
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.Assign)
        and target in map(dotted, node.targets)
        and dotted(node.value) == source
    ]
    return Location(place.file, lines[0], place.function) if place is not None and len(lines) == 1 else None
