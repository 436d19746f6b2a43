"""LT533: A layer takes the softmax over the rows of the batch, or over a single number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, is_within, nodes_at
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import Location, TensorSpec


@rule("LT533", "softmax-over-wrong-axis", "error", links.SUBCLASSING)
def softmax_over_wrong_axis(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer takes the softmax over the rows of the batch, or over a single number.

    ## Why is this bad?

    The first axis is that of the rows in a batch. A softmax over it makes the numbers of different rows
    add up to 1, so what the layer returns for a row depends on the other rows. Along an axis of size 1,
    softmax is always 1.

    ## Example

    ```python
    weights = ops.softmax(scores, axis=0)  # scores: [batch, steps, 1]
    ```

    ## Use instead

    ```python
    weights = ops.softmax(scores, axis=1)
    ```

    ## Known limits

    - Only the `call` of layers is examined, in functions that Keras runs: `fit`, `evaluate` and `predict`. A
      loss may compare rows on purpose, and a loop of your own may pass data without a batch.
    - A matrix of all pairs of rows is not reported.
    """
    reported: set[object] = set()
    for seen in (*context.observations("softmax over batch"), *context.observations("softmax of one")):
        trace = context.event(seen.during)
        around = [] if trace is None else [trace, *context.enclosing(trace, "trace")]
        by_keras = any(each.function is not None and each.function.role is not None for each in around)
        state = _state(context, seen)
        is_examined = by_keras if seen.what == "softmax over batch" else _is_own(seen)
        if is_examined and state is not None and seen.location not in reported:
            reported.add(seen.location)
            yield _violation(context, seen, state)


def _is_own(seen: Observation) -> bool:
    """Return whether the softmax is not the activation of a layer of Keras, which LT512 examines."""
    return seen.layer is None or is_user_defined(seen.layer)


def _state(context: DiagnosisContext, seen: Observation) -> LayerState | None:
    """Return the layer in whose call, or in whose creation, the softmax is written."""
    place = seen.location
    for state in context.states.values():
        call = state.methods.get("call")
        if place is not None and call is not None and is_within(place, call):
            return state
    own = context.state(seen.layer)
    return own if own is not None and own.layer.class_name == "Softmax" else None


def _violation(context: DiagnosisContext, seen: Observation, state: LayerState) -> Violation:
    spec = seen.now
    sizes = spec.shape if isinstance(spec, TensorSpec) and spec.shape else ()
    axis = 1 if len(sizes) > 2 else -1
    is_one = seen.what == "softmax of one"
    init = context.init_of(state.layer)
    place = init.location if state.layer.class_name == "Softmax" and init is not None else seen.location
    axes = "last" if is_one else "first"
    why = (
        "which has a single number: it is always 1"
        if is_one
        else "which is the batch: its output for a row changes with the other rows"
    )
    trace = context.event(seen.during)
    return Violation(
        message=f"{{layer}} takes the softmax over the {axes} axis of {spec}, {why}.",
        layer=state.layer,
        location=place,
        evidence=(Evidence(f"softmax over the {axes} axis of {spec}", seqs(trace), place),),
        fix=_with_axis(place, axis) or f"axis={axis}  # instead of 0",
        fix_place="in place",
    )


def _with_axis(place: Location | None, axis: int) -> str:
    nodes = list(nodes_at(place))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    for node in nodes:
        if isinstance(node, ast.Call) and "softmax" in dotted(node.func).lower() and statement is not None:
            values = [each.value for each in node.keywords if each.arg == "axis"] + node.args[1:2]
            if values:
                return rewritten(place, statement, {values[0]: str(axis)})
            if node.args:
                old = source_of(place, node)
                return rewritten(place, statement, {node: f"{old[:-1]}, axis={axis})"})
    return ""
