"""The ordered record of events, with its queries."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, TypeVar, overload

from msgspec import structs

from layertrace.timeline import lazy_views
from layertrace.timeline.context import Failure, RecordingContext
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.event_source import EventSource, StoredEvents
from layertrace.timeline.functions import FunctionLife, functions
from layertrace.timeline.lifecycle import expression
from layertrace.timeline.nesting import Nesting
from layertrace.timeline.plumbing import Plumbing, plumbing
from layertrace.timeline.query import by_fields, by_subject
from layertrace.timeline.tree_options import TreeOptions, list_tree_options

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from typing_extensions import Unpack

    from layertrace.diagnosis import Finding
    from layertrace.render.lives.chart import LifeChart
    from layertrace.render.tables.fitted_table import FittedTable
    from layertrace.render.trees.tree import TimelineTree

__all__ = ["Timeline"]

T = TypeVar("T", bound="Timeline")


class Timeline(Sequence[Event]):
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
                compared with the name, the class name, and the path from any parent down.

        Raises:
            UnknownLayerError: If no event belongs to it; the message lists the layers of the timeline.
        """
        return self._select(by_subject(self, subject))

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

    # Views

    def findings(
        self, *, select: Sequence[str] | None = None, ignore: Sequence[str] | None = None
    ) -> list[Finding]:
        """Return what is wrong, the most severe first, as `layertrace.diagnose` does.

        Args:
            select: Codes of the rules to run, or their beginnings (`LT2`); None for those that
                `[tool.layertrace]` in the nearest `pyproject.toml` selects, by default all.
            ignore: Codes of rules not to run; None for those that `pyproject.toml` ignores.

        Raises:
            RuleError: If no rule has one of the codes.
        """
        return lazy_views.diagnose(self, select=select, ignore=ignore)

    @list_tree_options
    def tree(self, *, findings: Iterable[Finding] = (), **options: Unpack[TreeOptions]) -> TimelineTree:
        """Return the events as a tree for `rich` to print.

        Args:
            findings: Findings to mark at the events concerned.
            options: What the tree shows, as `TreeOptions` lists it.
        """
        return lazy_views.tree(self, findings=findings, **options)

    def life_chart(self, *, findings: Sequence[Finding] = (), max_lines: int | None = 40) -> LifeChart:
        """Return a chart for `rich` to print: when each layer was created, built and called.

        Args:
            findings: Findings to mark at the layers concerned.
            max_lines: Approximate number of lines at most; None for any number.
        """
        return lazy_views.life_chart(self, findings, max_lines=max_lines)

    def table(self, *, fold: bool = True) -> FittedTable:
        """Return a table for `print` or `rich`: the layers as they lie in each other, and their parameters.

        Args:
            fold: Whether to show layers that are alike once, if there are many rows.
        """
        return lazy_views.table(self, fold=fold)

    def function_table(self) -> Table:
        """Return a table for `print` or `rich`: one row for each `tf.function`."""
        return lazy_views.function_table(self)

    def to_dicts(self) -> list[dict[str, str | int | float | bool | None]]:
        """Return one flat dict of plain values for each event.

        `layertrace.render.exports.records.COLUMNS` describes the keys. Every dict has all of them.

        Example:
            >>> Timeline([Event(seq=0, kind="build", start_ns=1_500_000)]).to_dicts()[0]["start_ms"]
            1.5
        """
        return lazy_views.records(self)

    def to_frame(self) -> Any:
        """Return these dicts as a `pandas.DataFrame`; as one of polars if pandas is not there.

        Raises:
            DependencyError: If neither is installed.
        """
        return lazy_views.frame(self)

    @list_tree_options
    def print(
        self,
        *,
        file: IO[str] | None = None,
        console: Console | None = None,
        findings: Sequence[Finding] | None = None,
        **options: Unpack[TreeOptions],
    ) -> None:
        """Print the tree: in colour on a terminal, as HTML in a notebook, as plain text elsewhere.

        Args:
            file: The file to print to; None for the standard output.
            console: The rich console to print to, instead of a file.
            findings: Findings to print before the tree and to mark in it; the verdict then follows the
                tree. None prints neither, as if the rules had not run.
            options: What the tree shows, as `TreeOptions` lists it.
        """
        lazy_views.print_timeline(self, file=file, console=console, findings=findings, **options)

    def __str__(self) -> str:
        return lazy_views.text(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the page and the text that a notebook chooses from."""
        return lazy_views.notebook(self)


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
