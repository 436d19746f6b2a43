"""Compare the `tf.function`s of two recordings: which were traced more often, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from layertrace.compare.align_layers import paired
from layertrace.compare.contrast import Contrast, Respect, contrasts
from layertrace.compare.generated_names import unnumbered
from layertrace.timeline.event import Event
from layertrace.timeline.functions import FunctionLife
from layertrace.timeline.literals import words

__all__ = ["FunctionDifference", "Group", "difference_of", "groups"]

Group = tuple[FunctionLife, ...]
"""All functions of one label and definition: a function that is created in a loop is many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDifference:
    """The differences in the functions of one name and definition.

    Attributes:
        name: Their name.
        before: The functions in the first recording; empty if it has none.
        now: The functions in the second recording; empty if it has none.
        new: The traces that only the second recording has, with their causes.
        gone: The traces that only the first recording has.
        contrasts: The respects in which they differ; empty if one recording has none of them.
    """

    name: str
    before: Group
    now: Group
    new: tuple[Event, ...]
    gone: tuple[Event, ...]
    contrasts: tuple[Contrast, ...]

    @property
    def is_plumbing(self) -> bool:
        """Whether `tf.data` created all of them."""
        return all(life.is_plumbing for life in (*self.before, *self.now))

    @property
    def is_step(self) -> bool:
        """Whether it is the inner function of a model's training, testing or predicting."""
        return (self.now or self.before)[0].function.step

    @property
    def role(self) -> tuple[str | None, str | None]:
        """What Keras created it for, and the name of the model."""
        function = (self.now or self.before)[0].function
        return function.role, function.model

    @property
    def traces(self) -> tuple[int, int]:
        """The number of their traces in the first and in the second recording."""
        return len(_traces(self.before)), len(_traces(self.now))

    @property
    def runs(self) -> tuple[int, int]:
        """The number of their runs in the first and in the second recording."""
        return sum(life.runs for life in self.before), sum(life.runs for life in self.now)


def groups(before: Sequence[FunctionLife], now: Sequence[FunctionLife]) -> Iterator[tuple[Group, Group]]:
    """Yield the functions of two recordings in pairs, by name and definition."""
    # An older layertrace recorded no roles. Its functions are compared by TensorFlow's names for them.
    by_role = all(any(life.function.role for life in lives) for lives in (before, now))
    first, second = _by_name(before, by_role=by_role), _by_name(now, by_role=by_role)
    for name in {**second, **first}:
        old, new = first.get(name, {}), second.get(name, {})
        for place in [place for place in new if place in old]:
            yield old.pop(place), new.pop(place)
        # Editing moves lines, and files are renamed: the rest is paired by file, then by order.
        for old_group, new_group in paired(list(old.values()), list(new.values()), _file):
            yield old_group or (), new_group or ()


def _by_name(lives: Sequence[FunctionLife], *, by_role: bool) -> dict[str, dict[str, Group]]:
    by_name: dict[str, dict[str, list[FunctionLife]]] = {}
    for life in lives:
        has_role = by_role and life.function.role is not None
        # Keras counts models for their names.
        name = re.sub(r"_\d+$", "", life.label) if has_role else life.name
        place = "" if has_role else str(life.defined_at)
        by_name.setdefault(name, {}).setdefault(place, []).append(life)
    return {
        name: {place: tuple(group) for place, group in places.items()} for name, places in by_name.items()
    }


def _file(group: Group) -> Hashable:
    place = group[0].defined_at
    return None if place is None else PurePath(place.file).name


def difference_of(before: Group, now: Group) -> FunctionDifference | None:
    """Return the differences between two groups of functions; None if there are none."""
    old_traces, new_traces = _traces(before), _traces(now)
    new, gone = _unmatched(new_traces, old_traces), _unmatched(old_traces, new_traces)
    differing = tuple(contrasts(_description_of(before), _description_of(now))) if before and now else ()
    if before and now and not (new or gone or differing):
        return None
    return FunctionDifference(
        name=(now or before)[0].label, before=before, now=now, new=new, gone=gone, contrasts=differing
    )


def _traces(group: Group) -> list[Event]:
    return sorted((event for life in group for event in life.traces), key=lambda event: event.seq)


def _unmatched(events: Sequence[Event], others: Sequence[Event]) -> tuple[Event, ...]:
    """Return the traces that have no counterpart among the others, one for one."""
    left = Counter(map(_signature, others))
    unmatched = []
    for event in events:
        signature = _signature(event)
        left[signature] -= 1
        if left[signature] < 0:
            unmatched.append(event)
    return tuple(unmatched)


def _signature(event: Event) -> Hashable:
    inputs = unnumbered(words(event.inputs))  # the text has the names of layers that are passed
    return inputs, None if event.cause is None else event.cause.reason, event.error is None


def _description_of(group: Group) -> Iterator[Respect]:
    """Yield the description of the functions, respect by respect."""
    traces = _traces(group)
    yield "functions", [f"{len(group):,}"]
    yield "traces", [f"{len(traces):,}"]
    before = sum(life.traced_before or 0 for life in group)
    yield "traced before", [f"{before:,}"] if before else []
    yield "runs", [f"{runs:,}"] if (runs := sum(life.runs for life in group)) else []
    yield "failed traces", [event.error.type for event in traces if event.error is not None]
    graphs = [event.graph for event in traces if event.graph is not None]
    yield "jit_compile", sorted({str(graph.jit_compile) for graph in graphs})
    yield "reduce_retracing", sorted({str(graph.reduce_retracing) for graph in graphs})
