"""LT404: A layer computes with a dimension that is unknown while shapes are inferred."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.symbolic._shared import (
    eager_success,
    failed_calls,
    input_shapes,
    is_branch,
    phase,
)
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.diagnosis.user_source import dotted, function_around, is_within, line_of, nodes_of, parameters
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
    `as_list()` or `len()` there and in the function that failed, and for `x.shape` as an argument on the line
    that failed. It misses a dimension that one helper function reads and another uses. Only a failed call is
    reported.
    """
    for event in failed_calls(context):
        error = event.error
        if error is None or error.type not in ("TypeError", "ValueError") or not _has_unknown(event.inputs):
            continue
        method = event.defined_at
        # The layers of Keras pass on what they get: the mistake is in the layer that gave it to them.
        if method is None or is_framework_file(method.file) or is_branch(error.type, error.raised_in):
            continue
        if _OTHER_DTYPE.search(error.message):  # reported by LT503
            continue
        where, whole, reads = _reads(_helper(error.location, method) or method, error.location)
        if not reads:
            where, whole, reads = _reads(method, error.location)
        if where is method:
            reads = [node for node in reads if not _is_known(node, event.inputs, parameters(method))]
        if not reads:
            continue
        line = next((line_of(where, node) for node in reads if _is_on_line(node, error.location)), None)
        first = line or line_of(where, reads[0])
        fix = None
        if whole or isinstance(reads[0], ast.Assign):
            fix = text_replaced(first, r"\b(\w+)\.shape\b(?!\[)", r"keras.ops.shape(\1)")
        yield Violation(
            message=f"{{layer}} computes with an unknown dimension of its input (None) while {phase(event)}: "
            f"{_first_unknown(event.inputs)}.{eager_success(context, event)}",
            layer=event.layer,
            location=first,
            evidence=(Evidence(input_shapes(event), (event.seq,), error.location),),
            fix=fix or "keras.ops.reshape(x, (-1, ...))  # or keras.ops.shape(x)[0]",
            fix_place="in place" if fix else None,
        )


_OTHER_DTYPE = re.compile(r"has type \w+ that does not match type \w+")


def _helper(place: Location | None, method: Location) -> Location | None:
    """Return the function that failed, if it is not the method itself but one that it calls."""
    if place is None or is_framework_file(place.file) or is_within(place, method):
        return None
    function = function_around(place)
    return None if function is None else Location(place.file, function.lineno, function.name)


def _reads(function: Location, place: Location | None) -> tuple[Location, bool, list[ast.AST]]:
    """Return a function, whether a whole shape is used on the line that failed, and what reads dimensions."""
    whole = [node for node in nodes_of(function) if _is_whole_shape(node) and _is_on_line(node, place)]
    return function, bool(whole), whole or [node for node in nodes_of(function) if _is_dimension_read(node)]


def _is_known(node: ast.AST, inputs: Structure, names: list[str]) -> bool:
    """Return whether a node reads a dimension of an input, `x.shape[1]`, that no input leaves unknown."""
    shape_of = getattr(node, "value", None)
    if not isinstance(shape_of, ast.Attribute) or dotted(shape_of.value) not in names:
        return False
    number = node.slice if isinstance(node, ast.Subscript) else None
    try:
        index = None if number is None else ast.literal_eval(number)
    except ValueError:
        return False
    shapes = [spec.shape for spec in specs(inputs)]
    return isinstance(index, int) and all(
        shape is not None and -len(shape) <= index < len(shape) and shape[index] is not None
        for shape in shapes
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
