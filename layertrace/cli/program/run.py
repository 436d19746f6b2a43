"""Run a program as Python itself would: its arguments, its `__main__`, its exit status, its traceback."""

from __future__ import annotations

import builtins
import contextlib
import runpy
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from importlib.machinery import BuiltinImporter
from types import ModuleType
from typing import Any, TypeAlias, cast

import click

from layertrace import trace
from layertrace.cli.program.exit import exit_like_python, print_traceback
from layertrace.cli.program.find import PreparedProgram, Program, of_arguments

__all__ = [
    "Ended",
    "PreparedProgram",
    "Program",
    "Runs",
    "end_recording",
    "exit_like_python",
    "first_argument",
    "of_arguments",
    "run",
]

Ended: TypeAlias = tuple[BaseException | None, object]
"""The exception that ended a program, if one did; and what keeps the program's objects alive."""

Runs: TypeAlias = Generator["PreparedProgram", Ended, None]
"""A command that runs a program: it yields what to run, is told how that ended, and leaves the process.

So the program runs neither inside the command nor inside click, and finds next to nothing below its own
frames, as `traceback.print_stack()` and a debugger show them.
"""


def run(ready: PreparedProgram) -> Ended:
    """Run a program to its end, with that of the threads that it started, and show its traceback.

    The caller's frame and ours are all that lies below it.
    """
    main = ModuleType("__main__")
    main.__dict__.update(__loader__=BuiltinImporter, __annotations__={}, __builtins__=builtins)
    main.__dict__.update(ready.names)
    sys.modules["__main__"] = main
    sys.argv = ready.argv
    raised: BaseException | None = None
    try:
        if ready.code is None:
            # A private function, the one that the interpreter itself calls for -m, folders and zip files; the
            # frames that it has in tracebacks are there without us, too (3.10 to 3.13)
            cast(Any, runpy)._run_module_as_main(ready.module, alter_argv=ready.module != "__main__")
        else:
            exec(ready.code, main.__dict__)  # noqa: S102  # which is what the user asks for
    except BaseException as error:  # whatever it is, it is the program's, and is treated as Python would
        raised = error
    alive = main if raised is None else raised.__traceback__
    if "__file__" in ready.names:
        _flush()  # as Python does after a file, so that output comes before a traceback in the same pipe
    raised = print_traceback(raised)
    if not isinstance(raised, SystemExit):
        for name in ready.names.keys() & {"__file__", "__cached__"}:  # Python takes them away again
            main.__dict__.pop(name, None)
    _end_threads()
    return raised, alive


def end_recording(tracer: trace, raised: BaseException | None) -> None:
    """End the recording of a program, with what ended that unless it was asked for."""
    error = raised if isinstance(raised, Exception) else None
    tracer.__exit__(type(error) if error else None, error, None)


def _flush() -> None:
    for file in (sys.stderr, sys.stdout):
        with contextlib.suppress(Exception):  # it is closed, or None, or the program's own invention
            file.flush()


def _end_threads() -> None:
    """Wait for the threads of the program.

    The private function is what Python calls at its end, and does nothing when it is called again. A plain
    `join` would wait forever for the workers of a `ThreadPoolExecutor`, which are told here that it is over.
    """
    with contextlib.suppress(KeyboardInterrupt):  # the user waits no longer; Python goes on to its end, too
        cast(Any, threading)._shutdown()


def first_argument(command: click.Command, args: Sequence[str], among: str = "") -> int:
    """Return where the options of a command end, and what it is to run or to read begins.

    Args:
        command: Whose options have to be known, since some take a value.
        args: What it was given.
        among: Letters of options that belong to what begins there: `-m package`, also in `-qmpackage`.
    """
    options = {name: one for one in command.params if isinstance(one, click.Option) for name in one.opts}
    number = 0
    while number < len(args) and args[number].startswith("-") and args[number] not in ("-", "--"):
        takes_next = _takes_next(args[number], options, among)
        if takes_next is None:
            return number
        number += 2 if takes_next else 1
    return number


def _takes_next(word: str, options: Mapping[str, click.Option], among: str) -> bool | None:
    """Tell whether the value of an option is the next word; None where what is to run begins in this one."""
    if word.startswith("--"):
        return word in options and not options[word].is_flag
    for at, letter in enumerate(word[1:], start=2):
        if letter in among:
            return None
        known = options.get(f"-{letter}")
        if known is not None and not known.is_flag:
            return at == len(word)
    return False
