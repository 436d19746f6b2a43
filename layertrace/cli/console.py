"""Where commands print to, and what."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Sequence
from typing import TextIO, cast

from rich.console import Console, RenderableType

from layertrace.diagnosis import Finding
from layertrace.record.process.descriptors import Reserved
from layertrace.render.console import terminal_width

__all__ = ["console_of", "has_error", "keep_stderr", "print_message", "print_parts"]


def console_of(*, stderr: bool = False) -> Console:
    """Return the console of an output, as wide as the terminal, or as reads well without one."""
    file = cast(TextIO, _kept) if stderr and _kept is not None else None
    console = Console(stderr=stderr, file=file)
    return console if console.is_terminal else Console(stderr=stderr, file=file, width=terminal_width())


def print_parts(console: Console, *parts: RenderableType) -> None:
    """Print parts with an empty line between them, after what the program has printed."""
    for file in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the program has closed or replaced it
            file.flush()
    for number, part in enumerate(parts):
        if number:
            console.print()
        console.print(part, crop=False)


def print_message(what: object) -> None:
    """Say something about a program that was run, on standard error."""
    console_of(stderr=True).print(f"layertrace: {what}", soft_wrap=True, markup=False, highlight=False)


def has_error(found: Sequence[Finding]) -> bool:
    """Tell whether a finding is an error, which makes the exit status 1."""
    return any(finding.severity == "error" for finding in found)


class _KeptStderr(io.TextIOBase):
    """Standard error as it is now, whatever a program does to its own.

    What cannot be written is left out, since the program's own status counts.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = Reserved(file.fileno())
        self._encoding, self._on_error = file.encoding, file.errors or "strict"
        self._isatty = file.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has it as a plain attribute
        return self._encoding

    def fileno(self) -> int:
        return self._file.number

    def isatty(self) -> bool:
        return self._isatty

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._file.write(text.encode(self._encoding, self._on_error))
        return len(text)


_kept: io.TextIOBase | None = None


def keep_stderr() -> None:
    """Let all that commands print to standard error from now on go where that leads now."""
    global _kept
    with contextlib.suppress(OSError, ValueError):  # it is in memory
        _kept = io.StringIO() if sys.stderr is None else _KeptStderr(sys.stderr)
