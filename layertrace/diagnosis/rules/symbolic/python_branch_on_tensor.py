"""LT403: A layer decides by Python on the value of a tensor, which is not known while a graph is made."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.symbolic._shared import failed_calls, is_branch, meanwhile
from layertrace.diagnosis.user_source import nodes_of
from layertrace.timeline.event import Event, Location


@rule("LT403", "python-branch-on-tensor", "error", links.AUTOGRAPH)
def python_branch_on_tensor(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer decides by Python on the value of a tensor, which is not known while a graph is made.

    `if`, `while`, `and`, `for` ask a tensor for its value. Keras 3 does not convert `call` by AutoGraph, as
    tf_keras does.

    Bad:

    ```python
    def call(self, x):
        if tf.reduce_mean(x) > 0:
            return -x
        return x
    ```

    Good:

    ```python
    def call(self, x):
        return keras.ops.where(keras.ops.mean(x) > 0, -x, x)
    ```
    """
    for event in failed_calls(context):
        error = event.error
        if error is None or not is_branch(error.type, error.raised_in):
            continue
        where, fix = _branch_at(event, error.location)
        yield Violation(
            message=f"{{layer}} decides in Python on the value of a tensor, in {where}, and "
            f"there is none while {meanwhile(event)}.",
            layer=event.layer,
            location=error.location,
            evidence=(Evidence(f"input {event.inputs}", (event.seq,), error.location),),
            fix=fix,
        )


def _branch_at(event: Event, place: Location | None) -> tuple[str, str]:
    """Return what decides on a line, in words, and what to write instead."""
    for node in nodes_of(event.defined_at):
        asked = getattr(node, "iter" if isinstance(node, ast.For) else "test", None)
        if place is None or asked is None or not asked.lineno <= place.line <= asked.end_lineno:
            continue
        for kinds, words, fix in _BRANCHES:
            if isinstance(node, kinds):
                return words, fix
    return "an if, a loop or a comparison", "keras.ops.where(condition, a, b)  # or keras.ops.cond"


_BRANCHES: tuple[tuple[tuple[type[ast.AST], ...], str, str], ...] = (
    (
        (ast.If, ast.IfExp),
        "an if",
        "keras.ops.where(condition, a, b)  # or keras.ops.cond; or @tf.function on call",
    ),
    (
        (ast.For,),
        "a loop",
        "keras.ops.fori_loop(0, n, body, start)  # or an operation on the whole tensor, without a loop",
    ),
    ((ast.While,), "a loop", "keras.ops.while_loop(condition, body, start)"),
    ((ast.Assert,), "an assert", "tf.debugging.Assert(condition, [x])  # or no assert at all"),
)
