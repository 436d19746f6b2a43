"""Register what happens when the process forks, on systems that have forks."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol, TypeVar

__all__ = ["held_over_forks", "in_child"]


class Lock(Protocol):
    """A lock, of any kind."""

    def acquire(self) -> object:
        """Wait until no other thread holds it."""

    def release(self) -> object:
        """Release it for other threads."""


L = TypeVar("L", bound=Lock)


def held_over_forks(lock: L) -> L:
    """Hold a lock while the process forks; else another thread could hold it in the child for ever.

    A lock that is registered later is acquired earlier. So the recorder's lock is acquired before that of the
    hub, which it imports; this is the order everywhere.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
    return lock


def in_child(function: Callable[[], object]) -> None:
    """Call a function in every process that is forked after this; this cannot be undone."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=function)
