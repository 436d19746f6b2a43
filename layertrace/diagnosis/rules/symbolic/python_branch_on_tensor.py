"""LT403: A layer uses the value of a tensor in a Python branch or loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.symbolic._shared import failed_calls, is_branch, phase
from layertrace.diagnosis.user_source import nodes_of
from layertrace.timeline.event import Event, Location


@rule("LT403", "python-branch-on-tensor", "error", links.AUTOGRAPH)
def python_branch_on_tensor(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer uses the value of a tensor in a Python branch or loop.

    ## Why is this bad?

    `if`, `while`, `and`, `assert` and `for` need the value of a tensor, which is missing during tracing.
    `tf_keras` converts `call` with AutoGraph, so that such code works there. Keras 3 does not convert it.

    ## Example

    ```python
    def call(self, x):
        if tf.reduce_mean(x) > 0:
            return -x
        return x
    ```

    ## Use instead

    ```python
    def call(self, x):
        return keras.ops.where(keras.ops.mean(x) > 0, -x, x)
    ```

    ## Known limits

    Only a branch that failed is reported: code that runs eagerly only, or a `call` that is decorated with
    `@tf.function`, is correct. Each layer is reported once, with its first failure. Without the source, the
    message does not name the statement.
    """
    for event in failed_calls(context):
        error = event.error
        if error is None or not is_branch(error.type, error.raised_in):
            continue
        statement, fix = _branch_at(event, error.location)
        yield Violation(
            message=f"{{layer}} uses the value of a tensor in {statement}, but tensors have no values while "
            f"{phase(event)}.",
            layer=event.layer,
            location=error.location,
            evidence=(Evidence(f"input {event.inputs}", (event.seq,), error.location),),
            fix=fix,
        )


def _branch_at(event: Event, location: Location | None) -> tuple[str, str]:
    """Return the name of the statement that asks for a value on a line, and its replacement."""
    for node in nodes_of(event.defined_at):
        tested = getattr(node, "iter" if isinstance(node, ast.For) else "test", None)
        if location is None or tested is None or not tested.lineno <= location.line <= tested.end_lineno:
            continue
        for kinds, statement, fix in _BRANCHES:
            if isinstance(node, kinds):
                return statement, fix
    return "an if, a loop or a comparison", "keras.ops.where(condition, a, b)  # or keras.ops.cond"


_BRANCHES: tuple[tuple[tuple[type[ast.AST], ...], str, str], ...] = (
    (
        (ast.If, ast.IfExp),
        "an if statement",
        "keras.ops.where(condition, a, b)  # or keras.ops.cond; or @tf.function on call",
    ),
    (
        (ast.For,),
        "a for loop",
        "keras.ops.fori_loop(0, n, body, start)  # or an operation on the whole tensor, without a loop",
    ),
    ((ast.While,), "a while loop", "keras.ops.while_loop(condition, body, start)"),
    ((ast.Assert,), "an assert statement", "tf.debugging.Assert(condition, [x])  # or remove the assert"),
)
