"""LT514: An output `[batch, 1]` and a vector `[batch]` are combined into a matrix of all pairs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, is_at, nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, TensorSpec


@rule("LT514", "shapes-broadcast", "error", links.CUSTOM_TRAIN_STEP, backends=("tensorflow", "jax", "torch"))
def shapes_broadcast(context: DiagnosisContext) -> Iterator[Violation]:
    """An output `[batch, 1]` and a vector `[batch]` are combined into a matrix of all pairs.

    ## Why is this bad?

    Both are repeated along the missing dimension. `y - predicted` then holds the difference of each target
    and each prediction, `[batch, batch]`, and its mean is smallest if all predictions are the mean of the
    targets. No error is raised, and the model learns nothing else. The losses of Keras give both the same
    rank first. If losses `[batch]` are multiplied by weights `[batch, 1]`, each loss gets each
    weight, so the weights have no effect on the mean.

    ## Example

    ```python
    loss = tf.reduce_mean(tf.square(y - predicted))  # [16] - [16, 1]
    ```

    ## Use instead

    ```python
    loss = tf.reduce_mean(tf.square(y[:, None] - predicted))
    ```

    ## Known limits

    - On TensorFlow and JAX only in graphs: a loop that runs eagerly is not examined.
    - On JAX only if the mean or the sum of all pairs is taken in the same function, and not inside
      `jax.lax.scan`.
    - On torch only what `MSELoss`, `L1Loss`, `SmoothL1Loss` and `HuberLoss` are given, not `(y - predicted)`
      of the program, nor what `torch.compile` has compiled. With `reduction="none"`, they may be asked for
      all pairs.
    - All pairs that the program asks for, as in `a[:, None] - a`, are not reported.
    """
    reported: set[tuple[object, object]] = set()
    for observation in context.observations("broadcast"):
        layer = observation.layer or _returned_by(context, observation)
        key = (observation.location, observation.name)
        if key not in reported:
            reported.add(key)
            yield _violation(context, layer, observation)


def _returned_by(context: DiagnosisContext, seen: Observation) -> LayerRef | None:
    """Return the outermost layer whose call returned, before a loss of torch, what it is given as outputs."""
    calls = [
        call
        for call in context.events("call", lambda event: event.start_ns < seen.start_ns)
        if call.outputs == seen.before and context.enclosing_call(call) is None
    ]
    return calls[-1].layer if calls else None


def _violation(context: DiagnosisContext, layer: LayerRef | None, seen: Observation) -> Violation:
    mine, other = seen.before, seen.now
    trace = context.event(seen.during)
    calls = [] if layer is None else [call for call in context.of(layer, "call") if call.outputs == mine]
    length = mine.shape[0] if isinstance(mine, TensorSpec) and mine.shape else None
    size = "batch" if length is None else str(length)
    evidence = [Evidence(f"{mine} and {other} give [{size}, {size}]", seqs(trace), seen.location)]
    if calls:
        evidence.append(Evidence(f"returned {mine}", seqs(calls[0]), calls[0].location))
    fix = _same_shape(seen)
    what = (
        f"This line combines the loss of each row of {{layer}}, {mine}, with {other}"
        if seen.role == "loss"
        else f"{{layer}} returned {mine}, and this line combines it with {other}"
        if layer is not None
        else f"This line combines {mine} with {other}"
    )
    return Violation(
        message=f"{what}: that gives a matrix of all pairs, [{size}, {size}]; give both the same shape.",
        layer=layer,
        location=seen.location,
        evidence=tuple(evidence),
        fix=fix or "y = y[:, None]  # the vector gets the shape of the column",
        fix_place="in place" if fix else "before",
    )


_BINARY = {"Sub": ast.Sub, "AddV2": ast.Add, "Mul": ast.Mult, "RealDiv": ast.Div}
_FUNCTIONS = {
    "Sub": "subtract",
    "SquaredDifference": "squared_difference",
    "Mul": "multiply",
    "AddV2": "add",
    "RealDiv": "divide",
}


def _same_shape(seen: Observation) -> str:
    """Write the statement with `[:, None]` after the vector; nothing if the line does not show it."""
    op, _, at = seen.name.partition(" ")
    vector_is_mine = isinstance(seen.before, TensorSpec) and len(seen.before.shape or ()) == 1
    position = int(at or 0) if vector_is_mine else 1 - int(at or 0)
    if seen.location is None:
        return ""
    nodes = list(nodes_at(seen.location))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    operands: list[tuple[ast.expr, ast.expr]] = []
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, _BINARY.get(op, ())):
            operands.append((node.left, node.right))
        elif (
            isinstance(node, ast.Call)
            and (
                dotted(node.func).endswith(_FUNCTIONS[op]) if op in _FUNCTIONS else is_at(node, seen.location)
            )
            and len(node.args) == 2
        ):
            operands.append((node.args[0], node.args[1]))
    if statement is None or len(operands) != 1:
        return ""
    vector = operands[0][position]
    text = source_of(seen.location, vector)
    plain = isinstance(vector, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
    column = f"{text}[:, None]" if plain else f"({text})[:, None]"
    return rewritten(seen.location, statement, {vector: column})
