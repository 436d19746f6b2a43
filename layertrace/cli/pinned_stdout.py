"""Keep standard output for a document that another program reads."""

from __future__ import annotations

import errno
import os
import sys
from typing import Protocol

from layertrace.record.process.descriptors import Reserved

__all__ = ["Output", "pinned_stdout"]

STDOUT, STDERR = 1, 2


class Output(Protocol):
    """Where a document goes."""

    def write(self, data: bytes, /) -> None:
        """Write all of the data.

        Raises:
            OSError: If writing fails.
        """


class _InMemory:
    """Standard output that is an object of Python, as in a test."""

    def write(self, data: bytes, /) -> None:
        sys.stdout.write(data.decode())


def pinned_stdout() -> Output:
    """Return standard output, and send what anything else writes to it to standard error.

    That includes threads, functions that run at exit and processes that the program starts, so the descriptor
    is replaced, and it stays so.

    Raises:
        OSError: If standard output is closed.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    try:
        sys.stdout.flush()
        is_real = sys.stdout.fileno() == STDOUT
    except (OSError, ValueError):  # an object without a descriptor
        is_real = False
    if not is_real:
        return _InMemory()
    kept = Reserved(STDOUT)
    # If standard error is closed, its number may be that of another file by now.
    os.dup2(os.open(os.devnull, os.O_WRONLY) if sys.stderr is None else STDERR, STDOUT)
    return kept
