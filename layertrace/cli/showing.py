"""Where commands print to, and what."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO, cast

from rich.console import Console, RenderableType

from layertrace.diagnosis import Finding
from layertrace.render.page import terminal_width

__all__ = ["console_of", "has_error", "keep_stderr", "printed", "reserved", "say"]

_RESERVED_FROM = 100
"""Our descriptors are numbered from here, so that those of a program are what they are without us."""


def console_of(*, stderr: bool = False) -> Console:
    """Return the console of an output, as wide as the terminal, or as reads well without one."""
    file = cast(TextIO, _kept) if stderr and _kept is not None else None
    console = Console(stderr=stderr, file=file)
    return console if console.is_terminal else Console(stderr=stderr, file=file, width=terminal_width())


def printed(console: Console, *parts: RenderableType) -> None:
    """Print parts with an empty line between them, after what the program has printed."""
    for file in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the program has closed or replaced it
            file.flush()
    for number, part in enumerate(parts):
        if number:
            console.print()
        console.print(part, crop=False)


def say(what: object) -> None:
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
        self._descriptor = reserved(file.fileno())
        self._is = _identity(self._descriptor)
        self._encoding, self._on_error = file.encoding, file.errors or "strict"
        self._isatty = file.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has it as a plain attribute
        return self._encoding

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return self._isatty

    def write(self, text: str) -> int:
        rest = text.encode(self._encoding, self._on_error)
        with contextlib.suppress(OSError):
            while rest and _identity(self._descriptor) == self._is:  # a program may close all there are
                rest = rest[os.write(self._descriptor, rest) :]
        return len(text)


_kept: io.TextIOBase | None = None


def keep_stderr() -> None:
    """Let all that commands print to standard error from now on go where that leads now."""
    global _kept
    with contextlib.suppress(OSError, ValueError):  # it is in memory
        _kept = io.StringIO() if sys.stderr is None else _KeptStderr(sys.stderr)


def reserved(descriptor: int) -> int:
    """Return a copy of a file descriptor that no process inherits, and that is out of a program's way."""
    if os.name == "nt":
        return os.dup(descriptor)
    import fcntl  # Windows has none

    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _RESERVED_FROM)
    os.register_at_fork(after_in_child=lambda: _close(copy))
    return copy


def _close(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _identity(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino
