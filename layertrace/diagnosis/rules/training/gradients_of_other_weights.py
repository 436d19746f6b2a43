"""LT528: An optimizer is given gradients for other weights than they were taken of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import argument, request_at, times_made
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location


@rule("LT528", "gradients-of-other-weights", "error", links.CUSTOM_TRAINING_LOOPS)
def gradients_of_other_weights(context: DiagnosisContext) -> Iterator[Violation]:
    """An optimizer is given gradients for other weights than they were taken of.

    ## Why is this bad?

    `zip` pairs the first gradient with the first weight, whatever they are. If the list of weights is another
    one, or has another order, each weight moves by the gradient of another weight. Nothing fails as long as
    the shapes agree, which they do in towers, twins, and layers of equal width.

    ## Example

    ```python
    gradients = tape.gradient(loss, left.trainable_variables)
    optimizer.apply_gradients(zip(gradients, right.trainable_variables))
    ```

    ## Use instead

    ```python
    gradients = tape.gradient(loss, left.trainable_variables)
    optimizer.apply_gradients(zip(gradients, left.trainable_variables))
    ```

    ## Known limits

    - Gradients that were clipped or scaled are followed in a graph, not in eager code; neither are those of a
      tf_keras optimizer, which sums them over devices.
    - Weights of another model may be meant: a worker sends its gradients to the model that it is a copy of.
      They are reported if the weights that the gradients are taken of never change, or if an optimizer trains
      both, gradients are taken of both, and they are not copies of each other.
    """
    reported: set[Location | None] = set()
    unchanged = {
        number for taken in context.observations("gradient taken") for number in taken.variables if number
    }
    for seen in context.observations("misdirected"):
        if seen.location in reported or not _is_wrong(context, seen, unchanged):
            continue
        reported.add(seen.location)
        count, edits = len(seen.variables), _edits(seen)
        layer, source = _holder(context, seen.variables), _holder(context, tuple(_numbers(seen)))
        of = "" if layer is None else ", all in {layer},"
        other = "" if source is None or source == layer else f" of {source.name}"
        sources = argument(request_at(seen.defined_at), 1, "sources")
        advice = "# pass the gradients together with the list of weights that they were taken of"
        if sources is not None:
            advice = f"{advice}: {ast.unparse(sources)}"
        yield Violation(
            message=f"{count} of the {seen.now} weights of this update{of} get the gradient of another "
            f"weight: {seen.paths[0]} gets that of {seen.without_gradient[0]}{other}.",
            layer=layer,
            location=seen.location,
            evidence=(
                Evidence("the gradients are taken here", (), seen.defined_at),
                Evidence("and applied here", seqs(context.event(seen.during)), seen.location),
            ),
            fix="" if edits else advice,
            fix_place="elsewhere",
            edits=edits,
        )


def _is_wrong(context: DiagnosisContext, seen: Observation, unchanged: set[int]) -> bool:
    """Return whether the gradients cannot be meant for the weights that get them."""
    if seen.role == "same update":
        return True
    sources = {number for number in _numbers(seen) if number}
    # A worker, or a copy that a step adapts: tests/cases/clean/gradients_of_a_copy.py
    if seen.role == "both taken" and sources <= context.updated and sources.isdisjoint(_set(context)):
        return True
    return sources <= unchanged and times_made(context, seen) > 1


def _set(context: DiagnosisContext) -> set[int]:
    """Return the variables of the layers that the program gave values with `set_weights`."""
    layers = (seen.layer for seen in context.observations("weights set") if seen.name == "set_weights")
    states = (context.state(layer) for layer in layers)
    return {number for state in states if state is not None for number in state.variables if number}


def _numbers(seen: Observation) -> list[int]:
    return [each for each in seen.before if isinstance(each, int)] if isinstance(seen.before, tuple) else []


def _holder(context: DiagnosisContext, variables: tuple[int, ...]) -> LayerRef | None:
    """Return the smallest layer that holds all of some variables; None without one."""
    holding = [state for state in context.states.values() if {*variables} <= {*state.variables}]
    best = min(holding, key=lambda state: (len(state.variables), len(state.children)), default=None)
    return None if best is None else best.layer


def _edits(seen: Observation) -> tuple[Edit, ...]:
    """Return the edit that pairs gradients and weights, if one function takes and applies them.

    If the weights of the gradients are trained, too, that passes the gradients of the weights that are
    updated, or else the weights that the gradients are taken of. If not, it takes those of the others.
    """
    place, taken = seen.location, seen.defined_at
    sources, pair = argument(request_at(taken), 1, "sources"), _pair_at(place)
    if place is None or taken is None or sources is None or pair is None:
        return ()
    function = function_around(place)
    if function is not function_around(taken) or place.file != taken.file:
        return ()
    if not seen.role:
        return _replaced(taken, sources, ast.unparse(pair[1]))
    own = _gradients_of(function or tree_of(place.file), pair[1])
    return _replaced(place, pair[0], own) if own else _replaced(place, pair[1], ast.unparse(sources))


def _replaced(place: Location, node: ast.expr, text: str) -> tuple[Edit, ...]:
    if node.lineno != node.end_lineno or ast.unparse(node) == text:
        return ()
    return lines_with(place, [(node.lineno, node.col_offset, node.end_col_offset, text)])


def _pair_at(place: Location | None) -> tuple[ast.expr, ast.expr] | None:
    """Return the gradients and the weights that a line passes on, if it is clear which these are."""
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call) and len(node.args) == 2]
    named = {dotted(call.func).rpartition(".")[2]: call.args for call in calls}
    pair = named.get("zip") or named.get("apply")
    return None if pair is None else (pair[0], pair[1])


def _gradients_of(function: ast.AST | None, weights: ast.expr) -> str:
    """Return the name that a function gives to the gradients of some weights; empty if it does not."""
    for node in ast.walk(function or ast.Pass()):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        sources = argument(node.value, 1, "sources")
        is_taken = dotted(node.value.func).endswith(".gradient") and sources is not None
        if is_taken and sources is not None and ast.unparse(sources) == ast.unparse(weights):
            return dotted(node.targets[0])
    return ""
