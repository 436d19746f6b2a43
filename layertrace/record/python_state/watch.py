"""Watch whether the Python state that a graph takes for constants changes, and who draws random numbers.

All of this runs only while something is traced, and when a streak of runs begins or is looked at.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType, MethodType
from typing import Any

from layertrace.record.describe.modes import current_mode, traced_graphs
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.tf_functions import FunctionRecord
from layertrace.record.frameworks.host import Host
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
    is_framework_class,
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

_LOOKS = 64  # at the attributes of one function's layers; after so many only at the 128th, 256th, …

# StateBefore and after


class StateBefore:
    """How a layer and the random generators were before a traced call, or a trace.

    Attributes:
        span: The call or the trace, which so keeps its identity.
        layer: Whose state it is; None for a function without one.
        reads: What the code reads that runs.
        told: What somebody inside was blamed for; not those around too.
        ops: How many ops the graph of the trace had; None in a graph inside of that.
    """

    __slots__ = ("drawn", "layer", "ops", "reads", "span", "tensors", "told", "values")

    def __init__(self, span: Span, layer: object, reads: Reads) -> None:
        self.span = span
        self.layer = None if layer is None else weakref.ref(layer)
        self.reads = reads
        self.values = {} if layer is None else values_of(layer)
        self.tensors = {} if layer is None else {n: id(value) for n, value in graph_tensors(layer)}
        self.drawn = generators_of(layer, reads.living())
        self.told: set[object] = set()
        self.ops = _ops(span)


_before: dict[int, list[StateBefore]] = {}
"""What was noted at the beginning of each span that has not ended, by its identity."""


Owners = list[tuple[int, int, LayerRecord | None]]
"""Between which numbers of ops a layer's call made them, innermost first."""

_made: dict[int, Owners] = {}
"""What calls made, by the identity of the trace that they are in."""

_training: set[int] = set()
"""The traces, by identity, in which an optimizer was given gradients so far."""


def _ops(span: Span) -> int | None:
    """Count the ops of the graph of a trace, during a call that is traced into it."""
    mode = span[MODE]
    if mode is None or mode.name != "graph":
        return None
    graph = Host.tf.compat.v1.get_default_graph()
    known = traced_graphs.get(graph)
    return int(graph.version) if known is not None and known.span is mode.span else None


def before_call(span: Span, layer: object) -> None:
    """Note how a layer is before a call that is being traced."""
    if not is_framework_class(type(layer)):
        _before[id(span)] = [StateBefore(span, layer, reads_of(type(layer), ("call",)))]


def forget_call(span: Span) -> None:
    """Forget how things were before a call, or a trace, that has failed."""
    _before.pop(id(span), None)
    _made.pop(id(span), None)
    _training.discard(id(span))


def after_call(span: Span, layer: object) -> None:
    """Compare a layer with how it was before a traced call, and remember it for when the graph runs."""
    noted = _before.pop(id(span), ())
    mode = span[MODE]
    values = values_of(layer)
    for before in noted:
        _compare(before, layer, span[LAYER], values)
        if before.ops is not None and (now := _ops(span)) is not None:
            _made.setdefault(id(None if mode is None else mode.span), []).append(
                (before.ops, now, span[LAYER])
            )
    _remember(span, layer, span[LAYER], values, ("call",))


def _compare(before: StateBefore, layer: object, record: LayerRecord | None, values: Snapshot) -> None:
    """Tell what is not as it was, and where the user's code did that."""
    functions = before.reads.living()
    home = (functions[0].__code__, -1) if functions else None
    for key in _changed(before.values, values):
        if _is_news(before, record if key.startswith("self.") else None, key, values[key]):
            both = description(before.values.get(key)), description(values[key])
            _see("changed in call", record, key, *both, before.span, writes(functions, key) or home)
    for name, tensor in [] if layer is None else graph_tensors(layer):
        if before.tensors.get(name) != id(tensor) and _is_news(before, record, f"tensor {name}", id(tensor)):
            place = writes(functions, name) or home
            _see_kept(layer, record, name, before.span, place)
    for name, state in generators_of(layer, functions).items():
        if before.drawn.get(name) == state or (place := drawn_at(functions, name)) is None:
            continue  # Keras and TensorFlow draw as well, for the seeds of what is made
        if _is_news(before, record if name.startswith("self.") else None, f"drawn {name}", state):
            _see("random", record, name, None, None, before.span, place)


def _see_kept(layer: Any, record: Any, name: str, span: Any, place: Place | None) -> None:
    """Tell of a tensor that a layer keeps; of a placeholder only until an eager call has put its own there.

    A layer that is used eagerly alone meets one placeholder, when it is built.
    """
    sighting = PendingObservation("kept tensor", (record.number, f"self.{name}"), layer=record, name=name)
    sighting.span, sighting.place = span, place
    if span[MODE] is not None and span[MODE].function is None:
        reference = weakref.ref(layer)
        sighting.is_over = lambda: (one := reference()) is not None and is_replaced(one, name)
    add_observation(sighting)


def _is_news(before: StateBefore, record: LayerRecord | None, key: str, state: object) -> bool:
    """Tell whether nobody inside was blamed for this; from now on somebody is, for those around."""
    item = (getattr(record, "number", 0), key, state)
    if item in before.told:
        return False
    before.told.add(item)
    around = parent_of(before.span)
    while around is not None:
        for one in _before.get(id(around), ()):
            one.told.add(item)
        around = parent_of(around)
    return True


def _changed(before: Snapshot, now: Snapshot) -> Iterator[str]:
    """Yield what is another plain value or has another size; where a size differs, not its items too."""
    resized = tuple(f"{key}[" for key, v in now.items() if isinstance(v, Opaque) and before.get(key) != v)
    told: set[str] = set()
    for key, value in now.items():
        inside = key.partition("[")[0]
        is_state = not isinstance(value, (IdentitySnapshot, ArraySnapshot)) and not isinstance(
            before.get(key), (IdentitySnapshot, ArraySnapshot)
        )
        is_new = key not in before and (key != inside or not key.startswith("self."))
        differs = is_state and not is_new and (key not in before or before[key] != value)
        if differs and not key.startswith(resized) and inside not in told:
            told.add(inside)
            yield key


def _remember(
    span: Span, layer: object, record: LayerRecord | None, values: Snapshot, methods: tuple[str, ...]
) -> None:
    """Keep what a graph was made with, of that which the code reads; of Keras's own layers all of it."""
    cls: type = type(layer)
    if record is not None:
        _keep(span, layer, record, values, None if is_framework_class(cls) else reads_of(cls, methods).names)


def _keep(
    span: Span | None, layer: object, record: LayerRecord, values: Snapshot, names: frozenset[str] | None
) -> None:
    """Keep it at the functions around."""
    settled = {key: v for key, v in values.items() if not isinstance(v, Opaque) and _is_read(key, names)}
    around = span
    while around is not None and settled:
        note = trace_note(around)
        if note is not None:
            kept = note.record.attributes
            known = kept[record.number][1] if record.number in kept else {}
            kept[record.number] = (weakref.ref(layer), known | settled)
        around = parent_of(around)


def _is_read(key: str, names: frozenset[str] | None) -> bool:
    return names is None or key == "self.trainable" or _parts(key)[1] in names


def _parts(key: str) -> tuple[str, str]:
    """Return whose something is, and the first name of the way to it."""
    bare = key.partition("[")[0]
    owner, dot, rest = bare.partition(".")
    return (owner, rest.partition(".")[0]) if dot else ("", bare)


def _named(key: str) -> str:
    """Return the name that an observation gives to a key."""
    owner = _parts(key)[0]
    return key.removeprefix("self.") if owner == "self" else f"class {key}" if owner else f"global {key}"


def _see(
    what: Any, record: Any, key: str, before: Structure, value: Structure, span: Any, place: Place | None
) -> None:
    name = key if what == "random" else _named(key)
    sighting = PendingObservation(what, (getattr(record, "number", 0), key), layer=record, name=name)
    sighting.before, sighting.now, sighting.span, sighting.place = before, value, span, place
    add_observation(sighting)


# A trace, with the model whose step it is


def before_trace(span: Span, function: object) -> None:
    """Note how things are before a trace: the model whose step is traced, and the random generators."""
    if not hub.observers or (bare := next(functions_behind(safe.unwrap(function)), None)) is None:
        return
    around = list(_around(bare))
    named = {name for one in around for name in (one.__name__, *names_in(one.__code__))}
    steps = tuple(name for name in STEPS if name in named)
    models = {id(one): one for one in _layers_in(around) if _is_model(one)} if steps else {}
    noted = [StateBefore(span, one, reads_of(type(one), steps)) for one in models.values()]
    noted = [*noted, StateBefore(span, None, read_by(reachable(None, around)))]
    for one in noted:
        one.told = noted[0].told  # what the model is blamed for, nobody else is
    _before[id(span)] = noted


def after_trace(span: Span) -> Owners:
    """Compare things with how they were before a trace that has ended, and return who made its ops."""
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
    """Note that an optimizer is given gradients now, by which the traces around are those of training."""
    around = threads.state.span
    if around is None and (mode := current_mode(Host.tf)) is not None:  # in the thread of a replica
        around = mode.span
    while around is not None:
        if around[METHOD].kind == "trace":
            _training.add(id(around))
        around = parent_of(around)


def _forget_trainable(span: Span) -> None:
    """Leave out, of a trace that trains nothing, what was trainable: its graph is the same either way."""
    if id(span) in _training:
        _training.discard(id(span))
        return
    note = trace_note(span)
    for _, settled in () if note is None else note.record.attributes.values():
        settled.pop("self.trainable", None)


def _around(function: FunctionType, depth: int = 3) -> Iterator[FunctionType]:
    """Yield a function and those that it holds: Keras's train function holds the one of one step."""
    yield function
    if depth:
        for value in cells(function).values():
            for inner in functions_behind(value):
                yield from _around(inner, depth - 1)


def _layers_in(functions: Iterable[FunctionType]) -> Iterator[object]:
    """Yield the layers that functions hold, name, or are methods of."""
    for function in functions:
        for value in cells(function).values():
            owner = value.__self__ if type(value) is MethodType else None
            yield from (one for one in (value, owner) if _is_layer(one))
        named = (dict.get(function.__globals__, name) for name in globals_of(function.__code__))
        yield from (one for one in named if _is_layer(one))


def _is_layer(value: object) -> bool:
    return any(is_framework_class(cls) and cls.__name__ == "Layer" for cls in safe.mro(type(value)))


def _is_model(layer: object) -> bool:
    return not is_framework_class(type(layer)) and any(methods_of(type(layer), name) for name in STEPS)


# When the graph runs


def look_again(record: FunctionRecord, place: Callable[[], Place | None], span: Span | None) -> None:
    """Tell which attributes differ, at a run of a function, from what they were when it was traced.

    Args:
        record: The function.
        place: Finds the line of the run, if it is needed.
        span: What the run is part of.
    """
    if not hub.observers or not record.attributes:
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
                    known = live_layers.get(layer)
                    both = description(then[key]), description(values[key])
                    _see("changed after trace", known, key, *both, span, place())
    except Exception:  # promise 1: the traced program never sees a fault of ours
        report_internal_error("compare attributes")


def _suspects(layer: object, then: Snapshot) -> list[str]:
    """Return what is not plainly the value that it was, without reading all that a layer has."""
    own = safe.instance_dict(layer)
    items = (("_trainable" if key == "self.trainable" else key[5:], key, was) for key, was in then.items())
    return [key for name, key, was in items if not _is_still(was, own.get(name, _NONE))]


def _is_still(before: object, now: object) -> bool:
    if now is before:
        return True
    if type(before) is IdentitySnapshot:
        return before.reference() is now
    return type(now) is type(before) and safe.is_plain(now) and bool(now == before)


_NONE = object()
