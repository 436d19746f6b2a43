"""Count the executions of traced functions, which do not run Python code any more.

A program may run a step a million times, so one event stands for all runs of a function from the same line,
until something else happens in their thread.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from operator import attrgetter
from types import CodeType, FrameType
from typing import Any, TypeAlias, cast

from layertrace.record.backends.tensorflow import traced_graphs
from layertrace.record.describe import source_lines
from layertrace.record.describe.exceptions import ErrorNote, error_note
from layertrace.record.describe.retrace_causes import code_of
from layertrace.record.describe.traced_functions import FunctionRecord, known, record_of
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.layer_calls import fail, finish, now, record_whole, start
from layertrace.record.hooks.observer import Call, Observer
from layertrace.record.hub import hub, threads
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded, report_internal_error
from layertrace.record.python_state.later_runs import look_again
from layertrace.record.spans import DETAIL, PARENT, START, THREAD, Emit, HookedMethod, Span, ThreadState
from layertrace.timeline.event import FunctionRef

__all__ = ["Run", "RunNote", "concrete_observer", "observer_of_runs", "run_observer"]

_RUN = HookedMethod("run")
_END_OF_DATA = "OutOfRangeError"  # of TensorFlow, raised by an iterator without a next batch
_EACH = 64  # the runs after which state is compared again; later only every power of two


class RunNote:
    """Consecutive runs of one function. It keeps counting during the recording."""

    __slots__ = (
        "code", "counted", "eagerly", "first", "function", "line", "look", "nanoseconds", "parent", "record",
        "times", "traces",
    )  # fmt: skip

    def __init__(
        self, function: FunctionRef, record: FunctionRecord, traces: int | None, code: CodeType | None
    ) -> None:
        self.function = function
        self.record = record
        self.traces = traces
        self.counted = now()  # when the traces were counted
        self.code = code
        self.eagerly = False
        self.line: CodeType | None = None  # the code that calls it, and the span that was open there
        self.parent: Span | None = None
        self.times = 1
        self.look = 2  # the run at which to compare the attributes of its layers again
        self.nanoseconds = 0
        self.first = 0  # the part of the first run

    def traced_before(self, recording: int) -> int | None:
        """Return how many of the traces were created before the recording began; None if that is not known.

        Args:
            recording: When it began, on the clock of the hooks.
        """
        if self.traces is None:
            return None
        return max(self.traces - self.record.traced_between(recording, self.counted), 0)


About: TypeAlias = Callable[[Any, FunctionRecord], RunNote]
"""Creates the note of a function's first run."""


def run_observer() -> Observer[Run]:
    """Return the observer of `Function.__call__`, which runs a `tf.function` and traces it if necessary."""
    functions_run_eagerly = Loaded.tf.config.functions_run_eagerly
    return observer_of_runs(
        "_function_captures", _function, Loaded.tf.executing_eagerly, functions_run_eagerly
    )


def concrete_observer() -> Observer[Run]:
    """Return the observer of `ConcreteFunction.__call__`, by which users run one trace of their choice."""
    return observer_of_runs("graph", _concrete, Loaded.tf.executing_eagerly)


Run: TypeAlias = "tuple[Any, Emit, int, Span | None, FrameType | None]"
"""The function, who listened at the beginning, the time, the span if it runs as plain Python, the caller."""


def observer_of_runs(
    identity: str, about: About, eager: Callable[[], bool], as_python: Callable[[], bool] = bool
) -> Observer[Run]:
    """Return an observer that counts runs.

    Args:
        identity: The attribute of a function that identifies it.
        about: Creates the note of the first of many runs.
        eager: Returns whether operations run at once now, as outside of a trace.
        as_python: Returns whether functions run as plain Python now.
    """
    identify = attrgetter(identity)

    # What follows runs in every step of a program. Each Python call in it is felt, since the step has left
    # the caches cold (`tests/benchmarks/compiled.py`).
    def begin(call: Call) -> Run | None:
        emit = hub.emit
        if emit is None:
            return None
        span = _begin(about, call, identity) if as_python() else None
        return call.subject, emit, now(), span, call.caller

    def fail_(token: Run, error: BaseException) -> None:
        function, _, started, span, caller = token
        if span is not None:
            fail(span, error)
        else:
            _failed(about, function, identity, started, error, caller)

    def end(token: Run, result: object, function: Any) -> None:
        _, emit, started, span, line = token
        if span is not None:
            _ended(span)
            return
        try:
            ended = now()
            thread = threads.state
            if thread.runs_for is emit and hub.emit is emit and line is not None:
                note = thread.runs.get((known.get(id(identify(function))), line.f_lasti))
                if (
                    note is not None
                    and note.line is line.f_code
                    and note.parent is thread.span
                    and (type(result) is hub.tensor_type or eager())
                ):
                    note.times += 1
                    note.nanoseconds += ended - started
                    if note.times == note.look:
                        note.look += 1 if note.look < _EACH else note.look
                        look_again(
                            note.record, functools.partial(source_lines.caller, _RUN, line), thread.span
                        )
                    return
            if eager() and line is not None:
                _first(about(function, record_of(identify(function))), thread, started, ended, line, emit)
        except Exception:  # promise 1: the traced program never sees a fault of ours
            report_internal_error("count a run")

    return Observer(begin, end, fail_)


def _first(note: RunNote, thread: ThreadState, started: int, ended: int, line: FrameType, emit: Emit) -> None:
    """Record a run that starts a new count, which the next ones may join.

    A run during which the listeners changed stands alone: the next ones are for other listeners.
    """
    if started >= thread.traced_until:  # otherwise it was traced just now
        look_again(note.record, functools.partial(source_lines.caller, _RUN, line), thread.span)
    started = max(started, thread.traced_until)
    note.nanoseconds = note.first = ended - started
    note.line, note.parent = line.f_code, thread.span
    _emit(note, thread, started, ended, line)
    if thread.runs_for is not emit:
        thread.runs.clear()
    thread.runs[note.record, line.f_lasti] = note
    thread.runs_for = emit


def _emit(
    note: RunNote,
    thread: ThreadState,
    started: int,
    ended: int,
    caller: FrameType | None,
    error: ErrorNote | None = None,
) -> None:
    span: Span = (
        _RUN,
        None,
        thread.span,
        thread,
        started,
        None,
        source_lines.caller(_RUN, caller),
        note,
        None,
    )
    record_whole(span, ended, error)


def _failed(
    about: About,
    function: Any,
    identity: str,
    started: int,
    error: BaseException,
    caller: FrameType | None,
) -> None:
    """Record a run that failed by itself; if its trace failed, that is recorded already."""
    with guarded("record a run that failed"):
        thread = threads.state
        is_recorded = thread.failed_at >= started
        if is_recorded or not hasattr(function, identity) or not Loaded.backend.is_eager():
            return
        note = about(function, record_of(getattr(function, identity)))
        if note.function.role and safe.class_name(error) == _END_OF_DATA:
            return  # by which Keras ends an epoch over data of unknown size, in which nothing failed
        started = max(started, thread.traced_until)
        thread.runs_for = None
        ended = now()
        note.nanoseconds = note.first = ended - started
        _emit(note, thread, started, ended, caller, error_note(error, origin=True))


def _begin(about: About, call: Call, identity: str) -> Span | None:
    """Open the span of a function that runs as plain Python, with everything that happens inside it."""
    with guarded("record a run"):
        if not Loaded.backend.is_eager():
            return None
        note = about(call.subject, record_of(getattr(call.subject, identity)))
        note.eagerly = True
        note.traces = None
        return start(_RUN, None, note, None, call.caller)
    return None


def _ended(span: Span) -> None:
    ended = now()
    span[THREAD].span = span[PARENT]
    with guarded("record the end of a run"):
        cast(RunNote, span[DETAIL]).nanoseconds = ended - span[START]
        finish(span, ended)


def _function(function: Any, record: FunctionRecord) -> RunNote:
    ref = record.identify(function.name, function.python_function)
    traces = function.experimental_get_tracing_count()
    return RunNote(ref, record, traces, code_of(function.python_function))


def _concrete(concrete: Any, record: FunctionRecord) -> RunNote:
    mode = traced_graphs.get(concrete.graph)
    if mode is not None and mode.function is not None:
        return RunNote(mode.function, record, None, None)
    return RunNote(FunctionRef(record.number, concrete.graph.name), record, None, None)
