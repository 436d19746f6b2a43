"""Leave hooks in place between recordings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from layertrace.record.recording.hooking import Hooking
from layertrace.record.recording.recorder import hook_new_class

__all__ = ["hooks_kept"]


@contextmanager
def hooks_kept() -> Iterator[None]:
    """Start the recordings of a block faster: the first one's hooks stay until the block ends.

    Nothing is recorded between them. Import the frameworks before.
    """
    hooking = Hooking(lambda _: True, hook_new_class, lambda _: None)
    try:
        hooking.hook_loaded()
    except BaseException:
        hooking.undo()
        raise
    undo = hooking.keep()
    try:
        yield
    finally:
        undo()
