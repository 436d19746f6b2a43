"""Run a program as Python does, with its arguments, its `__main__`, its exit status and its traceback."""

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
"""The exception that ended a program, if one did; and an object that keeps the program's layers alive."""

Runs: TypeAlias = Generator["PreparedProgram", Ended, None]
"""A command that runs a program: it yields the program, receives how it ended, and exits.

The program then runs neither inside the command nor inside click, so that `traceback.print_stack()` and
debuggers show few frames below its own.
"""


def run(program: PreparedProgram) -> Ended:
    """Run a program until it and its threads end, and print its traceback if it fails.

    Only the frames of this function and of its callers are below those of the program.
    """
    main = ModuleType("__main__")
    main.__dict__.update(__loader__=BuiltinImporter, __annotations__={}, __builtins__=builtins)
    main.__dict__.update(program.names)
    sys.modules["__main__"] = main
    sys.argv = program.argv
    raised: BaseException | None = None
    try:
        if program.code is None:
            # The private function that the interpreter itself calls for -m, folders and zip files, so that
            # tracebacks have the same frames as without us (3.10 to 3.13)
            cast(Any, runpy)._run_module_as_main(program.module, alter_argv=program.module != "__main__")
        else:
            exec(program.code, main.__dict__)  # noqa: S102  # the user asks for it
    except BaseException as error:  # raised by the program, and handled as Python would
        raised = error
    alive = main if raised is None else raised.__traceback__
    if "__file__" in program.names:
        _flush()  # as Python does after a script, so that output precedes a traceback in the same pipe
    raised = print_traceback(raised)
    if not isinstance(raised, SystemExit):
        for name in program.names.keys() & {"__file__", "__cached__"}:  # as Python removes them
            main.__dict__.pop(name, None)
    _end_threads()
    return raised, alive


def end_recording(tracer: trace, raised: BaseException | None) -> None:
    """End the recording of a program, with the exception that ended the program unless that is an exit."""
    if isinstance(raised, KeyboardInterrupt):
        tracer.note("the program was interrupted")
    elif isinstance(raised, SystemExit) and raised.code not in (None, 0):
        status = raised.code if isinstance(raised.code, int) else 1
        tracer.note(f"the program exited with status {status}")
    error = raised if isinstance(raised, Exception) else None
    tracer.__exit__(type(error) if error else None, error, None)


def _flush() -> None:
    for file in (sys.stderr, sys.stdout):
        with contextlib.suppress(Exception):  # closed, None, or an object of the program
            file.flush()


def _end_threads() -> None:
    """Wait for the threads of the program.

    Python itself calls this private function when it exits; a second call does nothing. A plain `join` would
    wait forever for the workers of a `ThreadPoolExecutor`, which this function asks to stop.
    """
    with contextlib.suppress(KeyboardInterrupt):  # the user does not want to wait; Python exits, too
        cast(Any, threading)._shutdown()


def first_argument(command: click.Command, args: Sequence[str], among: str = "") -> int:
    """Return the index of the first argument that is not an option of the command: a program or a file.

    Args:
        command: The command; some of its options take the next argument as their value.
        args: The arguments of the command.
        among: Letters of options that count as the first argument: `-m package`, also in `-qmpackage`.
    """
    options = {
        name: param for param in command.params if isinstance(param, click.Option) for name in param.opts
    }
    number = 0
    while number < len(args) and args[number].startswith("-") and args[number] not in ("-", "--"):
        takes_next = _takes_next(args[number], options, among)
        if takes_next is None:
            return number
        number += 2 if takes_next else 1
    return number


def _takes_next(word: str, options: Mapping[str, click.Option], among: str) -> bool | None:
    """Return whether the value of an option is the next word, or None if this word begins the program."""
    if word.startswith("--"):
        return word in options and not options[word].is_flag
    for at, letter in enumerate(word[1:], start=2):
        if letter in among:
            return None
        option = options.get(f"-{letter}")
        if option is not None and not option.is_flag:
            return at == len(word)
    return False
