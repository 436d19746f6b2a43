"""Identify tracers of JAX in the jaxpr of their trace, and the lines that led to its operations."""

from __future__ import annotations

from typing import Any

from layertrace.record.backends.jax import staged_traces
from layertrace.record.describe import source_lines
from layertrace.record.frameworks import jax_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition, Span

__all__ = ["frames_of", "name_in_trace", "primal_of"]


def primal_of(value: Any) -> Any:
    """Return the tracer of `jax.jit` inside one of `jax.grad`; any other value as it is."""
    while Loaded.backend.is_traced_tensor(value):
        inner = safe.framework_attribute(value, "primal")
        if inner is None:
            break
        value = inner
    return value


def name_in_trace(value: Any, span: Span) -> Any:
    """Return the variable of the jaxpr that a value is; None if it is of another trace, such as a scan."""
    tracer, kind = primal_of(value), jax_private.find("staged_tracer")
    if kind is None or not safe.is_a(tracer, kind):
        return None
    trace = tracer._trace
    mode = staged_traces.get(trace)
    if mode is None or mode.span is not span:
        return None
    name = getattr(tracer, "val", None)  # from JAX 0.7
    return trace.frame.tracer_to_var.get(id(tracer)) if name is None else name


def frames_of(equation: Any) -> list[CodePosition]:
    """Return the lines of the program that led to an operation, innermost first."""
    traceback = equation.source_info.traceback
    codes, instructions = ([], []) if traceback is None else traceback.raw_frames()
    pairs = zip(codes, instructions, strict=True)
    return [(code, at) for code, at in pairs if source_lines.users(code, at) is not None]
