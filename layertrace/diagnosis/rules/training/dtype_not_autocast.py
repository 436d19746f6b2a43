"""LT503: A tensor that a layer keeps has another dtype than the layer computes in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import nodes_at, nodes_of
from layertrace.timeline.event import ErrorRef, Event, TensorSpec


@rule("LT503", "dtype-not-autocast", "error", links.MIXED_PRECISION)
def dtype_not_autocast(context: DiagnosisContext) -> Iterator[Violation]:
    """A tensor that a layer keeps has another dtype than the layer computes in.

    Keras casts the inputs of a layer, and the weights made by `add_weight` while `call` runs. It does not
    cast raw `tf.Variable`s, constants, or what was computed in `build` and kept; under mixed precision,
    or with float64 from NumPy, the two do not go together.

    Bad:

    ```python
    def build(self, input_shape):
        self.table = tf.constant(numbers)

    def call(self, x):
        return x * self.table
    ```

    Good:

    ```python
    def call(self, x):
        return x * keras.ops.cast(self.table, self.compute_dtype)
    ```
    """
    for event in context.errors:
        state = context.state(event.layer)
        error = event.error
        if event.kind != "call" or state is None or error is None or state.compute_dtype is None:
            continue
        if error.type not in ("InvalidArgumentError", "ValueError", "TypeError"):
            continue
        named = _named_dtypes(error.message.partition("Arguments received by")[0])
        kept = {
            name: held
            for name, held in state.tensors.items()
            if isinstance(held, TensorSpec) and _clashes(held.dtype, state.compute_dtype)
            if named >= {held.dtype, state.compute_dtype}  # it may have failed for its shape
        }
        other = None if kept else _refused_dtype(error, state.compute_dtype)
        if other is not None:
            yield _made_in_call(event, error, state.compute_dtype, other)
        for name, held in kept.items():
            yield Violation(
                message=f"{{layer}} computes in {state.compute_dtype}, but its {name} is "
                f"{held.dtype}: Keras "
                "casts inputs and weights, not what a layer keeps.",
                layer=event.layer,
                location=error.location,
                evidence=(Evidence(f"self.{name}: {held}", (event.seq,), error.location),),
                fix=f"keras.ops.cast(self.{name}, self.compute_dtype)",
            )


_FLOATS = {"half": "float16", "float": "float32", "double": "float64"}
"""What TensorFlow's kernels call these dtypes."""


def _refused_dtype(error: ErrorRef, computes: str) -> str | None:
    """Return the other dtype where an operation of TensorFlow refused two of them, one the layer's own."""
    if not error.raised_in or not error.raised_in[0].startswith("tensorflow."):
        return None
    named = _named_dtypes(error.message.strip().partition("\n")[0])
    return next(iter(named - {computes})) if len(named) == 2 and computes in named else None


def _named_dtypes(text: str) -> set[str]:
    """Return the floating dtypes that a message names."""
    words = re.findall(r"\b(?:b?float(?:16|32|64)?|half|double)\b", text)
    return {_FLOATS.get(word, word) for word in words}


def _made_in_call(event: Event, error: ErrorRef, computes: str, other: str) -> Violation:
    operand, fix = _operand(event, error, other) or ("a value", "keras.ops.cast(value, self.compute_dtype)")
    return Violation(
        message=f"{{layer}} computes in {computes}, but {operand} that its call makes is {other}: "
        "Keras casts inputs and weights, not what is made in call.",
        layer=event.layer,
        location=error.location,
        evidence=(Evidence(f"{other} with {computes}", (event.seq,), error.location),),
        fix=fix,
    )


def _operand(event: Event, error: ErrorRef, dtype: str) -> tuple[str, str] | None:
    """Return what on the failing line, or behind a name on it, is made of a dtype, and how to write it."""
    nodes = list(nodes_at(error.location))
    for node in nodes:
        if isinstance(node, ast.Call) and (said := _dtype_of(node, dtype)) is not None:
            return ast.unparse(node), _mended(node, said)
    read = {node.id for node in nodes if isinstance(node, ast.Name)}
    for node in nodes_of(event.defined_at):
        if not isinstance(node, ast.Assign):
            continue
        names = [one.id for one in node.targets if isinstance(one, ast.Name) and one.id in read]
        said = next((one for part in ast.walk(node.value) if (one := _dtype_of(part, dtype))), None)
        if names and said is not None:
            return names[0], _mended(node, said)
    return None


def _mended(node: ast.AST, said: ast.expr) -> str:
    return ast.unparse(node).replace(ast.unparse(said), "self.compute_dtype")


def _dtype_of(node: ast.AST, dtype: str) -> ast.expr | None:
    """Return the argument by which a call is given a dtype by its name: `tf.float32`, `"float32"`."""
    if not isinstance(node, ast.Call):
        return None
    for one in (*node.args, *(keyword.value for keyword in node.keywords)):
        if (isinstance(one, ast.Attribute) and one.attr == dtype) or (
            isinstance(one, ast.Constant) and one.value == dtype
        ):
            return one
    return None


def _clashes(held: str, computes: str) -> bool:
    floats = ("float", "bfloat")
    return held != computes and held.startswith(floats) and computes.startswith(floats)
