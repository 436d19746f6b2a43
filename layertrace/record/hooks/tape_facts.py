"""Record what a tape is asked for, what it has no gradient for, and a tape that is asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import spec
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.misdirected_gradients import note_gradients
from layertrace.record.hooks.observer import AnyObserver, Call, watching
from layertrace.record.hooks.taken_gradients import observe_taken
from layertrace.record.hooks.variables import number_of
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition

__all__ = ["WATCHES", "observe_request", "observe_second_request"]

_MOST = 1000  # tensors that a program lets a tape watch at once

_watched: WeakKeyDictionary[Any, set[int]] = WeakKeyDictionary()
_asked: WeakKeyDictionary[Any, CodePosition] = WeakKeyDictionary()


def _watch(call: Call) -> None:
    """Keep the identity of what the program lets a tape watch."""
    if not hub.observers or not call.values:
        return
    with guarded("record what a tape watches"):
        _watched.setdefault(call.subject, set()).update(map(id, items(call.values[0])))


def items(values: object) -> list[Any]:
    """Return the items of a list, tuple or dict, or the value itself in a list."""
    inner = safe.unwrapped(values)
    return [values] if inner is None else [item for _, item in safe.first_items(inner, _MOST)]


def observe_request(call: Call, sources: Sequence[Any], gradients: Sequence[object]) -> None:
    """Record what a tape is asked for, and that it has no gradient for tensors, or for any variable."""
    place = source_lines.caller(call.method, call.caller)
    if place is None:
        return
    _asked.setdefault(call.subject, place)
    observe_taken(sources, gradients, place)
    note_gradients(sources, gradients, place)
    missing = [source for source, value in zip(sources, gradients, strict=False) if value is None]
    tensors = [source for source in missing if safe.is_a(source, Loaded.tf.Tensor)]
    if tensors:
        is_watched = id(tensors[0]) in _watched.get(call.subject, ())
        seen = PendingObservation("no gradient", (place,), now=spec(tensors[0]), place=place)
        seen.role = "watched tensor" if is_watched else "tensor"
        add_observation(seen)
    elif missing and len(missing) == len(gradients):
        seen = PendingObservation("no gradient", (place,), role="variables", place=place)
        seen.variables = tuple(filter(None, map(number_of, missing)))
        add_observation(seen)


def observe_second_request(call: Call, error: BaseException) -> None:
    """Record that a tape that is not persistent was asked for gradients again."""
    if not isinstance(error, RuntimeError) or "persistent" not in str(error):
        return
    place = source_lines.caller(call.method, call.caller)
    if place is not None and len(call.values) > 1:
        seen = PendingObservation("tape used twice", (place,), place=place)
        seen.defined = _asked.get(call.subject)
        seen.variables = tuple(filter(None, map(number_of, items(call.values[1]))))
        add_observation(seen)


WATCHES: AnyObserver = watching(_watch)
"""Observes `watch` of a tape."""
