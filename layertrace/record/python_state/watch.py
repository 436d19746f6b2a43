"""Watch the Python state that becomes constants of a graph, and the random generators.

All of this runs only while a function is traced, when it first runs, and in some of its later runs.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType, MethodType
from typing import Any

from layertrace.record.describe.modes import current_mode, traced_graphs
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.tf_functions import FunctionRecord
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hub import hub, threads
from layertrace.record.layers import LayerRecord, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import report_internal_error
from layertrace.record.python_state.bytecode import (
    STEPS,
    Place,
    Reads,
    cells,
    functions_behind,
    globals_of,
    methods_of,
    names_in,
    reachable,
    read_by,
    reads_of,
    writes,
)
from layertrace.record.python_state.graph_tensors import graph_tensors, is_replaced
from layertrace.record.python_state.random_generators import drawn_at, generators_of
from layertrace.record.python_state.snapshot import (
    ArraySnapshot,
    IdentitySnapshot,
    Snapshot,
    description,
    values_of,
)
from layertrace.record.python_state.switch import switch
from layertrace.record.spans import LAYER, METHOD, MODE, Span, parent_of, trace_note
from layertrace.timeline.event import Opaque, Structure
from layertrace.timeline.registry import live_layers

__all__ = [
    "Owners",
    "after_call",
    "after_trace",
    "before_call",
    "before_trace",
    "forget_call",
    "look_again",
    "trains",
]

_LOOKS = 64  # comparisons of one function's layers; after these only the 128th, 256th, … is made

# Before and after


class StateBefore:
    """The state of a layer and of the random generators before a traced call, or a trace.

    Attributes:
        span: The call or the trace, kept so that its identity is not reused.
        layer: The layer whose state this is; None for a function without a layer.
        reads: What the code reads.
        reported: What was reported for a call inside, and is not reported again for this one.
        ops: How many ops the graph of the trace had; None in a graph inside that one.
    """

    __slots__ = ("drawn", "layer", "ops", "reads", "reported", "span", "tensors", "values")

    def __init__(self, span: Span, layer: object, reads: Reads) -> None:
        self.span = span
        self.layer = None if layer is None else weakref.ref(layer)
        self.reads = reads
        self.values = {} if layer is None else values_of(layer)
        self.tensors = {} if layer is None else {name: id(value) for name, value in graph_tensors(layer)}
        self.drawn = generators_of(layer, reads.living())
        self.reported: set[object] = set()
        self.ops = _ops(span)


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
    if mode is None or mode.name != "graph":
        return None
    graph = Loaded.tf.compat.v1.get_default_graph()
    traced = traced_graphs.get(graph)
    return int(graph.version) if traced is not None and traced.span is mode.span else None


def before_call(span: Span, layer: object) -> None:
    """Record the state of a layer before a traced call."""
    if switch.is_on and not safe.is_framework_class(type(layer)):
        _before[id(span)] = [StateBefore(span, layer, reads_of(type(layer), ("call",)))]


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
        _compare(before, layer, span[LAYER], values)
        if before.ops is not None and (now := _ops(span)) is not None:
            trace = None if mode is None else mode.span
            _made.setdefault(id(trace), []).append((before.ops, now, span[LAYER]))
    _keep_read_state(span, layer, span[LAYER], values, ("call",))


def _compare(before: StateBefore, layer: object, record: LayerRecord | None, values: Snapshot) -> None:
    """Record what has changed, and where the user's code changed it."""
    functions = before.reads.living()
    default = (functions[0].__code__, -1) if functions else None
    for key in _changed(before.values, values):
        if _is_news(before, record if key.startswith("self.") else None, key, values[key]):
            both = description(before.values.get(key)), description(values[key])
            _record("changed in call", record, key, *both, before.span, writes(functions, key) or default)
    for name, tensor in [] if layer is None else graph_tensors(layer):
        if before.tensors.get(name) != id(tensor) and _is_news(before, record, f"tensor {name}", id(tensor)):
            place = writes(functions, name) or default
            _record_kept_tensor(layer, record, name, before.span, place)
    for name, state in generators_of(layer, functions).items():
        if before.drawn.get(name) == state or (place := drawn_at(functions, name)) is None:
            continue  # Keras and TensorFlow draw too, for the seeds of what they create
        if _is_news(before, record if name.startswith("self.") else None, f"drawn {name}", state):
            _record("random", record, name, None, None, before.span, place)


def _record_kept_tensor(layer: Any, record: Any, name: str, span: Any, place: Place | None) -> None:
    """Record a tensor that a layer keeps; a placeholder only until an eager call has replaced it.

    A layer that is only used eagerly gets one placeholder, when it is built.
    """
    observation = PendingObservation("kept tensor", (record.number, f"self.{name}"), layer=record, name=name)
    observation.span, observation.place = span, place
    if span[MODE] is not None and span[MODE].function is None:
        reference = weakref.ref(layer)
        observation.is_over = lambda: (kept_by := reference()) is not None and is_replaced(kept_by, name)
    add_observation(observation)


def _is_news(before: StateBefore, record: LayerRecord | None, key: str, state: object) -> bool:
    """Return whether a change was not reported for a call inside, and mark it as reported."""
    item = (getattr(record, "number", 0), key, state)
    if item in before.reported:
        return False
    before.reported.add(item)
    ancestor = parent_of(before.span)
    while ancestor is not None:
        for outer in _before.get(id(ancestor), ()):
            outer.reported.add(item)
        ancestor = parent_of(ancestor)
    return True


def _changed(before: Snapshot, now: Snapshot) -> Iterator[str]:
    """Yield the keys whose plain value or size has changed; if a size has changed, not also its items."""
    resized = tuple(
        f"{key}[" for key, value in now.items() if isinstance(value, Opaque) and before.get(key) != value
    )
    reported: set[str] = set()
    for key, value in now.items():
        container = key.partition("[")[0]
        is_state = not isinstance(value, (IdentitySnapshot, ArraySnapshot)) and not isinstance(
            before.get(key), (IdentitySnapshot, ArraySnapshot)
        )
        is_new = key not in before and (key != container or not key.startswith("self."))
        differs = is_state and not is_new and (key not in before or before[key] != value)
        if differs and not key.startswith(resized) and container not in reported:
            reported.add(container)
            yield key


def _keep_read_state(
    span: Span, layer: object, record: LayerRecord | None, values: Snapshot, methods: tuple[str, ...]
) -> None:
    """Keep the state that the code reads for when the graph runs; all state of Keras's own layers."""
    cls: type = type(layer)
    if record is not None:
        names = None if safe.is_framework_class(cls) else reads_of(cls, methods).names
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


def _is_read(key: str, names: frozenset[str] | None) -> bool:
    return names is None or key == "self.trainable" or _parts(key)[1] in names


def _parts(key: str) -> tuple[str, str]:
    """Return the owner of a key, and the first name after it: `("self", "config")` of `self.config[0]`."""
    bare = key.partition("[")[0]
    owner, dot, rest = bare.partition(".")
    return (owner, rest.partition(".")[0]) if dot else ("", bare)


def _observed_name(key: str) -> str:
    """Return the name of a key in an observation."""
    owner = _parts(key)[0]
    return key.removeprefix("self.") if owner == "self" else f"class {key}" if owner else f"global {key}"


def _record(
    what: Any, record: Any, key: str, before: Structure, value: Structure, span: Any, place: Place | None
) -> None:
    name = key if what == "random" else _observed_name(key)
    observation = PendingObservation(what, (getattr(record, "number", 0), key), layer=record, name=name)
    observation.before, observation.now, observation.span, observation.place = before, value, span, place
    add_observation(observation)


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
    models = {id(layer): layer for layer in _layers_in(functions) if _is_model(layer)} if steps else {}
    states = [StateBefore(span, model, reads_of(type(model), steps)) for model in models.values()]
    states.append(StateBefore(span, None, read_by(reachable(None, functions))))
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
        record = None if layer is None else live_layers.get(layer) or register_layer(layer, None)
        values = {} if layer is None else values_of(layer)
        _compare(before, layer, record, values)
        if record is not None:
            _keep(span, layer, record, values, before.reads.names)
    _forget_trainable(span)
    return _made.pop(id(span), [])


def trains() -> None:
    """Record that an optimizer is given gradients now, so that the traces around are traces of training."""
    if not switch.is_on:
        return
    ancestor = threads.state.span
    if ancestor is None and (mode := current_mode(Loaded.tf)) is not None:  # in the thread of a replica
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
            yield from (thing for thing in (value, owner) if _is_layer(thing))
        values = (dict.get(function.__globals__, name) for name in globals_of(function.__code__))
        yield from (value for value in values if _is_layer(value))


def _is_layer(value: object) -> bool:
    return any(safe.is_framework_class(cls) and cls.__name__ == "Layer" for cls in safe.mro(type(value)))


def _is_model(layer: object) -> bool:
    return not safe.is_framework_class(type(layer)) and any(methods_of(type(layer), name) for name in STEPS)


# When the graph runs


def look_again(record: FunctionRecord, place: Callable[[], Place | None], span: Span | None) -> None:
    """Record which attributes differ, at a run of a function, from their values when it was traced.

    Args:
        record: The function.
        place: Returns the line of the run; called only if something differs.
        span: The span that the run is part of.
    """
    if not hub.observers or not switch.is_on or not record.attributes:
        return
    record.looks += 1
    if record.looks > _LOOKS and record.looks & (record.looks - 1):
        return
    try:
        for reference, then in list(record.attributes.values()):
            layer = reference()
            if layer is None or not (changed := _suspects(layer, then)):
                continue
            values = values_of(layer)
            for key in changed:
                if key in values and values[key] != then[key]:
                    layer_record = live_layers.get(layer)
                    both = description(then[key]), description(values[key])
                    _record("changed after trace", layer_record, key, *both, span, place())
    except Exception:  # promise 1: the traced program never sees an error of layertrace
        report_internal_error("compare attributes")


def _suspects(layer: object, then: Snapshot) -> list[str]:
    """Return the keys that may have changed, without reading all state of a layer."""
    own = safe.instance_dict(layer)
    return [
        key for key, before in then.items() if not _is_same(before, own.get(_attribute(key), safe.MISSING))
    ]


def _attribute(key: str) -> str:
    """Return the name in a layer's `__dict__` for a key such as `self.rate`, if that is a plain attribute."""
    return "_trainable" if key == "self.trainable" else key[5:]


def _is_same(before: object, now: object) -> bool:
    if now is before:
        return True
    if type(before) is IdentitySnapshot:
        return before.reference() is now
    return type(now) is type(before) and safe.is_plain(now) and bool(now == before)
