"""Show the life chart in a terminal: readable at any width, without colour, and in ASCII."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render.console import Displayable
from layertrace.render.lives.captions import left_out_text
from layertrace.render.lives.columns import columns, cut_to, heads, without_layers
from layertrace.render.lives.legend import legend
from layertrace.render.lives.opening import opened, shown
from layertrace.render.lives.rows import Row, rows
from layertrace.render.lives.terminal_chart import TerminalChart
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.styles import QUIET, inked
from layertrace.render.wording.wrapping import flowing, wrapped
from layertrace.timeline import Timeline
from layertrace.timeline.lives import Lives, lives

__all__ = ["LINES", "LifeChart", "life_chart", "limited"]

LINES = 40
LINES_AROUND_ROWS = 10
LEAST_PER_COLUMN = 2
WAYS_TO_FIT = ((4, 8, False), (2, 4, False), (2, 4, True), (2, 2, True))
"""The numbers of `heads`, and whether the chart is compact; tried in order."""

NO_LAYERS = "no layer was created, built or called during the recording"


@dataclass(frozen=True, kw_only=True, repr=False)
class LifeChart(Displayable):
    """A life chart, which `rich` prints in any width, encoding and number of colours."""

    timeline: Timeline
    findings: tuple[Finding, ...] = ()
    max_lines: int | None = LINES
    fold: bool = True

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines(console, options):
            line.rstrip()
            line.no_wrap, line.overflow = True, "ignore"
            yield line

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widest = max((line.cell_len for line in self._lines(console, options)), default=0)
        return Measurement(min(widest, options.max_width), min(widest, options.max_width))

    def _lines(self, console: Console, options: ConsoleOptions) -> list[Text]:
        glyphs, width = glyphs_of(options), options.max_width
        everything = lives(self.timeline[:])
        if not everything.lives:
            return [Text(NO_LAYERS)]
        chart = self._fitting(everything, glyphs, width)
        left_out = left_out_text(without_layers(everything, heads(everything)), glyphs)
        keys = legend(chart.columns, chart.rows, chart.is_open, glyphs)
        notes = [
            line
            for note in (chart.right_of_it(), chart.owners(), left_out)
            if note
            for line in wrapped(inked(note, QUIET), console, width)
        ]
        return [*chart.lines(), *notes, Text(), *flowing(list(keys), Text("   "), console, width)]

    def _fitting(self, everything: Lives, glyphs: Glyphs, width: int) -> TerminalChart:
        """Return the most detailed chart that fits the width; if none fits, columns are cut."""
        for creating, traces, compact in WAYS_TO_FIT:
            found = heads(everything, self.findings, fewest_creating=creating, most_traces=traces)
            if (
                len(columns(found)) > width // LEAST_PER_COLUMN
                and (creating, traces, compact) != WAYS_TO_FIT[-1]
            ):
                continue  # without laying it out
            found, cut = cut_to(found, width // LEAST_PER_COLUMN)
            top = rows(everything, columns(found), self.findings, fold=self.fold)
            room = None if self.max_lines is None else max(self.max_lines - LINES_AROUND_ROWS, 1)
            is_open = opened(top, room)
            visible, more = limited(list(shown(top, is_open)), room, is_open)
            chart = TerminalChart(found, visible, is_open, glyphs, width, compact=compact, cut=cut)
            if chart.fits:
                break
        chart.cut()
        chart.more = inked(f"{glyphs.dots} {counted(more, 'more layer')}", QUIET) if more else Text()
        return chart


def life_chart(
    timeline: Timeline,
    findings: Sequence[Finding] = (),
    *,
    max_lines: int | None = LINES,
    fold: bool = True,
) -> LifeChart:
    """Return the life chart, for `rich` to print: who was created, built and called, in which pass.

    Rows are layers as they lie in each other. Columns are the statements of the program, with their passes:
    eager, symbolic, or a trace of a function. Layers that are alike share a row, and rows are closed so that
    the chart fits.

    Args:
        timeline: The events.
        findings: Findings to mark at the layers concerned.
        max_lines: The approximate maximum number of lines; None for any number.
        fold: Whether layers that are alike share a row.

    Example:
        >>> from rich import print
        >>> print(life_chart(timeline, timeline.findings()))  # doctest: +SKIP
    """
    return LifeChart(timeline=timeline, findings=tuple(findings), max_lines=max_lines, fold=fold)


def limited(
    visible: list[tuple[Row, int]], room: int | None, is_open: set[Row]
) -> tuple[list[tuple[Row, int]], int]:
    """Return the rows that fit, and the number of layers in those that do not."""
    if room is None or len(visible) <= room:
        return visible, 0
    closed = sum(row.layers for row, _ in visible[room:] if row not in is_open)
    open_layers = sum(not row.is_group for row, _ in visible[room:] if row in is_open)
    return visible[:room], closed + open_layers
