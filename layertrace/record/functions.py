"""See every trace of a `tf.function`: which function, how-manyeth, and what runs inside."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

from layertrace.record.describe import describe
from layertrace.record.faults import step_aside
from layertrace.record.hub import PARENT, THREAD, Method
from layertrace.record.modes import Mode, traced_graphs
from layertrace.record.observe import fail, finish, hide, now, start
from layertrace.record.places import hidden
from layertrace.timeline.event import FunctionRef, Opaque, Structure
from layertrace.timeline.identity import Register

__all__ = ["TraceNote", "trace_hook"]

_TRACE = Method("trace")
_functions: Register[FunctionRecord] = Register()


class FunctionRecord:
    """One `tf.function` object: its number, and the traces of it so far."""

    __slots__ = ("failed", "number", "passes")

    def __init__(self) -> None:
        self.number = _functions.next_number()
        self.failed = 0
        self.passes: set[str] = set()


class TraceNote:
    """What is known of one trace."""

    __slots__ = ("cause", "code", "function", "index", "inputs")

    def __init__(self, function: FunctionRef, index: int, cause: str | None, code: Any, inputs: Any):
        self.function = function
        self.index = index
        self.cause = cause
        self.code: CodeType | None = code
        self.inputs: Mapping[str, Structure] = inputs


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
                _record_of(tracing_options).failed += 1
                fail(span, error)
            raise
        if span is not None:
            _end(span)
        return concrete

    return create_concrete_function


def _end(span: tuple[Any, ...]) -> None:
    ended = now()
    span[THREAD].span = span[PARENT]
    try:
        finish(span, ended)
    except Exception:  # promise 1, as below
        step_aside("record the end of a trace")


def _record_of(options: Any) -> FunctionRecord:
    # Two tf.functions may share a name, but not what they capture; their caches cannot be referred to
    # weakly.
    known = options if options.function_captures is None else options.function_captures
    return _functions.get(known) or _functions.add(known, FunctionRecord())


def _begin(function_type: Any, graph: Any, options: Any) -> tuple[Any, ...] | None:
    try:
        if _is_tensorflows_own(options.python_function):
            return None
        record = _record_of(options)
        cache = options.function_cache
        index = (0 if cache is None else len(cache)) + record.failed + 1
        scope = options.scope_type.name
        second = scope == "NO_VARIABLE_CREATION" and record.passes == {"VARIABLE_CREATION"}
        record.passes.add(scope)
        function = FunctionRef(record.number, options.name)
        note = TraceNote(
            function,
            index,
            "second pass: the first made variables" if second else None,
            _code(options.python_function),
            {name: _type(p.type_constraint) for name, p in function_type.parameters.items()},
        )
        mode = Mode("graph", function, index)
        span = start(_TRACE, None, note, mode, depth=2)
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


def _code(function: Any) -> CodeType | None:
    """Return the code that the user wrote, below the wrappers of TensorFlow."""
    function = inspect.unwrap(function)
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code if isinstance(code, CodeType) else None


def _type(trace_type: Any) -> Structure:
    """Describe what TensorFlow specialised an argument on (`tf.types.experimental.TraceType`)."""
    if hasattr(trace_type, "mapping"):
        return {str(name): _type(part) for name, part in trace_type.mapping.items()}
    if hasattr(trace_type, "components"):
        return tuple(map(_type, trace_type.components))
    if hasattr(trace_type, "value"):
        return describe(trace_type.value)
    found = describe(trace_type)
    return Opaque("<object>") if isinstance(found, Opaque) else found
