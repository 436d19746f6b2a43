"""Report what is wrong, and what happened before, when an exception ends a recording."""

from __future__ import annotations

import sys
from typing import IO

from rich.console import Console, RenderableType
from rich.text import Text

from layertrace.diagnosis import diagnose, serious
from layertrace.render.chapters.overview import overview
from layertrace.render.console import lines_taken, terminal_width
from layertrace.render.tables.crash_card import crash_card
from layertrace.render.tables.findings import findings
from layertrace.render.tables.verdict import verdict
from layertrace.render.wording.glyphs import printable
from layertrace.render.wording.styles import ERROR
from layertrace.timeline import Timeline

__all__ = ["print_failure"]


def print_failure(timeline: Timeline, file: IO[str] | None = None) -> None:
    """Print the findings, with those that explain the exception first, and the recording on one screen.

    Args:
        timeline: What was recorded.
        file: The output; None for standard error.
    """
    if timeline.failure is None or not len(timeline):
        return
    console = Console(file=file or sys.stderr)
    if not console.is_terminal:  # for which rich assumes 80 columns
        console = Console(file=console.file, width=terminal_width())
    found = serious(diagnose(timeline))
    kind = printable(timeline.failure.error.type)
    console.print(Text(f"layertrace: {kind} ended the recording; this is what happened before", ERROR))
    console.print()
    judged = verdict(timeline, found)
    card = crash_card(timeline, found)
    before: list[RenderableType] = [] if card is None else [card]
    before += [findings(found)] if found else []
    taken = lines_taken(console, *before, judged)
    for part in (*before, overview(timeline, findings=found, verdict=judged, taken=taken), judged):
        console.print(part, crop=False)
        console.print()
