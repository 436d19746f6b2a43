"""Record every trace of a `jax.jit` function: its number, its cause, and what runs inside.

JAX calls `_trace_for_jit`, or `_infer_params_impl` before 0.9, for a function and types that its caches of
calls do not know. It creates a `DynamicJaxprTrace` if the function has to run; only then there is an event.
"""

from __future__ import annotations

import functools
import threading
from dataclasses import replace
from types import FrameType
from typing import Any

from layertrace.record.backends.jax import staged_traces
from layertrace.record.backends.modes import Mode
from layertrace.record.describe.jit_signatures import jit_signature
from layertrace.record.describe.keras_functions import keras_function
from layertrace.record.describe.last_batches import explained_by_batch
from layertrace.record.describe.retrace_causes import cause_of_jit, code_of, instance_of
from layertrace.record.describe.traced_functions import record_of
from layertrace.record.hooks.constant_keys import observe_constant_keys
from layertrace.record.hooks.donated_weights import donated_values, observe_donated
from layertrace.record.hooks.dropped_states import observe_dropped_states
from layertrace.record.hooks.jit_compilations import at_work
from layertrace.record.hooks.jit_pairs import STATE, observe_pairs
from layertrace.record.hooks.layer_calls import fail, finish, now, start
from layertrace.record.hooks.left_tracers import observe_left_tracers
from layertrace.record.hooks.observer import Call, Observer, watching
from layertrace.record.hooks.stateless_updates import observe_stateless_updates
from layertrace.record.hooks.traces import TraceNote
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.python_state.captured_values import captured_values
from layertrace.record.python_state.watch import after_trace, before_trace
from layertrace.record.spans import PARENT, START, THREAD, Span, trace_note
from layertrace.timeline.event import GraphSpec
from layertrace.timeline.ownership import is_keras_name, package_of

__all__ = ["JIT_TRACES", "STAGED"]


class _Tracing:
    """A function that JAX may be about to trace.

    Attributes:
        call: JAX's arguments, until the trace begins.
        debug_info: What distinguishes its trace from others that begin meanwhile.
        span: The trace, once it has begun.
        outer: What the thread is tracing around it.
    """

    __slots__ = ("call", "debug_info", "outer", "span")

    def __init__(self, call: Call, outer: _Tracing | None) -> None:
        self.call: Call | None = call
        self.debug_info = _given(call)["dbg"]
        self.outer = outer
        self.span: Span | None = None


def _given(call: Call) -> dict[str, Any]:
    """Return the arguments of JAX's function by name, which are in another order before JAX 0.9."""
    return dict(zip(call.method.names, call.values, strict=False))


class _Current(threading.local):
    """What the current thread is tracing."""

    tracing: _Tracing | None = None


_current = _Current()


def _begin(call: Call) -> _Tracing | None:
    """Note that JAX looks for a trace.

    Seen as `_trace_for_jit(fun, ji, ctx_mesh, dbg, avals, args, kwargs)`, JAX 0.9 to 0.12, and
    `_infer_params_impl(fun, ji, ctx_mesh, dbg, args, kwargs, in_avals)`, JAX 0.6.
    """
    with guarded("record a trace"):
        if _is_a_programs(call.subject):
            _current.tracing = _Tracing(call, _current.tracing)
            return _current.tracing
    return None


def _is_a_programs(function: object) -> bool:
    """Return whether a program wrote a function, or Keras created it to train, test or predict.

    Most functions of `jax.numpy` are jitted themselves, and Keras infers shapes in traces of its own.
    """
    home = _home(function)
    if is_keras_name(home):
        return keras_function(function) is not None
    return package_of(home) not in ("jax", "jaxlib")


def _home(function: object) -> str:
    """Return the module of a function, or of the class of a callable object."""
    function = _without_partial(function)
    is_function = safe.bare_function(function) is not None
    return safe.home_of(function) if is_function else safe.module_of(type(function))


def _without_partial(function: Any) -> Any:
    """Return the function that a `functools.partial` calls, by which JAX names it; any other as it is."""
    while type(function) is functools.partial:
        function = function.func
    return function


def _begin_staging(call: Call) -> None:
    """Record that a trace begins: `DynamicJaxprTrace.__init__(self, debug_info, parent_trace, …)`."""
    tracing = _current.tracing
    if tracing is None or tracing.call is None:
        return
    with guarded("record a trace"):
        if not _is_same(tracing.debug_info, call.values[0]):
            return
        looked, tracing.call = tracing.call, None
        note = _note(looked, call.caller)
        mode = Mode("graph", note.function, note.index)
        span = tracing.span = start(call.method, None, note, mode, call.caller)
        with guarded("remember a trace"):
            staged_traces.add(call.subject, Mode("graph", note.function, note.index, span))
            before_trace(span, looked.subject)
        with guarded("look at what a function may write over"):
            given = _given(looked)
            donated = donated_values(given["ji"], tracing.debug_info.arg_names, given["args"])
            if donated and note.function.role is None:
                observe_donated(span, donated, note.function.name)


def _is_same(looked_for: Any, staged: Any) -> bool:
    """Return whether a trace is the one that JAX looked for; before 0.9, it has a copy of the information."""
    if looked_for is staged:
        return True
    names = ("arg_names", "func_src_info")
    return all(getattr(looked_for, name, None) is getattr(staged, name, looked_for) for name in names)


def _note(call: Call, caller: FrameType | None) -> TraceNote:
    """Describe a trace that is about to begin."""
    function: Any = call.subject
    given = _given(call)
    avals = given["avals"] if "avals" in given else given["in_avals"]
    record = record_of(function)
    inner = _without_partial(function)
    ref = record.identify(safe.code_name(inner) or safe.class_name(inner), function)
    paths = getattr(given["dbg"], "arg_names", None)
    signature = jit_signature(given["ji"], paths, avals or (), given["args"], given["kwargs"])
    cause = cause_of_jit(record, signature)
    if ref.role is not None:
        cause = explained_by_batch(cause, None, caller)
    return TraceNote(
        record=record,
        function=ref,
        index=record.earlier + len(record.kept) + record.failed + 1,
        inputs={name: value for name, value in signature.items() if ref.role is None or name != STATE},
        cause=cause,
        code=code_of(inner),
        defined=code_of(inner),
        instance=instance_of(inner) if ref.role is None else None,  # a model may have several steps
        graph=GraphSpec(),
        signature=signature,
        captured=captured_values(function) if ref.role is None else {},
    )


def _end(tracing: _Tracing, found: Any, _: object) -> None:
    ended = now()
    _current.tracing = tracing.outer
    span = tracing.span
    if span is None:  # the function did not run: JAX has traced it for these types
        return
    thread, note = span[THREAD], trace_note(span)
    thread.span = span[PARENT]
    thread.traced_until = ended
    with guarded("record the end of a trace"):
        params = found[0].params if type(found) is tuple else found.params
        jaxpr = params["jaxpr"].jaxpr
        if note is not None:
            note.graph = replace(note.graph, ops=len(jaxpr.eqns))
            note.record.kept.append(note.index)
            note.record.traced.append(span[START])
            note.record.keep_signature(note.index, note.signature)
            at_work.traced = note
        after_trace(span)
        names = getattr(tracing.debug_info, "arg_names", None)
        observe_constant_keys(span, params["jaxpr"], names)
        observe_left_tracers(span)
        observe_pairs(span, jaxpr, names)
        observe_dropped_states(span, jaxpr)
        observe_stateless_updates(span, jaxpr)
        if note is not None:
            note.differentiated = []
        finish(span, ended)


def _fail(tracing: _Tracing, error: BaseException) -> None:
    _current.tracing = tracing.outer
    span = tracing.span
    if span is None:
        return
    note = trace_note(span)
    if note is not None:
        note.record.failed += 1
        note.called, note.new_states, note.stateless_updates = [], [], []
        note.rows, note.weights, note.differentiated = [], [], []
    fail(span, error)


JIT_TRACES = Observer(_begin, _end, _fail)
"""Observes JAX's function that looks for the trace of a `jax.jit` function."""

STAGED = watching(_begin_staging)
"""Observes the creation of a trace."""
