"""Watch the Python state that becomes constants of a graph, and the random generators.

All of this runs only while a function is traced, when it first runs, and in some of its later runs.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from types import FunctionType, MethodType
from typing import Any

from layertrace.record.backends.tensorflow import traced_graphs
from layertrace.record.describe.observations import add_observation
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hub import hub, threads
from layertrace.record.layers import LayerRecord, register_layer
from layertrace.record.process import safe
from layertrace.record.python_state.bytecode import (
    STEPS,
    Place,
    Reads,
    cells,
    functions_behind,
    globals_of,
    is_layer,
    methods_of,
    names_in,
    reachable,
    read_by,
    reads_of,
    reads_of_held,
    writes,
)
from layertrace.record.python_state.changes import Subject, changed, observation_of, parts, record_state
from layertrace.record.python_state.framework_attributes import set_by_framework
from layertrace.record.python_state.graph_tensors import graph_tensors, graph_tensors_read, is_replaced
from layertrace.record.python_state.late_binding import called_symbolically, called_while_traced
from layertrace.record.python_state.random_generators import clock_read_at, drawn_at, generators_of
from layertrace.record.python_state.readers import Reader, held_readers, readers_of
from layertrace.record.python_state.snapshot import Snapshot, description, values_of
from layertrace.record.python_state.switch import switch
from layertrace.record.spans import LAYER, METHOD, MODE, Span, parent_of, trace_note
from layertrace.timeline.event import Opaque

__all__ = [
    "Owners",
    "after_call",
    "after_trace",
    "before_call",
    "before_trace",
    "forget_call",
    "trains",
]

# Before and after


class StateBefore:
    """The state of a layer and of the random generators before a traced call, or a trace.

    Attributes:
        span: The call or the trace, kept so that its identity is not reused.
        layer: The layer whose state this is; None for a function without a layer.
        reader: The loss, metric or function whose state this is.
        reads: What the code reads.
        reported: What was reported for a call inside, and is not reported again for this one.
        ops: How many ops the graph of the trace had; None in a graph inside that one.
    """

    __slots__ = ("drawn", "layer", "ops", "reader", "reads", "reported", "span", "tensors", "values")

    def __init__(self, span: Span, layer: object, reads: Reads, reader: Reader | None = None) -> None:
        self.span = span
        self.layer = None if layer is None else weakref.ref(layer)
        self.reader = reader
        self.reads = reads
        self.values = self.values_now(layer)
        self.tensors = {name: id(value) for name, value in self.tensors_now(layer)}
        self.drawn = generators_of(self.owner(layer), reads.living())
        self.reported: set[object] = set()
        self.ops = _ops(span)

    def owner(self, layer: object) -> object:
        """Return the object whose attributes belong to the state; None for a function."""
        return layer if self.reader is None else self.reader.owner

    def values_now(self, layer: object) -> Snapshot:
        """Return the present values."""
        if self.reader is not None:
            return self.reader.values()
        return {} if layer is None else values_of(layer)

    def tensors_now(self, layer: object) -> list[tuple[str, object]]:
        """Return the tensors of a graph that are held now."""
        if self.reader is not None:
            return list(graph_tensors_read(self.reader.owner, self.reads))
        return [] if layer is None else list(graph_tensors(layer))


_before: dict[int, list[StateBefore]] = {}
"""The state before each span that has not ended, by the identity of the span."""


Owners = list[tuple[int, int, LayerRecord | None]]
"""For each call of a layer the number of ops before and after it, innermost first."""

_made: dict[int, Owners] = {}
"""The calls in each trace that has not ended, by the identity of the trace."""

_training: set[int] = set()
"""The identities of the traces in which an optimizer was given gradients."""


def _ops(span: Span) -> int | None:
    """Return the number of ops in the graph of a trace, during a call that is traced into it."""
    mode = span[MODE]
    if mode is None or mode.name != "graph" or Loaded.tf is None:
        return None
    graph = Loaded.tf.compat.v1.get_default_graph()
    traced = traced_graphs.get(graph)
    return int(graph.version) if traced is not None and traced.span is mode.span else None


def before_call(span: Span, layer: object) -> None:
    """Record the state of a layer before a traced call."""
    mode = span[MODE]
    if switch.is_on and hub.observers and mode is not None:
        if mode.name == "symbolic":
            called_symbolically(span, layer, span[LAYER])
        else:
            called_while_traced(layer)
    if not switch.is_on:
        return
    if not safe.is_framework_class(type(layer)):
        _before[id(span)] = [StateBefore(span, layer, reads_of(type(layer), ("call",)))]
    elif readers := held_readers(layer):
        _before[id(span)] = [StateBefore(span, layer, reader.reads, reader) for reader in readers]


def forget_call(span: Span) -> None:
    """Drop the state from before a call, or a trace, that has failed."""
    _before.pop(id(span), None)
    _made.pop(id(span), None)
    _training.discard(id(span))


def after_call(span: Span, layer: object) -> None:
    """Compare a layer with its state before a traced call, and keep its state for when the graph runs."""
    states = _before.pop(id(span), ())
    if not switch.is_on:
        return
    mode = span[MODE]
    values = values_of(layer)
    for before in states:
        read = values if before.reader is None else before.values_now(layer)
        _compare(before, layer, span[LAYER], read)
        if before.ops is not None and (now := _ops(span)) is not None:
            trace = None if mode is None else mode.span
            _made.setdefault(id(trace), []).append((before.ops, now, span[LAYER]))
    _keep_read_state(span, layer, span[LAYER], values, ("call",))


def _compare(before: StateBefore, layer: object, record: LayerRecord | None, values: Snapshot) -> None:
    """Record what has changed, and where the user's code changed it."""
    functions = before.reads.living()
    default = (functions[0].__code__, -1) if functions else None
    subject = before.reader or record
    for key in changed(before.values, values):
        if _is_news(before, subject if key.startswith("self.") else None, key, values[key]):
            both = description(before.values.get(key)), description(values[key])
            place = writes(functions, key)
            if place is not None or before.reader is None:  # a global may be changed by other code
                record_state("changed in call", subject, key, both, before.span, place or default)
    for name, tensor in before.tensors_now(layer):
        if before.tensors.get(name) != id(tensor) and _is_news(before, subject, f"tensor {name}", id(tensor)):
            place = writes(functions, name)
            if place is not None or before.reader is None:
                _record_kept_tensor(layer, subject, name, before.span, place or default)
    if (place := clock_read_at(functions)) is not None and _is_news(before, None, "clock", place):
        record_state("clock", record or subject, "clock", (None, None), before.span, place)
    for name, state in generators_of(before.owner(layer), functions).items():
        if before.drawn.get(name) == state or (place := drawn_at(functions, name)) is None:
            continue  # Keras and TensorFlow draw too, for the seeds of what they create
        if _is_news(before, subject if name.startswith("self.") else None, f"drawn {name}", state):
            record_state("random", record or subject, name, (None, None), before.span, place)


def _record_kept_tensor(layer: Any, subject: Subject, name: str, span: Any, place: Place | None) -> None:
    """Record a tensor that a layer keeps; a placeholder only until an eager call has replaced it.

    A layer that is only used eagerly gets one placeholder, when it is built.
    """
    observation = observation_of("kept tensor", subject, f"self.{name}", name)
    observation.span, observation.place = span, place
    if layer is not None and span[MODE] is not None and span[MODE].function is None:
        reference = weakref.ref(layer)
        observation.is_over = lambda: (kept_by := reference()) is not None and is_replaced(kept_by, name)
    add_observation(observation)


def _is_news(before: StateBefore, subject: Subject, key: str, state: object) -> bool:
    """Return whether a change was not reported for a call inside, and mark it as reported."""
    item = (subject.key if isinstance(subject, Reader) else getattr(subject, "number", 0), key, state)
    if item in before.reported:
        return False
    before.reported.add(item)
    ancestor = parent_of(before.span)
    while ancestor is not None:
        for outer in _before.get(id(ancestor), ()):
            outer.reported.add(item)
        ancestor = parent_of(ancestor)
    return True


def _keep_read_state(
    span: Span, layer: object, record: LayerRecord | None, values: Snapshot, methods: tuple[str, ...]
) -> None:
    """Keep the state that the code reads for when the graph runs; all state of Keras's own layers."""
    cls: type = type(layer)
    if record is not None:
        names = None
        if not safe.is_framework_class(cls):
            held = (reads.names for reads in reads_of_held(safe.instance_dict(layer), set_by_framework(cls)))
            names = reads_of(cls, methods).names.union(*held)
        _keep(span, layer, record, values, names)


def _keep(
    span: Span | None, layer: object, record: LayerRecord, values: Snapshot, names: frozenset[str] | None
) -> None:
    """Keep the state of a layer with each function that is being traced."""
    read = {
        key: value for key, value in values.items() if not isinstance(value, Opaque) and _is_read(key, names)
    }
    ancestor = span
    while ancestor is not None and read:
        note = trace_note(ancestor)
        if note is not None:
            kept = note.record.attributes
            earlier = kept[record.number][1] if record.number in kept else {}
            kept[record.number] = (weakref.ref(layer), earlier | read)
        ancestor = parent_of(ancestor)


def _keep_reader(span: Span, reader: Reader, values: Snapshot) -> None:
    """Keep the state of a loss, metric or function with each function that is being traced."""
    written = reader.reads.living()
    kept = {
        key: value
        for key, value in values.items()
        if not isinstance(value, Opaque) and writes(written, key) is None
    }
    ancestor: Span | None = span
    while ancestor is not None and kept:
        note = trace_note(ancestor)
        if note is not None:
            note.record.readers[reader.key] = (reader, kept)
        ancestor = parent_of(ancestor)


def _is_read(key: str, names: frozenset[str] | None) -> bool:
    return names is None or key in ("self.trainable", "self.run_eagerly") or parts(key)[1] in names


# A trace, and the model whose step is traced


def before_trace(span: Span, function: object) -> None:
    """Record the state before a trace: of the model whose step is traced, and of the random generators."""
    if not hub.observers or not switch.is_on:
        return
    bare = next(functions_behind(safe.unwrap(function)), None)
    if bare is None:
        return
    functions = list(_with_held_functions(bare))
    mentioned = {name for held in functions for name in (held.__name__, *names_in(held.__code__))}
    steps = tuple(name for name in STEPS if name in mentioned)
    owner = function.__self__ if type(function) is MethodType else None  # on JAX, Keras jits `train_step`
    layers = [*_layers_in(functions), *([owner] if is_layer(owner) else [])]
    models = {id(layer): layer for layer in layers if _is_model(layer)} if steps else {}
    states = [StateBefore(span, model, reads_of(type(model), steps)) for model in models.values()]
    states.append(StateBefore(span, None, read_by(reachable(None, functions))))
    states += [StateBefore(span, None, reader.reads, reader) for reader in readers_of(function)]
    for state in states:
        state.reported = states[0].reported  # what is reported for the model is not reported again
    _before[id(span)] = states


def after_trace(span: Span) -> Owners | None:
    """Compare things with how they were before a trace, and return which layers made its ops.

    Returns:
        The layers; None if Python state is not watched.
    """
    if not switch.is_on:
        forget_call(span)
        return None
    for before in _before.pop(id(span), ()):
        layer = None if before.layer is None else before.layer()
        record = None if layer is None else register_layer(layer)
        values = before.values_now(layer)
        _compare(before, layer, record, values)
        if record is not None:
            _keep(span, layer, record, values, before.reads.names)
        elif before.reader is not None:
            _keep_reader(span, before.reader, values)
    _forget_trainable(span)
    return _made.pop(id(span), [])


def trains() -> None:
    """Record that an optimizer is given gradients now, so that the traces around are traces of training."""
    if not switch.is_on:
        return
    ancestor = threads.state.span
    if ancestor is None and (mode := Loaded.backend.mode()) is not None:  # in the thread of a replica
        ancestor = mode.span
    while ancestor is not None:
        if ancestor[METHOD].kind == "trace":
            _training.add(id(ancestor))
        ancestor = parent_of(ancestor)


def _forget_trainable(span: Span) -> None:
    """Drop what was trainable if a trace trains nothing: its graph does not depend on that."""
    if id(span) in _training:
        _training.discard(id(span))
        return
    note = trace_note(span)
    for _, kept in () if note is None else note.record.attributes.values():
        kept.pop("self.trainable", None)


def _with_held_functions(function: FunctionType, depth: int = 3) -> Iterator[FunctionType]:
    """Yield a function and those in its closure: Keras's train function holds the function of one step."""
    yield function
    if depth:
        for value in cells(function).values():
            for inner in functions_behind(value):
                yield from _with_held_functions(inner, depth - 1)


def _layers_in(functions: Iterable[FunctionType]) -> Iterator[object]:
    """Yield the layers that functions hold in their closure, read as globals, or are methods of."""
    for function in functions:
        for value in cells(function).values():
            owner = value.__self__ if type(value) is MethodType else None
            yield from (thing for thing in (value, owner) if is_layer(thing))
        values = (dict.get(function.__globals__, name) for name in globals_of(function.__code__))
        yield from (value for value in values if is_layer(value))


def _is_model(layer: object) -> bool:
    return not safe.is_framework_class(type(layer)) and any(methods_of(type(layer), name) for name in STEPS)
