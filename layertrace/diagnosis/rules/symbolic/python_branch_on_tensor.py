"""LT403: A layer uses the value of a tensor in a Python branch or loop."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.symbolic._shared import failed_calls, input_shapes, is_branch, phase
from layertrace.diagnosis.rules.symbolic._steps import failed_traces
from layertrace.diagnosis.rules.tracing._shared import accumulated
from layertrace.diagnosis.state_reads import branches_of
from layertrace.diagnosis.user_source import nodes_of
from layertrace.timeline.event import ErrorRef, Event, Location


@rule("LT403", "python-branch-on-tensor", "error", links.AUTOGRAPH, backends=ANY_BACKEND)
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
    yield from _in_steps(context)
    for event in failed_calls(context):
        error = event.error
        if error is None or not is_branch(error.type, error.raised_in):
            continue
        statement, fix = _branch_at(context, event, error.location)
        use = f"uses the value of a tensor in {statement}"
        function = _function_of_keras(error)
        if statement == _ANY_STATEMENT and function is not None:
            use, fix = f"passes a tensor to {function}, which needs its value", _instead_of(function)
        yield Violation(
            message=f"{{layer}} {use}, but tensors have no values while {phase(event)}.",
            layer=event.layer,
            location=error.location,
            evidence=(Evidence(input_shapes(event), (event.seq,), error.location),),
            fix=fix,
        )


def _in_steps(context: DiagnosisContext) -> Iterator[Violation]:
    """Report a branch outside of any `call`: in a step of a model, or in a loss or metric."""
    for failed in failed_traces(context):
        if not is_branch(failed.error.type, failed.error.raised_in):
            continue
        place, name = failed.place, failed.name
        statement, fix = _statement_at(nodes_of(failed.defined), place, _STEP_BRANCHES)
        branch = next(
            (each for each in branches_of(failed.defined) if each.location.line == place.line), None
        )
        if branch is not None:
            fix = f"{context.cond}({branch.test}, if_true, if_false)  # each a function, in place of the if"
            fix = (accumulated(context, failed.model, branch) if failed.model is not None else "") or fix
        culprit = f"{{layer}} uses the value of a tensor in {statement} of {name}"
        yield Violation(
            message=(
                culprit if failed.layer is not None else f"{name} uses the value of a tensor in {statement}"
            )
            + f", but tensors have no values while a function is traced{failed.converted}.",
            layer=failed.layer,
            location=place,
            evidence=(Evidence("this trace failed", (failed.event.seq,), place),),
            fix=fix,
            fix_place="elsewhere",
        )


def _branch_at(context: DiagnosisContext, event: Event, location: Location | None) -> tuple[str, str]:
    """Return the name of the statement that asks for a value on a line, and its replacement.

    AutoGraph, which `@tf.function` applies, exists on TensorFlow alone.
    """
    branches = _BRANCHES if context.backend == "tensorflow" else _STEP_BRANCHES
    return _statement_at(nodes_of(event.defined_at), location, branches)


def _statement_at(nodes: Iterable[ast.AST], location: Location | None, branches: Branches) -> tuple[str, str]:
    """Return the name of the statement among some nodes that asks for a value on a line, and a fix."""
    for node in nodes:
        tested = getattr(node, "iter" if isinstance(node, ast.For) else "test", None)
        if location is None or tested is None or not tested.lineno <= location.line <= tested.end_lineno:
            continue
        for kinds, statement, fix in branches:
            if isinstance(node, kinds):
                return statement, fix
    return _ANY_STATEMENT, "keras.ops.where(condition, a, b)  # or keras.ops.cond"


def _function_of_keras(error: ErrorRef) -> str | None:
    """Return the function of `keras.ops` that an error was raised in: `keras.ops.tile`."""
    inside = [name.partition(":")[2] for name in error.raised_in if name.startswith("keras.src.ops.")]
    public = (name for name in inside if name.isidentifier() and not name.startswith("_"))
    return next((f"keras.ops.{name}" for name in public), None)


def _instead_of(function: str) -> str:
    """Return how to call a function of `keras.ops` with sizes that are known only when it runs."""
    if function == "keras.ops.tile":
        return "keras.ops.tile(x, (batch_size, 1, 1))  # a tuple, whose items may be tensors"
    return f"{function}(x, ...)  # with Python numbers, or a tuple in place of a tensor of sizes"


_ANY_STATEMENT = "an if, a loop or a comparison"
_BY_AUTOGRAPH = "; or @tf.function on call"
Branches: TypeAlias = "tuple[tuple[tuple[type[ast.AST], ...], str, str], ...]"
_BRANCHES: Branches = (
    (
        (ast.If, ast.IfExp),
        "an if statement",
        f"keras.ops.where(condition, a, b)  # or keras.ops.cond{_BY_AUTOGRAPH}",
    ),
    (
        (ast.For,),
        "a for loop",
        "keras.ops.fori_loop(0, n, body, start)  # or an operation on the whole tensor, without a loop",
    ),
    ((ast.While,), "a while loop", "keras.ops.while_loop(condition, body, start)"),
    ((ast.Assert,), "an assert statement", "tf.debugging.Assert(condition, [x])  # or remove the assert"),
)
_STEP_BRANCHES: Branches = tuple(
    (kinds, statement, fix.replace(_BY_AUTOGRAPH, "")) for kinds, statement, fix in _BRANCHES
)
