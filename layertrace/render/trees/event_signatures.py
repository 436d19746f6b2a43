"""Number events, with equal numbers for events that look the same, including their descendants."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from layertrace.render.wording.formatting import first_line
from layertrace.timeline import Timeline
from layertrace.timeline.event import EMPTY_MAPPING, Event, Location, Structure, VariableSpec

__all__ = ["Signatures"]


class Signatures:
    """The appearance of each event of a timeline, as a number.

    Events are numbered from the last to the first, so that descendants get their numbers before their
    ancestors: no recursion, and one step for each event. Start, duration and call index do not count.

    Args:
        timeline: The events. They are kept alive, because frozen arguments are identified by their `id`.
        marks: Words at events; what has other words does not look the same in other layers.
    """

    def __init__(self, timeline: Timeline, marks: Mapping[int, str] = EMPTY_MAPPING) -> None:
        self._events = tuple(timeline)
        self._marks = marks
        self._frozen: dict[int, int] = {}
        self._values: dict[Hashable, int] = {}
        self._own: dict[Hashable, int] = {}
        self._own_nameless: list[int] = []
        self._own_without_name: dict[Hashable, int] = {}
        self._whole: dict[Hashable, int] = {}
        self._nameless: dict[Hashable, int] = {}
        self._shapes_known: dict[Hashable, int] = {}
        # By number: the appearance without names, and without sizes, the number of events, and any failure.
        self._anonymous: list[int] = []
        self._shapes: list[int] = []
        self._sizes: list[int] = []
        self._failing: list[bool] = []
        self._numbers: dict[int, int] = {}
        self._number_all(timeline)

    def exact(self, event: Event) -> int:
        """Return the number shared by events that are shown identically."""
        return self._numbers[event.seq]

    def nameless(self, event: Event) -> int:
        """Return the number shared by events that look the same in layers of one class."""
        return self._anonymous[self._numbers[event.seq]]

    def shape(self, event: Event) -> int:
        """Return the number shared by events in which the same happened, whatever the sizes."""
        return self._shapes[self._numbers[event.seq]]

    def size(self, event: Event) -> int:
        """Return the number of events, including its descendants."""
        return self._sizes[self._numbers[event.seq]]

    def is_marked(self, event: Event) -> bool:
        """Return whether an event has a mark."""
        return event.seq in self._marks

    def failing(self, event: Event) -> bool:
        """Return whether an exception was raised in or passed through it or a descendant."""
        return self._failing[self._numbers[event.seq]]

    def _number_all(self, timeline: Timeline) -> None:
        numbers, whole, children = self._numbers, self._whole, timeline.children
        for event in reversed(self._events):
            inside = children(event)
            parts = tuple([numbers.get(child.seq, -1) for child in inside]) if inside else ()
            own = self._own_number(event)
            layer = event.layer.id if event.layer is not None else 0
            function = event.function.id if event.function is not None else 0
            mark = self._marks.get(event.seq) if self._marks else None
            key = (own, layer, function, self._freeze(event.location), parts, mark)
            number = whole.get(key)
            if number is None:
                number = whole[key] = len(whole)
                self._describe(event, own, parts)
            numbers[event.seq] = number

    def _own_number(self, event: Event) -> int:
        """Return a number for what is shown of an event itself, except its layer and location."""
        key = (
            self._freeze(event.arguments),
            event.kind,
            event.mode,
            event.trace,
            self._freeze(event.inputs),
            self._freeze(event.outputs),
            event.training,
            event.mask,
            event.thread,
            event.cause and str(event.cause),
            event.times,
            event.replica,
            event.duration_ns is None,
            event.variable and _variable_key(event.variable),
            event.error and (event.error.type, event.error.origin, first_line(event.error.message)),
        )
        number = self._own.get(key)
        if number is None:
            number = self._own[key] = len(self._own)
            self._own_nameless.append(self._without_name(event, number, key[1:]))
        return number

    def _without_name(self, event: Event, number: int, rest: tuple[Hashable, ...]) -> int:
        """Return the same number for layers whose arguments differ only in `name`."""
        if "name" not in event.arguments:
            return number
        others = {key: value for key, value in event.arguments.items() if key != "name"}
        return self._own_without_name.setdefault((_hashable(others), rest), number)

    def _describe(self, event: Event, own: int, parts: tuple[int, ...]) -> None:
        """Record what all events of a new number share."""
        # A damaged file may contain an event inside a later one, which has no number yet.
        numbered = [part for part in parts if part >= 0]
        looks = (
            self._own_nameless[own],
            None if event.layer is None else event.layer.class_name,
            None if event.function is None else (event.function.name, event.function.role),
            tuple([self._anonymous[part] for part in numbered]),
            self._marks.get(event.seq),
        )
        self._anonymous.append(self._nameless.setdefault(looks, len(self._nameless)))
        shape = (_own_shape(event), *looks[1:3], tuple([self._shapes[part] for part in numbered]), looks[-1])
        self._shapes.append(self._shapes_known.setdefault(shape, len(self._shapes_known)))
        self._sizes.append(1 + sum([self._sizes[part] for part in numbered]))
        failing = event.error is not None or True in [self._failing[part] for part in numbered]
        self._failing.append(failing)

    def _freeze(self, value: Structure | Location) -> int:
        """Return a number for a part of an event; equal parts get equal numbers. Visit each object once."""
        number = self._frozen.get(id(value))
        if number is None:
            number = self._values.setdefault(_hashable(value), len(self._values))
            self._frozen[id(value)] = number
        return number


def _own_shape(event: Event) -> Hashable:
    """Return what must be equal for events to be of one shape."""
    variable = event.variable
    return (
        event.kind,
        event.mode,
        event.trace,
        event.training,
        event.mask,
        event.thread,
        event.times,
        event.replica,
        event.cause and str(event.cause),
        event.duration_ns is None,
        variable
        and (variable.name.rpartition("/")[2], variable.trainable, variable.source, variable.deferred),
    )


def _variable_key(variable: VariableSpec) -> Hashable:
    name = variable.name.rpartition("/")[2]  # tf_keras puts the layer's name before it
    return (name, variable.dtype, variable.shape, variable.trainable, variable.initializer,
            variable.source, variable.deferred)  # fmt: skip


def _hashable(value: object) -> Hashable:
    if isinstance(value, Mapping):
        return tuple([(key, _hashable(inner)) for key, inner in value.items()])
    if isinstance(value, (tuple, list)):
        return tuple([_hashable(inner) for inner in value])
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return (type(value), value)  # 1, 1.0 and True are equal, and are not the same argument
