"""Print parts of a report and messages."""

from __future__ import annotations

import contextlib
import sys
from typing import TextIO, cast

from rich.console import Console, RenderableType

from layertrace.cli import pinned_stderr
from layertrace.render.console import terminal_width

__all__ = ["console_of", "print_message", "print_parts"]


def console_of(*, stderr: bool = False) -> Console:
    """Return a console for standard output or error, as wide as the terminal or as `COLUMNS` asks."""
    file = cast(TextIO, pinned_stderr.pinned) if stderr and pinned_stderr.pinned is not None else None
    console = Console(stderr=stderr, file=file)
    return console if console.is_terminal else Console(stderr=stderr, file=file, width=terminal_width())


def print_parts(console: Console, *parts: RenderableType) -> None:
    """Print parts with an empty line between them, after the output of the program."""
    for file in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the program has closed or replaced it
            file.flush()
    for number, part in enumerate(parts):
        if number:
            console.print()
        console.print(part, crop=False)


def print_message(message: object) -> None:
    """Print a message about a program that was run to standard error."""
    console_of(stderr=True).print(f"layertrace: {message}", soft_wrap=True, markup=False, highlight=False)
