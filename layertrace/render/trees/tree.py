"""Show a timeline as a tree: nested events, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render.console import Displayable
from layertrace.render.tables.counts import Totals, count
from layertrace.render.trees.event_signatures import marks_of
from layertrace.render.trees.heading import Heading
from layertrace.render.trees.layout import Layout
from layertrace.render.trees.lines import Writer
from layertrace.render.trees.nothing_seen import NothingSeen
from layertrace.render.trees.outline import Node, Outline
from layertrace.render.trees.rows import rows
from layertrace.render.wording.file_names import Places, here
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.layer_names import Names
from layertrace.render.wording.styles import SEVERITIES
from layertrace.timeline import Timeline
from layertrace.timeline.building_calls import building_calls
from layertrace.timeline.event import Location
from layertrace.timeline.tree_options import TreeOptions, list_tree_options

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["TimelineTree", "locations_of", "tree"]


@dataclass(frozen=True, kw_only=True, repr=False)
class TimelineTree(Displayable):
    """A timeline that `rich` can print in any width, encoding and number of colours.

    It shows the events that were recorded when it was first printed, below a heading that summarizes them.
    """

    timeline: Timeline
    depth: int | None = None
    fold: bool = True
    times: bool = True
    places: bool = True
    max_lines: int | None = None
    findings: tuple[Finding, ...] = ()
    marks: Mapping[int, str] | None = None
    heading: bool = True

    @cached_property
    def _events(self) -> Timeline:
        # A running recording would grow between two uses; a slice does not change.
        return self.timeline[:]

    @cached_property
    def totals(self) -> Totals:
        """The counts of the events."""
        return count(self._events)

    @cached_property
    def _nodes(self) -> list[Node]:
        return self.outline.nodes

    @cached_property
    def outline(self) -> Outline:
        """What is shown."""
        return Outline(self._events, self.depth, self.max_lines, folded=self.fold, marks=self.all_marks)

    @property
    def all_marks(self) -> dict[int, str]:
        """The marks of events: codes of findings, and those that the caller chose."""
        return marks_of(self.findings) | dict(self.marks or {})

    @property
    def mark_styles(self) -> dict[str, str]:
        """The colours of the marks, by their text; other marks are red."""
        return {finding.code: SEVERITIES[finding.severity] for finding in reversed(self.findings)}

    def whole_within(self, console: Console, options: ConsoleOptions, most: int) -> list[Text] | None:
        """Return the finished lines if they show every event in at most `most` lines; otherwise None."""
        if self.outline.length > most or not self.outline.is_complete:
            return None
        lines = self.lines(console, options)
        return lines if len(lines) <= most else None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(console, options):
            line.no_wrap, line.overflow = True, "ignore"
            yield line

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widest = max((line.cell_len for line in self.lines(console, options)), default=0)
        return Measurement(min(widest, options.max_width), min(widest, options.max_width))

    def lines(self, console: Console, options: ConsoleOptions) -> list[Text]:
        """Return the finished lines."""
        glyphs, limit = glyphs_of(options), options.max_width
        notes = self._events.notes
        if not self.totals.layers and not self._nodes:
            return NothingSeen(self._events).wrapped(console, glyphs, limit)
        names = Names((counts.layer for counts in self.totals.layers.values()), glyphs)
        layout = self._layout(names, glyphs, limit)
        if not self.heading:
            return list(layout.lines(console))
        heading = Heading(self.totals, notes, names, glyphs, console)
        return [*heading.lines(layout.width, limit), *layout.lines(console)]

    def _layout(self, names: Names, glyphs: Glyphs, limit: int) -> Layout:
        places = Places(locations_of(self._nodes), here())
        writer = Writer(
            names,
            places,
            glyphs,
            subject=not self.heading or len(self.totals.layers) != 1,
            marks=self.all_marks,
            mark_styles=self.mark_styles,
            building=building_calls(self._events),
            left_out_around=self._events.left_out_around,
        )
        written_rows = rows(self._nodes, writer, limit)
        shown = places if self.places else None
        return Layout(written_rows, limit, glyphs, places=shown, times=self.times)


@list_tree_options
def tree(
    timeline: Timeline, *, findings: Iterable[Finding] = (), **options: Unpack[TreeOptions]
) -> TimelineTree:
    """Return the events as a tree, nested as they ran, for `rich` to print.

    Long timelines are not shown completely: repeated events are folded into one line (`call ×1000`), and
    events that do not fit are counted in their place (`… 180 more`). Events that raised an exception are
    always shown.

    Args:
        timeline: The events.
        findings: Findings to mark at their events.
        options: What the tree shows, as `TreeOptions` lists it.

    Example:
        >>> from rich import print
        >>> print(tree(timeline, depth=2))  # doctest: +SKIP
    """
    return TimelineTree(timeline=timeline, findings=tuple(findings), **options)


def locations_of(nodes: list[Node]) -> list[Location]:
    """Return the lines of code that a tree shows."""
    locations: list[Location] = []
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        waiting += node.children
        if node.item is not None:
            error = node.item.first.error
            candidates = (node.item.first.location, error.location if error else None)
            locations += [location for location in candidates if location is not None]
    return locations
