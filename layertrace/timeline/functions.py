"""The history of each `tf.function`: its traces, their causes, and its runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from layertrace.timeline.cause import Cause
from layertrace.timeline.event import Event, FunctionRef, Location, Structure
from layertrace.timeline.plumbing import plumbing

if TYPE_CHECKING:
    from layertrace.timeline.timeline import Timeline

__all__ = ["FunctionLife", "TraceNumbers", "functions", "with_steps"]


@dataclass(frozen=True, slots=True)
class FunctionLife:
    """One `tf.function` object in a timeline.

    Attributes:
        function: Its number and name.
        traces: The events of its traces, failed ones included.
        runs: The number of executions from eager code.
        traced_before: The number of traces before the recording began; None if that is unknown, because it
            never ran.
        defined_at: Where the Python function is defined.
        is_plumbing: Whether TensorFlow or Keras trace it for themselves, as `tf.data` does for `fit`; no
            program calls it.
        around: If `traces` has those of a step, the traces of the function that it belongs to.
    """

    function: FunctionRef
    traces: tuple[Event, ...]
    runs: int
    traced_before: int | None
    defined_at: Location | None
    is_plumbing: bool = False
    around: tuple[Event, ...] = ()

    @property
    def name(self) -> str:
        """The name that TensorFlow gave it."""
        return self.function.name

    @property
    def label(self) -> str:
        """The name for readers: `train of net`."""
        return self.function.label

    @property
    def traced(self) -> int:
        """The number of successful traces: what they add to `experimental_get_tracing_count()`."""
        return sum(event.error is None for event in self.traces)

    @property
    def signatures(self) -> tuple[Mapping[str, Structure], ...]:
        """The arguments of each trace, by name."""
        return tuple(event.inputs for event in self.traces if isinstance(event.inputs, Mapping))

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The cause of each trace except the first of its code; one that a step shares counts once."""
        causes = [event.cause for event in self.traces if event.cause is not None]
        seen = {str(cause) for cause in causes}
        further = (event.cause for event in self.around if event.cause is not None)
        return (*causes, *(cause for cause in further if str(cause) not in seen))

    @property
    def seconds(self) -> float:
        """The duration of its traces in seconds, including the functions traced inside them."""
        return sum(event.duration_ns or 0 for event in self.around or self.traces) / 1e9


@dataclass(slots=True)
class TraceNumbers:
    """The number of traces, where a function and those that are traced inside it count as one.

    Keras's train function and the step inside it are one function to a user: each trace of the outer one
    counts as often as the function inside it that was traced most often meanwhile.
    """

    _by_outermost: dict[int, Counter[int]] = field(default_factory=dict)

    def add(self, trace: Event, outermost: int) -> None:
        """Count one trace.

        Args:
            trace: The trace.
            outermost: The number of the outermost trace around it, or its own.
        """
        function = 0 if trace.function is None else trace.function.id
        self._by_outermost.setdefault(outermost, Counter())[function] += 1

    @property
    def total(self) -> int:
        """The sum for all outermost traces."""
        return sum(max(numbers.values()) for numbers in self._by_outermost.values())


def functions(events: Iterable[Event], plumbed: Set[int] | None = None) -> tuple[FunctionLife, ...]:
    """Return the history of each `tf.function`, in the order of their first traces or runs.

    Args:
        events: The events.
        plumbed: The numbers of the functions that are plumbing, if they are known already.
    """
    ordered = tuple(events)
    plumbed = plumbing(ordered).functions if plumbed is None else plumbed
    events_of: dict[int, list[Event]] = {}
    for event in ordered:
        if event.kind in ("trace", "run") and event.function is not None:
            events_of.setdefault(event.function.id, []).append(event)
    return tuple(_life(events, number in plumbed) for number, events in events_of.items())


def with_steps(timeline: Timeline) -> tuple[FunctionLife, ...]:
    """Return the functions of a timeline, where one of Keras and the step that it traces are one.

    In place of a trace in which the step was traced several times, it has these.
    """
    lives = timeline.functions
    step_traces: dict[int, list[Event]] = {}
    own = []
    for life in lives:
        around = [_around_step(event, timeline) for event in life.traces] if life.function.step else []
        if life.runs or not around or None in around:
            own.append(life)
            continue
        for event, outer in zip(life.traces, around, strict=True):
            assert outer is not None  # noqa: S101  # see above
            step_traces.setdefault(outer.seq, []).append(event)
    return tuple(_with_step(life, step_traces) for life in own)


def _around_step(trace: Event, timeline: Timeline) -> Event | None:
    """Return the trace of a Keras function in which its step was traced."""
    step, around = trace.function, timeline.parent(trace)
    while around is not None and step is not None:
        outer = around.function
        is_function = around.kind == "trace" and outer is not None and not outer.step
        if is_function and outer is not None and (outer.role, outer.model) == (step.role, step.model):
            return around
        around = timeline.parent(around)
    return None


def _with_step(life: FunctionLife, step_traces: Mapping[int, list[Event]]) -> FunctionLife:
    inside = [step_traces.get(event.seq, []) for event in life.traces]
    if not any(inside):
        return life
    traces: list[Event] = []
    for event, steps in zip(life.traces, inside, strict=True):
        traces += steps if len(steps) > 1 else [event]
    return replace(life, traces=tuple(traces), around=life.traces)


def _life(events: list[Event], is_plumbing: bool) -> FunctionLife:
    runs = [event for event in events if event.kind == "run"]
    earlier_traces = (event.traced_before for event in runs if event.traced_before is not None)
    definitions = (event.defined_at for event in events if event.defined_at is not None)
    function = events[0].function
    assert function is not None  # noqa: S101  # `functions` passes only such events
    return FunctionLife(
        function=function,
        traces=tuple(event for event in events if event.kind == "trace"),
        runs=sum(event.times for event in runs),
        traced_before=next(earlier_traces, None),
        defined_at=next(definitions, None),
        is_plumbing=is_plumbing,
    )
