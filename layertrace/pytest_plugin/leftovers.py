"""Recordings that a test left running: one test's never reach into the next.

Nothing here loads what the test did not.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["keep", "keep_all", "running", "stop"]

_kept: set[Any] = set()


def running() -> set[Any]:
    """Return the recorders that listen now."""
    module = sys.modules.get("layertrace.record.recording.recorder")
    return set() if module is None else set(module.running)


def keep(before: set[Any]) -> None:
    """Let all recorders go on that were started since; those that ended meanwhile are forgotten."""
    now = running()
    _kept.intersection_update(now)
    _kept.update(now - before)


def keep_all() -> None:
    """Let all go on that run before a test begins, such as that of `layertrace run -m pytest`."""
    keep(set())


def stop() -> None:
    """Stop the others."""
    if "layertrace.record.api" in sys.modules:
        from layertrace.record.api import between_programs

        between_programs(_kept)
