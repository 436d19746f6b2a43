"""End a program as Python ends one: show its traceback, and leave with its status."""

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
    """Show the traceback of a program, from its own first frame on, and return what ends the program.

    That is another exception if its `sys.excepthook` has decided so.
    """
    if raised is None:
        return None
    if isinstance(raised, SystemExit):
        if raised.code is not None and not isinstance(raised.code, int):
            _say_last(raised.code)
        return raised
    BaseException.with_traceback(raised, _users(raised.__traceback__))
    sys.last_type, sys.last_value, sys.last_traceback = type(raised), raised, raised.__traceback__
    if sys.version_info >= (3, 12):
        sys.last_exc = raised
    try:
        sys.excepthook(type(raised), raised, raised.__traceback__)
    except SystemExit as error:
        return error
    except BaseException as error:  # the words are those of Python
        BaseException.with_traceback(error, _users(error.__traceback__))
        for words, one in (("Error in sys.excepthook:\n", error), ("\nOriginal exception was:\n", raised)):
            with contextlib.suppress(Exception):
                sys.stderr.write(words)
            sys.__excepthook__(type(one), one, one.__traceback__)
    return raised


def _say_last(message: object) -> None:
    """Write the message of a `SystemExit`, as Python does."""
    with contextlib.suppress(Exception):
        if sys.stderr is None:
            os.write(2, f"{message}\n".encode())
        else:
            sys.stderr.write(f"{message}\n")


def _users(trace: TracebackType | None) -> TracebackType | None:
    """Leave out the frames before the program's first."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_HERE):
        trace = trace.tb_next
    return trace


def exit_like_python(raised: BaseException | None, status: int = 0) -> NoReturn:
    """End the process as Python ends a program, whose `atexit` is still to come.

    Args:
        raised: The exception that ended the program, which decides the status.
        status: The status of a program that ended well.
    """
    if isinstance(raised, SystemExit):
        if raised.code is not None and not isinstance(raised.code, int):  # a message, and told already
            sys.exit(1)
        sys.exit(raised.code or status)
    if type(raised) is KeyboardInterrupt:  # a shell tells by the signal that the user stopped it
        sys.excepthook = lambda *_: None  # it was shown
        # Python ends by the signal, after all else, if a KeyboardInterrupt leaves code that was compiled
        # from a string (run_eval_code_obj in Python/pythonrun.c, 3.8 to 3.13).
        exec("raise KeyboardInterrupt")  # noqa: S102  # as said above
    sys.exit(status if raised is None else 1)
