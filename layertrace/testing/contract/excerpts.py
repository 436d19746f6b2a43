"""Cut from a recording the few lines that show why a check fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace
from rich.console import Console, ConsoleOptions, RenderResult

from layertrace.render.console import Printable
from layertrace.render.trees.tree import TimelineTree
from layertrace.testing.contract.places import lines_of_runner
from layertrace.timeline import Event, Timeline
from layertrace.timeline.event import Location

__all__ = ["Excerpt", "excerpt_of", "telling", "without_lines_of_runner"]

LINES = 8
"""A card has one excerpt for each failure, and is read at a glance."""


@dataclass(frozen=True, repr=False)
class Excerpt(Printable):
    """A part of a timeline with its events to look at, which `rich` can print.

    Attributes:
        timeline: The part.
        marked: The `seq` of the events to mark.
    """

    timeline: Timeline
    marked: tuple[int, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        marks = dict.fromkeys(self.marked, "here")
        yield TimelineTree(timeline=self.timeline, times=False, max_lines=LINES, marks=marks, heading=False)


def excerpt_of(timeline: Timeline, events: Sequence[Event]) -> Excerpt | None:
    """Return some events with what they lie in, and what happened there just before; None without events."""
    if not events:
        return None
    numbers = {seq for event in events for seq in _around(event, timeline)}
    part = timeline.where(lambda event: event.seq in numbers)
    return Excerpt(part, tuple(event.seq for event in events))


def without_lines_of_runner(timeline: Timeline, class_line: Location | None) -> Timeline:
    """Return a timeline without lines of the installed program that runs the checks, such as `layertrace`.

    Nothing of the user's creates a layer whose class was given. Its `init` gets the line of its class.
    """
    runner = lines_of_runner()

    def placed(event: Event) -> Event:
        place = event.location
        if place is None or (place.file, place.line) not in runner:
            return event
        return replace(event, location=class_line if event.kind == "init" else None)

    return Timeline(map(placed, timeline), timeline.notes, timeline.surroundings)


def telling(timeline: Timeline, class_name: str, location: Location | None) -> list[Event]:
    """Return the events that show a failure: the exception, the line to blame, or the last two calls."""
    failed = [event for event in timeline if event.error is not None]
    inner = {parent.seq for event in failed if (parent := timeline.parent(event)) is not None}
    innermost = [event for event in failed if event.seq not in inner]
    if innermost:
        return innermost[-1:]
    there = [event for event in timeline if location is not None and event.location == location]
    if there:
        return [event for event in there if event.kind == there[-1].kind][-2:]
    own = [event for event in timeline if event.layer is not None and event.layer.class_name == class_name]
    calls = [event for event in own if event.kind == "call"]
    return (calls or [event for event in own if event.kind == "init"])[-2:]


def _around(event: Event, timeline: Timeline) -> Iterator[int]:
    """Yield the numbers of an event, of those that it lies in, and of its neighbours before it."""
    parent = timeline.parent(event)
    siblings = timeline.roots if parent is None else timeline.children(parent)
    index = next((number for number, each in enumerate(siblings) if each.seq == event.seq), 0)
    yield from (each.seq for each in siblings[max(index - 2, 0) : index + 1])
    while parent is not None:
        yield parent.seq
        parent = timeline.parent(parent)
