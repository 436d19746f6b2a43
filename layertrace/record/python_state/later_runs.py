"""Compare Python state, when a graph runs, with what it was when the graph was traced."""

from __future__ import annotations

from collections.abc import Callable

from layertrace.record.describe.traced_functions import FunctionRecord
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import report_internal_error
from layertrace.record.python_state.bytecode import Place
from layertrace.record.python_state.changes import record_state
from layertrace.record.python_state.snapshot import IdentitySnapshot, Snapshot, description, values_of
from layertrace.record.python_state.switch import switch
from layertrace.record.spans import Span
from layertrace.timeline.registry import live_layers

__all__ = ["look_again", "look_at_readers"]

_LOOKS = 64  # comparisons of one function's layers; after these only the 128th, 256th, … is made


def look_again(record: FunctionRecord, place: Callable[[], Place | None], span: Span | None) -> None:
    """Record which values differ, at a run of a function, from their values when it was traced.

    Args:
        record: The function.
        place: Returns the line of the run; called only if something differs.
        span: The span that the run is part of.
    """
    if not hub.observers or not switch.is_on or not (record.attributes or record.readers):
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
                # An attribute of the class, until the object gets one of its own.
                now = key if key in values else f"self.{key.rpartition('.')[2]}"
                if now in values and values[now] != then[key]:
                    layer_record = live_layers.get(layer)
                    both = description(then[key]), description(values[now])
                    record_state("changed after trace", layer_record, now, both, span, place())
        look_at_readers(record, place, span)
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
    return f"_{key[5:]}" if key in ("self.trainable", "self.run_eagerly") else key[5:]


def _is_same(before: object, now: object) -> bool:
    if now is before:
        return True
    if type(before) is IdentitySnapshot:
        return before.reference() is now
    return type(now) is type(before) and safe.is_plain(now) and bool(now == before)


def look_at_readers(record: FunctionRecord, place: Callable[[], Place | None], span: Span | None) -> None:
    """Record what differs for the losses, metrics and functions that were traced with a function."""
    of_layers = {key for _, then in record.attributes.values() for key in then}
    for reader, then in list(record.readers.values()):
        values = reader.values()
        for key, before in then.items():
            # A global that a layer reads, too, is reported for the layer.
            if key not in of_layers and key in values and values[key] != before:
                both = description(before), description(values[key])
                record_state("changed after trace", reader, key, both, span, place())
