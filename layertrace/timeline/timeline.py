"""The ordered record of events, with its queries."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar, overload

from msgspec import structs

from layertrace.timeline.context import Failure, RecordingContext
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.event_source import EventSource, StoredEvents
from layertrace.timeline.functions import FunctionLife, functions
from layertrace.timeline.lifecycle import expression
from layertrace.timeline.marks import Mark, during
from layertrace.timeline.nesting import Nesting
from layertrace.timeline.plumbing import Plumbing, plumbing
from layertrace.timeline.query import by_fields, by_subject, left_out
from layertrace.timeline.views import Views

__all__ = ["Timeline"]

T = TypeVar("T", bound="Timeline")


class Timeline(Views, Sequence[Event]):
    """What happened to the layers, in order, as a sequence of events.

    Selections (`of`, `where`, slices) are timelines, too, and keep the `seq` of events. If the parent of
    an event was not selected, its nearest selected ancestor takes the place of the parent. A timeline grows
    while the recording runs; a selection does not.

    Args:
        events: The events, in the order of `seq`.
        notes: Sentences about the recording itself.
        surroundings: What the recording knows besides its events, such as the final state of layers.

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
        context = surroundings or RecordingContext()
        self._source: EventSource = StoredEvents(tuple(events), tuple(notes), lambda: context)
        self._nested: Nesting | None = None
        self._layers: tuple[Sequence[Event], tuple[LayerRef, ...]] | None = None
        self._functions: tuple[Sequence[Event], tuple[FunctionLife, ...]] | None = None
        self._plumbing: tuple[Sequence[Event], Plumbing] | None = None

    @classmethod
    def from_source(cls: type[T], source: EventSource) -> T:
        """Return a timeline that reads its events from `source` at each use."""
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
        if index == slice(None) and isinstance(self._source, StoredEvents):
            return self  # it never changes
        chosen = self._source.events()[index]
        return chosen if isinstance(chosen, Event) else self._select(chosen)

    def __repr__(self) -> str:
        events, layers = len(self), len(self.layers)
        return f"<Timeline: {events:,} event{'s' * (events != 1)} of {layers:,} layer{'s' * (layers != 1)}>"

    # Queries

    @property
    def kinds(self) -> list[str]:
        """The kinds of the events, in order: `["init", "build", "variable", "call"]`."""
        return [event.kind for event in self]

    @property
    def layers(self) -> tuple[LayerRef, ...]:
        """The layers, in the order of their first event, each with its latest name and path."""
        events = self._source.events()
        if self._layers is None or self._layers[0] is not events:
            layers = {event.layer.id: event.layer for event in events if event.layer is not None}
            self._layers = events, tuple(layers.values())
        return self._layers[1]

    @property
    def functions(self) -> tuple[FunctionLife, ...]:
        """The `tf.function`s that were traced or run, in the order of their first traces or runs."""
        events = self._source.events()
        if self._functions is None or self._functions[0] is not events:
            self._functions = events, functions(events, self.plumbing.functions)
        return self._functions[1]

    @property
    def plumbing(self) -> Plumbing:
        """The events that no user wrote: state of optimizers and metrics, seeds, functions of `tf.data`.

        A selection returns those of the whole recording, which shows what happened inside a function.
        """
        events = self._source.events()
        if self._plumbing is None or self._plumbing[0] is not events:
            self._plumbing = events, plumbing(events)
        return self._plumbing[1]

    @property
    def variables(self) -> Timeline:
        """The creations of variables, including failed ones."""
        return self.where(kind="variable")

    @property
    def errors(self) -> Timeline:
        """The events in which an exception was raised (not those it passed through)."""
        return self._select(event for event in self if event.error is not None and event.error.origin)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about the recording itself, such as why it is incomplete."""
        return tuple(self._source.notes())

    @property
    def recorded(self) -> Sequence[Event]:
        """All events of the recording that this timeline was selected from."""
        return self._whole()

    @property
    def source(self) -> EventSource:
        """The source of the events."""
        return self._source

    @property
    def surroundings(self) -> RecordingContext:
        """What the recording knows besides its events; a selection returns that of the whole recording."""
        return self._source.surroundings()

    @property
    def failure(self) -> Failure | None:
        """The exception that ended the recording; None if it ended normally or is still running."""
        return self.surroundings.failure

    def of(self, subject: object) -> Timeline:
        """Select the events of one layer, of a class and its subclasses, or of a name or path glob.

        Args:
            subject: A layer, a layer class, a `LayerRef`, or a glob such as `"encoder/*"`, which is
                compared with the name, the class name, and the path from any parent down; one with a dot
                also with the class and its module: `"keras.layers.*"`.

        Raises:
            UnknownLayerError: If no event belongs to it; the message lists the layers of the timeline.
        """
        return self._select(by_subject(self, subject))

    def without(self, *subjects: object) -> Timeline:
        """Leave out layers, and select all other events.

        Args:
            *subjects: Layers, and globs of names and paths, are left out with what happens inside. Of layer
                classes, and of globs of classes or modules such as `"keras.*"`, only the layers themselves
                are: what a `Sequential` holds stays.

        Raises:
            UnknownLayerError: If one matches no layer; the message lists the layers of the timeline.
        """
        hidden = left_out(self, subjects)
        return self._select(event for event in self if event.seq not in hidden)

    def where(self, *predicates: Callable[[Event], bool], **fields: Any) -> Timeline:
        """Select the events that satisfy every predicate and have every field at the given value.

        Args:
            *predicates: Functions that return whether an event is wanted.
            **fields: Event fields and the value each must have. `layer` takes what `of` takes,
                `function` also a name; a list, tuple or set means any of its values.

        Raises:
            QueryError: If events have no such field, kind or mode.
        """
        return self._select(by_fields(self, predicates, fields))

    def during(self, mark: str) -> Timeline:
        """Select the events that began inside a marked part of the program, in any thread.

        Args:
            mark: The name of the part, or a glob such as `"epoch *"`.

        Raises:
            QueryError: If no part has this name.
        """
        return self._select(during(self, self.marks, mark))

    def matches(self, lifecycle: str) -> bool:
        """Return whether the whole timeline matches a lifecycle expression.

        Args:
            lifecycle: Kinds in order, such as `"init build(variable*) call+"`; brackets enclose what
                happened inside an event, `| * + ? {m,n}` have the meaning of regular
                expressions. A kind without brackets matches the event with any events inside it.

        Raises:
            ExpressionError: If the expression is invalid; the message points at the position.
        """
        # A slice does not grow if the recording is still running.
        return expression.compile(lifecycle).matches(self[:])

    # Marks

    def mark(self, name: str) -> AbstractContextManager[None]:
        """Name what the program does now: a moment, or with `with` everything inside the block.

        Marks are listed by `marks` and `mark_table`, and `during` selects by them. They are not events,
        and change nothing of these, except that the runs of a function after a mark are an event of their
        own. When the recording has ended, a mark is left out, with a note.

        Args:
            name: The name; several marks may have it.

        Raises:
            QueryError: If this is not the timeline of a recording, but a selection or that of a file.

        Example:
            with timeline.mark("warm-up"):
                model(x)
        """
        return self._source.mark(name)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What `mark` named so far, in the order of beginnings."""
        return self.surroundings.marks

    # Nesting

    @property
    def roots(self) -> tuple[Event, ...]:
        """The events that are not inside another event of this selection."""
        return self._nesting.children(None)

    def children(self, event: Event) -> tuple[Event, ...]:
        """Return the events directly inside `event`, within this selection."""
        return self._nesting.children(event.seq)

    @property
    def by_parent(self) -> Mapping[int | None, tuple[Event, ...]]:
        """What `children` returns for each event that has any, by its `seq`, and `roots` by None."""
        return self._nesting.by_parent

    def parent(self, event: Event) -> Event | None:
        """Return the parent of `event` within this selection, or None."""
        return self._nesting.parents.get(event.seq)

    def outermost(self, event: Event) -> Event:
        """Return the outermost event around `event` in the whole recording, or `event` itself."""
        return self._nesting.outermost(event)

    def left_out_around(self, event: Event) -> tuple[LayerRef, ...]:
        """Return the layers that `event` ran in and whose events were not selected, outermost first.

        Only those inside its nearest selected ancestor count.
        """
        return self._nesting.left_out_around(event)

    def standing_alone(self) -> Iterator[Event]:
        """Yield the events, each with its nearest selected ancestor as its parent."""
        events = tuple(self)
        selected = {event.seq for event in events}
        for event in events:
            if event.parent is None or event.parent in selected:
                yield event
            else:
                parent = self.parent(event)
                yield structs.replace(event, parent=None if parent is None else parent.seq)

    @property
    def _nesting(self) -> Nesting:
        events = self._source.events()
        if self._nested is None or self._nested.events is not events:
            self._nested = Nesting(events, self._whole())
        return self._nested

    def _whole(self) -> Sequence[Event]:
        """Return the events that this was selected from."""
        return self._source.events()

    def _select(self, events: Iterable[Event]) -> Timeline:
        return _Selection(events, self, self._whole())

    # Saving

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the timeline to a file that can be opened on any machine, with or without TensorFlow.

        Args:
            path: A file name that ends in `.layertrace` (compressed if large) or `.jsonl` (plain text).

        Raises:
            FormatError: If it has another suffix, or cannot be written; no partial file is left.
        """
        from layertrace.timeline.storage import save  # it imports this module

        save(self, path)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Timeline:
        """Load a timeline from a file; if it is truncated, load its complete lines and add a note.

        Raises:
            FormatError: If the file does not exist, or is not a recording that this version can read.
        """
        from layertrace.timeline.storage import load

        return load(path)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy or pickle only the events so far, because a running recording cannot leave its process."""
        return Timeline, (tuple(self), self.notes, self.surroundings)

    @property
    def _shown(self) -> Timeline:
        return self


class _Selection(Timeline):
    """Selected events of a timeline, which keep the nesting of the whole."""

    def __init__(self, events: Iterable[Event], selected_from: Timeline, whole: Sequence[Event]) -> None:
        super().__init__()
        source = selected_from.source
        self._timeline = selected_from
        # The context is computed only when it is read: that inspects every layer.
        self._source = StoredEvents(tuple(events), tuple(source.notes()), lambda: source.surroundings())
        self._selected_from = whole

    @property
    def plumbing(self) -> Plumbing:
        """The events of the whole recording that no user wrote."""
        return self._timeline.plumbing

    def _whole(self) -> Sequence[Event]:
        return self._selected_from
