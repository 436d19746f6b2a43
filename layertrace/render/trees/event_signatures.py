"""Number events, with equal numbers for events that look the same, including their descendants."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from layertrace.diagnosis import Finding
from layertrace.render.wording.formatting import first_line
from layertrace.timeline import Timeline
from layertrace.timeline.event import EMPTY_MAPPING, Event, Location, Structure, TensorSpec, VariableSpec

__all__ = ["Signatures", "marks_of"]


_MOST_KNOWN = 100_000
_plain_of = attrgetter("kind", "mode", "trace", "training", "mask", "thread", "times", "replica")


class Look(NamedTuple):
    """What events that are shown identically share.

    Attributes:
        exact: Their number.
        nameless: The number shared by events that look the same in layers of one class.
        shape: The number shared by events in which the same happened, whatever the sizes.
        size: The number of events, including the descendants.
        failing: Whether an exception was raised in or passed through it or a descendant.
    """

    exact: int
    nameless: int
    shape: int
    size: int
    failing: bool


def marks_of(findings: Sequence[Finding]) -> dict[int, str]:
    """Return the code of the most severe finding of each event that has one, by the number of the event."""
    marks: dict[int, str] = {}
    for finding in reversed(findings):
        marks |= dict.fromkeys(finding.events, finding.code)
    return marks


class Signatures:
    """The appearance of each event of a timeline, as a number.

    Events are numbered from the last to the first, so that descendants get their numbers before their
    ancestors: no recursion, and one step for each event. Start, duration and call index do not count.

    Args:
        timeline: The events. They are kept alive, because what they hold is identified by its `id`.
        marks: Words shown at events; events with different words do not look the same.
        roots: The events to number, with their descendants, if not all of them.
    """

    def __init__(
        self,
        timeline: Timeline,
        marks: Mapping[int, str] = EMPTY_MAPPING,
        roots: Iterable[Event] | None = None,
    ) -> None:
        self._events = tuple(timeline) if roots is None else tuple(_with_descendants(timeline, roots))
        self._marks = dict(marks)
        self._frozen: dict[int, int] = {}
        self._values: dict[Hashable, int] = {}
        self._own: dict[Hashable, int] = {}
        self._own_nameless: list[int] = []
        self._own_shapes: list[int] = []  # by own number
        self._shapes_of_own: dict[Hashable, int] = {}
        self._own_without_name: dict[Hashable, int] = {}
        self._whole: dict[Hashable, int] = {}
        self._nameless: dict[Hashable, int] = {}
        self._shapes_known: dict[Hashable, int] = {}
        self._looks: list[Look] = []  # by number
        self._numbers: dict[int, int] = {}
        self._number_all(timeline)

    def look(self, event: Event) -> Look:
        """Return what is the same in all events that are shown identically."""
        return self._looks[self._numbers[event.seq]]

    def exact(self, event: Event) -> int:
        """Return the number shared by events that are shown identically."""
        return self._numbers[event.seq]

    def size(self, event: Event) -> int:
        """Return the number of events, including its descendants."""
        return self.look(event).size

    def is_marked(self, event: Event) -> bool:
        """Return whether an event has a mark."""
        return event.seq in self._marks

    def failing(self, event: Event) -> bool:
        """Return whether an exception was raised in or passed through it or a descendant."""
        return self.look(event).failing

    def _number_all(self, timeline: Timeline) -> None:
        numbers, whole, by_parent, marks = self._numbers, self._whole, timeline.by_parent, self._marks
        known: dict[Hashable, tuple[int, ...]] = {}
        leaves: dict[Hashable, int] = {}
        for event in reversed(self._events):
            seq = event.seq
            # Equal only for events that are shown alike; most have that of another one. The fields of
            # `_plain_of` are written out: a report of a million events takes a tenth of its time here.
            identity: Hashable = (
                id(event.layer),
                id(event.inputs),
                id(event.outputs),
                id(event.arguments),
                id(event.location),
                event.kind,
                event.mode,
                event.trace,
                event.training,
                event.mask,
                event.thread,
                event.times,
                event.replica,
            )
            if not (
                event.function is None
                and event.variable is None
                and event.cause is None
                and event.error is None
            ):
                rarer = event.function, event.variable, event.cause, event.error
                identity = (identity, *map(id, rarer))
            if event.duration_ns is None:
                identity = (identity,)
            inside, mark = by_parent.get(seq), marks.get(seq)
            is_plain = inside is None and mark is None
            if is_plain and (number := leaves.get(identity)) is not None:
                numbers[seq] = number
                continue
            own = known.get(identity)
            if own is None:
                if len(known) > _MOST_KNOWN:
                    known.clear()
                    leaves.clear()
                own = known[identity] = self._own_numbers(event)
            parts = tuple([numbers.get(child.seq, -1) for child in inside]) if inside else ()
            key = (own, parts, mark) if parts or mark else own
            number = whole.get(key)
            if number is None:
                number = whole[key] = len(whole)
                self._describe(event, own[0], parts)
            numbers[seq] = number
            if is_plain:
                leaves[identity] = number

    def _own_numbers(self, event: Event) -> tuple[int, ...]:
        """Return the numbers of all that is shown of an event itself, the first as `_own_number`."""
        layer = 0 if event.layer is None else event.layer.id
        function = 0 if event.function is None else event.function.id
        return self._own_number(event), layer, function, self._freeze(event.location)

    def _own_number(self, event: Event) -> int:
        """Return a number for what is shown of an event itself, except its layer and location."""
        arguments = self._freeze(event.arguments)
        others = (
            *_plain_of(event),
            event.duration_ns is None,
            self._freeze(event.inputs),
            self._freeze(event.outputs),
            event.cause and str(event.cause),
            event.variable and _variable_key(event.variable),
            event.error and (event.error.type, event.error.origin, first_line(event.error.message)),
        )
        number = self._own.get((arguments, others))
        if number is None:
            number = self._own[arguments, others] = len(self._own)
            self._own_nameless.append(self._without_name(event, number, others))
            self._own_shapes.append(
                self._shapes_of_own.setdefault(_own_shape(event), len(self._shapes_of_own))
            )
        return number

    def _without_name(self, event: Event, number: int, others: tuple[Hashable, ...]) -> int:
        """Return the same number for layers whose arguments differ only in `name`."""
        if not event.arguments or "name" not in event.arguments:
            return number
        arguments = {key: value for key, value in event.arguments.items() if key != "name"}
        return self._own_without_name.setdefault((_hashable(arguments), others), number)

    def _describe(self, event: Event, own: int, parts: tuple[int, ...]) -> None:
        """Record what all events of a new number share."""
        layer, function, mark = event.layer, event.function, self._marks.get(event.seq)
        class_name = None if layer is None else layer.class_name
        role = None if function is None else (function.name, function.role)
        # A damaged file may contain an event inside a later one, which has no number yet.
        inside = [self._looks[part] for part in parts if part >= 0]
        looks = (self._own_nameless[own], class_name, role, tuple([look.nameless for look in inside]), mark)
        shape = (self._own_shapes[own], class_name, role, tuple([look.shape for look in inside]), mark)
        self._looks.append(
            Look(
                len(self._looks),
                self._nameless.setdefault(looks, len(self._nameless)),
                self._shapes_known.setdefault(shape, len(self._shapes_known)),
                1 + sum([look.size for look in inside]),
                event.error is not None or any(look.failing for look in inside),
            )
        )

    def _freeze(self, value: Structure | Location) -> int:
        """Return a number for a part of an event; equal parts get equal numbers. Visit each object once."""
        number = self._frozen.get(id(value))
        if number is None:
            number = self._values.setdefault(_hashable(value), len(self._values) + 1)
            self._frozen[id(value)] = number
        return number


def _own_shape(event: Event) -> Hashable:
    """Return what must be equal for events to be of one shape; traces may be of other values or sizes."""
    variable, cause = event.variable, event.cause
    return (
        event.kind,
        event.mode,
        event.training,
        event.mask,
        event.thread,
        event.kind == "run" or event.times,
        event.replica,
        cause and (cause.reason, cause.detail, *((c.argument, c.what, c.axes) for c in cause.changes)),
        event.duration_ns is None,
        variable
        and (variable.name.rpartition("/")[2], variable.trainable, variable.source, variable.deferred),
    )


def _variable_key(variable: VariableSpec) -> Hashable:
    name = variable.name.rpartition("/")[2]  # tf_keras puts the layer's name before it
    return (name, variable.dtype, variable.shape, variable.trainable, variable.initializer,
            variable.source, variable.deferred)  # fmt: skip


def _hashable(value: object) -> Hashable:
    # Most values, which a tuple of their fields hashes several times faster.
    if type(value) is TensorSpec:
        return TensorSpec, value.dtype, value.shape, value.encoding
    if type(value) is Location:
        return Location, value.file, value.line, value.function
    if isinstance(value, Mapping):
        return tuple([(key, _hashable(inner)) for key, inner in value.items()])
    if isinstance(value, (tuple, list)):
        return tuple([_hashable(inner) for inner in value])
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return (type(value), value)  # 1, 1.0 and True are equal, and are not the same argument


def _with_descendants(timeline: Timeline, roots: Iterable[Event]) -> Iterator[Event]:
    """Yield events, each before its descendants."""
    by_parent = timeline.by_parent
    for root in roots:
        waiting = [root]
        while waiting:
            event = waiting.pop()
            yield event
            waiting += by_parent.get(event.seq, ())
