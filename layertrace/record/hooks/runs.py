"""Count the executions of traced functions, by which Python is not entered any more.

A program may run a step a million times, so an event stands for all runs of one function from one line, as
long as nothing else happens between them in their thread.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from operator import attrgetter
from types import CodeType, FrameType
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.modes import traced_graphs
from layertrace.record.describe.retrace_causes import code_of
from layertrace.record.describe.tf_functions import FunctionRecord, known, record_of
from layertrace.record.frameworks.host import Host
from layertrace.record.hooks.layer_calls import ErrorNote, error_note, fail, finish, now, start
from layertrace.record.hooks.observer import Call, Observer
from layertrace.record.hub import hub, threads
from layertrace.record.process.guard import report_internal_error
from layertrace.record.python_state.watch import look_again
from layertrace.record.spans import DETAIL, PARENT, START, THREAD, Emit, HookedMethod, ThreadState
from layertrace.timeline.event import FunctionRef

__all__ = ["RunNote", "concrete_observer", "run_observer"]

_RUN = HookedMethod("run")
_EACH = 64  # so many runs are looked at, then each whose number is a power of two


class RunNote:
    """Runs of one function, one after the other. It counts on while the recording goes on."""

    __slots__ = (
        "code", "counted", "eagerly", "function", "line", "look", "nanoseconds", "parent", "record",
        "times", "traces",
    )  # fmt: skip

    def __init__(
        self, function: FunctionRef, record: FunctionRecord, traces: int | None, code: CodeType | None
    ) -> None:
        self.function = function
        self.record = record
        self.traces = traces
        self.counted = now()  # when there were so many traces
        self.code = code
        self.eagerly = False
        self.line: CodeType | None = None  # from which it is called, and what was running there
        self.parent: tuple[Any, ...] | None = None
        self.times = 1
        self.look = 2  # at which run to look again at the attributes of its layers
        self.nanoseconds = 0

    def traced_before(self, recording: int) -> int | None:
        """Return how many of the traces were made before the recording began; None if that is not known.

        Args:
            recording: When it began, on the clock of the hooks.
        """
        if self.traces is None:
            return None
        return max(self.traces - self.record.traced_between(recording, self.counted), 0)


About = Callable[[Any, FunctionRecord], RunNote]


def run_observer() -> Observer:
    """Return what observes `Function.__call__`, which runs a `tf.function` and traces it if it must."""
    return _observer("_function_captures", _function, as_python=Host.tf.config.functions_run_eagerly)


def concrete_observer() -> Observer:
    """Return what observes `ConcreteFunction.__call__`, by which users run one trace of their choice."""
    return _observer("graph", _concrete, as_python=bool)


Token = tuple[Any, Emit, int, "tuple[Any, ...] | None", "FrameType | None"]
"""A run: the function, who listened when it began, the time, the span where it runs as Python, the caller."""


def _observer(identity: str, about: About, as_python: Callable[[], bool]) -> Observer:
    """Return what counts runs.

    Args:
        identity: The attribute of a function by which it is known.
        about: Makes the note of the first of many runs.
        as_python: Returns whether the function is run as plain Python now.
    """
    identify, eager = attrgetter(identity), Host.tf.executing_eagerly

    # What follows is in the path of every step of a program. Each Python call in it is felt, since the step
    # has left the caches cold (`tests/benchmarks/compiled.py`).
    def begin(call: Call) -> Token | None:
        emit = hub.emit
        if emit is None:
            return None
        span = _begin(about, call, identity) if as_python() else None
        return call.subject, emit, now(), span, call.caller

    def fail_(token: Token, error: BaseException) -> None:
        function, _, started, span, caller = token
        if span is not None:
            fail(span, error)
        else:
            _failed(about, function, identity, started, error, caller)

    def end(token: Token, result: Any, function: Any) -> None:
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
    """Note a run that is not counted with others, so that those after it may be.

    One during which somebody began or ceased to listen stands alone: those after it are for others.
    """
    if started >= thread.traced_until:  # else it was traced just now
        look_again(note.record, functools.partial(source_lines.caller, _RUN, line), thread.span)
    started = max(started, thread.traced_until)
    note.nanoseconds = ended - started
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
    span = (_RUN, None, thread.span, thread, started, None, source_lines.caller(_RUN, caller), note, None)
    if hub.begun is not None:
        hub.begun(span)
    if hub.emit is not None:
        hub.emit((span, ended, None, None, error))


def _failed(
    about: About,
    function: Any,
    identity: str,
    started: int,
    error: BaseException,
    caller: FrameType | None,
) -> None:
    """Note a run that failed by itself; where its trace failed, that is told already."""
    try:
        thread = threads.state
        if thread.failed_at >= started or not hasattr(function, identity) or not Host.tf.executing_eagerly():
            return
        started = max(started, thread.traced_until)
        note = about(function, record_of(getattr(function, identity)))
        thread.runs_for = None
        ended = now()
        note.nanoseconds = ended - started
        _emit(note, thread, started, ended, caller, error_note(error, origin=True))
    except Exception:  # promise 1, as above
        report_internal_error("record a run that failed")


def _begin(about: About, call: Call, identity: str) -> tuple[Any, ...] | None:
    """Open the span of a function that is run as plain Python, with all that happens inside it."""
    try:
        if not Host.tf.executing_eagerly():
            return None
        note = about(call.subject, record_of(getattr(call.subject, identity)))
        note.eagerly = True
        note.traces = None
        return start(_RUN, None, note, None, call.caller)
    except Exception:  # promise 1, as above
        report_internal_error("record a run")
        return None


def _ended(span: tuple[Any, ...]) -> None:
    ended = now()
    span[THREAD].span = span[PARENT]
    try:
        span[DETAIL].nanoseconds = ended - span[START]
        finish(span, ended)
    except Exception:  # promise 1, as above
        report_internal_error("record the end of a run")


def _function(function: Any, record: FunctionRecord) -> RunNote:
    ref = FunctionRef(record.number, function.name)
    traces = function.experimental_get_tracing_count()
    return RunNote(ref, record, traces, code_of(function.python_function))


def _concrete(concrete: Any, record: FunctionRecord) -> RunNote:
    mode = traced_graphs.get(concrete.graph)
    if mode is not None and mode.function is not None:
        return RunNote(mode.function, record, None, None)
    return RunNote(FunctionRef(record.number, concrete.graph.name), record, None, None)
