"""Keep errors of layertrace out of the traced program: each is reported once, as a warning."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
import warnings
from pathlib import Path
from types import CodeType, TracebackType

from layertrace.errors import CulpritError, LayertraceWarning
from layertrace.record.process.hidden_code import HIDDEN_FILE
from layertrace.timeline import ownership

__all__ = ["faults", "guarded", "report_internal_error", "warn_once"]

_warned: dict[str, object] = {}

faults: list[str] = []
"""What layertrace could not do in this process, once for each fault; a recording notes those of its time."""

_MOST_FAULTS = 10_000


def report_internal_error(doing: str) -> None:
    """Warn, once for each line that fails, that the exception being handled kept layertrace from recording.

    Args:
        doing: What failed, as in "layertrace could not record a call".

    Raises:
        BaseException: The exception being handled, if it is the program's: raised by one of its signal
            handlers, or sent to this thread, while a hook was running.
    """
    kind, error, trace = sys.exc_info()
    if kind is RecursionError:  # the program has filled the stack, and will get the same error itself
        return
    if error is not None and _is_the_programs(error):
        raise error
    frame = traceback.extract_tb(trace)[-1] if trace is not None else None
    where = f"{frame.filename}:{frame.lineno}" if frame is not None else "?"
    if len(faults) < _MOST_FAULTS:
        faults.append(doing)
    try:
        message = str(error)
    except (Exception, SystemExit):  # raised by an object of the program that was looked at
        message = "its message cannot be shown"
    warn_once(
        f"layertrace could not {doing} ({kind.__name__ if kind else '?'}: {message}, at {where}). "
        "Your program is unaffected. Please report this.",
        key=f"{doing} {where}",
    )


class guarded:  # noqa: N801  # used like a function, as contextlib's are
    """Report a fault of ours in the block, and go on after it: the traced program never sees one.

    A `CulpritError` passes: `trace(fail_on=…)` asks for it.

    Args:
        doing: What the block does, as in "record a call".
    """

    __slots__ = ("_doing",)

    def __init__(self, doing: str) -> None:
        self._doing = doing

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> bool:
        if kind is None or not issubclass(kind, Exception) or issubclass(kind, CulpritError):
            return False
        report_internal_error(self._doing)
        return True


def _is_the_programs(error: BaseException) -> bool:
    """Return whether an exception came into a hook from outside, such as a timeout."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    handlers = {code for code in map(_code_of_handler, signal.valid_signals()) if code is not None}
    if any(frame.f_code in handlers for frame in frames):
        return True
    package = ownership.package_of(type(error).__module__)
    is_known = package in sys.stdlib_module_names or package in ownership.WITH_KNOWN_ERRORS
    return not is_known and all(frame.f_code.co_filename.startswith(_OURS) for frame in frames)


def _code_of_handler(number: int) -> CodeType | None:
    handler = signal.getsignal(number)
    return getattr(getattr(handler, "__func__", handler), "__code__", None)


_OURS = (str(Path(__file__).parents[2]) + os.sep, HIDDEN_FILE)


def warn_once(message: str, *, key: str) -> None:
    """Warn once for each `key`, and never raise, even if warnings are errors."""
    mine = object()
    if _warned.setdefault(key, mine) is not mine:  # without a lock, which could be held for ever in a fork
        return
    try:
        warnings.warn(message, LayertraceWarning, stacklevel=2)
    except Exception:
        # `-W error` turns the warning into an exception, and the program's own `warnings.showwarning` may
        # raise anything. The traced program must see neither; standard error is the next best place.
        with contextlib.suppress(Exception):  # pythonw has no standard error
            sys.stderr.write(f"LayertraceWarning: {message}\n")
