"""Turn records into events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import count
from types import CodeType
from typing import Any, TypeAlias, cast

from msgspec import structs

from layertrace.record.backends.modes import EAGER, Mode
from layertrace.record.describe import source_lines
from layertrace.record.describe.exceptions import ErrorNote
from layertrace.record.describe.observations import PendingObservation
from layertrace.record.describe.values import describe, has_tensor, numbered_dtype, resolve
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.layer_calls import Arguments
from layertrace.record.hooks.runs import RunNote
from layertrace.record.hooks.traces import TraceNote
from layertrace.record.hooks.variables import VariableNote
from layertrace.record.layers import LayerRecord
from layertrace.record.recording.alike_functions import AlikeFunctions
from layertrace.record.recording.inferred_sizes import with_unknown_sizes
from layertrace.record.spans import (
    DETAIL,
    DTYPE,
    END,
    LAYER,
    METHOD,
    MODE,
    OUTPUT,
    OUTPUT_DTYPE,
    PLACE,
    SPAN,
    START,
    THREAD,
    CodePosition,
    HookedMethod,
    Record,
    Shape,
    Span,
    parent_of,
)
from layertrace.timeline.cause import Cause
from layertrace.timeline.context import Observation
from layertrace.timeline.defaults import equal
from layertrace.timeline.event import (
    ErrorRef,
    Event,
    Flag,
    LayerRef,
    Location,
    Structure,
    TensorSpec,
    by_beginning,
)

__all__ = ["EventBuilder", "assign_owners", "begin_and_end"]


Fields: TypeAlias = dict[str, Any]
"""The fields of an event that is being built."""


def begin_and_end(record: Record) -> tuple[int, float]:
    """Return a key that sorts by beginnings; at equal beginnings, the record that ends later comes first."""
    return by_beginning(record[SPAN][START], record[END])


def assign_owners(records: Iterable[Record]) -> None:
    """Assign layers that were created outside of any other to the layer that calls them first."""
    for record in sorted(records, key=begin_and_end):
        span = record[SPAN]
        layer, parent = span[LAYER], parent_of(span)
        if layer is None or layer.maker is not None or span[METHOD].kind == "variable":
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
        self._created: dict[int, Location | None] = {}  # where each layer was created
        self._alike = AlikeFunctions()
        self._locations: dict[int, tuple[CodePosition, Location]] = {}
        self._specific: dict[str, Callable[[Fields, Span, Record], None]] = {
            "init": self._init,
            "build": self._init,
            "call": self._call,
            "variable": self._variable,
            "trace": self._trace,
            "run": self._run,
        }

    def single(self, record: Record, seq: int, depth: int, call: int | None) -> Event:
        """Return one event by itself; the caller knows its place in the timeline."""
        self._refs.clear()  # a layer gets its name while it is created
        self._seqs = {id(record[SPAN]): seq}
        return structs.replace(self._event(record), depth=depth, call_index=call)

    def read(self, records: Iterable[Record]) -> tuple[Event, ...]:
        """Return the events of `records`, which may be in any order."""
        ordered = sorted(records, key=begin_and_end)
        self._seqs = {id(record[SPAN]): number for number, record in enumerate(ordered)}
        events = tuple(self._event(record) for record in ordered)
        infers_with_values = Loaded.backend is not None and Loaded.backend.infers is not None
        return with_unknown_sizes(events) if infers_with_values else events

    def next(self, record: Record, number: int) -> Event:
        """Return the event of one more record, after those of its ancestors."""
        self._seqs[id(record[SPAN])] = number
        return self._event(record)

    def knows(self, span: Span) -> bool:
        """Return whether a span has an event already."""
        return id(span) in self._seqs

    def again(self, record: Record) -> Event:
        """Return the event of a record that has ended since `next` returned it as running."""
        layer = record[SPAN][LAYER]
        calls = self._calls.pop(layer.number, None) if layer is not None else None
        event = self._event(record)
        if calls is not None and layer is not None:
            self._calls[layer.number] = calls  # it was counted when it began
        return event

    def forget_layers(self) -> None:
        """Read the names and paths of layers again."""
        self._refs.clear()

    def observations(self, observations: Iterable[tuple[PendingObservation, int]]) -> tuple[Observation, ...]:
        """Return what was noticed besides the events, which have their numbers by now."""
        built = [self._observation(observation, times) for observation, times in observations]
        return tuple(sorted(built, key=lambda observation: observation.start_ns))

    def _observation(self, pending: PendingObservation, times: int) -> Observation:
        around = pending.span
        while around is not None and id(around) not in self._seqs:
            around = parent_of(around)
        place = pending.place
        return Observation(
            what=pending.what,
            during=None if around is None else self._seqs[id(around)],
            layer=None if pending.layer is None else self._ref(pending.layer),
            name=pending.name,
            before=pending.before,
            now=pending.now,
            variables=pending.variables,
            paths=pending.paths,
            without_gradient=pending.without_gradient,
            reader=pending.reader,
            role=pending.role,
            defined_at=None if pending.defined is None else source_lines.location(*pending.defined),
            location=source_lines.location(*place) if place is not None else self._location(around),
            start_ns=pending.start - self._start,
            times=times,
            thread=pending.thread,
        )

    def _event(self, record: Record) -> Event:
        # By index: a million events are read while a user waits for a report.
        span, end, _, dtype_or_mode, error = record
        layer, thread, start, detail = span[LAYER], span[THREAD], span[START], span[DETAIL]
        mode = dtype_or_mode if isinstance(dtype_or_mode, Mode) else span[MODE] or EAGER
        seq = self._seqs[id(span)]
        parent = self._parent(span)
        depth = self._depths[seq] = 0 if parent is None else self._depths[parent] + 1
        kind = span[METHOD].kind
        fields: Fields = {
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
            "error": None if error is None else self._error(error),
            "location": self._location(span),
        }
        if isinstance(detail, (Arguments, VariableNote)):
            fields["flags"] = detail.flags or NO_FLAGS  # one object for all that have none
            fields["strategy"] = detail.strategy
        self._specific[kind](fields, span, record)
        return Event(**fields)

    def _parent(self, span: Span) -> int | None:
        """Return the number of the nearest ancestor that was kept."""
        around = parent_of(span)
        while around is not None and id(around) not in self._seqs:
            around = parent_of(around)
        return None if around is None else self._seqs[id(around)]

    def _ref(self, layer: LayerRecord) -> LayerRef:
        ref = self._refs.get(layer.number)
        if ref is None:
            ref = self._refs[layer.number] = layer.ref()
        return ref

    def _location(self, span: Span | None) -> Location | None:
        """Return the user's line of a span; in a container, the line that called the container."""
        while span is not None and span[PLACE] is None:
            span = parent_of(span)
        place = None if span is None else span[PLACE]
        if place is None:
            return None
        located = self._locations.get(id(place))  # the hooks use the same tuple for the same line
        if located is None:
            located = self._locations[id(place)] = place, source_lines.location(*place)
        return located[1]

    def _error(self, note: ErrorNote) -> ErrorRef:
        return ErrorRef(
            type=note.type,
            message=note.message,
            location=note.location,
            origin=note.origin,
            raised_in=note.raised_in,
            subject=None if note.subject is None else self._ref(note.subject),
        )

    # What only one kind of event has

    def _init(self, fields: Fields, span: Span, record: Record) -> None:
        layer = span[LAYER]
        if layer is not None and span[METHOD].kind == "init":
            self._created[layer.number] = fields["location"]
        fields["arguments"] = arguments = _resolved(cast(Arguments, span[DETAIL]))
        fields["at_default"] = _at_default(arguments, span[METHOD])
        fields["defined_at"] = _defined_at(span[METHOD].code)

    def _call(self, fields: Fields, span: Span, record: Record) -> None:
        layer = span[LAYER]
        number = 0 if layer is None else layer.number
        calls = self._calls.get(number)
        if calls is None:
            calls = self._calls[number] = count(1)
        fields["call_index"] = next(calls)
        fields["defined_at"] = _defined_at(span[METHOD].code)
        dtype, output = record[OUTPUT_DTYPE], record[OUTPUT]
        fields["outputs"] = _tensor(dtype, cast(Shape, output)) if type(dtype) is int else resolve(output)
        names = span[METHOD].names
        dtype = span[DTYPE]
        if dtype is not None:
            fields["inputs"] = _tensor(dtype, cast(Shape, span[DETAIL]))
            fields["mask"] = False if _take_mask(names) else None
        else:
            fields.update(_sorted_out(_resolved(cast(Arguments, span[DETAIL])), names))

    def _variable(self, fields: Fields, span: Span, record: Record) -> None:
        fields["variable"] = cast(VariableNote, span[DETAIL]).spec

    def _trace(self, fields: Fields, span: Span, record: Record) -> None:
        note = cast(TraceNote, span[DETAIL])
        fields["inputs"] = note.inputs
        model = note.record.model
        created = None if model is None else self._created.get(model, model)
        fields["cause"] = note.cause or self._alike.cause(note, created)
        fields["graph"] = note.graph
        fields["defined_at"] = _defined_at(note.defined)

    def _run(self, fields: Fields, span: Span, record: Record) -> None:
        note = cast(RunNote, span[DETAIL])
        fields["function"] = note.function
        fields["trace"] = note.traces
        fields["traced_before"] = note.traced_before(self._start)
        fields["cause"] = _RUN_EAGERLY if note.eagerly else None
        fields["times"] = note.times
        fields["duration_ns"] = note.nanoseconds
        fields["first_ns"] = note.first
        fields["defined_at"] = _defined_at(note.code)


NO_FLAGS: frozenset[Flag] = frozenset()
_RUN_EAGERLY = Cause(
    reason="run eagerly", detail="as plain Python, since tf.config.run_functions_eagerly(True)"
)


def _resolved(arguments: Arguments) -> dict[str, Structure]:
    return {name: resolve(value) for name, value in arguments.items()}


def _at_default(arguments: dict[str, Structure], method: HookedMethod) -> tuple[str, ...]:
    """Return the arguments that equal their default, such as `0.1` or a config, without being that object."""
    defaults = dict(zip(method.names, method.defaults, strict=False))
    return tuple(
        [
            name
            for name, value in arguments.items()
            if name in defaults and equal(name, value, describe(defaults[name]))
        ]
    )


def _is_mask(name: str) -> bool:
    return name == "mask" or name.endswith("_mask")


def _is_given(mask: Structure) -> bool:
    """Return whether a mask was passed; `use_causal_mask` of `MultiHeadAttention` is only an option."""
    return mask is not None and not isinstance(mask, bool)


@lru_cache(maxsize=4096)
def _take_mask(names: tuple[str, ...]) -> bool:
    return any(map(_is_mask, names))


def _sorted_out(arguments: dict[str, Structure], names: tuple[str, ...]) -> Fields:
    """Sort the arguments of a call into tensors, other arguments, `training`, and masks."""
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
        "mask": any(_is_given(arguments.get(name)) for name in masks) if masks else None,
    }


@lru_cache(maxsize=4096)
def _shared_tensor(dtype: str, shape: tuple[int | None, ...] | None) -> TensorSpec:
    """Return one object for all tensors with the same spec: a long timeline has few different ones."""
    return TensorSpec(dtype, shape)


def _tensor(dtype: int, shape: Shape) -> TensorSpec:
    return _shared_tensor(numbered_dtype(dtype), shape)


def _defined_at(code: CodeType | None) -> Location | None:
    return None if code is None else source_lines.location(code, -1)
