"""Watch a layer's Python attributes, which a traced graph takes for constants.

All of this runs only while something is traced, and when a streak of runs begins.
"""

from __future__ import annotations

import dis
import random
import sys
import weakref
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import FunctionType
from typing import Any

from layertrace.record.faults import step_aside
from layertrace.record.host import Host
from layertrace.record.hub import DETAIL, LAYER, METHOD, PLACE, hub, parent_of
from layertrace.record.known_functions import FunctionRecord
from layertrace.record.sightings import Sighting, see
from layertrace.timeline.event import Opaque, Structure
from layertrace.timeline.query import layer_numbers

__all__ = ["after_call", "before_call", "forget_call", "is_hosts", "look_again", "set_by_hosts"]

_HOSTS = ("keras", "tf_keras", "tensorflow")
_LOOKS = 64  # at the attributes of one function's layers, however many streaks of runs it has

Values = dict[str, Structure]


def is_hosts(cls: type) -> bool:
    """Tell a class of Keras or TensorFlow from a user's."""
    return cls.__module__.partition(".")[0] in _HOSTS


class Before:
    """How a layer and the random generators were before a traced call."""

    __slots__ = ("drawn", "span", "tensors", "values")

    def __init__(self, span: tuple[Any, ...], layer: Any) -> None:
        self.span = span  # which so keeps its identity
        self.values = plain_attributes(layer)
        self.tensors = {name: id(value) for name, value in _graph_tensors(layer)}
        self.drawn = _generators(layer)


_before: dict[int, Before] = {}
"""What was noted at the beginning of each span that has not ended, by its identity."""


def before_call(span: tuple[Any, ...], layer: Any) -> None:
    """Note how a layer is before a call that is being traced."""
    if not is_hosts(type(layer)):
        _before[id(span)] = Before(span, layer)


def forget_call(span: tuple[Any, ...]) -> None:
    """Forget how a layer was before a call that has failed."""
    _before.pop(id(span), None)


def after_call(span: tuple[Any, ...], layer: Any) -> None:
    """Compare a layer with how it was before a traced call, and remember it for when the graph runs."""
    before = _before.pop(id(span), None)
    record = span[LAYER]
    if before is not None:
        values = plain_attributes(layer)
        for name, value in values.items():
            if name not in before.values or before.values[name] != value:
                _see("changed in call", record, name, before.values.get(name), value, span)
        for name, tensor in _graph_tensors(layer):
            if before.tensors.get(name) != id(tensor):
                _see("kept tensor", record, name, None, None, span)
        for name, state in _generators(layer).items():
            if before.drawn.get(name) != state and _blamed.get(name) != state:
                _blamed[name] = state
                _see("random", record, name, None, None, span)
    settled = {name: v for name, v in plain_attributes(layer).items() if not isinstance(v, Opaque)}
    if settled:
        around = parent_of(span)
        while around is not None:
            if around[METHOD].kind == "trace":
                around[DETAIL].record.attributes[record.number] = (weakref.ref(layer), settled)
            around = parent_of(around)


_blamed: dict[str, object] = {}
"""The last state of each generator that a call was found to have drawn from: not its callers too."""


def _see(
    what: Any, record: Any, name: str, before: Structure, value: Structure, span: tuple[Any, ...]
) -> None:
    sighting = Sighting(what, (record.number, name), layer=record, name=name, before=before, now=value)
    sighting.span, sighting.place = span, span[PLACE]
    see(sighting)


def look_again(record: FunctionRecord, place: Any, span: tuple[Any, ...] | None) -> None:
    """Tell which attributes differ, at a run of a function, from what they were when it was traced."""
    if not hub.sights or not record.attributes or record.looks >= _LOOKS:
        return
    record.looks += 1
    try:
        for reference, then in list(record.attributes.values()):
            layer = reference()
            if layer is None:
                continue
            values = plain_attributes(layer)
            for name, before in then.items():
                if values.get(name) != before and name in values:
                    sighting = Sighting("changed after trace", (record.number, id(layer), name), name=name)
                    sighting.before, sighting.now, sighting.place = before, values[name], place
                    sighting.layer, sighting.span = layer_numbers.get(layer), span
                    see(sighting)
    except Exception:  # promise 1: the traced program never sees a fault of ours
        step_aside("compare attributes")


def plain_attributes(layer: Any) -> Values:
    """Return the attributes of a layer that a graph bakes in, as plain values; of collections their sizes.

    What Keras's base classes set is left out, and of Keras's own layers what is not public: `rate` is.
    """
    cls: type = type(layer)
    base = set_by_hosts(cls)
    hosts = is_hosts(cls)
    found = {}
    for name, value in list(vars(layer).items()):
        if name in base or (hosts and name.startswith("_")):
            continue
        told = _plain(value)
        if told is not None:
            found[name] = told[0]
    if isinstance(trainable := vars(layer).get("_trainable"), bool):
        found["trainable"] = trainable
    return found


def _plain(value: Any) -> tuple[Structure] | None:
    """Return a plain value in a tuple; None where it is none."""
    if value is None or type(value) in (bool, int, float, str):
        return (value,)
    if type(value) is tuple and len(value) <= 8 and all(type(v) in (bool, int, float, str) for v in value):
        return (value,)
    if isinstance(value, (list, dict, set)):
        return (Opaque(f"<{_builtin(value)} of {len(value)}>"),)
    return None


def _builtin(value: Any) -> str:
    """Name the builtin behind Keras's tracked collections."""
    return next(kind.__name__ for kind in (list, dict, set) if isinstance(value, kind))


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
    codes = [getattr(inner, "__wrapped__", inner).__code__ for inner in functions]
    return frozenset(
        step.argval for code in codes for step in dis.get_instructions(code) if step.opname == "STORE_ATTR"
    )


def _graph_tensors(layer: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes that hold a tensor of a graph, also inside a list or dict; not Keras's own."""
    cls: type = type(layer)
    base = set_by_hosts(cls)
    for name, value in list(vars(layer).items()):
        if name in base:
            continue
        if isinstance(value, Mapping):
            inside: list[Any] = list(value.values())[-8:]
        else:
            inside = list(value[-8:]) if isinstance(value, (list, tuple)) else [value]
        for one in inside:
            if _is_graph_tensor(one):
                yield name, one
                break


def _is_graph_tensor(value: Any) -> bool:
    return isinstance(value, Host.tf.Tensor) and not isinstance(value, Host.tf.__internal__.EagerTensor)


def _generators(layer: Any) -> dict[str, object]:
    """Return the states of the random generators that a call may draw from, of Python and NumPy."""
    found: dict[str, object] = {"random": hash(random.getstate())}
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return found
    found["numpy.random"] = repr(numpy.random.get_state(legacy=False)["state"])  # which cuts the key short
    for name, value in list(vars(layer).items()):
        if isinstance(value, numpy.random.Generator):
            found[f"self.{name}"] = repr(value.bit_generator.state)
        elif isinstance(value, random.Random):
            found[f"self.{name}"] = hash(value.getstate())
    return found
