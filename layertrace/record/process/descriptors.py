"""File descriptors of ours in somebody else's process: out of its way, and never mistaken for its own."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from layertrace.record.process.forks import in_child

__all__ = ["Reserved"]

_FROM = 100
"""Ours are numbered from here, so that those of a program are what they are without us."""


class Reserved:
    """A copy of a file descriptor that no other process inherits, and no fork keeps.

    A program may close every descriptor that there is, and then open files that get the numbers of ours. So
    each write first makes sure that it is still ours.

    Args:
        descriptor: What to copy; it stays as it is.
    """

    def __init__(self, descriptor: int) -> None:
        self.number = _copy(descriptor)
        self._is = _identity(self.number)
        _all.append(self)

    def write(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            OSError: If that cannot be done, since the program has closed it, for one.
        """
        rest = memoryview(data)
        while rest:
            self._check()
            rest = rest[os.write(self.number, rest) :]

    def empty(self) -> None:
        """Drop what it holds, if it is a file on a disk.

        Raises:
            OSError: If that cannot be done.
        """
        self._check()
        if stat.S_ISREG(os.fstat(self.number).st_mode):
            os.ftruncate(self.number, 0)

    @property
    def identity(self) -> tuple[int, int]:
        """Which file it is, by the numbers of its device and itself."""
        return self._is

    def is_at(self, path: Path) -> bool:
        """Tell whether it is the regular file that a path leads to now."""
        try:
            return path.is_file() and _identity(path) == self._is
        except OSError:  # the program has taken it away, or its folder may not be looked into
            return False

    def sync(self) -> None:
        """Have what was written on the disk, if it is a file there.

        Raises:
            OSError: If that cannot be done.
        """
        self._check()
        if stat.S_ISREG(os.fstat(self.number).st_mode):
            os.fsync(self.number)

    def close(self) -> None:
        """Close it, if it is still ours."""
        with contextlib.suppress(OSError):  # the program has closed it
            self._check()
            os.close(self.number)
        if self in _all:
            _all.remove(self)

    def _check(self) -> None:
        if _identity(self.number) != self._is:
            raise OSError(errno.EBADF, "the program has closed it")


_all: list[Reserved] = []


def _close_all() -> None:
    for one in tuple(_all):
        one.close()


in_child(_close_all)


def _copy(descriptor: int) -> int:
    if os.name == "nt":
        return os.dup(descriptor)
    import fcntl  # Windows has none

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FROM)


def _identity(file: int | Path) -> tuple[int, int]:
    found = os.stat(file)
    return found.st_dev, found.st_ino
