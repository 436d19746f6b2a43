"""Print a timeline: to the terminal, to a file, or as plain text."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING

import rich
from rich.console import Console

from layertrace.diagnosis import Finding
from layertrace.render.chapters.overview import overview
from layertrace.render.console import terminal_width, written
from layertrace.render.notebook_cell import notebook
from layertrace.render.screen import report_parts
from layertrace.timeline import Timeline
from layertrace.timeline.tree_options import TreeOptions, list_tree_options

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["print_timeline", "text"]


@list_tree_options
def text(
    timeline: Timeline,
    *,
    width: int | None = None,
    encoding: str | None = None,
    findings: Iterable[Finding] = (),
    **options: Unpack[TreeOptions],
) -> str:
    """Return what `timeline.print()` prints, as plain text; `str(timeline)` is the same.

    Args:
        timeline: The events.
        width: The maximum width of lines; None for the terminal's width, or 100 without a terminal.
        encoding: The encoding that the text must fit; None for that of standard output.
        findings: Findings to mark at the events concerned.
        options: What the tree shows, as `TreeOptions` lists it.
    """
    shown = overview(timeline, findings=findings, **options)
    return written(shown, width=width, encoding=encoding)


@list_tree_options
def print_timeline(
    timeline: Timeline,
    *,
    file: IO[str] | None = None,
    console: Console | None = None,
    findings: Sequence[Finding] | None = None,
    **options: Unpack[TreeOptions],
) -> None:
    """Print the tree: in colour on a terminal, as HTML in a notebook, otherwise as plain text.

    Args:
        timeline: The events.
        file: The output; None for standard output.
        console: The rich console to print to, instead of a file.
        findings: Findings to print before the tree and to mark in it; the verdict then follows the tree.
            None prints neither, as if the rules had not run.
        options: What the tree shows, as `TreeOptions` lists it.
    """
    if console is None:
        console = rich.get_console() if file is None else Console(file=file)
        if console.is_jupyter:
            _display(notebook(timeline, findings=findings or (), **options))
            return
        if not console.is_terminal:  # for which rich assumes 80 columns
            console = Console(file=console.file, width=terminal_width())
    for number, part in enumerate(report_parts(console, timeline, findings, **options)):
        if number:
            console.print()
        console.print(part, crop=False)


def _display(bundle: dict[str, str]) -> None:
    # Only called in a notebook, which has loaded IPython.
    display = importlib.import_module("IPython.display").display
    display(bundle, raw=True)
