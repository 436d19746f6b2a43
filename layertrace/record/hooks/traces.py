"""Record every trace of a `tf.function`: its function, its number, its cause, and what runs inside."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

from layertrace.record.backends.modes import Mode
from layertrace.record.backends.tensorflow import traced_graphs
from layertrace.record.describe import source_lines
from layertrace.record.describe.last_batches import explained_by_batch, rows_in
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.retrace_causes import cause_of, code_of, instance_of, mapped_code_of
from layertrace.record.describe.trace_signatures import signature
from layertrace.record.describe.traced_functions import FunctionRecord, record_of
from layertrace.record.hooks.graph_facts import observe_graph, stub
from layertrace.record.hooks.graph_values import observe_values
from layertrace.record.hooks.layer_calls import fail, finish, now, start
from layertrace.record.hooks.observer import Call, Observer
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.python_state.watch import Owners, after_trace, before_trace
from layertrace.record.spans import PARENT, START, THREAD, CodePosition, Span, trace_note
from layertrace.timeline.cause import Cause
from layertrace.timeline.event import FunctionRef, GraphSpec, Opaque, Structure
from layertrace.timeline.registry import Register

if TYPE_CHECKING:
    from layertrace.record.hooks.dropped_states import NewState
    from layertrace.record.hooks.stateless_updates import StatelessUpdate

__all__ = ["TRACES", "TraceNote"]

_used_variables: Register[int] = Register()

_SEED_OPS = 64  # ops that are looked at to decide whether a seed is a constant


@dataclass(slots=True, eq=False)
class TraceNote:
    """What is known of one trace; the ops of `graph` are counted at its end.

    `defined` is the code that readers are shown. `code` is compared with that of other functions: it is None
    for a function that `tf.data` maps, since each use of it is traced. `returned` are the tensors that
    calls returned, until the trace ends. `variables` are numbers of the trainable variables that the graph
    uses, or of all if none is trainable; they are known when the trace has ended. `signature` is what JAX
    specialized on, with what is not shown, and `called` are the layers that were called in a trace by JAX,
    until it ends. `captured` is what a function that JAX traces takes from around it, and
    `new_states` what stateless calls in its trace returned, and `stateless_updates` what updates did, until
    it ends. `rows` are the columns and vectors that calls in it returned, and `weights` those that stateless
    calls were given; `differentiated` are the weights that a gradient is taken for.
    """

    record: FunctionRecord
    function: FunctionRef
    index: int
    inputs: Mapping[str, Structure]
    cause: Cause | None
    code: CodeType | None
    defined: CodeType | None
    instance: Opaque | None
    graph: GraphSpec
    variables: frozenset[int] = frozenset()
    returned: list[tuple[Span, list[weakref.ref[Any]]]] = field(default_factory=list)
    signature: Mapping[str, Structure] = field(default_factory=dict)
    called: list[tuple[Span, weakref.ref[Any]]] = field(default_factory=list)
    captured: Mapping[str, Structure] = field(default_factory=dict)
    new_states: list[NewState] = field(default_factory=list)
    stateless_updates: list[StatelessUpdate] = field(default_factory=list)
    rows: list[tuple[Span, Any]] = field(default_factory=list)
    weights: list[Any] = field(default_factory=list)
    differentiated: list[Any] = field(default_factory=list)


def _begin(call: Call) -> Span | None:
    """Record that TensorFlow traces a Python function into a graph.

    Seen as `_create_concrete_function(function_type, type_context, func_graph, tracing_options)`,
    TensorFlow 2.16 to 2.21.
    """
    graph: Any
    options: Any
    span = None
    with guarded("record a trace"):
        function_type, (_, graph, options) = call.subject, call.values[:3]
        if _is_tensorflows_own(options.python_function):
            return None
        note = _note(function_type, options, call.caller)
        mode = Mode("graph", note.function, note.index)
        span = start(call.method, None, note, mode, call.caller)
        with guarded("remember the graph of a trace"):
            traced_graphs.add(graph, Mode("graph", note.function, note.index, span))
            before_trace(span, options.python_function)
    return span


def _note(function_type: Any, options: Any, caller: FrameType | None) -> TraceNote:
    """Describe a trace that is about to begin.

    Args:
        function_type: The types of the arguments.
        options: TensorFlow's `TracingOptions` of the function.
        caller: The frame of TensorFlow that traces.
    """
    record = record_of(options if options.function_captures is None else options.function_captures)
    cache = options.function_cache
    scope = options.scope_type.name
    second = scope == "NO_VARIABLE_CREATION" and record.passes == {"VARIABLE_CREATION"}
    record.passes.add(scope)
    inputs = signature(function_type)
    function = record.identify(options.name, options.python_function)
    cause = cause_of(options, function_type, inputs, record, second_pass=second)
    return TraceNote(
        record=record,
        function=function,
        index=(0 if cache is None else len(cache)) + record.failed + 1,
        inputs=inputs,
        cause=cause if function.role is None else explained_by_batch(cause, rows_in(caller), caller),
        code=code_of(options.python_function),
        defined=mapped_code_of(options.python_function) or code_of(options.python_function),
        instance=instance_of(options.python_function),
        graph=GraphSpec(
            jit_compile=bool((options.attributes or {}).get("_XlaMustCompile")),
            reduce_retracing=bool(options.reduce_retracing),
            second_pass=second,
        ),
    )


def _end(span: Span, concrete: Any, _: object) -> None:
    ended = now()
    thread, note = span[THREAD], trace_note(span)
    thread.span = span[PARENT]
    thread.traced_until = ended
    with guarded("record the end of a trace"):
        ops = concrete.graph.get_operations()
        if note is not None:
            note.graph = replace(note.graph, ops=len(ops))
            note.record.kept.append(note.index)
            note.record.traced.append(span[START])
            note.variables = _variables(concrete.graph)
        _observe_seeds(span, ops, after_trace(span))
        if note is not None:
            returned, note.returned = note.returned, []
            with guarded("read what a graph uses"):
                observe_graph(span, concrete, ops, returned)
                observe_values(span, ops, returned)
        finish(span, ended)


def _variables(graph: Any) -> frozenset[int]:
    """Return the numbers of the trainable variables that a graph uses, or of all if none is trainable."""
    try:
        used = graph.trainable_variables or graph.variables
    except AssertionError:  # a variable that the function created is gone (TensorFlow 2.16 to 2.21)
        return frozenset()
    return frozenset(_number(variable) for variable in used)


def _number(variable: object) -> int:
    return _used_variables.get(variable) or _used_variables.add(variable, _used_variables.next_number())


def _fail(span: Span, error: BaseException) -> None:
    note = trace_note(span)
    if note is not None:
        note.record.failed += 1
        note.returned = []
    fail(span, error)


def _observe_seeds(span: Span, ops: Iterable[Any], owners: Owners | None) -> None:
    """Record the ops that draw the same numbers in each run of a graph, since their seed is a constant.

    All functions of `keras.random`, and those of `tf.random` with `stateless` in their name, create a
    `StatelessRandomGetKeyCounter` from their seed (TensorFlow 2.16 to 2.21).
    """
    if owners is None:  # LT208 needs all of what it asks for, or is not decided
        return
    for number, op in enumerate(ops if hub.observers else ()):
        if op.type == "StatelessRandomGetKeyCounter" and _is_constant(op.inputs[0].op):
            place = _user_line(op.traceback)
            if place is not None:
                observation = PendingObservation(
                    "random", (place,), name="a constant seed", before=op.name, place=place
                )
                observation.span = span
                observation.layer = next(
                    (layer for begin, end, layer in owners if begin <= number < end), None
                )
                add_observation(observation)


def _is_constant(op: Any) -> bool:
    """Return whether an op is computed from constants alone."""
    todo, seen = [op], 0
    while todo and seen < _SEED_OPS:
        source = todo.pop()
        seen += 1
        if not source.inputs and source.type != "Const":
            return False
        todo += [tensor.op for tensor in source.inputs]
    return not todo


def _user_line(traceback: Iterable[Any]) -> CodePosition | None:
    """Return the user's line that created an op; None if Keras's own code may have chosen the seed.

    It chooses one for the initial value of a variable, and in its own layers.
    """
    for frame in reversed(list(traceback)):
        if re.search(r"keras[/\\]src[/\\](initializers|layers)[/\\]", frame.filename):
            return None
        if not source_lines.is_internal(frame.filename):
            return stub(frame.filename, frame.lineno, frame.name), -1
    return None


def _is_tensorflows_own(function: object) -> bool:
    """Return whether this is the function that initializes variables created in a trace: no user wrote it."""
    return safe.home_of(function) == "tensorflow.python.eager.polymorphic_function.polymorphic_function"


TRACES = Observer(_begin, _end, _fail)
"""Observes TensorFlow's function that traces a Python function into a graph."""
