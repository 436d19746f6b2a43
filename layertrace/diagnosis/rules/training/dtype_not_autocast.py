"""LT503: A tensor that a layer holds has another dtype than the layer computes in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import nodes_at, nodes_of
from layertrace.timeline.event import ErrorRef, Event, TensorSpec


@rule("LT503", "dtype-not-autocast", "error", links.MIXED_PRECISION)
def dtype_not_autocast(context: DiagnosisContext) -> Iterator[Violation]:
    """A tensor that a layer holds has another dtype than the layer computes in.

    ## Why is this bad?

    While `call` runs, Keras casts the inputs of a layer and the weights from `add_weight`. It does not cast
    a raw `tf.Variable`, a constant, or a tensor that `build` computed. Under mixed precision, or with
    float64 from NumPy, an operation on both dtypes fails.

    ## Example

    ```python
    def build(self, input_shape):
        self.table = tf.constant(numbers)

    def call(self, x):
        return x * self.table
    ```

    ## Use instead

    ```python
    def call(self, x):
        return x * keras.ops.cast(self.table, self.compute_dtype)
    ```

    ## Known limits

    Only a failed call is reported, if its error message names both dtypes. A tensor that is silently
    promoted to another dtype is not seen. For a value that `call` itself creates, the rule looks for the
    dtype on the failing line and in assignments to the names on it.
    """
    for event in context.errors:
        state = context.state(event.layer)
        error = event.error
        if event.kind != "call" or state is None or error is None or state.compute_dtype is None:
            continue
        if error.type not in ("InvalidArgumentError", "ValueError", "TypeError"):
            continue
        dtypes = _dtypes_in(error.message.partition("Arguments received by")[0])
        held = {
            name: tensor
            for name, tensor in state.tensors.items()
            if isinstance(tensor, TensorSpec) and _clashes(tensor.dtype, state.compute_dtype)
            # A message without both dtypes is about shapes: tests/cases/clean/errors_that_are_handled.py
            if dtypes >= {tensor.dtype, state.compute_dtype}
        }
        other = None if held else _refused_dtype(error, state.compute_dtype)
        if other is not None:
            yield _created_in_call(event, error, state.compute_dtype, other)
        for name, tensor in held.items():
            yield Violation(
                message=f"{{layer}} computes in {state.compute_dtype}, but self.{name} is {tensor.dtype}: "
                "Keras casts inputs and weights, not other tensors that a layer holds.",
                layer=event.layer,
                location=error.location,
                evidence=(Evidence(f"self.{name}: {tensor}", (event.seq,), error.location),),
                fix=f"keras.ops.cast(self.{name}, self.compute_dtype)",
            )


_FLOATS = {"half": "float16", "float": "float32", "double": "float64"}
"""The names of these dtypes in TensorFlow's kernels."""


def _refused_dtype(error: ErrorRef, compute_dtype: str) -> str | None:
    """Return the dtype that an operation of TensorFlow refused to combine with the layer's own."""
    if not error.raised_in or not error.raised_in[0].startswith("tensorflow."):
        return None
    dtypes = _dtypes_in(error.message.strip().partition("\n")[0])
    return next(iter(dtypes - {compute_dtype})) if len(dtypes) == 2 and compute_dtype in dtypes else None


def _dtypes_in(text: str) -> set[str]:
    """Return the floating dtypes that a message names."""
    words = re.findall(r"\b(?:b?float(?:16|32|64)?|half|double)\b", text)
    return {_FLOATS.get(word, word) for word in words}


def _created_in_call(event: Event, error: ErrorRef, compute_dtype: str, other: str) -> Violation:
    operand, fix = _operand(event, error, other) or ("a value", "keras.ops.cast(value, self.compute_dtype)")
    return Violation(
        message=f"{{layer}} computes in {compute_dtype}, but {operand} in its call is {other}: "
        "Keras casts inputs and weights, not values created in call.",
        layer=event.layer,
        location=error.location,
        evidence=(Evidence(f"{other} with {compute_dtype}", (event.seq,), error.location),),
        fix=fix,
    )


def _operand(event: Event, error: ErrorRef, dtype: str) -> tuple[str, str] | None:
    """Return the expression of a dtype on the failing line, or assigned to a name on it, and the fix."""
    nodes = list(nodes_at(error.location))
    for node in nodes:
        if isinstance(node, ast.Call) and (argument := _dtype_argument(node, dtype)) is not None:
            return ast.unparse(node), _with_compute_dtype(node, argument)
    read = {node.id for node in nodes if isinstance(node, ast.Name)}
    for node in nodes_of(event.defined_at):
        if not isinstance(node, ast.Assign):
            continue
        names = [target.id for target in node.targets if isinstance(target, ast.Name) and target.id in read]
        arguments = (_dtype_argument(part, dtype) for part in ast.walk(node.value))
        argument = next((each for each in arguments if each), None)
        if names and argument is not None:
            return names[0], _with_compute_dtype(node, argument)
    return None


def _with_compute_dtype(node: ast.AST, argument: ast.expr) -> str:
    return ast.unparse(node).replace(ast.unparse(argument), "self.compute_dtype")


def _dtype_argument(node: ast.AST, dtype: str) -> ast.expr | None:
    """Return the argument of a call that names a dtype: `tf.float32` or `"float32"`."""
    if not isinstance(node, ast.Call):
        return None
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        if (isinstance(argument, ast.Attribute) and argument.attr == dtype) or (
            isinstance(argument, ast.Constant) and argument.value == dtype
        ):
            return argument
    return None


def _clashes(held: str, computes: str) -> bool:
    """Return whether a dtype that a layer holds is another floating dtype than it computes in."""
    floats = ("float", "bfloat")
    return held != computes and held.startswith(floats) and computes.startswith(floats)
