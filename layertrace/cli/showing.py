"""Where commands print to, and what."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console, RenderableType

from layertrace.diagnosis import Finding
from layertrace.render.page import terminal_width

__all__ = ["console_of", "has_error", "printed"]


def console_of(*, stderr: bool = False) -> Console:
    """Return the console of an output, as wide as the terminal, or as reads well without one."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=terminal_width())


def printed(console: Console, *parts: RenderableType) -> None:
    """Print parts with an empty line between them."""
    sys.stdout.flush()
    for number, part in enumerate(parts):
        if number:
            console.print()
        console.print(part, crop=False)


def has_error(found: Sequence[Finding]) -> bool:
    """Tell whether a finding is an error, which makes the exit status 1."""
    return any(finding.severity == "error" for finding in found)
