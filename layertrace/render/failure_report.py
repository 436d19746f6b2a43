"""Report what is wrong, and what happened before, when an exception ends a recording."""

from __future__ import annotations

import sys
from typing import IO

from rich.console import Console
from rich.text import Text

from layertrace.diagnosis import diagnose
from layertrace.render.console import terminal_width
from layertrace.render.tables.crash_card import crash_card
from layertrace.render.tables.findings import findings
from layertrace.render.tables.verdict import verdict
from layertrace.render.trees.tree import tree
from layertrace.render.wording.glyphs import printable
from layertrace.render.wording.styles import ERROR
from layertrace.timeline import Timeline

__all__ = ["print_failure"]

MOST_LINES = 80


def print_failure(timeline: Timeline, file: IO[str] | None = None) -> None:
    """Print the findings, with those that explain the exception first, and the tree.

    Args:
        timeline: What was recorded.
        file: The output; None for standard error.
    """
    if timeline.failure is None or not len(timeline):
        return
    console = Console(file=file or sys.stderr)
    if not console.is_terminal:  # for which rich assumes 80 columns
        console = Console(file=console.file, width=terminal_width())
    serious = [finding for finding in diagnose(timeline) if finding.severity != "note"]
    kind = printable(timeline.failure.error.type)
    console.print(Text(f"layertrace: {kind} ended the recording; this is what happened before", ERROR))
    console.print()
    card = crash_card(timeline, serious)
    if card is not None:
        console.print(card, crop=False)
        console.print()
    if serious:
        console.print(findings(serious))
        console.print()
    console.print(tree(timeline, findings=serious, max_lines=MOST_LINES), crop=False)
    console.print()
    console.print(verdict(timeline, serious), crop=False)
    console.print()
