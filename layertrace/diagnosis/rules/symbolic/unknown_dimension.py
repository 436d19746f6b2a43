"""LT404: A layer computes with a dimension that is unknown while shapes are inferred."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.symbolic._shared import eager_success, failed_calls, is_branch, phase
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.diagnosis.user_source import line_of, nodes_of
from layertrace.timeline.event import Location, Structure
from layertrace.timeline.ownership import is_framework_file


@rule("LT404", "unknown-dimension", "error", links.MIGRATING_TO_KERAS_3)
def unknown_dimension(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer computes with a dimension that is unknown while shapes are inferred.

    ## Why is this bad?

    `x.shape[0]` is `None` while Keras infers shapes, and in a graph that accepts any batch size. Arithmetic
    and reshapes with `None` fail, although the same code works eagerly.

    ## Example

    ```python
    def call(self, x):
        return tf.reshape(x, (x.shape[0], 1, 2))
    ```

    ## Use instead

    ```python
    def call(self, x):
        return keras.ops.reshape(x, (-1, 1, 2))
    ```

    ## Known limits

    The rule needs the source of `call`. It looks for `x.shape[...]`, an unpacked `x.shape`, `get_shape()`,
    `as_list()` or `len()` there, and for `x.shape` as an argument on the line that failed, so it misses a
    dimension that a helper function reads. Only a failed call is reported.
    """
    for event in failed_calls(context):
        error = event.error
        if error is None or error.type not in ("TypeError", "ValueError") or not _has_unknown(event.inputs):
            continue
        method = event.defined_at
        # The layers of Keras pass on what they get: the mistake is in the layer that gave it to them.
        if method is None or is_framework_file(method.file) or is_branch(error.type, error.raised_in):
            continue
        whole = [
            node for node in nodes_of(method) if _is_whole_shape(node) and _is_on_line(node, error.location)
        ]
        reads = whole or [node for node in nodes_of(method) if _is_dimension_read(node)]
        if not reads:
            continue
        line = next((line_of(method, node) for node in reads if _is_on_line(node, error.location)), None)
        fix = text_replaced(line, r"\b(\w+)\.shape\b(?!\[)", r"keras.ops.shape(\1)") if whole else None
        yield Violation(
            message=f"{{layer}} computes with an unknown dimension of its input (None) while {phase(event)}: "
            f"{_first_unknown(event.inputs)}.{eager_success(context, event)}",
            layer=event.layer,
            location=line or line_of(method, reads[0]),
            evidence=(Evidence(f"input {event.inputs}", (event.seq,), error.location),),
            fix=fix or "keras.ops.reshape(x, (-1, ...))  # or keras.ops.shape(x)[0]",
            fix_place="in place" if fix else None,
        )


def _is_on_line(node: ast.AST, location: Location | None) -> bool:
    return location is not None and getattr(node, "lineno", None) == location.line


def _is_whole_shape(node: ast.AST) -> bool:
    """Return whether a node is a call with a whole shape as an argument: `tf.zeros(x.shape)`."""
    if not isinstance(node, ast.Call):
        return False
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    return any(isinstance(each, ast.Attribute) and each.attr == "shape" for each in arguments)


def _is_dimension_read(node: ast.AST) -> bool:
    """Return whether a node is `x.shape[…]`, `len(x)`, `x.get_shape()`, or unpacks a shape."""
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
    """Return the first input that has an unknown dimension."""
    return str(next(spec for spec in specs(inputs) if spec.shape is None or None in spec.shape))
