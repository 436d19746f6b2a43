"""LT209: A function that XLA is to compile contains an operation that XLA does not support."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, user_function
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import calls, line_of
from layertrace.timeline.event import Event, LayerRef


@rule("LT209", "op-without-xla", "error", links.XLA)
def op_without_xla(context: DiagnosisContext) -> Iterator[Violation]:
    """A function that XLA is to compile contains an operation that XLA does not support.

    ## Why is this bad?

    `jit_compile=True` compiles the whole graph or fails. Python functions (`tf.py_function`,
    `tf.numpy_function`) and the kernels of some operations cannot be compiled.

    ## Example

    ```python
    # with a layer that calls tf.py_function
    model.compile(optimizer, loss, jit_compile=True)
    ```

    ## Use instead

    ```python
    model.compile(optimizer, loss, jit_compile=False)
    ```

    ## Known limits

    - Found by the error when the function runs, so only one operation is reported for each such run.
    - Only a note where the program handles the error: it may have asked whether XLA supports it.
    - The layer is recognized by the name scope of the operation; of layers with one name it is the last.
    """
    for event in context.errors:
        if event.kind != "run" or event.error is None or not _is_compiled(context, event):
            continue
        if not _REJECTED.search(event.error.message):
            # It was compiled and failed when it ran, or its data ended:
            # tests/cases/clean/compiled_by_xla_if_it_can.py
            continue
        nodes = re.findall(r"\{\{node ([^}]+)\}\}", event.error.message)
        layer = next((layer for node in nodes if (layer := _layer_at(context, node)) is not None), None)
        method = context.call_defined_at(layer)
        lines = (line_of(method, node) for name, node in calls(method) if name.endswith(_PYTHON_OPS))
        operation = nodes[0].rpartition("/")[2] if nodes else "an operation"
        yield Violation(
            message=f"XLA cannot compile {operation}, which is in a function with jit_compile=True."
            if layer is None
            else f"{{layer}} uses {operation}, which XLA cannot compile, in a function with "
            "jit_compile=True.",
            layer=layer,
            location=next(lines, method) or event.location,
            evidence=(Evidence(f"{event.function} failed when it ran", (event.seq,), event.location),),
            fix=_uncompiled(context, event),
            severity=None if _is_unhandled(context, event) else "note",
        )


_REJECTED = re.compile(
    "unsupported operations when|No registered .* for XLA|uncompilable|not compilable|compile.time constant",
    re.IGNORECASE,
)
"""What the compiler reports of an operation or a shape that it does not support (TensorFlow 2.16 to 2.21)."""


def _is_unhandled(context: DiagnosisContext, event: Event) -> bool:
    """Return whether an error ended the recording.

    A program that continues tried whether XLA supports a function:
    tests/cases/clean/compiled_by_xla_if_it_can.py
    """
    failure = context.failure
    return failure is not None and event.error is not None and failure.error.message == event.error.message


def _uncompiled(context: DiagnosisContext, run: Event) -> str:
    """Write how a function does without XLA: in its decorator, or in `compile`."""
    traces = context.events("trace", lambda trace: trace.function == run.function)
    name = next((name for trace in traces if (name := user_function(trace)) is not None), None)
    if name is not None and run.function is not None:
        return f"@tf.function(jit_compile=False)  # on {name}"
    return "model.compile(..., jit_compile=False)  # or self.supports_jit = False in the layer's __init__"


_PYTHON_OPS = ("py_function", "numpy_function", "py_func")


def _is_compiled(context: DiagnosisContext, run: Event) -> bool:
    """Return whether XLA compiles the function that ran, or one that it calls, as `fit` calls its step."""
    compiled = context.events("trace", lambda trace: trace.graph is not None and trace.graph.jit_compile)
    return any(
        outer.function == run.function for trace in compiled for outer in (trace, *context.ancestors(trace))
    )


def _layer_at(context: DiagnosisContext, node: str) -> LayerRef | None:
    """Return the innermost layer whose name is a part of a node's path."""
    for part in reversed(node.split("/")[:-1]):
        for name in (part, re.sub(r"_\d+$", "", part)):  # every further trace numbers the scopes
            named = [layer for layer in context.layers if layer.name == name]
            if named:
                return named[-1]
    return None
