"""Listen to what JAX reports through `jax.monitoring`: how long it compiles, and that it has traced.

The reports name a function and no more. They serve for the traces of Keras's own functions where the private
function of JAX that traces is not found.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from types import FrameType

from layertrace.record.backends.modes import Mode
from layertrace.record.describe import source_lines
from layertrace.record.describe.retrace_causes import code_of
from layertrace.record.describe.traced_functions import record_of
from layertrace.record.frameworks import jax_private
from layertrace.record.hooks.layer_calls import now, record_whole
from layertrace.record.hooks.traces import TraceNote
from layertrace.record.hub import hub, threads
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import HookedMethod, Span
from layertrace.timeline.cause import Cause
from layertrace.timeline.event import GraphSpec

__all__ = ["at_work", "compilations"]

_TRACED = "/jax/core/compile/jaxpr_trace_duration"
_COMPILED = (
    "/jax/core/compile/jaxpr_to_mlir_module_duration",
    "/jax/core/compile/backend_compile_duration",
)
"""What JAX calls its reports (seen in JAX 0.6 to 0.12)."""

_TRACE = HookedMethod("trace")
_UNKNOWN = Cause(reason="unknown", detail="why is not known without JAX's arguments")


class _AtWork(threading.local):
    """What the current thread works on.

    Attributes:
        traced: The trace that JAX compiles next.
        step: The function of Keras that runs, and the frame that called it.
    """

    traced: TraceNote | None = None
    step: tuple[object, FrameType] | None = None


at_work = _AtWork()


def _heard(event: str, seconds: float, fun_name: str = "", **_: object) -> None:
    """Note what JAX reports: `step` is traced, `jit(step)` is lowered and compiled."""
    if hub.emit is None:
        return
    if event in _COMPILED:
        with guarded("record how long XLA compiled"):
            _compiled(seconds, fun_name)
    elif event == _TRACED and at_work.step is not None and not _are_traces_hooked():
        with guarded("record a trace"):
            _traced(seconds, fun_name, *at_work.step)


def _compiled(seconds: float, name: str) -> None:
    note = at_work.traced
    if note is not None and name == f"jit({note.function.name})":
        compiled = (note.graph.compile_ns or 0) + round(seconds * 1e9)
        note.graph = replace(note.graph, compile_ns=compiled)
        threads.state.traced_until = now()  # the run does not include it


def _are_traces_hooked() -> bool:
    return None not in map(jax_private.find, ("trace_for_jit", "staged_trace"))


def _traced(seconds: float, name: str, function: object, caller: FrameType) -> None:
    """Record a trace that has ended, of a function that Keras runs."""
    if name != safe.code_name(function):
        return
    record, thread, ended = record_of(function), threads.state, now()
    index = record.earlier + len(record.kept) + 1
    note = TraceNote(
        record=record,
        function=record.identify(name, function),
        index=index,
        inputs={},
        cause=_UNKNOWN if index > 1 else None,
        code=code_of(function),
        defined=code_of(function),
        instance=None,
        graph=GraphSpec(),
    )
    began = ended - round(seconds * 1e9)
    place = source_lines.caller(_TRACE, caller)
    mode = Mode("graph", note.function, index)
    span: Span = (_TRACE, None, thread.span, thread, began, mode, place, note, None)
    record.kept.append(index)
    record.traced.append(began)
    at_work.traced = note
    thread.runs_for, thread.traced_until = None, ended
    record_whole(span, ended)


class _Compilations:
    """Listens while a recording runs."""

    def __init__(self) -> None:
        self._is_listening = False

    def listen(self) -> None:
        """Begin to listen."""
        if not self._is_listening:
            self._is_listening = True
            sys.modules["jax"].monitoring.register_event_duration_secs_listener(_heard)

    def stop(self) -> None:
        """Stop; JAX 0.6 has no public way to, and goes on to report."""
        stop = getattr(sys.modules["jax"].monitoring, "unregister_event_duration_listener", None)
        if self._is_listening and stop is not None:
            self._is_listening = False
            stop(_heard)


compilations = _Compilations()
