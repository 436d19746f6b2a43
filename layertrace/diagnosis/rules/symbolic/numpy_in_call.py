"""LT405: A layer asks a tensor for its numbers, which a symbolic tensor does not have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.symbolic._shared import (
    COUNTERPARTS,
    SAME_NAME,
    also_eagerly,
    failed_calls,
    is_branch,
    meanwhile,
    with_keras_ops,
)
from layertrace.diagnosis.user_source import calls, dotted, line_of, nodes_at
from layertrace.timeline.event import Location


@rule("LT405", "numpy-in-call", "error", links.MIGRATING_TO_KERAS_3)
def numpy_in_call(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer asks a tensor for its numbers, which a symbolic tensor does not have.

    `.numpy()`, functions of NumPy, and `float(x)` need values. While Keras infers shapes, and in a graph,
    there are none.

    Bad:

    ```python
    def call(self, x):
        return x / x.numpy().max()
    ```

    Good:

    ```python
    def call(self, x):
        return x / keras.ops.max(x)
    ```
    """
    for event in failed_calls(context):
        error = event.error
        if error is None or error.type not in (
            "AttributeError",
            "NotImplementedError",
            "TypeError",
            "ValueError",
        ):
            continue
        if not _asked_for_values(error.raised_in) or is_branch(error.type, error.raised_in):
            continue
        line = next(
            (
                line_of(event.defined_at, node)
                for name, node in calls(event.defined_at)
                if name.endswith(".numpy") or name.startswith(("np.", "numpy."))
            ),
            None,
        )
        yield Violation(
            message=f"{{layer}} needs the numbers in a tensor, and there are none while {meanwhile(event)}."
            + also_eagerly(context, event),
            layer=event.layer,
            location=error.location if _is_in(error.location, event.defined_at) else line,
            evidence=(Evidence(f"input {event.inputs}", (event.seq,), error.location),),
            fix=_without_numpy(error.location) or _without_numpy(line) or _NO_NUMPY,
        )


_NO_NUMPY = "keras.ops.max(x)  # functions of keras.ops; or tf.numpy_function for real NumPy code"


def _without_numpy(place: Location | None) -> str | None:
    """Write a line's call of NumPy, or its method of what `.numpy()` returns, by keras.ops."""
    for node in nodes_at(place):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, inner = node.func.attr, node.func.value
        of_array = isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute)
        if of_array and inner.func.attr == "numpy" and name in SAME_NAME:  # type: ignore[attr-defined]  # an attribute's
            return f"keras.ops.{name}({ast.unparse(inner.func.value)})"  # type: ignore[attr-defined]  # an attribute's
        if dotted(node.func).startswith(("np.", "numpy.")) and name in (SAME_NAME | COUNTERPARTS.keys()):
            return with_keras_ops(node)
    return None


def _is_in(place: Location | None, method: Location | None) -> bool:
    """Tell whether a line is in the file of a method; NumPy's own files are nobody's to mend."""
    return place is not None and (method is None or place.file == method.file)


def _asked_for_values(raised_in: tuple[str, ...]) -> bool:
    asked = ("__getattr__", "__array__", "numpy", "__float__", "__int__", "__index__")
    hosts = [one for one in raised_in[:4] if one.startswith(("tensorflow.", "keras.", "tf_keras."))]
    return any(one.rpartition(":")[2] in asked for one in hosts)
