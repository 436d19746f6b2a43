"""Keep file descriptors of our own in the program's process, without getting in its way."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from layertrace.record.process.forks import in_child

__all__ = ["Reserved"]

_FROM = 100
"""The lowest number of ours, so that the program's have the numbers they have without layertrace."""


class Reserved:
    """A copy of a file descriptor that no subprocess inherits, and no fork keeps.

    A program may close all descriptors, and then open files that get the numbers of ours. So each write first
    checks that the descriptor is still ours.

    Args:
        descriptor: The descriptor to copy, which is not changed.
    """

    def __init__(self, descriptor: int) -> None:
        self.number = _copy(descriptor)
        self._identity = _identity_of(self.number)
        _all.append(self)

    def write(self, data: bytes) -> None:
        """Write all of the data.

        Raises:
            OSError: If writing fails, for instance because the program has closed the descriptor.
        """
        rest = memoryview(data)
        while rest:
            self._check()
            rest = rest[os.write(self.number, rest) :]

    def empty(self) -> None:
        """Empty the file, if it is a regular file.

        Raises:
            OSError: If that fails.
        """
        self._check()
        if stat.S_ISREG(os.fstat(self.number).st_mode):
            os.ftruncate(self.number, 0)

    @property
    def identity(self) -> tuple[int, int]:
        """The numbers of its device and of the file, by which a file is identified."""
        return self._identity

    def is_at(self, path: Path) -> bool:
        """Return whether a path leads to this regular file now."""
        try:
            return path.is_file() and _identity_of(path) == self._identity
        except OSError:  # the program has removed it, or its folder may not be read
            return False

    def sync(self) -> None:
        """Flush what was written to the disk, if it is a regular file.

        Raises:
            OSError: If that fails.
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
        if _identity_of(self.number) != self._identity:
            raise OSError(errno.EBADF, "the program has closed it")


_all: list[Reserved] = []


def _close_all() -> None:
    for descriptor in tuple(_all):
        descriptor.close()


in_child(_close_all)


def _copy(descriptor: int) -> int:
    if os.name == "nt":
        return os.dup(descriptor)
    import fcntl  # which Windows does not have

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FROM)


def _identity_of(file: int | Path) -> tuple[int, int]:
    status = os.stat(file)
    return status.st_dev, status.st_ino
