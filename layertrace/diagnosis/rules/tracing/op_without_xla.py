"""LT209: A function is to be compiled by XLA, and holds an operation that XLA does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, user_function
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import calls, line_of
from layertrace.timeline.event import Event, LayerRef


@rule("LT209", "op-without-xla", "error", links.XLA)
def op_without_xla(context: DiagnosisContext) -> Iterator[Violation]:
    """A function is to be compiled by XLA, and holds an operation that XLA does not have.

    `jit_compile=True` compiles the whole graph or nothing. Python functions (`tf.py_function`,
    `tf.numpy_function`) and some kernels cannot be compiled.

    Bad:

    ```python
    model.compile(optimizer, loss, jit_compile=True)  # with a layer that calls tf.py_function
    ```

    Good:

    ```python
    model.compile(optimizer, loss, jit_compile=False)
    ```
    """
    for event in context.errors:
        if event.kind != "run" or event.error is None or not _is_compiled(context, event):
            continue
        if not _REFUSED.search(event.error.message):
            continue  # it was compiled, and failed when it ran, or what it was given came to its end
        nodes = re.findall(r"\{\{node ([^}]+)\}\}", event.error.message)
        layer = next((one for node in nodes for one in [_layer_at(context, node)] if one is not None), None)
        method = context.call_defined_at(layer)
        line = next((line_of(method, node) for name, node in calls(method) if name.endswith(_PYTHON)), method)
        op = nodes[0].rpartition("/")[2] if nodes else "an operation"
        yield Violation(
            message=f"{{layer}} uses {op}, which XLA cannot compile, in a function with jit_compile=True."
            if layer is not None
            else f"{op} cannot be compiled by XLA, in a function with jit_compile=True.",
            layer=layer,
            location=line or event.location,
            evidence=(Evidence(f"{event.function} failed when it ran", (event.seq,), event.location),),
            fix=_uncompiled(context, event),
            severity=None if _is_unhandled(context, event) else "note",
        )


_REFUSED = re.compile(
    "unsupported operations when|No registered .* for XLA|uncompilable|not compilable|compile.time constant",
    re.IGNORECASE,
)
"""What the compiler says of an operation, or a shape, that it cannot do (TensorFlow 2.16 to 2.21)."""


def _is_unhandled(context: DiagnosisContext, event: Event) -> bool:
    """Tell an error that ended the recording; a program that goes on asked whether XLA can do it."""
    failure = context.failure
    return failure is not None and event.error is not None and failure.error.message == event.error.message


def _uncompiled(context: DiagnosisContext, run: Event) -> str:
    """Write down how a function does without XLA: in its decorator, or in `compile`."""
    traces = context.events("trace", lambda one: one.function == run.function)
    name = next((name for trace in traces if (name := user_function(trace)) is not None), None)
    if name is not None and run.function is not None:
        return f"@tf.function(jit_compile=False)  # on {name}"
    return "model.compile(..., jit_compile=False)  # or self.supports_jit = False in the layer's __init__"


_PYTHON = ("py_function", "numpy_function", "py_func")


def _is_compiled(context: DiagnosisContext, run: Event) -> bool:
    """Tell whether XLA compiles the function that was run, or one that it calls, as `fit` calls its step."""
    for trace in context.events("trace", lambda one: one.graph is not None and one.graph.jit_compile):
        if any(one.function == run.function for one in (trace, *context.ancestors(trace))):
            return True
    return False


def _layer_at(context: DiagnosisContext, node: str) -> LayerRef | None:
    """Return the innermost layer whose name is a step of a node's path."""
    for step in reversed(node.split("/")[:-1]):
        for name in (step, re.sub(r"_\d+$", "", step)):  # each further trace numbers the scopes
            named = [layer for layer in context.layers if layer.name == name]
            if named:
                return named[-1]
    return None
