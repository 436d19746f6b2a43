"""Count events: of each layer, and of a whole timeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import UNICODE, Glyphs
from layertrace.timeline import Timeline
from layertrace.timeline.call_counts import calls_in_words
from layertrace.timeline.event import MODES, Event, LayerRef, Mode
from layertrace.timeline.functions import TraceNumbers
from layertrace.timeline.plumbing import Plumbing, origin_of, plumbing

__all__ = ["Counts", "LayerCounts", "Totals", "apart", "count"]


@dataclass(slots=True)
class Counts:
    """The number of events of each kind; a variable whose creation failed does not count.

    `parameters` are the elements of variables as `count_params()` of Keras counts them: Keras 3 does not
    track a raw `tf.Variable`.
    """

    init: int = 0
    build: int = 0
    calls: dict[Mode, int] = field(default_factory=lambda: dict.fromkeys(MODES, 0))
    variables: int = 0
    parameters: int = 0
    errors: int = 0

    def add(self, event: Event) -> None:
        """Count one event."""
        if event.kind == "call":
            self.calls[event.mode] += 1
        elif event.kind == "init":
            self.init += 1
        elif event.kind == "build":
            self.build += 1
        elif event.variable is not None and event.error is None:
            self.variables += 1
            is_tracked = event.layer is None or event.layer.framework == "tf_keras"
            if is_tracked or event.variable.source != "tf":
                self.parameters += event.variable.parameters
        if event.error is not None and event.error.origin:
            self.errors += 1

    def calls_in_words(self, glyphs: Glyphs = UNICODE) -> str:
        """Return how often `call` ran, and in which mode: `call×3: 1 symbolic, 2 traced`."""
        return f"call{_times(glyphs)}{calls_in_words(self.calls)}" if any(self.calls.values()) else ""

    def life_in_words(self, glyphs: Glyphs = UNICODE) -> str:
        """Return the lifecycle of a layer: `init×1 build×1 call×2`, in ASCII `init 1, build 1, call 2`."""
        created = [("init", self.init), ("build", self.build)]
        parts = [f"{what}{_times(glyphs)}{number:,}" for what, number in created if number]
        between = " " if glyphs.times == UNICODE.times else ", "
        return between.join([*parts, calls] if (calls := self.calls_in_words(glyphs)) else parts)


def _times(glyphs: Glyphs) -> str:
    """Return the sign between a kind and its number: `×`, or a space in ASCII, as x is a letter."""
    return glyphs.times if glyphs.times == UNICODE.times else " "


@dataclass(slots=True)
class LayerCounts(Counts):
    """The counts of one layer, or the sum for several."""

    layers: dict[int, LayerRef] = field(default_factory=dict)
    first_call: Event | None = None

    def add(self, event: Event) -> None:
        """Count one event of this layer."""
        if event.layer is not None:
            self.layers[event.layer.id] = event.layer
        if self.first_call is None and event.kind == "call":
            self.first_call = event
        if event.kind == "call" and event.error is None:  # which most events are
            self.calls[event.mode] += 1
        else:
            Counts.add(self, event)

    def merge(self, other: LayerCounts) -> None:
        """Add the counts of another layer."""
        for name in ("init", "build", "variables", "parameters", "errors"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mode in MODES:
            self.calls[mode] += other.calls[mode]
        self.layers.update(other.layers)
        self.first_call = self.first_call or other.first_call

    @property
    def layer(self) -> LayerRef:
        """The layer, as last recorded."""
        return next(reversed(self.layers.values()))


@dataclass(slots=True)
class Totals:
    """The counts of a whole timeline.

    What TensorFlow and Keras do for themselves is counted apart.

    Attributes:
        layers: The counts of each layer, by its number.
        outside: The counts of events that belong to no layer.
        traces: The number of traces, where a function and those inside it count as one.
        runs: The number of runs.
        threads: The names of the threads.
        plumbed_traces: The number of traces that are plumbing, by their origin: `tf.data`.
        plumbed_variables: The number of variables that are plumbing, by their origin: `optimizers`.
        plumbed_layers: The numbers of the layers that Keras created as a reference.
    """

    layers: dict[int, LayerCounts] = field(default_factory=dict)
    outside: Counts = field(default_factory=Counts)
    traces: int = 0
    runs: int = 0
    threads: set[str] = field(default_factory=set)
    plumbed_traces: Counter[str] = field(default_factory=Counter)
    plumbed_variables: Counter[str] = field(default_factory=Counter)
    plumbed_layers: set[int] = field(default_factory=set)

    def add(self, event: Event) -> None:
        """Count one event, under its layer where it has one."""
        if event.kind == "run":
            self.runs += event.times
        if event.layer is None:
            self.outside.add(event)
            return
        own = self.layers.get(event.layer.id)
        if own is None:
            own = self.layers[event.layer.id] = LayerCounts()
        own.add(event)

    def add_plumbing(self, event: Event) -> None:
        """Count one event of what TensorFlow and Keras do for themselves."""
        if event.kind == "trace":
            self.plumbed_traces[origin_of(event)] += 1
        elif event.kind == "variable":
            self.plumbed_variables[origin_of(event)] += 1
        elif event.layer is not None:
            self.plumbed_layers.add(event.layer.id)

    def traces_in_words(self, took: str = "") -> str:
        """Return the number of traces: `7 traces (12 more of tf.data)`, or nothing without traces.

        Args:
            took: What follows the number: ` in 35.9 s`.
        """
        return apart(counted(self.traces, "trace") + took, self.plumbed_traces) if self.traces else ""

    def variables_in_words(self) -> str:
        """Return the variables of layers and their parameters, and the number of those that no user wrote.

        An example is `112 variables (206 more of optimizers and metrics), 93,347 parameters`.
        """
        layers = self.all_layers()
        if not layers.variables:
            return ""
        variables = apart(counted(layers.variables, "variable"), self.plumbed_variables)
        return f"{variables}, {counted(layers.parameters, 'parameter')}"

    def all_layers(self) -> LayerCounts:
        """Return the counts of all layers together."""
        together = LayerCounts()
        for counts in self.layers.values():
            together.merge(counts)
        return together

    def by_class(self) -> dict[str, LayerCounts]:
        """Return the counts of each class of layers, in the order of their first events."""
        classes: dict[str, LayerCounts] = {}
        for counts in self.layers.values():
            classes.setdefault(counts.layer.class_name, LayerCounts()).merge(counts)
        return classes


def apart(what: str, plumbed: Mapping[str, int]) -> str:
    """Return a count, and how many more of its kind there are that no user wrote.

    Example:
        >>> apart("7 traces", {"tf.data": 12, "tf.distribute": 2})
        '7 traces (14 more of tf.data and tf.distribute)'
    """
    if not plumbed:
        return what
    origins = sorted(plumbed, key=lambda origin: -plumbed[origin])
    named = " and ".join(filter(None, (", ".join(origins[:-1]), origins[-1])))
    return f"{what} ({sum(plumbed.values()):,} more of {named})"


def count(events: Iterable[Event]) -> Totals:
    """Return the counts of a timeline."""
    ordered: Timeline | tuple[Event, ...] = events if isinstance(events, Timeline) else tuple(events)
    plumbed: Plumbing = ordered.plumbing if isinstance(ordered, Timeline) else plumbing(ordered)
    seqs = frozenset(plumbed)
    totals = Totals(threads=set(map(attrgetter("thread"), ordered)))
    called: dict[int, dict[Mode, int]] = {}  # by the identity of the layer
    for event in ordered:
        calls = called.get(id(event.layer)) if event.kind == "call" and event.error is None else None
        if calls is not None:  # most events are such
            calls[event.mode] += 1
        elif event.seq in seqs:
            totals.add_plumbing(event)
        else:
            totals.add(event)
            if event.kind == "call" and event.layer is not None:
                called[id(event.layer)] = totals.layers[event.layer.id].calls
    totals.traces = _traces(ordered, plumbed)
    return totals


def _traces(ordered: Timeline | tuple[Event, ...], plumbed: Plumbing) -> int:
    numbers = TraceNumbers()
    timeline = ordered if isinstance(ordered, Timeline) else Timeline(ordered)
    for event in timeline:
        if event.kind != "trace" or event.seq in plumbed:
            continue
        outermost, around = event.seq, timeline.parent(event)
        while around is not None:
            if around.kind == "trace" and around.seq not in plumbed:
                outermost = around.seq
            around = timeline.parent(around)
        numbers.add(event, outermost)
    return numbers.total
