"""Keep the standard error that the process began with, for our own output."""

from __future__ import annotations

import contextlib
import io
import sys
from typing import TextIO

from layertrace.record.process.descriptors import Reserved

__all__ = ["pin"]


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


pinned: io.TextIOBase | None = None


def pin() -> None:
    """Pin standard error for our own output, before a program can close or replace it."""
    global pinned
    with contextlib.suppress(OSError, ValueError):  # a stream in memory has no file descriptor
        pinned = io.StringIO() if sys.stderr is None else _PinnedStderr(sys.stderr)
