"""Find the retraces and recreated functions to report, and write weights that replace Python state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, user_function
from layertrace.diagnosis.finding import Evidence
from layertrace.diagnosis.program_lines import compiled_again, optimizer_with, receiver_at
from layertrace.diagnosis.state_reads import Branch
from layertrace.timeline.event import Change, Event, FunctionRef, LayerRef, Location
from layertrace.timeline.functions import FunctionLife
from layertrace.timeline.ownership import is_framework_file, is_tensorflow_file

MIN_RETRACES = 3
"""Retraces for one reason: one is a partial last batch, two may be intended.

With fewer, tests/cases/clean/functions_traced_as_expected.py would have a finding.
"""
MIN_FUNCTIONS = 5
"""Functions that are created from one code: TensorFlow warns about the fifth and later ones."""
LEAST_COST = 1.0
"""Seconds of tracing that are worth mentioning."""
MIN_RUNS_PER_TRACE = 5
"""Runs for each trace that make a function worth creating: a trace takes as long as many runs."""


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
        """The line that called the function, or its definition if there were several lines."""
        lines = {event.location for event in self.traces}
        return self.traces[0].location if len(lines) == 1 else self.life.defined_at or self.traces[0].location

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The first and the last change, each from the most similar trace before it."""
        ends = {0: self.changes[0], len(self.changes) - 1: self.changes[-1]}
        return tuple(
            Evidence(_since(change, trace := self.traces[at]), (trace.seq,), trace.location)
            for at, change in ends.items()
        )

    @property
    def is_settled(self) -> bool:
        """Whether the function ran more than twice as often since its last new value as before.

        Then all values have been met. A closed set, such as modes or bucket sizes, has a graph for each
        value, which is what graphs are for:
        tests/cases/clean/closed_sets_of_shapes_and_modes.py.
        """
        last = self.traces[-1].seq
        before = sum(run.times for run in self.runs if run.seq < last)
        return sum(run.times for run in self.runs) - before > 2 * before

    @property
    def values(self) -> list[str]:
        """The new values that the argument had in these traces, each once."""
        return list(dict.fromkeys(str(change.now) for change in self.changes))

    @property
    def all_values(self) -> set[str]:
        """The values of the argument in all traces of the function."""
        values = [str(change.before) for change in self.changes[:1]]
        for trace in self.life.traces:
            changes = () if trace.cause is None else trace.cause.changes
            names = ((change, {change.argument, _root(change)}) for change in changes)
            values += [str(change.now) for change, known in names if self.argument in known]
        return set(values)

    @property
    def shapes(self) -> list[str]:
        """The other arguments that had a new shape in some trace."""
        return list(
            dict.fromkeys(
                root
                for changes in self._others
                for change in changes
                if change.what in ("shape", "rank") and (root := _root(change)) != self._root
            )
        )

    def account(self, what: str, changed: str = "changed") -> str:
        """Return how often the function was traced and run, and how many traces each reason explains.

        Args:
            what: What changed in these traces: the argument, or a dimension of it.
            changed: What happened to it.
        """
        mixed = [changes for changes in self._others if self._root in map(_root, changes)]
        apart = len(self._others) - len(mixed)
        rest = self.life.traced - len(self.traces) - len(self._others)
        is_repeated = any(trace.graph is not None and trace.graph.second_pass for trace in self.life.traces)
        is_first = rest == 1 or (is_repeated and rest == 2)
        only = "only " if self._others else ""
        reasons = [
            f"{len(self.traces)} because {only}{what} {changed}",
            f"{len(mixed)} because {_changed_together(mixed)} changed" if mixed else "",
            f"{apart} because of other arguments" if apart else "",
            f"{rest} {'in the first run' if is_first else 'for another reason'}" if rest else "",
        ]
        number = self.life.runs
        runs = f" for {number:,} {'run' if number == 1 else 'runs'}" if number else ""
        return f"{self.life.traced} traces of {self.life.label}{runs}: {', '.join(filter(None, reasons))}."

    @property
    def _root(self) -> str:
        return self.argument.partition("[")[0]

    @property
    def _others(self) -> list[tuple[Change, ...]]:
        """The changes of the traces that other arguments, or several at once, caused."""
        own = {trace.seq for trace in self.traces}
        return [
            trace.cause.changes
            for trace in self.life.traces
            if trace.seq not in own
            and trace.error is None
            and trace.cause is not None
            and trace.cause.changes
        ]


def joined(names: list[str]) -> str:
    """Return names as a list in a sentence.

    Example:
        >>> joined(["x", "y", "z"])
        'x, y and z'
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _changed_together(mixed: Iterable[tuple[Change, ...]]) -> str:
    """Return the arguments that changed in the same traces: `step and the shape of tokens and tags`."""
    whats: dict[str, set[str]] = {}
    for change in (change for changes in mixed for change in changes):
        whats.setdefault(_root(change), set()).add(change.what)
    shapes = [name for name, kinds in whats.items() if kinds <= {"shape", "rank"}]
    others = [name for name in whats if name not in shapes]
    return " and ".join(filter(None, (joined(others), f"the shape of {joined(shapes)}" if shapes else "")))


def tracing_cost(context: DiagnosisContext, found: Retraces) -> str:
    """Return how long traces, and first runs of new graphs, took, if that can be felt; otherwise nothing."""
    life = found.life
    ends = [event.start_ns + (event.duration_ns or 0) for event in context.timeline.roots]
    starts = [event.start_ns for event in context.timeline.roots]
    whole = (max(ends, default=0) - min(starts, default=0)) / 1e9
    if not LEAST_COST <= life.seconds <= whole:  # of a selection, the whole is not known
        return ""
    return f" Tracing took {_digits(life.seconds)} of {_digits(whole)} s.{_first_runs_cost(found)}"


def _first_runs_cost(found: Retraces) -> str:
    """Return how long the first runs of new graphs took, if that is most of the time of all runs."""
    earlier: Iterable[Event | None] = (None, *found.runs)
    firsts = [
        run.first_ns if run.times > 1 else run.duration_ns
        for run, before in zip(found.runs, earlier, strict=False)
        if before is None or run.trace != before.trace
    ]
    seconds = sum(first or 0 for first in firsts) / 1e9
    whole = sum(run.duration_ns or 0 for run in found.runs) / 1e9
    if len(firsts) < MIN_RETRACES or not max(LEAST_COST, whole / 2) <= seconds:
        return ""
    runs = sum(run.times for run in found.runs)
    number = f"{len(firsts):,}" if len(firsts) == runs else f"{len(firsts):,} of {runs:,}"
    return f" {number} runs, each the first of a new graph, took {_digits(seconds)} s more."


def _digits(seconds: float) -> str:
    """Return seconds with three digits.

    Example:
        >>> _digits(36.81), _digits(61.04), _digits(1234.5)
        ('36.8', '61', '1,234')
    """
    return f"{seconds:,.0f}" if seconds >= 100 else f"{seconds:.3g}"


def _root(change: Change) -> str:
    return change.argument.partition("[")[0]


def _since(change: Change, trace: Event) -> str:
    """Return the number of a trace, what changed in it, and since which trace."""
    number = None if trace.cause is None else trace.cause.compared_with
    text, dimension, end = str(change).partition(" (dimension")
    here = "" if trace.trace is None else f"trace {trace.trace}: "
    return f"{here}{change}" if number is None else f"{here}{text} in trace {number}{dimension}{end}"


def retraces(context: DiagnosisContext, *kinds: str) -> Iterator[Retraces]:
    """Yield the retraces that one argument of one function caused, or the shapes of several together.

    Args:
        context: What to examine.
        *kinds: The values of `Change.what` that count.
    """
    runs = runs_by_function(context)
    for life in context.timeline.functions:
        by_argument: dict[str, list[tuple[Event, Change]]] = {}
        for event in life.traces:
            changes = () if event.cause is None else event.cause.changes
            arguments = {change.argument.partition("[")[0] for change in changes}
            # The steps of Keras take data of any structure, with or without targets and weights:
            # tests/cases/clean/closed_sets_of_shapes_and_modes.py
            is_data = is_framework_code(life.defined_at) and any(
                change.what == "structure" for change in changes
            )
            # Of two arguments that changed at once, either may be the cause; unless both only had another
            # shape, such as inputs and targets of another length, which one fix covers.
            are_shapes = all(change.what in ("shape", "rank") for change in changes)
            is_one_cause = len(arguments) == 1 or (len(arguments) > 1 and are_shapes)
            if is_one_cause and all(change.what in kinds for change in changes) and not is_data:
                by_argument.setdefault(joined(sorted(arguments)), []).append((event, changes[0]))
        for root, pairs in by_argument.items():
            if len(pairs) < MIN_RETRACES:
                continue
            traces, first_changes = zip(*pairs, strict=True)
            names = {change.argument for change in first_changes}
            is_single = len(names) == 1 and next(iter(names)).startswith(root)
            argument = names.pop() if is_single else root
            found = Retraces(life, argument, traces, first_changes, tuple(runs.get(life.function, ())))
            if not found.is_settled:
                yield found


def runs_by_function(context: DiagnosisContext) -> dict[FunctionRef | None, list[Event]]:
    """Return the runs of each function."""
    runs: dict[FunctionRef | None, list[Event]] = {}
    for run in context.events("run"):
        runs.setdefault(run.function, []).append(run)
    return runs


def is_framework_code(place: Location | None) -> bool:
    """Return whether a line belongs to Keras or TensorFlow."""
    return place is not None and is_framework_file(place.file)


def recreated_functions(context: DiagnosisContext, reason: str) -> Iterator[tuple[str, list[Event]]]:
    """Yield the functions that were created again and again from one code, where there are many.

    Args:
        context: What to examine.
        reason: The `Cause.reason` of their first traces: `new function` or `new instance`.

    Yields:
        The name of the functions, and the first trace of each, except that of the first function.
    """
    by_code: dict[tuple[str, Location | int, Location | None], list[Event]] = {}
    useful = UsefulFunctions(context)
    seen: set[FunctionRef] = set()
    for event in context.events("trace"):
        if event.cause is None or event.cause.reason != reason or event.function is None:
            continue
        layer = context.enclosing_layer(event)
        if layer is not None and not is_user_defined(layer):
            continue  # a layer of Keras that compiles its own operations
        if event.defined_at is not None and is_tensorflow_file(event.defined_at.file):
            continue  # a function that TensorFlow creates for itself, as for a distributed dataset
        if event.function not in seen and event.graph is not None:
            seen.add(event.function)
            if layer is None and useful.includes(event):
                continue
            # The functions of all models come from one code, that of Keras. Models that are created on
            # different lines are different models:
            # tests/cases/clean/new_models_and_functions_that_are_meant.py
            line = event.location if is_framework_code(event.defined_at) else None
            key = (event.function.name, event.defined_at or event.function.id, line)
            by_code.setdefault(key, []).append(event)
    enough = [(key[0], events) for key, events in by_code.items() if len(events) + 1 >= MIN_FUNCTIONS]
    lines = [{event.location for event in events} for _, events in enough]
    for number, (name, events) in enumerate(enough):
        # `fit` creates two, one inside the other, on the same line: one finding is enough.
        if not any(lines[number] == lines[other] for other in range(number)):
            yield name, events


class UsefulFunctions:
    """The functions that train a model or run often, and so were worth their trace."""

    def __init__(self, context: DiagnosisContext) -> None:
        self._context = context
        self._runs = runs_by_function(context)
        self._traces = Counter(event.function for event in context.events("trace"))
        self._training: dict[FunctionRef | None, set[int]] = {}
        for update in context.observations("update"):
            event = context.event(update.during)
            for outer in () if event is None else (event, *context.ancestors(event)):
                if outer.kind == "trace":
                    self._training.setdefault(outer.function, set()).update(update.variables)

    def includes(self, trace: Event) -> bool:
        """Return whether the outermost function around a trace is useful.

        tests/cases/clean/new_models_and_functions_that_are_meant.py has a cross-validation, the stages of
        one model, and agents whose functions run often. In tests/cases/clean/many_small_fits.py, functions
        train variables without a layer.
        """
        outermost = [trace, *self._context.enclosing(trace, "trace")][-1]
        if outermost.function in self._training:
            if not self._trains_what_another_trains(outermost):
                return True
        elif self._calls_trained_layer(outermost):
            return True
        runs = sum(run.times for run in self._runs.get(outermost.function, ()))
        return runs >= MIN_RUNS_PER_TRACE * self._traces[outermost.function]

    def _trains_what_another_trains(self, trace: Event) -> bool:
        """Return whether a function of the same code, created earlier, updates the same variables.

        Those of one model that Keras compiles again are a matter of its `compile`.
        """
        variables = self._training[trace.function] - {0}
        function = trace.function
        for other, updated in self._training.items():
            if other is None or function is None or other.id >= function.id or not variables & updated:
                continue
            is_of_keras = function.role is not None or other.role is not None
            if is_of_keras and (function.role != other.role or function.model == other.model):
                continue
            if is_of_keras or self._defined_at(other) == trace.defined_at:
                return True
        return False

    def _defined_at(self, function: FunctionRef) -> Location | None:
        return next(
            (event.defined_at for event in self._context.events("trace") if event.function == function), None
        )

    def _calls_trained_layer(self, trace: Event) -> bool:
        """Return whether a layer that is called in a trace has variables that an optimizer updates."""
        called = {
            event.layer.id
            for event in self._context.descendants(trace)
            if event.kind == "call" and event.layer is not None
        }
        states = [state for number in called if (state := self._context.states.get(number)) is not None]
        return any(not self._context.updated.isdisjoint(state.variables) for state in states)


def attribute_path(name: str) -> str:
    """Return how the user writes what an observation is about: `self.rate`, `Scale.rate`, `RATE`."""
    kind, _, rest = name.partition(" ")
    return rest if kind in ("class", "global") else f"self.{name}"


def weight_name(name: str) -> str:
    """Return the name of a weight that replaces Python state: the last word of the state's name."""
    words: list[str] = re.findall(r"[A-Za-z_]\w*", name)
    return words[-1] if words else "state"


def weight_creation(name: str, value: object) -> str:
    """Write how a weight is created that replaces Python state with a value."""
    number = value if isinstance(value, (int, float)) else 0
    initializer = f"keras.initializers.Constant({float(number)})" if number else '"zeros"'
    return f"self.{weight_name(name)} = self.add_weight(shape=(), initializer={initializer}, trainable=False)"


class StaleRun(NamedTuple):
    """A graph that ran after a change, and the trace that it came from; None where they are unknown."""

    run: Event | None
    trace: Event | None


def stale_run(context: DiagnosisContext, layer: LayerRef, place: Location | None) -> StaleRun:
    """Return the run of a line whose graph contains an older call of a layer, and the trace of that graph."""
    traces: dict[FunctionRef | None, Event] = {}
    for call in context.of(layer, "call"):
        outer = list(context.enclosing(call, "trace")) if call.mode == "graph" else []
        if outer:
            traces[outer[-1].function] = outer[-1]
    for run in context.events("run", lambda event: event.location == place):
        trace = traces.get(run.function)
        if trace is not None and trace.seq < run.seq:
            return StaleRun(run, trace)
    return StaleRun(None, next((trace for trace in traces.values() if trace.location == place), None))


def function_recreation(context: DiagnosisContext, trace: Event | None, place: Location | None) -> str:
    """Write how the function of a trace is recreated, so that the next run traces again."""
    name = None if trace is None else user_function(trace)
    return compiled_again(context, place) if name is None else f"{name} = tf.function({name})"


def traced_again(context: DiagnosisContext, trace: Event | None, place: Location | None) -> str:
    """Write how a function is made to trace again: a `tf.function`, or that of a model of Keras."""
    role = None if trace is None or trace.function is None else trace.function.role
    model = receiver_at(place, ("predict", "evaluate", "predict_on_batch", "test_on_batch"))
    if role in ("predict", "test") and model:
        return f"{model}.make_{role}_function(force=True)  # after the change"
    return function_recreation(context, trace, place)


def accumulated(context: DiagnosisContext, layer: LayerRef, branch: Branch) -> str:
    """Write how an optimizer of Keras applies gradients at each n-th step; empty for any other branch."""
    if not branch.applies or branch.every is None or layer.framework != "keras":
        return ""
    made = optimizer_with(context, layer, f"gradient_accumulation_steps={branch.every}")
    receiver, _, method = branch.applies.rpartition(".")
    return (
        f"{made}  # in compile\n"
        f"{receiver}.{method}(...)  # in each step, without the if: the optimizer counts and adds up itself"
    )
