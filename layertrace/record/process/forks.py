"""Say what is to be done when the process forks, on systems where processes do."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol, TypeVar

__all__ = ["held_over_forks", "in_child"]


class Lock(Protocol):
    """What a thread may hold."""

    def acquire(self) -> object:
        """Wait until nobody else holds it."""

    def release(self) -> object:
        """Let others have it."""


L = TypeVar("L", bound=Lock)


def held_over_forks(lock: L) -> L:
    """Hold a lock while the process forks, so that no thread that the child does not have holds it there.

    What is registered later is held earlier. So the recorder's lock comes before that of the hub, which it
    imports, as it does wherever both are held.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
    return lock


def in_child(function: Callable[[], object]) -> None:
    """Call a function in every process that is forked from now on; it cannot be undone."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=function)
