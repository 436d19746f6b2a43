"""Find a program as Python does, before anything runs or is recorded."""

from __future__ import annotations

import contextlib
import importlib.util
import linecache
import os
import pkgutil
import runpy
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec, SourceFileLoader, SourcelessFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, Literal, cast

from layertrace.cli.program.compile import compile_source, compiling_failed, load_bytecode
from layertrace.cli.program.exit import exit_like_python, print_traceback
from layertrace.errors import ProgramError

__all__ = ["PreparedProgram", "Program", "of_arguments"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedProgram:
    """A program that exists and compiles, and so can be run.

    Attributes:
        argv: Its `sys.argv`.
        code: Its code; if None, `runpy` finds and runs `module`, as it does for Python.
        module: The name of a module; `__main__` for a folder or a zip file.
        names: The names in its `__main__` that other modules do not have.
    """

    argv: list[str]
    code: CodeType | None = None
    module: str = ""
    names: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Program:
    """A program as the user named it.

    Attributes:
        kind: How it was named.
        target: The path of a script, the name of a module, or the code; empty for `stdin`.
        arguments: Its `sys.argv[1:]`.
    """

    kind: Literal["script", "module", "code", "stdin"]
    target: str
    arguments: tuple[str, ...] = ()

    def prepared(self) -> PreparedProgram:
        """Find the program and compile it, and set up `sys.path` for it.

        Call this once: a pipe and standard input can be read only once.

        Raises:
            ProgramError: If it does not exist or does not compile.
        """
        return _PREPARE[self.kind](self)


def _script(program: Program) -> PreparedProgram:
    argv = [program.target, *program.arguments]
    full = _absolute(program.target)
    if pkgutil.get_importer(full) is not None:  # a folder or a zip file; Python uses the same test
        return _folder_or_zip(full, argv)
    source = _source(program.target)
    if full.endswith(".pyc") or source[:2] == importlib.util.MAGIC_NUMBER[:2]:
        loader: object = SourcelessFileLoader("__main__", full)
        code = load_bytecode(source, program.target)
    else:
        loader = SourceFileLoader("__main__", full)
        code = compile_source(source, full, program.target)
    _search_first(_folder_of(program.target))
    return PreparedProgram(
        argv=argv, code=code, names={"__loader__": loader, "__file__": full, "__cached__": None}
    )


def _absolute(path: str) -> str:
    """Return an absolute path, with `.` and `..` left in it, as Python does."""
    with contextlib.suppress(FileNotFoundError):  # the current folder is gone
        return os.getcwd() if path == "." else os.path.join(os.getcwd(), path)
    return path


def _folder_of(path: str) -> str:
    """Return the folder of a script as Python does, which follows one link even if that is broken."""
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
    """Return the content of a script."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise ProgramError(
            f"cannot find the program {path}; pass the path of a Python file, or -m MODULE"
        ) from error
    except (OSError, ValueError) as error:
        raise ProgramError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _folder_or_zip(full: str, argv: list[str]) -> PreparedProgram:
    """Prepare the `__main__.py` in a folder or a zip file."""
    if _searches_first():
        sys.path[0] = full
    else:  # the safe path of Python does not exclude the program itself
        sys.path.insert(0, full)
    spec = None
    with _without_side_effects(argv[0]):
        spec = cast(Any, pkgutil.get_importer(full)).find_spec("__main__")  # zipimport compiles here
    if spec is None or spec.loader is None:
        raise ProgramError(f"{argv[0]} has no __main__.py to run")
    _check_compiles(spec)
    return PreparedProgram(argv=argv, module="__main__")


def _module(program: Program) -> PreparedProgram:
    with contextlib.suppress(FileNotFoundError):  # the current folder is gone; Python ignores that, too
        _search_first(os.getcwd())
    argv = ["-m", *program.arguments]
    spec = _spec(program.target)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = _spec(f"{program.target}.__main__")
    if spec is None:
        _find_with_runpy(program.target, argv)
    else:
        _check_compiles(spec)
    return PreparedProgram(argv=argv, module=program.target)


def _spec(name: str) -> ModuleSpec | None:
    """Return the spec of a module, without an import of its parent packages: only the program may do that."""
    spec, path = None, None
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        if spec is not None and path is None:
            return None
        inner = ".".join(parts[:count])
        try:
            spec = _spec_in(inner, path)
        except Exception:  # raised by a finder of another package, or for a nested namespace package
            spec = None
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec


def _spec_in(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    if name in sys.modules:
        return sys.modules[name].__spec__
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path, None)
        if spec is not None:
            return spec
    return None


def _find_with_runpy(name: str, argv: list[str]) -> None:
    """Find a module with `runpy`, which imports its parent packages; these may extend where Python searches.

    Raises:
        ProgramError: If the module does not exist.
    """
    before, sys.argv = sys.argv, argv
    try:
        # A private function, which pdb in the standard library uses in the same way (3.10 to 3.13)
        cast(Any, runpy)._get_module_details(name, ProgramError)
    except ProgramError as error:
        raise ProgramError(f"cannot find the module {name}: {error}") from error
    except SyntaxError as error:
        raise compiling_failed(error, error.filename or name) from error
    except BaseException as error:  # raised by the import of a package: the program has ended
        exit_like_python(print_traceback(error))
    finally:
        sys.argv = before


def _check_compiles(spec: ModuleSpec) -> None:
    """Raise a ProgramError if a module does not compile."""
    if hasattr(spec.loader, "get_code"):
        with _without_side_effects(spec.origin or spec.name):
            cast(InspectLoader, spec.loader).get_code(spec.name)


@contextlib.contextmanager
def _without_side_effects(name: str) -> Iterator[None]:
    """Compile a module in this block without warnings and `__pycache__`, since it is compiled again to run.

    Raises:
        ProgramError: If it does not compile.
    """
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with warnings.catch_warnings(), contextlib.suppress(ImportError):  # raised again when it runs
            warnings.simplefilter("ignore")
            yield
    except (SyntaxError, ValueError) as error:
        raise compiling_failed(error, getattr(error, "filename", None) or name) from error
    finally:
        sys.dont_write_bytecode = before


def _code(program: Program) -> PreparedProgram:
    _search_first("")
    code = compile_source(program.target, "<string>", "<string>")
    if sys.version_info >= (3, 13):  # the first whose tracebacks show the lines of -c
        lines = [f"{line}\n" for line in program.target.splitlines()]
        linecache.cache["<string>"] = (len(program.target), None, lines, "<string>")
    return PreparedProgram(argv=["-c", *program.arguments], code=code)


def _stdin(program: Program) -> PreparedProgram:
    _search_first("")
    source = b"" if sys.stdin is None else sys.stdin.buffer.read()
    code = compile_source(source, "<stdin>", "<stdin>")
    return PreparedProgram(
        argv=["-", *program.arguments], code=code, names={"__file__": "<stdin>", "__cached__": None}
    )


_PREPARE: dict[str, Callable[[Program], PreparedProgram]] = {
    "script": _script,
    "module": _module,
    "code": _code,
    "stdin": _stdin,
}


def _searches_first() -> bool:
    """Return whether `sys.path[0]` is the script's folder, which is ours until the program runs."""
    return not (sys.flags.isolated or getattr(sys.flags, "safe_path", False))


def _search_first(folder: str) -> None:
    if _searches_first():
        sys.path[0] = folder


def of_arguments(module: str | None, code: str | None, rest: Sequence[str]) -> Program:
    """Return the program that options and arguments name.

    Args:
        module: The value of `-m`.
        code: The value of `-c`.
        rest: The other arguments; without `-m` and `-c`, they begin with a script or `-`.

    Raises:
        ProgramError: If there is nothing to run.
    """
    if module is not None:
        return Program("module", module, tuple(rest))
    if code is not None:
        return Program("code", code, tuple(rest))
    if not rest:
        raise ProgramError("nothing to run; pass a script, -m MODULE, -c CODE, or - for standard input")
    if rest[0] == "-":
        return Program("stdin", "", tuple(rest[1:]))
    return Program("script", rest[0], tuple(rest[1:]))
