"""See every trace of a `tf.function`: which function, how-manyeth, and what runs inside."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any

from layertrace.errors import CulpritError
from layertrace.record.describe import source_lines
from layertrace.record.describe.modes import Mode, traced_graphs
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.retrace_causes import cause_of, code_of, instance_of
from layertrace.record.describe.tf_functions import FunctionRecord, record_of
from layertrace.record.describe.trace_signatures import signature
from layertrace.record.hooks.layer_calls import fail, finish, now, start
from layertrace.record.hooks.observer import Call, Observer
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import report_internal_error
from layertrace.record.python_state.watch import Owners, after_trace, before_trace
from layertrace.record.spans import DETAIL, PARENT, START, THREAD
from layertrace.timeline.event import Cause, FunctionRef, GraphSpec, Opaque, Structure

__all__ = ["TRACES", "TraceNote"]

_SEED_OPS = 64  # that are looked at to tell whether a seed is a constant


@dataclass(slots=True, eq=False)
class TraceNote:
    """What is known of one trace; the ops of `graph` are counted at its end."""

    record: FunctionRecord
    function: FunctionRef
    index: int
    inputs: Mapping[str, Structure]
    cause: Cause | None
    code: CodeType | None
    instance: Opaque | None
    graph: GraphSpec


def _fail(span: tuple[Any, ...], error: BaseException) -> None:
    span[DETAIL].record.failed += 1
    fail(span, error)


def _end(span: tuple[Any, ...], concrete: Any, _: Any) -> None:
    ended = now()
    thread = span[THREAD]
    thread.span = span[PARENT]
    thread.traced_until = ended
    try:
        note: TraceNote = span[DETAIL]
        ops = concrete.graph.get_operations()
        note.graph = replace(note.graph, ops=len(ops))
        note.record.kept.append(note.index)
        note.record.traced.append(span[START])
        _see_seeds(span, ops, after_trace(span))
        finish(span, ended)
    except Exception:  # promise 1, as below
        report_internal_error("record the end of a trace")


def _begin(call: Call) -> tuple[Any, ...] | None:
    """Note that TensorFlow traces a Python function into a graph.

    Seen as `_create_concrete_function(function_type, type_context, func_graph, tracing_options)`,
    TensorFlow 2.16 to 2.21.
    """
    try:
        function_type, (_, graph, options) = call.subject, call.values[:3]
        if _is_tensorflows_own(options.python_function):
            return None
        record = record_of(options if options.function_captures is None else options.function_captures)
        cache = options.function_cache
        index = (0 if cache is None else len(cache)) + record.failed + 1
        scope = options.scope_type.name
        second = scope == "NO_VARIABLE_CREATION" and record.passes == {"VARIABLE_CREATION"}
        record.passes.add(scope)
        function = FunctionRef(record.number, options.name)
        inputs = signature(function_type)
        note = TraceNote(
            record=record,
            function=function,
            index=index,
            inputs=inputs,
            cause=cause_of(options, function_type, inputs, record, second_pass=second),
            code=code_of(options.python_function),
            instance=instance_of(options.python_function),
            graph=GraphSpec(
                jit_compile=bool((options.attributes or {}).get("_XlaMustCompile")),
                reduce_retracing=bool(options.reduce_retracing),
                second_pass=second,
            ),
        )
        mode = Mode("graph", function, index)
        span = start(call.method, None, note, mode, call.caller)
    except CulpritError:  # which `trace(fail_on=…)` asked for
        raise
    except Exception:  # promise 1: the traced program never sees a fault of ours
        report_internal_error("record a trace")
        return None
    try:
        traced_graphs.add(graph, Mode("graph", function, index, span))
        before_trace(span, options.python_function)
    except Exception:  # promise 1, as above
        report_internal_error("know the graph of a trace again")
    return span


def _see_seeds(span: tuple[Any, ...], ops: Iterable[Any], owners: Owners | None) -> None:
    """Tell what draws the same numbers in each run of a graph, since its seed is a constant.

    All functions of `keras.random`, and those of `tf.random` with `stateless` in their name, make a
    `StatelessRandomGetKeyCounter` of their seed (TensorFlow 2.16 to 2.21).
    """
    if owners is None:  # LT208 needs all of what it asks for, or is not decided
        return
    for number, op in enumerate(ops if hub.observers else ()):
        if op.type == "StatelessRandomGetKeyCounter" and _is_constant(op.inputs[0].op):
            place = _written(op.traceback)
            if place is not None:
                sighting = PendingObservation(
                    "random", (place,), name="a constant seed", before=op.name, place=place
                )
                sighting.span = span
                sighting.layer = next((one for begin, end, one in owners if begin <= number < end), None)
                add_observation(sighting)


def _is_constant(op: Any) -> bool:
    """Tell what is computed of constants alone."""
    todo, seen = [op], 0
    while todo and seen < _SEED_OPS:
        one = todo.pop()
        seen += 1
        if not one.inputs and one.type != "Const":
            return False
        todo += [tensor.op for tensor in one.inputs]
    return not todo


def _written(traceback: Any) -> tuple[CodeType, int] | None:
    """Return the user's line behind an op, if nothing of Keras's that may have a seed lies between.

    That is the first value of a variable, or a layer of Keras's.
    """
    for frame in reversed(list(traceback)):
        if re.search(r"keras[/\\]src[/\\](initializers|layers)[/\\]", frame.filename):
            return None
        if not source_lines.is_internal(frame.filename):
            return _stub(frame.filename, frame.lineno, frame.name), -1
    return None


@functools.lru_cache(maxsize=256)
def _stub(file: str, line: int, function: str) -> CodeType:
    """Return code that stands for a line of which the code is not to be had."""
    return compile("", file, "exec").replace(co_firstlineno=line, co_name=function)


def _is_tensorflows_own(function: Any) -> bool:
    """Tell the function that gives first values to variables made in a trace; nobody wrote it."""
    return safe.home_of(function) == "tensorflow.python.eager.polymorphic_function.polymorphic_function"


TRACES = Observer(_begin, _end, _fail)
"""Observes TensorFlow's function that traces a Python function into a graph."""
