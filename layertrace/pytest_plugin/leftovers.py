"""Stop recordings that a test left running, so that they do not record the next test.

This loads no module that the test has not loaded.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layertrace.record.recording.recorder import Recorder

__all__ = ["keep", "keep_all", "running", "stop"]

_kept: set[Recorder] = set()


def running() -> set[Recorder]:
    """Return the recorders that are running."""
    module = sys.modules.get("layertrace.record.recording.recorder")
    return set() if module is None else set(module.running)


def keep(before: set[Recorder]) -> None:
    """Keep the recorders running that were started after `before` was taken."""
    now = running()
    _kept.intersection_update(now)  # drops those that have stopped
    _kept.update(now - before)


def keep_all() -> None:
    """Keep all recorders that run before a test begins, such as that of `layertrace run -m pytest`."""
    keep(set())


def stop() -> None:
    """Stop all recorders that are not kept."""
    if "layertrace.record.api" in sys.modules:
        from layertrace.record.api import between_programs

        between_programs(_kept)
