"""Find a program, and compile it, as Python does, before anything runs or is recorded."""

from __future__ import annotations

import contextlib
import importlib.util
import linecache
import marshal
import os
import pkgutil
import runpy
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec, SourceFileLoader, SourcelessFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, cast

from layertrace.cli.program.exit import exit_like_python, print_traceback
from layertrace.errors import ProgramError

__all__ = ["PreparedProgram", "Program", "of_arguments"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedProgram:
    """A program that can be run: Python has found it, and could compile it.

    Attributes:
        argv: What it finds in `sys.argv`.
        code: Its code; without it, `runpy` is to find and run `module`, as Python lets it.
        module: The name of a module; `__main__` is what is inside a folder or a zip file.
        names: What it finds in its `__main__` beside what every module has.
    """

    argv: list[str]
    code: CodeType | None = None
    module: str = ""
    names: Mapping[str, object] = field(default_factory=dict)


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

    def prepared(self) -> PreparedProgram:
        """Find and compile it, once, as a pipe or the standard input can be read but once.

        `sys.path` is the program's from now on.

        Raises:
            ProgramError: If Python could not run it, since it does not exist or does not compile.
        """
        return _WAYS[self.way](self)


def _script(program: Program) -> PreparedProgram:
    argv = [program.what, *program.arguments]
    full = _absolute(program.what)
    if pkgutil.get_importer(full) is not None:  # a folder, or a zip file: Python asks in the same way
        return _inside(full, argv)
    source = _source(program.what)
    if full.endswith(".pyc") or source[:2] == importlib.util.MAGIC_NUMBER[:2]:
        loader: object = SourcelessFileLoader("__main__", full)
        code = _unmarshalled(source, program.what)
    else:
        loader = SourceFileLoader("__main__", full)
        code = _compiled(source, full, program.what)
    _search_first(_folder_of(program.what))
    return PreparedProgram(
        argv=argv, code=code, names={"__loader__": loader, "__file__": full, "__cached__": None}
    )


def _absolute(path: str) -> str:
    """Return a path as Python makes it absolute, which leaves dots in it as they are."""
    with contextlib.suppress(FileNotFoundError):  # the current folder is gone
        return os.getcwd() if path == "." else os.path.join(os.getcwd(), path)
    return path


def _folder_of(path: str) -> str:
    """Return the folder of a script, as Python finds it: one link is followed also to what is no file."""
    link = ""
    with contextlib.suppress(OSError):
        link = os.readlink(path)
    if link.startswith("/"):
        path = link
    elif "/" in link:
        path = os.path.join(os.path.dirname(path), link)
    with contextlib.suppress(OSError):
        path = os.path.realpath(path, strict=True)
    return os.path.dirname(path)


def _source(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise ProgramError(f"there is no program {path}; give the path of a Python file, or -m") from error
    except (OSError, ValueError) as error:
        raise ProgramError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _unmarshalled(source: bytes, name: str) -> CodeType:
    """Return the code in a file of bytecode."""
    if source[:4] != importlib.util.MAGIC_NUMBER:
        raise ProgramError(f"{name} was compiled for another Python than this {sys.version.split()[0]}")
    try:
        code = marshal.loads(source[16:])  # noqa: S302  # as Python loads it
    except (EOFError, ValueError, TypeError) as error:
        raise ProgramError(f"{name} is damaged: {error}") from error
    if not isinstance(code, CodeType):
        raise ProgramError(f"{name} holds no code")
    return code


def _inside(full: str, argv: list[str]) -> PreparedProgram:
    """Prepare what has a `__main__.py` inside: a folder, or a zip file."""
    if _searches_first():
        sys.path[0] = full
    else:  # Python's safe path is not about what it was told to run
        sys.path.insert(0, full)
    spec = None
    with _only_looking(argv[0]):
        spec = cast(Any, pkgutil.get_importer(full)).find_spec("__main__")  # zipimport compiles it already
    if spec is None or spec.loader is None:
        raise ProgramError(f"{argv[0]} has no __main__.py to run")
    _check(spec)
    return PreparedProgram(argv=argv, module="__main__")


def _module(program: Program) -> PreparedProgram:
    with contextlib.suppress(FileNotFoundError):  # as Python does without, if the current folder is gone
        _search_first(os.getcwd())
    argv = ["-m", *program.arguments]
    spec = _spec(program.what)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = _spec(f"{program.what}.__main__")
    if spec is None:
        _ask_runpy(program.what, argv)
    else:
        _check(spec)
    return PreparedProgram(argv=argv, module=program.what)


def _spec(name: str) -> ModuleSpec | None:
    """Find a module without importing the packages that it is in, which is for the program to do."""
    spec, path = None, None
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        if spec is not None and path is None:
            return None
        inner = ".".join(parts[:count])
        try:
            spec = _found(inner, path)
        except Exception:  # a stranger's finder; or a namespace inside one that is not imported
            spec = None
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec


def _found(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    if name in sys.modules:
        return sys.modules[name].__spec__
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path, None)
        if spec is not None:
            return spec
    return None


def _ask_runpy(name: str, argv: list[str]) -> None:
    """Let `runpy` find a module, by importing the packages that it is in, since they may tell otherwise.

    Raises:
        ProgramError: If they do not.
    """
    before, sys.argv = sys.argv, argv
    try:
        # A private function, which the pdb of the standard library uses in the same way (3.10 to 3.13)
        cast(Any, runpy)._get_module_details(name, ProgramError)
    except ProgramError as error:
        raise ProgramError(f"there is no program -m {name}: {error}") from error
    except SyntaxError as error:
        raise _cannot_compile(error, error.filename or name) from error
    except BaseException as error:  # a package has raised it while it was imported: the program is over
        exit_like_python(print_traceback(error))
    finally:
        sys.argv = before


def _check(spec: ModuleSpec) -> None:
    """Refuse a module that does not compile."""
    if hasattr(spec.loader, "get_code"):
        with _only_looking(spec.origin or spec.name):
            cast(InspectLoader, spec.loader).get_code(spec.name)


@contextlib.contextmanager
def _only_looking(name: str) -> Iterator[None]:
    """Let a module be compiled that is compiled again when it runs: warn of nothing, keep no `__pycache__`.

    Raises:
        ProgramError: If it does not compile.
    """
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with warnings.catch_warnings(), contextlib.suppress(ImportError):  # Python tells that when it runs
            warnings.simplefilter("ignore")
            yield
    except (SyntaxError, ValueError) as error:
        raise _cannot_compile(error, getattr(error, "filename", None) or name) from error
    finally:
        sys.dont_write_bytecode = before


def _code(program: Program) -> PreparedProgram:
    _search_first("")
    code = _compiled(program.what, "<string>", "<string>")
    if sys.version_info >= (3, 13):  # since then, a traceback shows the lines of -c
        lines = [f"{line}\n" for line in program.what.splitlines()]
        linecache.cache["<string>"] = (len(program.what), None, lines, "<string>")
    return PreparedProgram(argv=["-c", *program.arguments], code=code)


def _stdin(program: Program) -> PreparedProgram:
    _search_first("")
    source = b"" if sys.stdin is None else sys.stdin.buffer.read()
    code = _compiled(source, "<stdin>", "<stdin>")
    return PreparedProgram(
        argv=["-", *program.arguments], code=code, names={"__file__": "<stdin>", "__cached__": None}
    )


_WAYS: dict[str, Callable[[Program], PreparedProgram]] = {
    "script": _script,
    "module": _module,
    "code": _code,
    "stdin": _stdin,
}


def _searches_first() -> bool:
    """Tell whether Python has put the place of the program, which is ours so far, before its `sys.path`."""
    return not (sys.flags.isolated or getattr(sys.flags, "safe_path", False))


def _search_first(folder: str) -> None:
    if _searches_first():
        sys.path[0] = folder


def _compiled(source: bytes | str, file: str, name: str) -> CodeType:
    """Compile a program.

    Args:
        source: Its text.
        file: The file that the code is of.
        name: What the user called it.

    Raises:
        ProgramError: If it does not compile.
    """
    try:
        return compile(source, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError) as error:
        raise _cannot_compile(error, name, source) from error


def _cannot_compile(error: BaseException, name: str, source: bytes | str = b"") -> ProgramError:
    """Say where and why, and show the line with a mark under the fault, where they are known."""
    text = source if isinstance(source, bytes) else source.encode(errors="replace")
    line = getattr(error, "lineno", None)
    if not line and b"\0" in text:
        line = text[: text.index(b"\0")].count(b"\n") + 1
    if not isinstance(error, SyntaxError):
        error = SyntaxError(str(error) or type(error).__name__)
    lines = text.decode(errors="replace").splitlines()
    if error.text is None and line and line <= len(lines):
        error.lineno, error.text = line, lines[line - 1].partition("\0")[0]
        error.filename = error.filename or name
    told = "".join(traceback.TracebackException(type(error), error, None).format_exception_only())
    shown = [one.rstrip() for one in told.splitlines() if one.startswith("    ")]
    where = f"{name}:{line}" if line else name
    return ProgramError("\n".join([f"{where} does not compile: {error.msg}", *shown]))


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
