"""Sum up a recording in one line: the program, how long it took, what there is of layers and functions."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from layertrace.render.chapters.contents import Pass
from layertrace.render.tables.counts import Totals
from layertrace.render.wording.file_names import base_name
from layertrace.render.wording.formatting import counted, duration, shortened
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import ERROR, NOTE, QUIET, TITLE, inked
from layertrace.render.wording.wrapping import flowing, wrapped
from layertrace.timeline import Timeline
from layertrace.timeline.precision import compute_dtypes

__all__ = ["Headline", "recorded_time"]

LONGEST_PROGRAM = 60
INDENT = 4


class Headline:
    """The first lines of an overview.

    Args:
        timeline: The events.
        totals: Their counts.
        passes: The ways through the layers, of all statements.
        glyphs: The symbols that can be shown.
        console: The console that it will be printed to.
        times: Whether to show how long traces and runs took.
    """

    def __init__(
        self,
        timeline: Timeline,
        totals: Totals,
        passes: Iterable[Pass],
        glyphs: Glyphs,
        console: Console,
        *,
        times: bool = True,
    ) -> None:
        self._timeline = timeline
        self._totals = totals
        self._passes = tuple(passes)
        self._glyphs = glyphs
        self._console = console
        self._times = times

    def lines(self, width: int, verdict: Text) -> list[Text]:
        """Return the lines: the facts, and below them the notes of the recording.

        Args:
            width: The maximum width.
            verdict: The last fact.
        """
        dot = inked(f" {self._glyphs.dot} ", QUIET)
        facts = [fact for fact in (*self._facts(), verdict) if fact]
        name = inked(self._program(), TITLE)
        lines = flowing(
            [name.append("  ").append_text(facts[0]), *facts[1:]], dot, self._console, width, INDENT
        )
        for note in self._timeline.notes:
            lines += wrapped(inked(f"note: {self._glyphs.user(note)}", NOTE), self._console, width)
        return lines

    def _program(self) -> str:
        """Return the program with its arguments; without a command, the file with the most events."""
        command = self._timeline.surroundings.command
        if command:
            name = " ".join([os.path.basename(command[0]), *command[1:]])
        else:
            files = Counter(
                event.location.file for event in self._timeline.roots if event.location is not None
            )
            name = base_name(files.most_common(1)[0][0]) if files else "recording"
        return self._glyphs.user(shortened(name, LONGEST_PROGRAM, self._glyphs))

    def _facts(self) -> Iterator[Text]:
        totals = self._totals
        together = totals.all_layers()
        yield Text(self._time())
        yield Text(counted(len(totals.layers), "layer") + other_precision(self._timeline, totals))
        if together.parameters:
            yield Text(counted(together.parameters, "parameter"))
        yield Text(totals.traces_in_words(self._took(way.traced_ns for way in self._passes if way.traces)))
        if totals.runs:
            yield Text(counted(totals.runs, "run") + self._took(way.run_ns for way in self._passes))
        errors = together.errors + totals.outside.errors
        if errors:
            yield inked(counted(errors, "exception"), ERROR)
        if len(totals.threads) > 1:
            yield Text(counted(len(totals.threads), "thread"))

    def _took(self, parts: Iterable[int | None]) -> str:
        """Return how long something took, if it is known and shown: ` in 35.9 s`."""
        took = sum(filter(None, parts)) if self._times else 0
        return f" in {duration(took, self._glyphs)}" if took else ""

    def _time(self) -> str:
        return recorded_time(self._timeline, self._glyphs)


def other_precision(timeline: Timeline, totals: Totals) -> str:
    """Return how many layers compute in another dtype than `float32`, if any do: ` (3 in float16)`."""
    dtypes, layers = Counter(compute_dtypes(timeline).values()), len(totals.layers)
    parts = [
        f"in {dtype}" if number == layers else f"{number:,} in {dtype}"
        for dtype, number in dtypes.most_common()
    ]
    return f" ({', '.join(parts)})" if parts else ""


def recorded_time(timeline: Timeline, glyphs: Glyphs) -> str:
    """Return the time from the first event to the end of the last; empty without events."""
    roots = timeline.roots
    if not roots:
        return ""
    ends = (event.start_ns + (event.duration_ns or 0) for event in roots)
    return duration(max(ends) - roots[0].start_ns, glyphs)
