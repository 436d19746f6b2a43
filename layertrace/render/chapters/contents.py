"""Sum up what a chapter caused: layers and variables that were created, and passes through the layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from layertrace.timeline import Timeline
from layertrace.timeline.cause import Cause
from layertrace.timeline.chapters import Chapter
from layertrace.timeline.context import BACKENDS
from layertrace.timeline.event import Event, FunctionRef, LayerRef
from layertrace.timeline.functions import TraceNumbers

__all__ = ["Contents", "Pass", "contents_of"]

PassKind = Literal["symbolic", "eager", "graph"]


@dataclass(slots=True)
class Pass:
    """One way through the layers: symbolic, eager, or a function that was traced or run.

    Attributes:
        kind: The mode of its calls.
        function: The function that the program called, in which others may have been traced.
        outermost: The calls that are not inside another call.
        calls: The number of all calls.
        traces: The traces of the function, or of the one inside it that was traced most often.
        runs: The number of executions.
        first_runs: How many of these were the first after a trace.
        causes: Why it was traced again.
        duration_ns: The duration of all this; None if nothing was timed.
        run_ns: The part of the executions.
        first_run_ns: The part of the first execution.
        calls_ns: The duration of the outermost calls.
        compile_ns: How long XLA compiled the graphs, where JAX traced them.
        traced_before: The number of traces before the recording; 0 if it has traces itself.
        inside: Other ways through the layers while the function was traced; their time is a part of its time.
        backend: What runs the graphs, for readers: `TensorFlow`, `JAX`.
        counts_runs: Whether executions were counted.
        updates: Whether it computes gradients: Keras's train function, and one that creates an optimizer.
    """

    kind: PassKind
    function: FunctionRef | None = None
    outermost: list[Event] = field(default_factory=list)
    calls: int = 0
    traces: list[Event] = field(default_factory=list)
    runs: int = 0
    first_runs: int = 0
    causes: list[Cause] = field(default_factory=list)
    duration_ns: int | None = None
    run_ns: int | None = None
    first_run_ns: int | None = None
    calls_ns: int = 0
    compile_ns: int = 0
    traced_before: int = 0
    inside: list[Pass] = field(default_factory=list)
    backend: str = "TensorFlow"
    counts_runs: bool = True
    updates: bool = False
    _traced: dict[int, list[Event]] = field(default_factory=dict)
    _numbers: TraceNumbers = field(default_factory=TraceNumbers)
    _has_new_graph: bool = False

    @property
    def trace_number(self) -> int:
        """The number of traces, where a function and those inside it count as one."""
        return self._numbers.total

    @property
    def traced_ns(self) -> int | None:
        """The duration without the executions: of the traces, and of compiling them."""
        return None if self.duration_ns is None else self.duration_ns - (self.run_ns or 0)

    @property
    def rest_ns(self) -> int | None:
        """How long its traces took outside of layers and of XLA."""
        if self.traced_ns is None or not self.traces:
            return None
        known = self.calls_ns + self.compile_ns + sum(way.duration_ns or 0 for way in self.inside)
        return max(self.traced_ns - known, 0)

    def add_trace(self, event: Event, outermost: int) -> None:
        """Add a trace of the function, or of one inside it.

        Args:
            event: The trace.
            outermost: The number of the outermost trace around it, or its own.
        """
        self._numbers.add(event, outermost)
        self._has_new_graph = True
        number = 0 if event.function is None else event.function.id
        traces = self._traced.setdefault(number, [])
        traces.append(event)
        if len(traces) > len(self.traces):
            self.traces = traces
        if event.cause is not None:
            self.causes.append(event.cause)

    def add_run(self, event: Event) -> None:
        """Add executions of the function."""
        self.runs += event.times
        self.first_runs += self._has_new_graph
        self._has_new_graph = False
        if event.traced_before and event.traced_before == event.trace:
            self.traced_before = event.traced_before

    def add_call(self, event: Event, around: _Around) -> None:
        """Add a call."""
        self.calls += 1
        if not around.call:
            self.outermost.append(event)
            duration_ns = event.duration_ns
            if duration_ns is not None:
                self.calls_ns += duration_ns
                if around.function is not self:
                    self.duration_ns = (self.duration_ns or 0) + duration_ns

    def add_time(self, event: Event) -> None:
        """Add the duration of a trace or run that is not inside another event of the pass."""
        if event.duration_ns is not None:
            self.duration_ns = (self.duration_ns or 0) + event.duration_ns + event.compile_ns
            self.compile_ns += event.compile_ns
            if event.kind == "run":
                self.run_ns = (self.run_ns or 0) + event.duration_ns
                if self.first_run_ns is None:
                    self.first_run_ns = event.duration_ns if event.times == 1 else event.first_ns or 0


@dataclass(slots=True)
class Contents:
    """What a chapter caused.

    Attributes:
        created: The layers that were created, by number.
        built: The layers that were built.
        first_created: The layers that were created outside of other events of layers.
        variables: The variables of layers.
        outside: The variables that belong to no layer.
        passes: The ways through the layers, in the order of their beginnings.
        plumbing: The events that TensorFlow and Keras caused for themselves.
        errors: The events in which an exception was raised.
    """

    created: dict[int, LayerRef] = field(default_factory=dict)
    built: dict[int, LayerRef] = field(default_factory=dict)
    first_created: dict[int, LayerRef] = field(default_factory=dict)
    variables: list[Event] = field(default_factory=list)
    outside: list[Event] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    plumbing: list[Event] = field(default_factory=list)
    errors: list[Event] = field(default_factory=list)
    seqs: set[int] = field(default_factory=set)

    @property
    def calls(self) -> int:
        """The number of calls of all layers."""
        return sum(way.calls for outer in self.passes for way in (outer, *outer.inside))


class _Around(NamedTuple):
    """What is around an event: whether it is inside a call or another event of a layer, and its pass.

    `trace` is the number of the outermost trace around it.
    """

    call: bool = False
    layer: bool = False
    function: Pass | None = None
    trace: int | None = None


def contents_of(
    chapter: Chapter, timeline: Timeline, marked: Iterable[int] = (), plumbing: Set[int] = frozenset()
) -> Contents:
    """Return what a chapter caused, in linear time.

    Args:
        chapter: The chapter.
        timeline: The events.
        marked: The numbers of events that findings refer to.
        plumbing: The numbers of the events that TensorFlow and Keras caused for themselves.
    """
    return _Collector(timeline, frozenset(marked), plumbing).collected(chapter.roots)


class _Collector:
    """Goes through the events of a chapter, from the outermost inwards."""

    def __init__(self, timeline: Timeline, marked: frozenset[int], plumbing: Set[int]) -> None:
        self._plumbing = plumbing
        self._timeline = timeline
        self._marked = marked
        self._contents = Contents()
        self._passes: dict[object, Pass] = {}

    def collected(self, roots: Sequence[Event]) -> Contents:
        by_parent, marked, plumbing = self._timeline.by_parent, self._marked, self._plumbing
        rows = [(iter(roots), _Around())]
        while rows:
            row, around = rows[-1]
            called: Pass | None = None
            mode, function = None, None
            for event in row:
                seq = event.seq
                if seq in plumbing:
                    self._add_plumbing(event, around)
                    continue
                if event.kind == "call" and event.error is None and seq not in marked:  # as most are
                    if called is None or event.mode is not mode or event.function is not function:
                        mode, function, called = event.mode, event.function, self._pass_of_call(event, around)
                    way: Pass | None = called
                    called.add_call(event, around)
                else:
                    way = self._add(event, around)
                inside = by_parent.get(seq)
                if inside:
                    rows.append((iter(inside), _inside(event, around, way)))
                    break  # the rest of the row follows what is inside
            else:
                rows.pop()
        self._contents.passes = list(self._passes.values())
        return self._contents

    def _add_plumbing(self, event: Event, around: _Around) -> None:
        self._contents.plumbing.append(event)
        if around.function is not None and event.variable is not None:
            around.function.updates |= event.variable.role == "optimizer"

    def _add(self, event: Event, around: _Around) -> Pass | None:
        """Add one event, and return the pass it belongs to."""
        contents = self._contents
        if event.seq in self._marked:
            contents.seqs.add(event.seq)
        if event.error is not None and event.error.origin:
            contents.errors.append(event)
        if event.kind == "call":
            way = self._pass_of_call(event, around)
            way.add_call(event, around)
            return way
        if event.kind in ("trace", "run"):
            return self._add_of_function(event, around)
        if event.kind == "variable":
            (contents.outside if event.layer is None else contents.variables).append(event)
        elif event.layer is not None:
            if event.kind == "init":
                contents.created[event.layer.id] = event.layer
                if not around.layer:
                    contents.first_created[event.layer.id] = event.layer
            else:
                contents.built[event.layer.id] = event.layer
        return None

    def _add_of_function(self, event: Event, around: _Around) -> Pass:
        way = around.function
        if way is None:
            way = self._pass("graph", event.function)
            way.add_time(event)
        if event.kind == "trace":
            way.add_trace(event, event.seq if around.trace is None else around.trace)
        else:
            way.add_run(event)
        return way

    def _pass_of_call(self, event: Event, around: _Around) -> Pass:
        kind: PassKind = event.mode
        if around.function is None:
            return self._pass(kind, event.function if kind == "graph" else None)
        return around.function if kind == "graph" else self._pass(kind, None, around=around.function)

    def _pass(self, kind: PassKind, function: FunctionRef | None, around: Pass | None = None) -> Pass:
        """Return a pass of the chapter, or one while the function of another is traced."""
        if around is not None:
            way = next((way for way in around.inside if way.kind == kind), None)
            if way is None:
                way = Pass(kind)
                around.inside.append(way)
            return way
        key = kind if function is None else function.id
        way = self._passes.get(key)
        if way is None:
            surroundings = self._timeline.surroundings
            way = self._passes[key] = Pass(kind, function, backend=BACKENDS[surroundings.backend])
            way.counts_runs = function is None or surroundings.counts_runs_of(function)
            way.updates = function is not None and function.role == "train"
        return way


def _inside(event: Event, around: _Around, way: Pass | None) -> _Around:
    """Return what is around the events inside an event."""
    if event.kind in ("trace", "run"):
        is_outermost = event.kind == "trace" and around.trace is None
        return _Around(False, around.layer, way, event.seq if is_outermost else around.trace)
    if event.kind == "variable" or (around.call and around.layer):
        return around
    return _Around(around.call or event.kind == "call", True, around.function, around.trace)
