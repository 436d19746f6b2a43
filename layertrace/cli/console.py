"""Print to the terminal, and to the standard error that the process began with."""

from __future__ import annotations

import contextlib
import io
import sys
from typing import TextIO, cast

from rich.console import Console, RenderableType

from layertrace.record.process.descriptors import Reserved
from layertrace.render.console import terminal_width

__all__ = ["console_of", "pin_stderr", "print_message", "print_parts"]


def console_of(*, stderr: bool = False) -> Console:
    """Return a console for standard output or error, as wide as the terminal or as `COLUMNS` asks."""
    file = cast(TextIO, _pinned) if stderr and _pinned is not None else None
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


class _PinnedStderr(io.TextIOBase):
    """A copy of standard error that stays open, whatever a program does to its own.

    Text that cannot be written is dropped, so that the exit status stays that of the program.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = Reserved(file.fileno())
        self._encoding, self._on_error = file.encoding, file.errors or "strict"
        self._isatty = file.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed declares a plain attribute
        return self._encoding

    def fileno(self) -> int:
        return self._file.number

    def isatty(self) -> bool:
        return self._isatty

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._file.write(text.encode(self._encoding, self._on_error))
        return len(text)


_pinned: io.TextIOBase | None = None


def pin_stderr() -> None:
    """Pin standard error for our own output, before a program can close or replace it."""
    global _pinned
    with contextlib.suppress(OSError, ValueError):  # a stream in memory has no file descriptor
        _pinned = io.StringIO() if sys.stderr is None else _PinnedStderr(sys.stderr)
