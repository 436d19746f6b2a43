"""End a program as Python does: print its traceback, and exit with its status."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import NoReturn

__all__ = ["exit_like_python", "print_traceback"]

_HERE = str(Path(__file__).parents[1])


def print_traceback(raised: BaseException | None) -> BaseException | None:
    """Print the traceback of a program without our frames, and return the exception that ends it.

    That is the given one, or a `SystemExit` that the program's `sys.excepthook` raised.
    """
    if raised is None:
        return None
    if isinstance(raised, SystemExit):
        if raised.code is not None and not isinstance(raised.code, int):
            _print_exit_message(raised.code)
        return raised
    BaseException.with_traceback(raised, _without_our_frames(raised.__traceback__))
    sys.last_type, sys.last_value, sys.last_traceback = type(raised), raised, raised.__traceback__
    if sys.version_info >= (3, 12):
        sys.last_exc = raised
    try:
        sys.excepthook(type(raised), raised, raised.__traceback__)
    except SystemExit as error:
        return error
    except BaseException as error:
        BaseException.with_traceback(error, _without_our_frames(error.__traceback__))
        # The headings are those of Python (PyErr_PrintEx in Python/pythonrun.c, 3.10 to 3.13).
        for heading, shown in (
            ("Error in sys.excepthook:\n", error),
            ("\nOriginal exception was:\n", raised),
        ):
            with contextlib.suppress(Exception):
                sys.stderr.write(heading)
            sys.__excepthook__(type(shown), shown, shown.__traceback__)
    return raised


def _print_exit_message(message: object) -> None:
    """Print the message of a `SystemExit`, as Python does."""
    with contextlib.suppress(Exception):
        if sys.stderr is None:
            os.write(2, f"{message}\n".encode())
        else:
            sys.stderr.write(f"{message}\n")


def _without_our_frames(trace: TracebackType | None) -> TracebackType | None:
    """Return a traceback that begins with the program's first frame."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_HERE):
        trace = trace.tb_next
    return trace


def exit_like_python(raised: BaseException | None, status: int = 0) -> NoReturn:
    """Exit as Python does at the end of a program; its `atexit` functions run after this.

    Args:
        raised: The exception that ended the program, if one did; it decides the exit status.
        status: The exit status if the program succeeded.
    """
    if isinstance(raised, SystemExit):
        if raised.code is not None and not isinstance(
            raised.code, int
        ):  # a message, which is printed already
            sys.exit(1)
        sys.exit(raised.code or status)
    if type(raised) is KeyboardInterrupt:  # a shell learns from the signal that the user stopped the program
        sys.excepthook = lambda *_: None  # the traceback is printed already
        # Python kills itself with the signal, as its very last act, if a KeyboardInterrupt leaves code that
        # was compiled from a string (run_eval_code_obj in Python/pythonrun.c, 3.8 to 3.13).
        exec("raise KeyboardInterrupt")  # noqa: S102  # a constant, see above
    sys.exit(status if raised is None else 1)
