"""Count the executions of traced functions, by which Python is not entered any more.

A program may run a step a million times, so an event stands for all runs of one function from one place, as
long as nothing else is recorded between them.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from layertrace.record import places
from layertrace.record.causes import code_of
from layertrace.record.faults import step_aside
from layertrace.record.functions import FunctionRecord, record_of
from layertrace.record.hook_file import hidden
from layertrace.record.hub import DETAIL, PARENT, START, THREAD, Method, ThreadState, hub, threads
from layertrace.record.modes import traced_graphs
from layertrace.record.observe import ErrorNote, Host, error_note, fail, finish, hide, now, start
from layertrace.timeline.event import FunctionRef

__all__ = ["RunNote", "concrete_hook", "run_hook"]

_RUN = Method("run")


class RunNote:
    """Runs of one function, one after the other. It counts on while the recording goes on."""

    __slots__ = ("code", "eagerly", "function", "nanoseconds", "record", "times", "traces")

    def __init__(
        self, function: FunctionRef, record: FunctionRecord, traces: int | None, code: CodeType | None
    ) -> None:
        self.function = function
        self.record = record
        self.traces = traces
        self.code = code
        self.eagerly = False
        self.times = 1
        self.nanoseconds = 0

    def traced_before(self, recording: int, run: int) -> int | None:
        """Return how many of the traces were made before the recording began; None if that is not known.

        Args:
            recording: When it began, on the clock of the hooks.
            run: When the first of these runs began.
        """
        if self.traces is None:
            return None
        return max(self.traces - sum(recording <= traced <= run for traced in self.record.traced), 0)


About = Callable[[Any, FunctionRecord], RunNote]


def run_hook(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return what stands for `Function.__call__`, which runs a `tf.function` and traces it if it must."""
    return _hook(original, "_function_captures", _function)


def concrete_hook(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return what stands for `ConcreteFunction.__call__`, by which users run one trace of their choice."""
    return _hook(original, "graph", _concrete)


def _hook(original: Callable[..., Any], identity: str, about: About) -> Callable[..., Any]:
    eager, as_python = Host.tf.executing_eagerly, Host.tf.config.functions_run_eagerly

    @functools.wraps(original)
    @hidden
    def __call__(self, /, *args, **kwargs):  # type: ignore[no-untyped-def]  # noqa: N807  # stands for one
        span = None
        counted = False
        try:
            if hub.emit is not None and eager():
                counted = not as_python()
                if not counted and about is _function:
                    record = record_of(getattr(self, identity, self))
                    span = _begin(_function(self, record))
        except Exception:  # promise 1: the traced program never sees a fault of ours
            step_aside("record a run")
        started = now()
        try:
            result = original(self, *args, **kwargs)
        except BaseException as error:
            if span is not None:
                fail(span, error)
            elif counted:
                _failed(about, self, identity, started, error)
            hide(error)
            raise
        if span is not None:
            _ended(span)
        elif counted:
            try:
                _count(about, self, identity, started, sys._getframe(1))
            except Exception:  # promise 1, as above
                step_aside("count a run")
        return result

    hooked: Callable[..., Any] = __call__
    return hooked


def _count(about: About, function: Any, identity: str, started: int, line: FrameType) -> None:
    """Count a run that went well: with those before it, if nothing else was recorded meanwhile."""
    ended = now()
    thread = threads.state
    if thread.runs_for is not hub.emit or thread.runs_since != hub.recorded():
        thread.runs.clear()
    record = record_of(getattr(function, identity, function))
    key = (record, line.f_code, line.f_lasti, id(thread.span))
    started = max(started, thread.traced_until)
    note = thread.runs.get(key)
    if note is None:
        note = thread.runs[key] = about(function, record)
        note.nanoseconds = ended - started
        _emit(note, thread, started, ended)
        thread.runs_for, thread.runs_since = hub.emit, hub.recorded()
    else:
        note.times += 1
        note.nanoseconds += ended - started


def _emit(
    note: RunNote, thread: ThreadState, started: int, ended: int, error: ErrorNote | None = None
) -> None:
    span = (_RUN, None, thread.span, thread, started, None, places.caller(_RUN, 4), note, None)
    if hub.begun is not None:
        hub.begun(span)
    if hub.emit is not None:
        hub.emit((span, ended, None, None, error))


def _failed(about: About, function: Any, identity: str, started: int, error: BaseException) -> None:
    """Note a run that failed by itself; where its trace failed, that is told already."""
    try:
        thread = threads.state
        if thread.failed_at >= started:
            return
        note = about(function, record_of(getattr(function, identity, function)))
        ended = now()
        note.nanoseconds = ended - started
        _emit(note, thread, started, ended, error_note(error, origin=True))
    except Exception:  # promise 1, as above
        step_aside("record a run that failed")


def _begin(note: RunNote) -> tuple[Any, ...]:
    """Open the span of a function that is run as plain Python, with all that happens inside it."""
    note.eagerly = True
    note.traces = None
    return start(_RUN, None, note, None, depth=2)


def _ended(span: tuple[Any, ...]) -> None:
    ended = now()
    span[THREAD].span = span[PARENT]
    try:
        span[DETAIL].nanoseconds = ended - span[START]
        finish(span, ended)
    except Exception:  # promise 1, as above
        step_aside("record the end of a run")


def _function(function: Any, record: FunctionRecord) -> RunNote:
    ref = FunctionRef(record.number, function.name)
    traces = function.experimental_get_tracing_count()
    return RunNote(ref, record, traces, code_of(function.python_function))


def _concrete(concrete: Any, record: FunctionRecord) -> RunNote:
    mode = traced_graphs.get(concrete.graph)
    if mode is not None and mode.function is not None:
        return RunNote(mode.function, record, None, None)
    return RunNote(FunctionRef(record.number, concrete.graph.name), record, None, None)
