"""LT413: Two arguments of `stateless_call` or `stateless_apply` are in each other's place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Location


@rule("LT413", "stateless-arguments-swapped", "error", links.KERAS_ON_JAX, backends=("jax",))
def stateless_arguments_swapped(context: DiagnosisContext) -> Iterator[Violation]:
    """Two arguments of `stateless_call` or `stateless_apply` are in each other's place.

    ## Why is this bad?

    `optimizer.stateless_apply(optimizer_variables, grads, trainable_variables)` computes with any lists of
    arrays whose shapes fit. With gradients and weights swapped, it returns the gradients, changed by the
    weights, as the new weights: the loss grows until it is NaN, without any error. If the two lists
    of variables of `stateless_call` are swapped, it raises an error that names their lengths, or computes
    with the wrong ones.

    ## Example

    ```python
    weights, state = optimizer.stateless_apply(state, weights, gradients)
    ```

    ## Use instead

    ```python
    weights, state = optimizer.stateless_apply(state, gradients, weights)
    ```

    ## Known limits

    - An update is seen only in a function that JAX traces, and if the function itself takes the gradients.
    - Lists of variables whose shapes are the same are not distinguished.
    """
    for seen in context.observations("stateless swapped"):
        is_update = seen.role == "update"
        method, first = ("stateless_apply", 1) if is_update else ("stateless_call", 0)
        fix = _swapped(seen.location, method, first)
        message = (
            f"{seen.name} is given the weights as gradients, and the gradients as weights: what it returns "
            "as new weights is the gradients, changed by the weights."
            if is_update
            else "{layer} is given its non-trainable variables as trainable ones, and the trainable ones as "
            "non-trainable."
        )
        yield Violation(
            message=message,
            layer=seen.layer,
            location=seen.location,
            evidence=(Evidence("called here", seqs(context.event(seen.during)), seen.location),),
            fix=fix or _ORDERS[is_update],
            fix_place="in place" if fix else "elsewhere",
        )


_ORDERS = (
    "model.stateless_call(trainable_variables, non_trainable_variables, x)",
    "optimizer.stateless_apply(optimizer_variables, grads, trainable_variables)",
)


def _swapped(location: Location | None, method: str, first: int) -> str:
    """Write the statement with two arguments of a method swapped; nothing if it does not show both."""
    nodes = list(nodes_at(location))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    calls = [node for node in nodes if isinstance(node, ast.Call) and dotted(node.func).endswith(method)]
    if location is None or statement is None or len(calls) != 1:
        return ""
    given = calls[0].args[first : first + 2]
    if len(given) != 2 or any(isinstance(each, ast.Starred) for each in calls[0].args[: first + 2]):
        return ""
    one, other = given
    return rewritten(location, statement, {one: source_of(location, other), other: source_of(location, one)})
