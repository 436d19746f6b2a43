"""Compare the `tf.function`s of two recordings: which were traced more often, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from layertrace.compare.align_layers import paired
from layertrace.compare.contrast import Contrast, Told, contrasts
from layertrace.compare.generated_names import unnumbered
from layertrace.timeline.event import Event
from layertrace.timeline.functions import FunctionLife
from layertrace.timeline.literals import words

__all__ = ["FunctionDifference", "Group", "difference_of", "groups"]

Group = tuple[FunctionLife, ...]
"""All functions of one name and definition: a function made in a loop is many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDifference:
    """What became otherwise of the functions of one name and definition.

    Attributes:
        name: Their name.
        before: What became of them then; nothing where there were none.
        now: What becomes of them now, likewise.
        new: The traces that are made now and were not then, with their causes.
        gone: Those that were made then and are not now.
        contrasts: The respects in which they differ; nothing where there were none of them, or are none now.
    """

    name: str
    before: Group
    now: Group
    new: tuple[Event, ...]
    gone: tuple[Event, ...]
    contrasts: tuple[Contrast, ...]

    @property
    def is_of_tf_data(self) -> bool:
        """Whether `tf.data` created all of them."""
        return all(life.is_of_tf_data for life in (*self.before, *self.now))

    @property
    def traces(self) -> tuple[int, int]:
        """How often they were traced then, and now."""
        return len(_traces(self.before)), len(_traces(self.now))

    @property
    def runs(self) -> tuple[int, int]:
        """How often they ran then, and now."""
        return sum(life.runs for life in self.before), sum(life.runs for life in self.now)


def groups(before: Sequence[FunctionLife], now: Sequence[FunctionLife]) -> Iterator[tuple[Group, Group]]:
    """Yield which functions of one recording are which of another, by name and definition."""
    was, is_ = _by_name(before), _by_name(now)
    for name in {**is_, **was}:
        known, found = was.get(name, {}), is_.get(name, {})
        for place in [place for place in found if place in known]:
            yield known.pop(place), found.pop(place)
        # Lines move as a file is edited, and so do files: what is left goes by its file, then by order.
        for one, other in paired(list(known.values()), list(found.values()), _file):
            yield one or (), other or ()


def _by_name(lives: Sequence[FunctionLife]) -> dict[str, dict[str, Group]]:
    found: dict[str, dict[str, list[FunctionLife]]] = {}
    for life in lives:
        found.setdefault(life.name, {}).setdefault(str(life.defined_at), []).append(life)
    return {name: {k: tuple(v) for k, v in places.items()} for name, places in found.items()}


def _file(group: Group) -> Hashable:
    place = group[0].defined_at
    return None if place is None else PurePath(place.file).name


def difference_of(before: Group, now: Group) -> FunctionDifference | None:
    """Return in what two groups of functions differ; None where in nothing."""
    was, is_ = _traces(before), _traces(now)
    new, gone = _beyond(is_, was), _beyond(was, is_)
    found = tuple(contrasts(_told(before), _told(now))) if before and now else ()
    if before and now and not (new or gone or found):
        return None
    return FunctionDifference(
        name=(now or before)[0].name, before=before, now=now, new=new, gone=gone, contrasts=found
    )


def _traces(group: Group) -> list[Event]:
    return sorted((event for life in group for event in life.traces), key=lambda event: event.seq)


def _beyond(events: Sequence[Event], known: Sequence[Event]) -> tuple[Event, ...]:
    """Return the traces that others have no counterpart for, one for one."""
    left = Counter(map(_signature, known))
    found = []
    for event in events:
        signature = _signature(event)
        left[signature] -= 1
        if left[signature] < 0:
            found.append(event)
    return tuple(found)


def _signature(event: Event) -> Hashable:
    given = unnumbered(words(event.inputs))  # a layer that is given is called by its name
    return given, None if event.cause is None else event.cause.reason, event.error is None


def _told(group: Group) -> Iterator[Told]:
    """Yield what the functions were like, respect by respect."""
    traces = _traces(group)
    yield "functions", [f"{len(group):,}"]
    yield "traces", [f"{len(traces):,}"]
    yield "traced before", [f"{before:,}"] if (before := sum(one.traced_before or 0 for one in group)) else []
    yield "runs", [f"{runs:,}"] if (runs := sum(life.runs for life in group)) else []
    yield "failed traces", [event.error.type for event in traces if event.error is not None]
    graphs = [event.graph for event in traces if event.graph is not None]
    yield "jit_compile", sorted({str(graph.jit_compile) for graph in graphs})
    yield "reduce_retracing", sorted({str(graph.reduce_retracing) for graph in graphs})
