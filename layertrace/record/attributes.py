"""Watch the Python state that a traced graph takes for constants: attributes, globals, random generators.

All of this runs only while something is traced, and when a streak of runs begins or is looked at.
"""

from __future__ import annotations

import dis
import inspect
import sys
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from layertrace.record.faults import step_aside
from layertrace.record.generators import drawn_at, generators_of, is_array
from layertrace.record.host import Host
from layertrace.record.hub import DETAIL, LAYER, METHOD, MODE, code_behind, hub, parent_of, threads
from layertrace.record.known_functions import FunctionRecord
from layertrace.record.layers import meet
from layertrace.record.modes import current_mode, traced_graphs
from layertrace.record.reads import (
    STEPS,
    Place,
    Reads,
    cells,
    functions_behind,
    globals_of,
    is_hosts,
    methods_of,
    names_in,
    reachable,
    read_by,
    reads_of,
    writes,
)
from layertrace.record.sightings import Sighting, see
from layertrace.timeline.event import Opaque, Structure
from layertrace.timeline.query import layer_numbers

__all__ = [
    "STEPS",
    "Owners",
    "after_call",
    "after_trace",
    "before_call",
    "before_trace",
    "forget_call",
    "is_hosts",
    "look_again",
    "set_by_hosts",
    "trains",
]

_LOOKS = 64  # at the attributes of one function's layers; after so many only at the 128th, 256th, …
_ITEMS = 16  # of one collection that are told one by one
_BYTES = 512  # of an array that is compared by value
_PLAIN = (bool, int, float, str)
Values = dict[str, Any]
"""What state was, by the way to it: `self.rate`, `self.config['rate']`, `Scale.rate`, `RATE`."""


# State, as it is


class Same:
    """Stands for a function or an array: equal to itself only, and not keeping it."""

    __slots__ = ("reference", "said")

    def __init__(self, thing: Any, said: str) -> None:
        self.reference = weakref.ref(thing)
        self.said = said

    def __eq__(self, other: object) -> bool:
        mine = self.reference()
        return isinstance(other, Same) and mine is not None and mine is other.reference()

    __hash__ = None  # type: ignore[assignment]  # equal only as long as it lives


@dataclass(frozen=True, slots=True)
class Bytes:
    """Stands for a small array: equal to one with the same numbers."""

    content: bytes
    said: str


def _told(value: Any) -> Structure:
    return Opaque(value.said) if isinstance(value, (Same, Bytes)) else value


def values_of(layer: Any) -> Values:
    """Return the state that `call` and the steps of a layer bake into a graph, as it is now.

    What Keras's base classes set is left out, and of Keras's own layers what is not public: `rate` is.
    """
    cls: type = type(layer)
    base = set_by_hosts(cls)
    hosts = is_hosts(cls)
    reads = None if hosts else reads_of(cls)
    found: Values = {}
    for name, value in list(vars(layer).items()):
        if name in base or (hosts and (name.startswith("_") or hasattr(cls, name))):
            continue
        found.update(_values(f"self.{name}", value, None if reads is None else reads.names))
    if isinstance(trainable := vars(layer).get("_trainable"), bool):
        found["self.trainable"] = trainable
    if reads is not None:
        found.update(_of_classes(cls, reads.names, vars(layer)))
        found.update(_of_functions(reads))
    return found


def _values(path: str, value: Any, names: frozenset[str] | None) -> Iterator[tuple[str, Any]]:
    """Yield a value with its path, if a graph takes it for a constant, and the plain values inside of it.

    Args:
        path: The way to it.
        value: Whatever is there.
        names: What the user's code names, for the attributes of an object; None for a layer of Keras's.
    """
    plain = _plain(value)
    if plain is not None:
        yield path, plain[0]
    elif isinstance(value, (list, dict, set)):
        yield path, Opaque(f"<{_builtin(value)} of {len(value)}>")
        if names is not None and len(value) <= _ITEMS and not isinstance(value, set):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            inside = [(f"{path}[{key!r}]", _plain(one)) for key, one in items if type(key) in (int, str)]
            yield from ((at, one[0]) for at, one in inside if one is not None)
    elif isinstance(value, (FunctionType, BuiltinFunctionType)):
        yield path, Same(value, f"<function {value.__name__}>")
    elif names is not None and is_array(value):
        yield path, _array(value)
    elif names is not None:
        yield from _of_object(path, value, names)


def _plain(value: Any) -> tuple[Structure] | None:
    """Return a plain value in a tuple, NumPy's scalars too; None where it is none."""
    if value is None or type(value) in _PLAIN:
        return (value,)
    if type(value) is tuple and len(value) <= 8 and all(type(v) in _PLAIN for v in value):
        return (value,)
    if (numpy := sys.modules.get("numpy")) is not None and isinstance(value, (numpy.number, numpy.bool_)):
        number = value.item()
        return (number,) if type(number) in _PLAIN else None
    return None


def _array(value: Any) -> Same | Bytes:
    said = f"<array {value.dtype.name}{list(value.shape)}>"
    if value.nbytes > _BYTES or value.dtype.hasobject:
        return Same(value, said)
    few = value.ravel()[:4].tolist()
    return Bytes(value.tobytes(), f"<array {few}{'' if value.size <= 4 else '…'}>")


def _of_object(path: str, value: Any, names: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Yield the plain attributes of a user's own object that the code names: `self.config.mode`."""
    cls: type = type(value)
    own = getattr(value, "__dict__", None)
    if not isinstance(own, dict) or isinstance(value, (type, ModuleType)) or any(map(is_hosts, cls.__mro__)):
        return
    found: dict[str, Any] = {}
    for owner in reversed(cls.__mro__):
        found.update(vars(owner))
    found.update(own)
    for name in names.intersection(found):
        plain = _plain(found[name]) if not name.startswith("__") else None
        if plain is not None:
            yield f"{path}.{name}", plain[0]


def _of_classes(cls: type, names: frozenset[str], own: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the plain attributes of the user's classes that the code names, and no layer's own hide."""
    for owner in cls.__mro__:
        if not is_hosts(owner) and owner is not object:
            for name in names.intersection(vars(owner)).difference(own):
                if not name.startswith("__"):
                    yield from _collected(f"{owner.__name__}.{name}", vars(owner)[name])


def _of_functions(reads: Reads) -> Iterator[tuple[str, Any]]:
    """Yield the plain globals that functions read, and what they took from functions around them."""
    for function in reads.living():
        found = {name: function.__globals__.get(name) for name in globals_of(function.__code__)}
        for name, value in {**found, **cells(function)}.items():
            if value is not None and not name.startswith("__"):
                yield from _collected(name, value)


def _collected(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield a value that may be changed and no function or array, of which code holds many for good."""
    if isinstance(value, (list, dict, set)) or _plain(value) is not None:
        yield from _values(path, value, frozenset())


def _builtin(value: Any) -> str:
    """Name the builtin behind Keras's tracked collections."""
    return next(kind.__name__ for kind in (list, dict, set) if isinstance(value, kind))


# Before and after


class Before:
    """How a layer and the random generators were before a traced call, or a trace.

    Attributes:
        span: The call or the trace, which so keeps its identity.
        layer: Whose state it is; None for a function without one.
        reads: What the code reads that runs.
        told: What somebody inside was blamed for; not those around too.
        ops: How many ops the graph of the trace had; None in a graph inside of that.
    """

    __slots__ = ("drawn", "layer", "ops", "reads", "span", "tensors", "told", "values")

    def __init__(self, span: tuple[Any, ...], layer: Any, reads: Reads) -> None:
        self.span = span
        self.layer = None if layer is None else weakref.ref(layer)
        self.reads = reads
        self.values = {} if layer is None else values_of(layer)
        self.tensors = {} if layer is None else {n: id(value) for n, value in _graph_tensors(layer)}
        self.drawn = generators_of(layer, reads.living())
        self.told: set[object] = set()
        self.ops = _ops(span)


_before: dict[int, list[Before]] = {}
"""What was noted at the beginning of each span that has not ended, by its identity."""


Owners = list[tuple[int, int, Any]]
"""Between which numbers of ops a layer's call made them, innermost first."""

_made: dict[int, Owners] = {}
"""What calls made, by the identity of the trace that they are in."""

_training: set[int] = set()
"""The traces, by identity, in which an optimizer was given gradients so far."""


def _ops(span: tuple[Any, ...]) -> int | None:
    """Count the ops of the graph of a trace, during a call that is traced into it."""
    mode = span[MODE]
    if mode is None or mode.name != "graph":
        return None
    graph = Host.tf.compat.v1.get_default_graph()
    known = traced_graphs.get(graph)
    return int(graph.version) if known is not None and known.span is mode.span else None


def before_call(span: tuple[Any, ...], layer: Any) -> None:
    """Note how a layer is before a call that is being traced."""
    if not is_hosts(type(layer)):
        _before[id(span)] = [Before(span, layer, reads_of(type(layer), ("call",)))]


def forget_call(span: tuple[Any, ...]) -> None:
    """Forget how things were before a call, or a trace, that has failed."""
    _before.pop(id(span), None)
    _made.pop(id(span), None)
    _training.discard(id(span))


def after_call(span: tuple[Any, ...], layer: Any) -> None:
    """Compare a layer with how it was before a traced call, and remember it for when the graph runs."""
    noted = _before.pop(id(span), ())
    values = values_of(layer)
    for before in noted:
        _compare(before, layer, span[LAYER], values)
        if before.ops is not None and (now := _ops(span)) is not None:
            _made.setdefault(id(span[MODE].span), []).append((before.ops, now, span[LAYER]))
    _remember(span, layer, span[LAYER], values, ("call",))


def _compare(before: Before, layer: Any, record: Any, values: Values) -> None:
    """Tell what is not as it was, and where the user's code did that."""
    functions = before.reads.living()
    home = (functions[0].__code__, -1) if functions else None
    for key in _changed(before.values, values):
        if _is_news(before, record if key.startswith("self.") else None, key, values[key]):
            told = _told(before.values.get(key)), _told(values[key])
            _see("changed in call", record, key, *told, before.span, writes(functions, key) or home)
    for name, tensor in [] if layer is None else _graph_tensors(layer):
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
    sighting = Sighting("kept tensor", (record.number, f"self.{name}"), layer=record, name=name)
    sighting.span, sighting.place = span, place
    if span[MODE] is not None and span[MODE].function is None:
        reference = weakref.ref(layer)
        sighting.is_over = lambda: (one := reference()) is not None and _is_replaced(one, name)
    see(sighting)


def _is_replaced(layer: Any, name: str) -> bool:
    """Tell whether an attribute that held a tensor of a graph holds an eager one now."""
    held = _inside(vars(layer).get(name))
    return any(map(_is_eager, held)) and not any(map(_is_graph_tensor, held))


def _is_news(before: Before, record: Any, key: str, state: object) -> bool:
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


def _changed(before: Values, now: Values) -> Iterator[str]:
    """Yield what is another plain value or has another size; where a size differs, not its items too."""
    resized = tuple(f"{key}[" for key, v in now.items() if isinstance(v, Opaque) and before.get(key) != v)
    told: set[str] = set()
    for key, value in now.items():
        inside = key.partition("[")[0]
        is_state = not isinstance(value, (Same, Bytes)) and not isinstance(before.get(key), (Same, Bytes))
        is_new = key not in before and (key != inside or not key.startswith("self."))
        differs = is_state and not is_new and (key not in before or before[key] != value)
        if differs and not key.startswith(resized) and inside not in told:
            told.add(inside)
            yield key


def _remember(
    span: tuple[Any, ...], layer: Any, record: Any, values: Values, methods: tuple[str, ...]
) -> None:
    """Keep what a graph was made with, of that which the code reads; of Keras's own layers all of it."""
    cls: type = type(layer)
    _keep(span, layer, record, values, None if is_hosts(cls) else reads_of(cls, methods).names)


def _keep(span: Any, layer: Any, record: Any, values: Values, names: frozenset[str] | None) -> None:
    """Keep it at the functions around."""
    settled = {key: v for key, v in values.items() if not isinstance(v, Opaque) and _is_read(key, names)}
    around = span
    while around is not None and settled:
        if around[METHOD].kind == "trace":
            kept = around[DETAIL].record.attributes
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
    sighting = Sighting(what, (getattr(record, "number", 0), key), layer=record, name=name)
    sighting.before, sighting.now, sighting.span, sighting.place = before, value, span, place
    see(sighting)


# A trace, with the model whose step it is


def before_trace(span: tuple[Any, ...], function: Any) -> None:
    """Note how things are before a trace: the model whose step is traced, and the random generators."""
    if not hub.sights or (bare := next(functions_behind(inspect.unwrap(function)), None)) is None:
        return
    around = list(_around(bare))
    named = {name for one in around for name in (one.__name__, *names_in(one.__code__))}
    steps = tuple(name for name in STEPS if name in named)
    models = {id(one): one for one in _layers_in(around) if _is_model(one)} if steps else {}
    noted = [Before(span, one, reads_of(type(one), steps)) for one in models.values()]
    noted = [*noted, Before(span, None, read_by(reachable(None, around)))]
    for one in noted:
        one.told = noted[0].told  # what the model is blamed for, nobody else is
    _before[id(span)] = noted


def after_trace(span: tuple[Any, ...]) -> Owners:
    """Compare things with how they were before a trace that has ended, and return who made its ops."""
    for before in _before.pop(id(span), ()):
        layer = None if before.layer is None else before.layer()
        record = None if layer is None else layer_numbers.get(layer) or meet(layer, None)
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


def _forget_trainable(span: tuple[Any, ...]) -> None:
    """Leave out, of a trace that trains nothing, what was trainable: its graph is the same either way."""
    if id(span) in _training:
        _training.discard(id(span))
        return
    for _, settled in span[DETAIL].record.attributes.values():
        settled.pop("self.trainable", None)


def _around(function: FunctionType, depth: int = 3) -> Iterator[FunctionType]:
    """Yield a function and those that it holds: Keras's train function holds the one of one step."""
    yield function
    if depth:
        for value in cells(function).values():
            for inner in functions_behind(value):
                yield from _around(inner, depth - 1)


def _layers_in(functions: Iterable[FunctionType]) -> Iterator[Any]:
    """Yield the layers that functions hold, name, or are methods of."""
    for function in functions:
        for value in cells(function).values():
            owner = value.__self__ if isinstance(value, MethodType) else None
            yield from (one for one in (value, owner) if _is_layer(one))
        named = (function.__globals__.get(name) for name in globals_of(function.__code__))
        yield from (one for one in named if _is_layer(one))


def _is_layer(value: Any) -> bool:
    return any(is_hosts(cls) and cls.__name__ == "Layer" for cls in type(value).__mro__)


def _is_model(layer: Any) -> bool:
    return not is_hosts(type(layer)) and any(methods_of(type(layer), name) for name in STEPS)


# When the graph runs


def look_again(record: FunctionRecord, place: Callable[[], Place | None], span: Any) -> None:
    """Tell which attributes differ, at a run of a function, from what they were when it was traced.

    Args:
        record: The function.
        place: Finds the line of the run, if it is needed.
        span: What the run is part of.
    """
    if not hub.sights or not record.attributes:
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
                    known = layer_numbers.get(layer)
                    told = _told(then[key]), _told(values[key])
                    _see("changed after trace", known, key, *told, span, place())
    except Exception:  # promise 1: the traced program never sees a fault of ours
        step_aside("compare attributes")


def _suspects(layer: Any, then: Values) -> list[str]:
    """Return what is not plainly the value that it was, without reading all that a layer has."""
    own = vars(layer)
    items = (("_trainable" if key == "self.trainable" else key[5:], key, was) for key, was in then.items())
    return [key for name, key, was in items if not _is_still(was, own.get(name, _NONE))]


def _is_still(before: Any, now: Any) -> bool:
    if now is before:
        return True
    if type(before) is Same:
        return before.reference() is now
    return type(now) is type(before) and type(now) in _PLAIN and bool(now == before)


_NONE = object()


# What belongs to the hosts


def set_by_hosts(cls: type) -> frozenset[str]:
    """Return the names of the attributes that the base classes of all layers and models assign."""
    return _assigned_by(tuple(owner for owner in cls.__mro__ if is_hosts(owner) and _is_base(owner)))


@lru_cache(maxsize=256)
def _assigned_by(owners: tuple[type, ...]) -> frozenset[str]:
    """Return what classes of a host assign, which live on anyway; a user's would be kept alive."""
    return frozenset().union(*map(_assigned, owners))


def _is_base(cls: type) -> bool:
    """Tell the classes that stand behind every layer from the layers that Keras offers."""
    return cls.__name__ in ("Layer", "Model", "Functional", "Sequential") or not any(
        base.__name__ == "Layer" for base in cls.__mro__
    )


@lru_cache(maxsize=256)
def _assigned(cls: type) -> frozenset[str]:
    functions: list[Any] = [value for value in vars(cls).values() if isinstance(value, FunctionType)]
    functions += [one for v in vars(cls).values() if isinstance(v, property) for one in (v.fset,) if one]
    # A method of tf_keras's is wrapped by a hook, by `no_automatic_dependency_tracking`, or by both.
    codes = [code for inner in functions if (code := code_behind(inspect.unwrap(inner))) is not None]
    return frozenset(
        step.argval for code in codes for step in dis.get_instructions(code) if step.opname == "STORE_ATTR"
    )


def _graph_tensors(layer: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes that hold a tensor of a graph, also inside a list or dict; not Keras's own."""
    cls: type = type(layer)
    base = set_by_hosts(cls)
    for name, value in list(vars(layer).items()):
        tensor = next(filter(_is_graph_tensor, () if name in base else _inside(value)), None)
        if tensor is not None:
            yield name, tensor


def _inside(value: Any) -> list[Any]:
    """Return the last items of a collection, or the value itself in a list."""
    if isinstance(value, Mapping):
        return list(value.values())[-8:]
    return list(value[-8:]) if isinstance(value, (list, tuple)) else [value]


def _is_graph_tensor(value: Any) -> bool:
    return isinstance(value, Host.tf.Tensor) and not _is_eager(value)


def _is_eager(value: Any) -> bool:
    return isinstance(value, Host.tf.__internal__.EagerTensor)
