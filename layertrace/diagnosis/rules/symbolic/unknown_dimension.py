"""LT404: A layer computes with a dimension that is not known yet."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.symbolic._shared import (
    also_eagerly,
    failed_calls,
    is_branch,
    meanwhile,
)
from layertrace.diagnosis.user_source import line_of, nodes_of
from layertrace.timeline.event import Location, Structure


@rule("LT404", "unknown-dimension", "error", links.MIGRATING_TO_KERAS_3)
def unknown_dimension(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer computes with a dimension that is not known yet.

    While Keras infers shapes, and in a graph for any batch size, `x.shape[0]` is None. It works eagerly.

    Bad:

    ```python
    def call(self, x):
        return tf.reshape(x, (x.shape[0], 1, 2))
    ```

    Good:

    ```python
    def call(self, x):
        return keras.ops.reshape(x, (-1, 1, 2))
    ```
    """
    for event in failed_calls(context):
        error = event.error
        if error is None or error.type not in ("TypeError", "ValueError") or not _has_unknown(event.inputs):
            continue
        method = event.defined_at
        reads = [node for node in nodes_of(method) if _reads_dimension(node)]
        if not reads or is_branch(error.type, error.raised_in):
            continue
        line = next((line_of(method, n) for n in reads if _same_line(n, error.location)), None)
        yield Violation(
            message="{layer} computes with a dimension of its input that is None while "
            f"{meanwhile(event)}: {_first_unknown(event.inputs)}.{also_eagerly(context, event)}",
            layer=event.layer,
            location=line or line_of(method, reads[0]),
            evidence=(Evidence(f"input {event.inputs}", (event.seq,), error.location),),
            fix="keras.ops.reshape(x, (-1, ...))  # or keras.ops.shape(x)[0]",
        )


def _same_line(node: ast.AST, place: Location | None) -> bool:
    return place is not None and getattr(node, "lineno", None) == place.line


def _reads_dimension(node: ast.AST) -> bool:
    """Tell `x.shape[…]`, `len(x)`, `x.get_shape()` and the unpacking of a shape."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    if isinstance(node, ast.Call):
        func = node.func
        return (isinstance(func, ast.Attribute) and func.attr in ("get_shape", "as_list")) or (
            isinstance(func, ast.Name) and func.id == "len"
        )
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Tuple, ast.List)):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    return False


def _has_unknown(inputs: Structure) -> bool:
    return any(spec.shape is None or None in spec.shape for spec in specs(inputs))


def _first_unknown(inputs: Structure) -> str:
    return str(next(spec for spec in specs(inputs) if spec.shape is None or None in spec.shape))
