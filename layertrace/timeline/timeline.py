"""The ordered record of events, and the ways to ask it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeVar, overload

from msgspec import structs

from layertrace.errors import UnknownLayerError
from layertrace.timeline import lazy_views
from layertrace.timeline.context import Failure, RecordingContext
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.functions import FunctionLife, functions
from layertrace.timeline.lifecycle import expression
from layertrace.timeline.query import by_fields, by_subject

__all__ = ["EventSource", "Timeline"]

T = TypeVar("T", bound="Timeline")


class EventSource(Protocol):
    """Where a timeline gets its events from: a list, a file, or a recording under way."""

    def events(self) -> Sequence[Event]:
        """Return all events so far, ordered by `seq`; the same object while nothing is new."""

    def notes(self) -> Sequence[str]:
        """Return sentences about the recording itself, such as why it is not complete."""

    def surroundings(self) -> RecordingContext:
        """Return what is known beside the events."""


class _Kept:
    """Events that are already here."""

    def __init__(
        self, events: Sequence[Event], notes: Sequence[str], surroundings: Callable[[], RecordingContext]
    ) -> None:
        self._events = events
        self._notes = notes
        self._surroundings = surroundings

    def events(self) -> Sequence[Event]:
        return self._events

    def notes(self) -> Sequence[str]:
        return self._notes

    def surroundings(self) -> RecordingContext:
        return self._surroundings()


class Timeline(Sequence[Event]):
    """What happened to the layers, in order, as a sequence of events.

    Selections (`of`, `where`, slices) are timelines again and keep the events' `seq`. An event
    whose parent was not selected counts as inside the nearest selected event around it. While the
    recording runs, a timeline grows; a selection stays as it was made.

    Args:
        events: The events, in the order of `seq`.
        notes: Sentences about the recording itself.
        surroundings: What is known beside the events: how layers were in the end, for one.

    Example:
        >>> timeline = Timeline([Event(seq=0, kind="build"), Event(seq=1, kind="call")])
        >>> timeline.kinds
        ['build', 'call']
        >>> timeline.where(kind="call")[0].seq
        1
    """

    def __init__(
        self,
        events: Iterable[Event] = (),
        notes: Iterable[str] = (),
        surroundings: RecordingContext | None = None,
    ) -> None:
        known = surroundings or RecordingContext()
        self._source: EventSource = _Kept(tuple(events), tuple(notes), lambda: known)
        self._shape: _Shape | None = None

    @classmethod
    def from_source(cls: type[T], source: EventSource) -> T:
        """Make a timeline that asks `source` for its events each time it is read."""
        timeline = cls()
        timeline._source = source
        return timeline

    # Sequence

    def __len__(self) -> int:
        return len(self._source.events())

    def __iter__(self) -> Iterator[Event]:
        return iter(self._source.events())

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Timeline: ...
    def __getitem__(self, index: int | slice) -> Event | Timeline:
        found = self._source.events()[index]
        return found if isinstance(found, Event) else self._select(found)

    def __repr__(self) -> str:
        return f"<Timeline: {len(self)} events of {len(self.layers)} layers>"

    # Asking

    @property
    def kinds(self) -> list[str]:
        """The kinds of the events, in order: `["init", "build", "variable", "call"]`."""
        return [event.kind for event in self]

    @property
    def layers(self) -> tuple[LayerRef, ...]:
        """The layers, in the order of their first event, each as it was last seen."""
        return tuple({e.layer.id: e.layer for e in self if e.layer is not None}.values())

    @property
    def functions(self) -> tuple[FunctionLife, ...]:
        """The `tf.function`s that were traced or run, in the order in which that began."""
        return functions(self)

    @property
    def variables(self) -> Timeline:
        """The creations of variables, failed ones included."""
        return self.where(kind="variable")

    @property
    def errors(self) -> Timeline:
        """The events in which an exception was raised (not those it passed through)."""
        return self._select(e for e in self if e.error is not None and e.error.origin)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about the recording itself, such as why it is not complete."""
        return tuple(self._source.notes())

    @property
    def source(self) -> EventSource:
        """Where the events come from."""
        return self._source

    @property
    def surroundings(self) -> RecordingContext:
        """What the recording knows beside its events, of the whole of it also for a selection."""
        return self._source.surroundings()

    @property
    def failure(self) -> Failure | None:
        """The exception that ended the recording; None where it ended well, or goes on."""
        return self.surroundings.failure

    def of(self, subject: object) -> Timeline:
        """Select the events of one layer, of a class and its subclasses, or of a name or path glob.

        Args:
            subject: A layer, a layer class, a `LayerRef`, or a glob such as `"encoder/*"`, which is
                compared with the name, the class name, and the path from any layer around on.

        Raises:
            UnknownLayerError: If no event belongs to it; the message lists the layers there are.
        """
        return self._select(by_subject(self, subject))

    def of_recorded(self, subject: object) -> Timeline:
        """Do what `of` does, for somebody who may have forgotten to record.

        Raises:
            UnknownLayerError: As `of` does; the message also says how to record a layer.
        """
        try:
            return self.of(subject)
        except UnknownLayerError as error:
            raise UnknownLayerError(
                f"{error}. Record it first: put @layertrace.traced on its class, or pass the timeline that "
                "`with layertrace.trace() as timeline:` gave"
            ) from None

    def where(self, *predicates: Callable[[Event], bool], **fields: Any) -> Timeline:
        """Select the events that satisfy every predicate and have every field at the given value.

        Args:
            *predicates: Functions from an event to whether it is wanted.
            **fields: Event fields and the value each must have. `layer` takes what `of` takes,
                `function` also a name; a list, tuple or set means any of its values.

        Raises:
            QueryError: If events have no such field, kind or mode.
        """
        return self._select(by_fields(self, predicates, fields))

    def matches(self, lifecycle: str) -> bool:
        """Tell whether the whole timeline has the shape of a lifecycle expression.

        Args:
            lifecycle: Kinds in order, such as `"init build(variable*) call+"`; brackets say what
                happened inside an event, `| * + ? {m,n}` mean what they mean in regular
                expressions. A kind without brackets stands for the event with all inside it.

        Raises:
            ExpressionError: If the expression does not parse; the message points at the place.
        """
        # A selection stays as it is, should a recording go on meanwhile.
        return expression.compile(lifecycle).matches(self[:])

    # The shape of the selection

    @property
    def roots(self) -> tuple[Event, ...]:
        """The events that lie inside no other event of this selection."""
        return self._nesting.inside(None)

    def children(self, event: Event) -> tuple[Event, ...]:
        """The events directly inside `event`, as far as they are in this selection."""
        return self._nesting.inside(event.seq)

    def around(self, event: Event) -> Event | None:
        """The event directly around `event`, as far as it is in this selection."""
        return self._nesting.parents.get(event.seq)

    def standing_alone(self) -> Iterator[Event]:
        """Yield the events as they are without what was not selected: each inside the next one around it."""
        events = tuple(self)
        known = {event.seq for event in events}
        for event in events:
            if event.parent is None or event.parent in known:
                yield event
            else:
                around = self.around(event)
                yield structs.replace(event, parent=None if around is None else around.seq)

    @property
    def _nesting(self) -> _Shape:
        events = self._source.events()
        if self._shape is None or self._shape.events is not events:
            self._shape = _Shape(events, self._whole())
        return self._shape

    def _whole(self) -> Sequence[Event]:
        """Return the events that this was selected from, as they were then."""
        return self._source.events()

    def _select(self, events: Iterable[Event]) -> Timeline:
        return _Selection(events, self._source, self._whole())

    # Keeping

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the timeline to a file, which any machine can read, with or without TensorFlow.

        Args:
            path: Its name ends in `.layertrace` (compressed where that pays) or `.jsonl` (plain lines).

        Raises:
            FormatError: If it ends in something else, or cannot be written; nothing is left behind then.
        """
        lazy_views.load("save")(self, path)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Timeline:
        """Read a timeline from a file; one that was cut off is read as far as it goes, and its notes say so.

        Raises:
            FormatError: If there is no such file, or it is no recording that this version can read.
        """
        found: Timeline = lazy_views.load("load")(path)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be copied and pickled as it is now: another process gets no recording under way."""
        return Timeline, (tuple(self), self.notes, self.surroundings)

    # Looking

    def findings(self, **options: Any) -> list[Any]:
        """Return what is wrong, the gravest first. See `layertrace.diagnose`."""
        found: list[Any] = lazy_views.load("diagnose")(self, **options)
        return found

    def tree(self, **options: Any) -> Any:
        """Return a `rich` renderable: the events as a tree. See `layertrace.render.trees.tree`."""
        return lazy_views.load("tree")(self, **options)

    def table(self, **options: Any) -> Any:
        """Return a `rich` renderable: one line for each layer. See `layertrace.render.tables.layers`."""
        return lazy_views.load("table")(self, **options)

    def function_table(self) -> Any:
        """Return a `rich` renderable: one line for each function. See `layertrace.render.function_table`."""
        return lazy_views.load("functions")(self)

    def print(self, **options: Any) -> None:
        """Print the tree to the terminal. See `layertrace.render.print_timeline`."""
        lazy_views.load("print")(self, **options)

    def __str__(self) -> str:
        return str(lazy_views.load("text")(self))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Show the tree in a notebook, as rich's HTML."""
        bundle: dict[str, str] = lazy_views.load("notebook")(self)
        return bundle


class _Selection(Timeline):
    """Some events of a timeline, which remember how the whole was nested."""

    def __init__(self, events: Iterable[Event], source: EventSource, whole: Sequence[Event]) -> None:
        super().__init__()
        # What is known beside the events is asked for when it is wanted: it takes a look at every layer.
        self._source = _Kept(tuple(events), tuple(source.notes()), lambda: source.surroundings())
        self._selected_from = whole

    def _whole(self) -> Sequence[Event]:
        return self._selected_from


class _Shape:
    """Who lies inside whom, in one selection of events."""

    def __init__(self, events: Sequence[Event], whole: Sequence[Event]) -> None:
        self.events = events
        self._whole = whole

    def inside(self, seq: int | None) -> tuple[Event, ...]:
        return self._children.get(seq, ())

    @cached_property
    def parents(self) -> dict[int, Event]:
        """The event around each that lies in one, by the number of the inner one."""
        return {child.seq: event for event in self.events for child in self.inside(event.seq)}

    @cached_property
    def _ancestry(self) -> dict[int, int | None]:
        """The parent of every event, also of those not selected."""
        return {event.seq: event.parent for event in self._whole}

    @cached_property
    def _children(self) -> dict[int | None, tuple[Event, ...]]:
        selected = {event.seq for event in self.events}
        nearest: dict[int | None, int | None] = {None: None}
        children: dict[int | None, list[Event]] = {}
        for event in self.events:
            around = event.parent
            if around is not None and around not in selected:
                around = self._nearest(around, selected, nearest)
            siblings = children.get(around)
            if siblings is None:
                siblings = children[around] = []
            siblings.append(event)
        return {seq: tuple(events) for seq, events in children.items()}

    def _nearest(
        self, seq: int | None, selected: set[int], nearest: dict[int | None, int | None]
    ) -> int | None:
        """Find the innermost selected event at or around `seq`, remembering the answer."""
        passed = []
        while seq not in nearest and seq not in selected:
            passed.append(seq)
            seq = self._ancestry.get(seq) if seq is not None else None
        found = nearest.get(seq, seq)
        nearest.update(dict.fromkeys(passed, found))
        return found
