"""Run a program as Python itself would: its arguments, its `__main__`, its exit status, its traceback."""

from __future__ import annotations

import builtins
import os
import runpy
import signal
import sys
import threading
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.abc import InspectLoader
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, NoReturn

from layertrace.errors import ProgramError

__all__ = ["Program", "leave", "of_arguments", "run", "show"]

_OURS = (str(Path(__file__).parent), "<frozen runpy>", os.path.dirname(runpy.__file__) + os.sep + "runpy.py")


@dataclass(frozen=True, slots=True)
class Program:
    """What to run.

    Attributes:
        way: `script`, `module`, `code`, or `stdin`.
        what: The path, the name of the module, the code; empty for `stdin`.
        arguments: What the program finds in `sys.argv[1:]`.
    """

    way: str
    what: str
    arguments: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse what Python could not run.

        Raises:
            ProgramError: If the file does not exist or does not compile.
        """
        if self.way == "script":
            path = Path(self.what)
            if not path.exists():
                raise ProgramError(f"there is no program {self.what}; give the path of a Python file, or -m")
            if path.is_file() and path.suffix in (".py", ""):
                _compiled(_source(path), self.what)
        elif self.way == "code":
            _compiled(self.what, "<string>")


def _source(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProgramError(f"{path} cannot be read: {error.strerror or error}") from error


def _compiled(source: bytes | str, name: str) -> Any:
    try:
        return compile(source, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"{name}:{line}" if line else name
        raise ProgramError(f"{where} does not compile: {getattr(error, 'msg', error)}") from error


def run(program: Program) -> tuple[BaseException | None, object]:
    """Run a program to its end, with that of the threads that it started.

    Returns:
        The exception that ended it, if one did; and what keeps the program's objects alive.
    """
    alive: object = None
    raised: BaseException | None = None
    try:
        alive = _WAYS[program.way](program)
    except BaseException as error:  # whatever it is, it is the program's, and is treated as Python would
        raised = error
        alive = error.__traceback__
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    return raised, alive


def _script(program: Program) -> object:
    sys.argv = [program.what, *program.arguments]
    path, full = Path(program.what), os.path.abspath(program.what)
    if not path.is_file() or zipfile.is_zipfile(path):
        return _folder(full)
    sys.path[0] = str(path.resolve().parent)
    loader = SourceFileLoader("__main__", full)
    return _executed(_compiled(_source(path), full), __file__=full, __loader__=loader, __cached__=None)


def _folder(full: str) -> object:
    """Run what has a `__main__.py` inside: a folder, or a zip file."""
    spec = PathFinder.find_spec("__main__", [full])
    if spec is None or not isinstance(spec.loader, InspectLoader):
        raise ProgramError(f"{full} has no __main__.py to run")
    sys.path[0] = full
    names = {"__file__": spec.origin, "__spec__": spec, "__loader__": spec.loader, "__package__": ""}
    return _executed(spec.loader.get_code("__main__"), **names)


def _module(program: Program) -> object:
    sys.argv = [program.what, *program.arguments]
    sys.path[0] = os.getcwd()
    return runpy.run_module(program.what, run_name="__main__", alter_sys=True)


def _code(program: Program) -> object:
    sys.argv = ["-c", *program.arguments]
    sys.path[0] = ""
    return _executed(_compiled(program.what, "<string>"))


def _stdin(program: Program) -> object:
    sys.argv = ["-", *program.arguments]
    sys.path[0] = ""
    return _executed(_compiled(sys.stdin.read(), "<stdin>"), __file__="<stdin>")


def _executed(code: Any, **names: object) -> ModuleType:
    main = ModuleType("__main__")
    main.__dict__.update(names, __builtins__=builtins)
    sys.modules["__main__"] = main
    exec(code, main.__dict__)  # noqa: S102  # which is what the user asks for
    return main


_WAYS: dict[str, Callable[[Program], object]] = {
    "script": _script,
    "module": _module,
    "code": _code,
    "stdin": _stdin,
}


def show(raised: BaseException | None) -> None:
    """Show the traceback of a program as Python would, from its own first frame on."""
    if raised is not None and not isinstance(raised, SystemExit):
        raised.__traceback__ = _users(raised.__traceback__)
        sys.excepthook(type(raised), raised, raised.__traceback__)


def leave(raised: BaseException | None, status: int = 0) -> NoReturn:
    """End the process as Python ends a program.

    Args:
        raised: The exception that ended the program, which decides the status.
        status: The status of a program that ended well.
    """
    if isinstance(raised, SystemExit):
        sys.exit(status if raised.code in (None, 0) else raised.code)
    if isinstance(raised, KeyboardInterrupt):  # a shell tells by the signal that the user stopped it
        sys.stdout.flush()
        sys.stderr.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    sys.exit(status if raised is None else 1)


def _users(trace: TracebackType | None) -> TracebackType | None:
    """Leave out the frames before the program's first."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OURS):
        trace = trace.tb_next
    return trace


def of_arguments(module: str | None, code: str | None, rest: Sequence[str]) -> Program:
    """Return the program that options and arguments name.

    Raises:
        ProgramError: If they name none.
    """
    if module is not None:
        return Program("module", module, tuple(rest))
    if code is not None:
        return Program("code", code, tuple(rest))
    if not rest:
        raise ProgramError("there is nothing to run: give a script, -m MODULE, -c CODE, or - for the input")
    if rest[0] == "-":
        return Program("stdin", "", tuple(rest[1:]))
    return Program("script", rest[0], tuple(rest[1:]))
