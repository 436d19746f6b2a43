"""What several rules of this folder use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, user_function
from layertrace.diagnosis.finding import Evidence
from layertrace.timeline.event import Change, Event, FunctionRef, LayerRef, Location
from layertrace.timeline.functions import FunctionLife
from layertrace.timeline.ownership import is_framework_file, is_tensorflow_file

GUIDE = "https://www.tensorflow.org/guide/function#controlling_retracing"
ENOUGH = 3
"""Retraces for one reason: one is a partial last batch, two may be meant."""
ENOUGH_FUNCTIONS = 5
"""Functions made anew from one code: TensorFlow warns from the fifth on."""
WORTH = 5
"""Runs for each trace from which on a function was worth making: a trace takes as long as many runs."""


@dataclass(frozen=True)
class Retraces:
    """The retraces of one function that one argument caused."""

    life: FunctionLife
    argument: str
    traces: tuple[Event, ...]
    changes: tuple[Change, ...]
    runs: tuple[Event, ...]

    @property
    def location(self) -> Location | None:
        """The line that called the function, or its definition if they were several."""
        lines = {event.location for event in self.traces}
        return self.traces[0].location if len(lines) == 1 else self.life.defined_at or self.traces[0].location

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The first and the last change."""
        ends = {0: self.changes[0], len(self.changes) - 1: self.changes[-1]}
        return tuple(
            Evidence(str(change), (self.traces[at].seq,), self.traces[at].location)
            for at, change in ends.items()
        )

    @property
    def is_settled(self) -> bool:
        """Whether all values have been met: since the last new one it ran more than twice as often as before.

        A closed set, as of modes or sizes of buckets, has a graph for each; that is what they are for.
        """
        last = self.traces[-1].seq
        before = sum(run.times for run in self.runs if run.seq < last)
        return sum(run.times for run in self.runs) - before > 2 * before

    @property
    def counts(self) -> str:
        """How often the function was traced and run."""
        runs = f" in {self.life.runs} runs" if self.life.runs else ""
        return f"{self.life.name} was traced {self.life.traced} times{runs}"


def retraces(context: DiagnosisContext, *kinds: str) -> Iterator[Retraces]:
    """Yield what one argument of one function caused, where that happened often enough."""
    runs = runs_by_function(context)
    for life in context.timeline.functions:
        found: dict[str, list[tuple[Event, Change]]] = {}
        for event in life.traces:
            changes = () if event.cause is None else event.cause.changes
            arguments = {change.argument.partition("[")[0] for change in changes}
            # Of two arguments that changed at once it cannot be told which it was; and the steps of Keras
            # take data of any structure, with or without targets and weights.
            is_data = is_framework_code(life.defined_at) and any(
                change.what == "structure" for change in changes
            )
            if len(arguments) == 1 and all(change.what in kinds for change in changes) and not is_data:
                found.setdefault(arguments.pop(), []).append((event, changes[0]))
        for root, pairs in found.items():
            if len(pairs) >= ENOUGH:
                traces, alone = zip(*pairs, strict=True)
                names = {change.argument for change in alone}
                argument = names.pop() if len(names) == 1 else root
                one = Retraces(life, argument, traces, alone, tuple(runs.get(life.function, ())))
                if not one.is_settled:
                    yield one


def runs_by_function(context: DiagnosisContext) -> dict[FunctionRef | None, list[Event]]:
    """Return the runs of each function."""
    found: dict[FunctionRef | None, list[Event]] = {}
    for run in context.events("run"):
        found.setdefault(run.function, []).append(run)
    return found


def is_framework_code(place: Location | None) -> bool:
    """Return whether code is Keras's or TensorFlow's own."""
    return place is not None and is_framework_file(place.file)


def made_anew(context: DiagnosisContext, reason: str) -> Iterator[tuple[str, list[Event]]]:
    """Yield the first traces of functions of one code but the first, where there are many."""
    found: dict[tuple[str, Location | int, Location | None], list[Event]] = {}
    worth = Worth(context)
    seen: set[FunctionRef] = set()
    for event in context.events("trace"):
        if event.cause is None or event.cause.reason != reason or event.function is None:
            continue
        busy = context.enclosing_layer(event)
        if busy is not None and not is_user_defined(busy):
            continue  # a layer of Keras that compiles its own operations
        if event.defined_at is not None and is_tensorflow_file(event.defined_at.file):
            continue  # what TensorFlow makes for its own sake, as for a distributed dataset
        if event.function not in seen and event.graph is not None:
            seen.add(event.function)
            if busy is None and worth.was(event):
                continue
            # Models on lines of their own are different models; their functions are of one code, Keras's.
            line = event.location if is_framework_code(event.defined_at) else None
            key = (event.function.name, event.defined_at or event.function.id, line)
            found.setdefault(key, []).append(event)
    outermost = [(key[0], events) for key, events in found.items() if len(events) + 1 >= ENOUGH_FUNCTIONS]
    lines = [{event.location for event in events} for _, events in outermost]
    for number, (name, events) in enumerate(outermost):
        # `fit` makes two, one inside the other, on the same line: one finding is enough
        if not any(lines[number] == lines[other] for other in range(number)):
            yield name, events


class Worth:
    """Tells functions that were worth their trace from those that are made anew for nothing."""

    def __init__(self, context: DiagnosisContext) -> None:
        self._context = context
        self._runs = runs_by_function(context)
        self._traces = Counter(event.function for event in context.events("trace"))
        self._trained = {
            around.function
            for update in context.observations("update")
            if (event := context.event(update.during)) is not None
            for around in (event, *context.ancestors(event))
            if around.kind == "trace"
        }

    def was(self, trace: Event) -> bool:
        """Tell a function that trains, or belongs to a model that is trained, or ran many times."""
        outermost = [trace, *(one for one in self._context.ancestors(trace) if one.kind == "trace")][-1]
        if outermost.function in self._trained or self._is_of_trained(outermost):
            return True
        runs = sum(run.times for run in self._runs.get(outermost.function, ()))
        return runs >= WORTH * self._traces[outermost.function]

    def _is_of_trained(self, trace: Event) -> bool:
        """Tell whether a layer that is called in a trace has variables that an optimizer was to update."""
        called = {
            one.layer.id for one in self._context.descendants(trace) if one.kind == "call" and one.layer
        }
        states = [state for number in called if (state := self._context.states.get(number)) is not None]
        return any(not self._context.updated.isdisjoint(state.variables) for state in states)


FUNCTION = "https://www.tensorflow.org/guide/function"


def spelled(name: str) -> str:
    """Spell out what an observation is of: `self.rate`, `Scale.rate`, `RATE`."""
    kind, _, rest = name.partition(" ")
    return rest if kind in ("class", "global") else f"self.{name}"


def simple(name: str) -> str:
    """Return the last word of a name, for a weight that takes the place of what has it."""
    words: list[str] = re.findall(r"[A-Za-z_]\w*", name)
    return words[-1] if words else "state"


def made(name: str, value: object) -> str:
    """Write down the making of a weight with a value."""
    number = value if isinstance(value, (int, float)) else 0
    initializer = f"keras.initializers.Constant({float(number)})" if number else '"zeros"'
    return f"self.{simple(name)} = self.add_weight(shape=(), initializer={initializer}, trainable=False)"


def anew(context: DiagnosisContext, layer: LayerRef) -> str:
    """Write down how the function in which a layer was traced last is made anew."""
    events = [context.event(seq) for seq in calls(context, layer)]
    traces = [
        outer for event in events if event for outer in context.ancestors(event) if outer.kind == "trace"
    ]
    name = user_function(traces[-1]) if traces else None
    return "model.compile(optimizer, loss)" if name is None else f"{name} = tf.function({name})"


def calls(context: DiagnosisContext, layer: LayerRef) -> tuple[int, ...]:
    """Return the numbers of the last traced call of a layer."""
    return tuple(one.seq for one in context.of(layer, "call") if one.mode == "graph")[-1:]
