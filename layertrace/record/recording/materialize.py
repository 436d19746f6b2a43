"""Turn what hooks noted into events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import count
from types import CodeType
from typing import Any

from msgspec import structs

from layertrace.record.describe import source_lines
from layertrace.record.describe.modes import EAGER, Mode
from layertrace.record.describe.observations import PendingObservation
from layertrace.record.describe.retrace_causes import cause_of_another
from layertrace.record.describe.values import has_tensor, numbered_dtype, resolve
from layertrace.record.hooks.traces import TraceNote
from layertrace.record.layers import LayerRecord
from layertrace.record.spans import DETAIL, DTYPE, LAYER, METHOD, MODE, PLACE, START, THREAD, parent_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import (
    Cause,
    ErrorRef,
    Event,
    Flag,
    FunctionRef,
    LayerRef,
    Location,
    Structure,
    TensorSpec,
    by_beginning,
)

__all__ = ["EventBuilder", "assign_owners", "begin_and_end"]


OUTPUT, OUT_DTYPE = 2, 3
"""Places in a `Record`."""


def begin_and_end(record: tuple[Any, ...]) -> tuple[int, float]:
    """Order by beginnings; should a coarse clock show two at once, what ends later is around."""
    return by_beginning(record[0][START], record[1])


def assign_owners(records: Iterable[tuple[Any, ...]]) -> None:
    """Let layers that were made outside of any other belong to the one that calls them first."""
    for record in sorted(records, key=begin_and_end):
        layer, parent = record[0][LAYER], parent_of(record[0])
        if layer is None or layer.maker is not None or record[0][METHOD].kind == "variable":
            continue
        while parent is not None and parent[LAYER] is None:
            parent = parent_of(parent)
        if parent is not None and parent[LAYER] is not layer:
            layer.maker = parent[LAYER]


class EventBuilder:
    """Turns the records of one recording into events, in the order of their beginnings.

    Args:
        start_ns: The clock when the recording began.
    """

    def __init__(self, start_ns: int) -> None:
        self._start = start_ns
        self._refs: dict[int, LayerRef] = {}
        self._calls: dict[int, count[int]] = {}
        self._seqs: dict[int, int] = {}
        self._depths: dict[int, int] = {}
        self._siblings: dict[tuple[CodeType, str], dict[FunctionRef, int]] = {}
        self._locations: dict[int, tuple[tuple[CodeType, int], Location]] = {}
        self._specific: dict[str, Callable[[dict[str, Any], tuple[Any, ...], tuple[Any, ...]], None]] = {
            "init": self._init,
            "build": self._init,
            "call": self._call,
            "variable": self._variable,
            "trace": self._trace,
            "run": self._run,
        }

    def single(self, record: tuple[Any, ...], seq: int, depth: int, call: int | None) -> Event:
        """Return one event by itself, whose place in the timeline the caller knows."""
        self._refs.clear()  # a layer gets its name while it is made
        self._seqs = {id(record[0]): seq}
        return structs.replace(self._event(record), depth=depth, call_index=call)

    def read(self, records: Iterable[tuple[Any, ...]]) -> tuple[Event, ...]:
        """Return the events of `records`, which may come in any order."""
        ordered = sorted(records, key=begin_and_end)
        self._seqs = {id(record[0]): number for number, record in enumerate(ordered)}
        return tuple(self._event(record) for record in ordered)

    def next(self, record: tuple[Any, ...], number: int) -> Event:
        """Return the event of one more record; what is around it has been given before."""
        self._seqs[id(record[0])] = number
        return self._event(record)

    def knows(self, span: tuple[Any, ...]) -> bool:
        """Tell whether a span was given before."""
        return id(span) in self._seqs

    def again(self, record: tuple[Any, ...]) -> Event:
        """Return the event of a record that `next` was given as running, now that it has ended."""
        layer = record[0][LAYER]
        calls = self._calls.pop(layer.number, None) if layer is not None else None
        event = self._event(record)
        if calls is not None:
            self._calls[layer.number] = calls  # it was counted when it began
        return event

    def forget_layers(self) -> None:
        """Ask layers anew for their names and paths."""
        self._refs.clear()

    def observations(self, observations: Iterable[tuple[PendingObservation, int]]) -> tuple[Observation, ...]:
        """Return what was noticed beside the events, whose numbers are known by now."""
        found = [self._observation(sighting, times) for sighting, times in observations]
        return tuple(sorted(found, key=lambda one: one.start_ns))

    def _observation(self, sighting: PendingObservation, times: int) -> Observation:
        around = sighting.span
        while around is not None and id(around) not in self._seqs:
            around = parent_of(around)
        place = sighting.place
        return Observation(
            what=sighting.what,
            during=None if around is None else self._seqs[id(around)],
            layer=None if sighting.layer is None else self._ref(sighting.layer),
            name=sighting.name,
            before=sighting.before,
            now=sighting.now,
            variables=sighting.variables,
            paths=sighting.paths,
            without_gradient=sighting.without_gradient,
            location=source_lines.location(*place) if place is not None else self._location(around),
            start_ns=sighting.start - self._start,
            times=times,
            thread=sighting.thread,
        )

    def _event(self, record: tuple[Any, ...]) -> Event:
        # Read by index: a million events are read in the time that a user waits for a report.
        span, end, _, out, error = record
        method, layer, thread, start = span[METHOD], span[LAYER], span[THREAD], span[START]
        mode = out if isinstance(out, Mode) else span[MODE] or EAGER
        detail = span[DETAIL]
        seq = self._seqs[id(span)]
        parent = self._parent(span)
        depth = self._depths[seq] = 0 if parent is None else self._depths[parent] + 1
        kind = method.kind
        fields: dict[str, Any] = {
            "seq": seq,
            "kind": kind,
            "parent": parent,
            "depth": depth,
            "layer": None if layer is None else self._ref(layer),
            "start_ns": start - self._start,
            "duration_ns": None if end is None or kind == "variable" else end - start,
            "thread": thread.name,
            "replica": thread.replica,
            "mode": mode.name,
            "function": mode.function,
            "trace": mode.trace,
            "error": None if error is None else self._error(*error),
            "location": self._location(span),
        }
        if detail is not None:
            fields["flags"] = getattr(detail, "flags", NO_FLAGS)
            fields["strategy"] = getattr(detail, "strategy", None)
        self._specific[kind](fields, span, record)
        return Event(**fields)

    def _parent(self, span: tuple[Any, ...]) -> int | None:
        """Return the number of the nearest event around, of those that were kept."""
        around = parent_of(span)
        while around is not None and id(around) not in self._seqs:
            around = parent_of(around)
        return None if around is None else self._seqs[id(around)]

    def _ref(self, layer: LayerRecord) -> LayerRef:
        known = self._refs.get(layer.number)
        if known is None:
            known = self._refs[layer.number] = layer.ref()
        return known

    def _location(self, span: tuple[Any, ...] | None) -> Location | None:
        """Return the user's line of a span; a layer in a container was caused by the container's caller."""
        while span is not None and span[PLACE] is None:
            span = parent_of(span)
        if span is None:
            return None
        place = span[PLACE]
        known = self._locations.get(id(place))  # the hooks hand on the same tuple for the same line
        if known is None:
            known = self._locations[id(place)] = place, source_lines.location(*place)
        return known[1]

    def _error(
        self,
        kind: str,
        message: str,
        place: Location | None,
        origin: bool,
        raised_in: tuple[str, ...],
        subject: LayerRecord | None,
    ) -> ErrorRef:
        return ErrorRef(
            type=kind,
            message=message,
            location=place,
            origin=origin,
            raised_in=raised_in,
            subject=None if subject is None else self._ref(subject),
        )

    # What only one kind of event has

    def _init(self, fields: dict[str, Any], span: tuple[Any, ...], record: tuple[Any, ...]) -> None:
        fields["arguments"] = _settled(span[DETAIL])
        fields["defined_at"] = _defined_at(span[METHOD].code)

    def _call(self, fields: dict[str, Any], span: tuple[Any, ...], record: tuple[Any, ...]) -> None:
        number = span[LAYER].number if span[LAYER] else 0
        calls = self._calls.get(number)
        if calls is None:
            calls = self._calls[number] = count(1)
        fields["call_index"] = next(calls)
        fields["defined_at"] = _defined_at(span[METHOD].code)
        dtype = record[OUT_DTYPE]
        simple = type(dtype) is int
        fields["outputs"] = _tensor(dtype, record[OUTPUT]) if simple else resolve(record[OUTPUT])
        names = span[METHOD].names
        if span[DTYPE] is not None:
            fields["inputs"] = _tensor(span[DTYPE], span[DETAIL])
            fields["mask"] = False if _take_mask(names) else None
        else:
            fields.update(_sorted_out(_settled(span[DETAIL]), names))

    def _variable(self, fields: dict[str, Any], span: tuple[Any, ...], record: tuple[Any, ...]) -> None:
        fields["variable"] = span[DETAIL].spec

    def _trace(self, fields: dict[str, Any], span: tuple[Any, ...], record: tuple[Any, ...]) -> None:
        note = span[DETAIL]
        fields["inputs"] = note.inputs
        fields["cause"] = note.cause or self._another(note)
        fields["graph"] = note.graph
        fields["defined_at"] = _defined_at(note.code)

    def _another(self, note: TraceNote) -> Cause | None:
        """Count the functions of one code in this recording, which TensorFlow traces one by one."""
        if note.code is None or note.index > 1:
            return None
        siblings = self._siblings.setdefault((note.code, note.code.co_filename), {})
        number = siblings.setdefault(note.function, len(siblings) + 1)
        return None if number == 1 else cause_of_another(number, note.instance)

    def _run(self, fields: dict[str, Any], span: tuple[Any, ...], record: tuple[Any, ...]) -> None:
        note = span[DETAIL]
        fields["function"] = note.function
        fields["trace"] = note.traces
        fields["traced_before"] = note.traced_before(self._start)
        fields["cause"] = _RUN_EAGERLY if note.eagerly else None
        fields["times"] = note.times
        fields["duration_ns"] = note.nanoseconds
        fields["defined_at"] = _defined_at(note.code)


NO_FLAGS: frozenset[Flag] = frozenset()
_RUN_EAGERLY = Cause(
    reason="run eagerly", detail="as plain Python, since tf.config.run_functions_eagerly(True)"
)


def _settled(arguments: dict[str, Any]) -> dict[str, Structure]:
    return {name: resolve(value) for name, value in arguments.items()}


def _is_mask(name: str) -> bool:
    return name == "mask" or name.endswith("_mask")


@lru_cache(maxsize=4096)
def _take_mask(names: tuple[str, ...]) -> bool:
    return any(map(_is_mask, names))


def _sorted_out(arguments: dict[str, Structure], names: tuple[str, ...]) -> dict[str, Any]:
    """Tell tensors from the rest, and both from what Keras hands down: `training` and masks."""
    tensors: dict[str, Structure] = {}
    others: dict[str, Structure] = {}
    masks = {name for name in (*names, *arguments) if _is_mask(name)}
    training = arguments.get("training")
    for name, value in arguments.items():
        if name not in masks and name != "training":
            (tensors if has_tensor(value) else others)[name] = value
    return {
        "inputs": next(iter(tensors.values())) if len(tensors) == 1 else tensors or None,
        "arguments": others,
        "training": training if isinstance(training, bool) else None,
        "mask": any(arguments.get(name) is not None for name in masks) if masks else None,
    }


@lru_cache(maxsize=4096)
def _known_tensor(dtype: str, shape: tuple[int | None, ...] | None) -> TensorSpec:
    """Return one object for all tensors that look alike: a long timeline has few kinds of them."""
    return TensorSpec(dtype, shape)


def _tensor(dtype: int, shape: tuple[int, ...]) -> TensorSpec:
    return _known_tensor(numbered_dtype(dtype), shape)


def _defined_at(code: CodeType | None) -> Location | None:
    return None if code is None else source_lines.location(code, -1)
