"""Print a timeline: to the terminal, to a file, or as plain text."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

import rich
from rich.console import Console

from layertrace.diagnosis import Finding
from layertrace.render.console import terminal_width, written
from layertrace.render.notebook import notebook
from layertrace.render.tables.findings import findings as finding_list
from layertrace.render.trees.tree import tree
from layertrace.timeline import Timeline

__all__ = ["print_timeline", "text"]


def text(
    timeline: Timeline,
    *,
    width: int | None = None,
    encoding: str | None = None,
    depth: int | None = None,
    fold: bool = True,
    times: bool = True,
    places: bool = True,
    max_lines: int | None = None,
    findings: Iterable[Finding] = (),
    marks: Mapping[int, str] | None = None,
) -> str:
    """Return the tree as plain text, as `print(timeline)` shows it.

    Args:
        timeline: The events.
        width: The maximum width of lines; None for the terminal's width, or 100 without a terminal.
        encoding: The encoding that the text must fit; None for that of standard output.
        depth: Number of levels of events to show; None for as many as read well (up to 20).
        fold: Whether to show repetitions once, with their number.
        times: Whether to show durations, where there is room.
        places: Whether to show the lines of code that caused the events.
        max_lines: Approximate number of lines at most; None for 400.
        findings: Findings to mark at the events concerned.
        marks: Words to mark events with, by their `seq`.
    """
    shown = tree(
        timeline,
        depth=depth,
        fold=fold,
        times=times,
        places=places,
        max_lines=max_lines,
        findings=findings,
        marks=marks,
    )
    return written(shown, width=width, encoding=encoding)


def print_timeline(
    timeline: Timeline,
    *,
    file: IO[str] | None = None,
    console: Console | None = None,
    findings: Sequence[Finding] = (),
    depth: int | None = None,
    fold: bool = True,
    times: bool = True,
    places: bool = True,
    max_lines: int | None = None,
    marks: Mapping[int, str] | None = None,
) -> None:
    """Print the tree: in colour on a terminal, as a page in a notebook, otherwise as plain text.

    Args:
        timeline: The events.
        file: The output; None for standard output.
        console: The rich console to print to, instead of a file.
        findings: Findings to print before the tree and to mark in it.
        depth: Number of levels of events to show; None for as many as read well (up to 20).
        fold: Whether to show repetitions once, with their number.
        times: Whether to show durations, where there is room.
        places: Whether to show the lines of code that caused the events.
        max_lines: Approximate number of lines at most; None for 400.
        marks: Words to mark events with, by their `seq`.
    """
    if console is None:
        console = rich.get_console() if file is None else Console(file=file)
        if console.is_jupyter:
            _display(
                notebook(
                    timeline,
                    depth=depth,
                    fold=fold,
                    times=times,
                    places=places,
                    max_lines=max_lines,
                    findings=findings,
                    marks=marks,
                )
            )
            return
        if not console.is_terminal:  # for which rich assumes 80 columns
            console = Console(file=console.file, width=terminal_width())
    if findings:
        console.print(finding_list(findings), crop=False)
        console.print()
    shown = tree(
        timeline,
        depth=depth,
        fold=fold,
        times=times,
        places=places,
        max_lines=max_lines,
        findings=findings,
        marks=marks,
    )
    console.print(shown, crop=False)


def _display(bundle: dict[str, str]) -> None:
    # Only called in a notebook, which has loaded IPython.
    display = importlib.import_module("IPython.display").display
    display(bundle, raw=True)
