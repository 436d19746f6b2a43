"""Find the retraces of a function that one argument caused, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.rules.tracing._shared import is_framework_code, runs_by_function
from layertrace.timeline.cause import Change
from layertrace.timeline.event import Event, Location
from layertrace.timeline.functions import FunctionLife

MIN_RETRACES = 3
"""Retraces for one reason: one is a partial last batch, two may be intended.

With fewer, tests/cases/clean/functions_traced_as_expected.py would have a finding.
"""
LEAST_COST = 1.0
"""Seconds of tracing that are worth mentioning."""


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
        first = "in the first run" if rest == 1 else "in the first run, which created variables"
        only = "only " if self._others else ""
        reasons = [
            f"{len(self.traces)} because {only}{what} {changed}",
            f"{len(mixed)} because {_changed_together(mixed)} changed" if mixed else "",
            f"{apart} because of other arguments" if apart else "",
            f"{rest} {first if is_first else 'for another reason'}" if rest else "",
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
            and trace.cause.reason == "signature"
            and trace.cause.changes
        ]


def _changed_together(mixed: Iterable[tuple[Change, ...]]) -> str:
    """Return the arguments that changed in the same traces: `step and the shape of tokens and tags`."""
    whats: dict[str, set[str]] = {}
    for change in (change for changes in mixed for change in changes):
        whats.setdefault(_root(change), set()).add(change.what)
    shapes = [name for name, kinds in whats.items() if kinds <= {"shape", "rank"}]
    others = [name for name in whats if name not in shapes]
    return joined([*filter(None, (joined(others), f"the shape of {joined(shapes)}" if shapes else ""))])


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
    return f" Another {_digits(seconds)} s went into the {number} runs that were the first of a new graph."


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
            is_retrace = event.cause is not None and event.cause.reason == "signature"
            changes = event.cause.changes if event.cause is not None and is_retrace else ()
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
