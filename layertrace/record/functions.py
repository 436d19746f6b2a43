"""See every trace of a `tf.function`: which function, how-manyeth, and what runs inside."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any

from layertrace.errors import CulpritError
from layertrace.record.causes import cause_of, code_of, instance_of
from layertrace.record.faults import step_aside
from layertrace.record.hook_file import hidden
from layertrace.record.hub import DETAIL, PARENT, START, THREAD, Method
from layertrace.record.known_functions import FunctionRecord, record_of
from layertrace.record.modes import Mode, traced_graphs
from layertrace.record.observe import fail, finish, hide, now, start
from layertrace.record.signatures import signature
from layertrace.timeline.event import Cause, FunctionRef, GraphSpec, Opaque, Structure

__all__ = ["TraceNote", "trace_hook"]

_TRACE = Method("trace")


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


def trace_hook(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return what stands for TensorFlow's function that traces a Python function into a graph.

    Seen as `_create_concrete_function(function_type, type_context, func_graph, tracing_options)`,
    TensorFlow 2.16 to 2.21.
    """

    @functools.wraps(original)
    @hidden
    def create_concrete_function(
        function_type: Any, type_context: Any, func_graph: Any, tracing_options: Any, *rest: Any
    ) -> Any:
        span = _begin(function_type, func_graph, tracing_options)
        arguments = (function_type, type_context, func_graph, tracing_options, *rest)
        try:
            concrete = original(*arguments)
        except BaseException as error:
            if span is None:
                hide(error)
            else:
                span[DETAIL].record.failed += 1
                fail(span, error)
            raise
        if span is not None:
            _end(span, concrete)
        return concrete

    return create_concrete_function


def _end(span: tuple[Any, ...], concrete: Any) -> None:
    ended = now()
    thread = span[THREAD]
    thread.span = span[PARENT]
    thread.traced_until = ended
    try:
        note: TraceNote = span[DETAIL]
        note.graph = replace(note.graph, ops=len(concrete.graph.get_operations()))
        note.record.kept.append(note.index)
        note.record.traced.append(span[START])
        finish(span, ended)
    except Exception:  # promise 1, as below
        step_aside("record the end of a trace")


def _begin(function_type: Any, graph: Any, options: Any) -> tuple[Any, ...] | None:
    try:
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
        span = start(_TRACE, None, note, mode, depth=2)
    except CulpritError:  # which `trace(fail_on=…)` asked for
        raise
    except Exception:  # promise 1: the traced program never sees a fault of ours
        step_aside("record a trace")
        return None
    try:
        traced_graphs.add(graph, Mode("graph", function, index, span))
    except Exception:  # promise 1, as above
        step_aside("know the graph of a trace again")
    return span


def _is_tensorflows_own(function: Any) -> bool:
    """Tell the function that gives first values to variables made in a trace; nobody wrote it."""
    home = getattr(inspect.unwrap(function), "__module__", "")
    return home == "tensorflow.python.eager.polymorphic_function.polymorphic_function"
