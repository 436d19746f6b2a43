"""Arrange what happened to each layer by chapters of the program, and by passes through the layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from layertrace.timeline.chapters import Chapter, chapters
from layertrace.timeline.event import Event, FunctionRef, Kind, LayerRef, Mode, Structure
from layertrace.timeline.event_source import StoredEvents
from layertrace.timeline.layer_places import Clues, ordered, parents_of
from layertrace.timeline.ownership import is_user_defined
from layertrace.timeline.plumbing import origin_of
from layertrace.timeline.timeline import Timeline

__all__ = ["Cell", "Life", "Lives", "Pass", "lives"]


@dataclass(slots=True)
class Cell:
    """What happened to one layer in one pass.

    Attributes:
        counts: The number of events of each kind. A variable whose creation failed does not count.
        firsts: The first event of each kind, in the order in which they occurred.
        late: The number of variables that were created while `call` ran, outside of `build`.
        errors: The number of exceptions that were raised in these events.
        failed: The first event in which one was raised.
    """

    counts: dict[Kind, int] = field(default_factory=dict)
    firsts: dict[Kind, Event] = field(default_factory=dict)
    late: int = 0
    errors: int = 0
    failed: Event | None = None

    def add(self, event: Event, *, in_call: bool = False) -> None:
        """Count one event.

        Args:
            event: The event.
            in_call: Whether it happened directly inside a `call`.
        """
        kind = event.kind
        if event.error is not None and event.error.origin:
            self.errors += 1
            self.failed = self.failed or event
        if kind not in self.firsts:
            self.firsts[kind] = event
        if kind != "variable" or event.error is None:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.late += in_call and kind == "variable"

    def merge(self, other: Cell) -> None:
        """Add the counts of a later cell, or of another layer."""
        for kind, number in other.counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + number
        self.firsts = {**other.firsts, **self.firsts}
        self.late += other.late
        self.errors += other.errors
        self.failed = self.failed or other.failed


@dataclass(frozen=True, slots=True)
class Pass:
    """One way through the layers within a chapter: eager, symbolic, or one trace of a function.

    Attributes:
        chapter: The index of the chapter.
        mode: The mode of its events.
        function: For a trace: the function that the program called, which is the outermost one being traced.
        traced: For a trace: the function being traced, which may be inside `function`.
        trace: For a trace: its number among the traces of `traced`.
    """

    chapter: int
    mode: Mode
    function: FunctionRef | None = None
    traced: FunctionRef | None = None
    trace: int | None = None


@dataclass(slots=True)
class Life:
    """The life of one layer.

    Attributes:
        layer: The layer, with its latest name and path; None for what happened outside of layers.
        parent: The index of the layer that it lies in; None at the top.
        depth: The number of layers around it.
        cells: What happened in each pass, by the index of the pass.
        outputs: The specs of what `call` returned: of the first symbolic call, or else of the first call.
        parameters: The number of elements of its own variables, as `count_params()` of Keras counts them:
            without the states of random generators and metrics.
        is_called: Whether `call` ran.
        is_built: Whether it was built in the end; None if that is unknown.
        is_plumbing: Whether Keras created the layer as a reference, while it saved or loaded.
        is_own: Whether the program created it, and not a layer of a framework for itself.
        is_copied: Whether a copy of it was created from its config.
        copied_by: The layer that created the copy, as `Bidirectional` does with its layer.
    """

    layer: LayerRef | None
    parent: int | None = None
    depth: int = 0
    cells: dict[int, Cell] = field(default_factory=dict)
    outputs: Structure = None
    parameters: int = 0
    is_called: bool = False
    is_built: bool | None = None
    is_plumbing: bool = False
    is_own: bool = True
    is_copied: bool = False
    copied_by: LayerRef | None = None


@dataclass(frozen=True, slots=True)
class Lives:
    """The lives of all layers: rows of a chart whose columns are passes.

    Attributes:
        chapters: The chapters of the program.
        passes: The passes, grouped by chapter, and within a chapter by function.
        lives: The layers, each followed by those inside it, in the order of their first events.
        outside: What happened outside of layers: variables of optimizers and metrics.
        runs: The number of executions of each function in each chapter, by the index of the chapter and the
            number of the function. They enter no Python, and so no layer.
        ran: The functions that ran, by number.
        traces: The chapter and the number of the function of each trace, by the `seq` of its event. Of nested
            functions, it is the outermost one.
        ran_at: The same of each run.
        ran_before: Whether a function ran that had been traced before the recording, so that the calls inside
            it were not seen.
        holders: The number of variables outside of layers of each optimizer and metric, by the index of the
            pass; of a holder without a name, its sort: `optimizers`, or empty for a variable of the program.
    """

    chapters: tuple[Chapter, ...]
    passes: tuple[Pass, ...]
    lives: tuple[Life, ...]
    outside: Life
    runs: Mapping[tuple[int, int], int]
    ran: Mapping[int, FunctionRef]
    traces: Mapping[int, tuple[int, int]]
    ran_at: Mapping[int, tuple[int, int]]
    ran_before: bool = False
    holders: Mapping[int, Mapping[str, int]] = field(default_factory=dict)


_KEPT: WeakKeyDictionary[Timeline, tuple[Sequence[Event], Lives]] = WeakKeyDictionary()
"""The lives that were computed last, for the very events of a timeline."""


def lives(timeline: Timeline) -> Lives:
    """Return the lives of the layers of a timeline, in linear time.

    The sum of all cells is the number of events of each kind. They are kept as long as the timeline and its
    events.

    Example:
        >>> lives(Timeline()).lives
        ()
    """
    if not isinstance(timeline.source, StoredEvents):  # of a running recording, layers may still change
        return _computed(timeline)
    events = timeline.source.events()
    kept = _KEPT.get(timeline)
    if kept is None or kept[0] is not events:
        kept = _KEPT[timeline] = events, _computed(timeline)
    return kept[1]


def _computed(timeline: Timeline) -> Lives:
    program_chapters = tuple(chapters(timeline))
    collector = _Collector(program_chapters, timeline.plumbing)
    for event in timeline.standing_alone():
        collector.add(event)
    passes, renumbered = _ordered(collector.passes)
    everyone = collector.lives
    for life in (*everyone.values(), collector.outside):
        life.cells = dict(sorted((renumbered[number], cell) for number, cell in life.cells.items()))
    layers = {number: life.layer for number, life in everyone.items() if life.layer is not None}
    parents = parents_of(layers, collector.clues, timeline.surroundings.states)
    in_order = []
    for number, parent, depth in ordered(layers, parents, collector.clues):
        everyone[number].parent, everyone[number].depth = parent, depth
        in_order.append(everyone[number])
    for number, creator in collector.clues.created_in.items():
        everyone[number].is_own = is_user_defined(layers[creator])
    for number, copier in collector.clues.copied(layers):
        everyone[number].is_copied, everyone[number].copied_by = True, layers.get(copier)
    for number in timeline.plumbing.layers & everyone.keys():
        everyone[number].is_plumbing = True
    for number, state in timeline.surroundings.states.items():
        if number in everyone:
            everyone[number].is_built = state.built
    return Lives(
        chapters=program_chapters,
        passes=passes,
        lives=tuple(in_order),
        outside=collector.outside,
        runs=collector.runs,
        ran=collector.ran,
        traces=collector.traces,
        ran_at=collector.ran_at,
        ran_before=collector.ran_before,
        holders={renumbered[number]: names for number, names in collector.holders.items()},
    )


class _Collector:
    """Sorts events into cells, one after the other.

    Args:
        program_chapters: The chapters of all events.
        left_out: The events that are plumbing, whose variables are not parameters.
    """

    def __init__(self, program_chapters: Sequence[Chapter], left_out: Container[int]) -> None:
        self._left_out = left_out
        self.lives: dict[int, Life] = {}
        self.outside = Life(None)
        self.passes: list[Pass] = []
        self._numbers: dict[tuple[object, ...], int] = {}
        self.runs: dict[tuple[int, int], int] = {}
        self.ran: dict[int, FunctionRef] = {}
        self.traces: dict[int, tuple[int, int]] = {}
        self.ran_at: dict[int, tuple[int, int]] = {}
        self.ran_before = False
        self.holders: dict[int, Counter[str]] = {}
        self.clues = Clues()
        self._called_symbolically: set[int] = set()
        self._chapters = {
            root.seq: index for index, chapter in enumerate(program_chapters) for root in chapter.roots
        }
        self._calls: set[int] = set()
        # By event: the layer it belongs to or is inside of, the layer around that one, and the outermost
        # function being traced.
        self._owners: dict[int, int | None] = {}
        self._around: dict[int, int | None] = {}
        self._outermost: dict[int, FunctionRef | None] = {}

    def add(self, event: Event) -> None:
        """Sort one event; its parent comes before it."""
        seq, layer, kind = event.seq, event.layer, event.kind
        parent = -1 if event.parent is None else event.parent
        chapter = self._chapters.setdefault(seq, self._chapters.get(parent, 0))
        owner_around = self._owners.get(parent)
        owner = self._owners[seq] = owner_around if layer is None else layer.id
        around = owner_around if owner_around != owner else self._around.get(parent)
        self._around[seq] = around
        function = self._outermost.get(parent)
        self._outermost[seq] = event.function if function is None and kind == "trace" else function
        if kind == "call":
            self._calls.add(seq)
        if kind == "run":
            self._add_run(event, chapter)
        elif kind == "trace":
            outermost = self._outermost[seq]
            self.traces[seq] = (chapter, 0 if outermost is None else outermost.id)
        else:
            life = self.outside if layer is None else self._life(layer)
            self._count(event, life, self._pass(event, chapter, function))
            if layer is not None:
                self.clues.add(event, layer.id, around, in_call=parent in self._calls)

    def _add_run(self, event: Event, chapter: int) -> None:
        if event.function is not None:
            key = (chapter, event.function.id)
            self.runs[key] = self.runs.get(key, 0) + event.times
            self.ran[event.function.id] = event.function
            self.ran_at[event.seq] = key
            self.ran_before |= bool(event.traced_before)

    def _life(self, layer: LayerRef) -> Life:
        life = self.lives.get(layer.id)
        if life is None:
            life = self.lives[layer.id] = Life(layer)
        life.layer = layer
        return life

    def _pass(self, event: Event, chapter: int, outermost: FunctionRef | None) -> int:
        mode, traced = event.mode, event.function
        if mode != "graph" or traced is None:
            key: tuple[object, ...] = (chapter, mode)
        else:
            outermost = outermost or traced
            key = (chapter, mode, outermost.id, traced.id, event.trace)
        number = self._numbers.get(key)  # a tuple of numbers is hashed faster than a Pass
        if number is None:
            number = self._numbers[key] = len(self.passes)
            graph = (outermost, traced, event.trace) if len(key) > 2 else ()
            self.passes.append(Pass(chapter, mode, *graph))
        return number

    def _count(self, event: Event, life: Life, number: int) -> None:
        cell = life.cells.get(number)
        if cell is None:
            cell = life.cells[number] = Cell()
        cell.add(event, in_call=event.parent in self._calls)
        if event.variable is not None and event.error is None:
            if event.layer is None:
                is_left_out = event.seq in self._left_out
                holder = event.variable.holder or (origin_of(event) if is_left_out else "")
                self.holders.setdefault(number, Counter())[holder] += 1
            elif event.seq not in self._left_out and not _is_untracked(event):
                life.parameters += event.variable.parameters
        elif event.kind == "call" and event.layer is not None:
            life.is_called = True
            symbolic = event.mode == "symbolic" and event.layer.id not in self._called_symbolically
            if event.outputs is not None and (life.outputs is None or symbolic):
                life.outputs = event.outputs
                if event.mode == "symbolic":
                    self._called_symbolically.add(event.layer.id)


def _is_untracked(event: Event) -> bool:
    """Return whether Keras 3 does not know a variable, because it is a raw `tf.Variable`."""
    is_raw = event.variable is not None and event.variable.source == "tf"
    return is_raw and event.layer is not None and event.layer.framework == "keras"


def _ordered(passes: Sequence[Pass]) -> tuple[tuple[Pass, ...], dict[int, int]]:
    """Return the passes in the order of the chart, and the new number of each.

    Passes of one chapter are in the order of their beginnings, with the traces of one function together.
    """
    first_of: dict[tuple[int, Mode, int], int] = {}
    for number, key in enumerate(passes):
        first_of.setdefault(_group(key), number)
    order = sorted(range(len(passes)), key=lambda at: (passes[at].chapter, first_of[_group(passes[at])], at))
    return tuple(passes[number] for number in order), {number: place for place, number in enumerate(order)}


def _group(key: Pass) -> tuple[int, Mode, int]:
    return key.chapter, key.mode, 0 if key.function is None else key.function.id
