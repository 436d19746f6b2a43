"""A fault of ours never reaches the traced program: it is told once, and the hook steps aside."""

from __future__ import annotations

import contextlib
import sys
import traceback
import warnings

from layertrace.errors import LayertraceWarning

__all__ = ["notice", "step_aside"]

_told: dict[str, object] = {}


def step_aside(doing: str) -> None:
    """Warn, once for each place, that the exception being handled kept an event from being recorded."""
    kind, error, trace = sys.exc_info()
    if kind is RecursionError:  # the program has filled the stack, and meets the same where it goes on
        return
    frame = traceback.extract_tb(trace)[-1] if trace is not None else None
    where = f"{frame.filename}:{frame.lineno}" if frame is not None else "?"
    try:
        said = str(error)
    except (
        Exception,
        SystemExit,
    ):  # raised where we looked at an object of the program
        said = "its message cannot be shown"
    notice(
        f"layertrace could not {doing} ({kind.__name__ if kind else '?'}: {said}, at {where}); "
        "the program goes on without that. Please report it.",
        key=f"{doing} {where}",
    )


def notice(message: str, *, key: str) -> None:
    """Warn once for each `key`, and never raise, not even where warnings are errors."""
    mine = object()
    if _told.setdefault(key, mine) is not mine:  # without a lock, which a fork might find held for good
        return
    try:
        warnings.warn(message, LayertraceWarning, stacklevel=2)
    except Exception:
        # `-W error` turns the warning into an exception inside the traced program, which must not see it,
        # nor what its own `warnings.showwarning` may raise; standard error is the next best place.
        with contextlib.suppress(Exception):  # there is none under pythonw
            sys.stderr.write(f"LayertraceWarning: {message}\n")
