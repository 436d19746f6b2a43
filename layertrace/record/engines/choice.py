"""Choose the engine that observes functions, and share it among recordings."""

from __future__ import annotations

import os
import sys
import threading

from layertrace.errors import EngineError
from layertrace.record.engines.monitoring import monitoring
from layertrace.record.engines.patching import patches
from layertrace.record.engines.wrapping import wrapping
from layertrace.record.hooks.observer import Engine
from layertrace.record.process.forks import held_over_forks
from layertrace.record.process.guard import warn_once

__all__ = ["ENGINE", "enter", "is_idle", "leave", "observed_by_wrapping"]

ENGINE = "LAYERTRACE_ENGINE"
"""The environment variable that chooses the engine: `monitoring` or `wrapping`."""

_lock = held_over_forks(threading.RLock())
_users = 0
_engine: Engine = wrapping


def enter() -> Engine:
    """Return the engine for one more recording; recordings that overlap share one."""
    global _engine, _users
    with _lock:
        if _users == 0:
            _engine = _started(_wanted())
        _users += 1
        return _engine


def leave() -> None:
    """Release the engine; the last recording stops it."""
    global _users
    with _lock:
        _users -= 1
        if _users == 0:
            _engine.stop()


def observed_by_wrapping() -> dict[str, str]:
    """Return what the monitoring engine had to wrap in the last recording, and its types."""
    return dict(monitoring.wrapped)


def is_idle() -> bool:
    """Return whether nothing is observed: no function is wrapped, and `sys.monitoring` is free."""
    return _users == 0 and not len(patches) and not monitoring.is_on


def _wanted() -> Engine:
    can_monitor = sys.version_info >= (3, 12)
    name = os.environ.get(ENGINE, "")
    if name not in ("", "monitoring", "wrapping"):
        default = "monitoring" if can_monitor else "wrapping"
        _warn(f"{ENGINE}={name!r} is not an engine; {default} is used. Set it to 'monitoring' or 'wrapping'.")
    if name == "monitoring" and not can_monitor:
        _warn(
            f"{ENGINE}=monitoring needs Python 3.12 or later, and this is Python "
            f"{sys.version_info.major}.{sys.version_info.minor}; wrapping is used instead."
        )
    return monitoring if can_monitor and name != "wrapping" else wrapping


def _started(engine: Engine) -> Engine:
    try:
        engine.start()
    except EngineError as error:
        _warn(f"{error} Layers are recorded by wrapping their methods instead.")
        wrapping.start()
        return wrapping
    return engine


def _warn(sentence: str) -> None:
    warn_once(sentence, key=sentence)
