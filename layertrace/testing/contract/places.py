"""Find the line of the user's code that a failed check is about."""

from __future__ import annotations

import inspect
import linecache
import sysconfig
import traceback
from collections.abc import Iterable
from pathlib import Path

from layertrace.timeline.event import Location
from layertrace.timeline.ownership import is_check_layer_file, is_framework_file, is_framework_name

__all__ = [
    "class_line",
    "is_of_program",
    "line_inside",
    "line_of_error",
    "lines_of_runner",
    "method_line",
    "source_at",
]

_OURS = str(Path(__file__).parents[2])
_SITES = tuple({sysconfig.get_path(name) for name in ("purelib", "platlib")})
_STDLIB = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib")})
_INSTALLED = (*_SITES, *_STDLIB)


def line_of_error(error: BaseException) -> Location | None:
    """Return the innermost line of the user's code that an exception passed through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_of_program(frame.filename)]
    if not frames:
        return None
    frame = frames[-1]
    return Location(frame.filename, frame.lineno or 0, frame.name)


def line_inside(frames: Iterable[traceback.FrameSummary]) -> Location | None:
    """Return the innermost line that is not of a framework, of those that a check has called."""
    for frame in reversed(list(frames)):
        file = frame.filename
        if is_check_layer_file(file):
            return None
        is_library = file.startswith(_STDLIB) and not file.startswith(_SITES)
        if not (is_library or is_framework_file(file) or file.startswith("<frozen")):
            return Location(file, frame.lineno or 0, frame.name)
    return None


def lines_of_runner() -> set[tuple[str, int]]:
    """Return the lines of installed programs that are running now, each as a file and a number."""
    frames = (frame for frame, _ in traceback.walk_stack(None))
    return {
        (frame.f_code.co_filename, frame.f_lineno)
        for frame in frames
        if frame.f_code.co_filename.startswith(_INSTALLED)
    }


def method_line(layer: object, name: str) -> Location | None:
    """Return the `def` of a method, or the `class` if only a framework defines it; None for their classes."""
    for cls in type(layer).__mro__:
        if name in vars(cls) and not is_framework_name(cls.__module__):
            value = vars(cls)[name]
            value = getattr(value, "fget", None) or getattr(value, "__func__", value)
            function = inspect.unwrap(value)
            code = getattr(function, "__code__", None)
            if code is not None:
                return _definition(code.co_filename, code.co_firstlineno, "def ", name)
    return class_line(type(layer))


def class_line(cls: type) -> Location | None:
    """Return the line that begins a class; None for the classes of frameworks and without source."""
    if is_framework_name(cls.__module__):
        return None
    try:
        file = inspect.getsourcefile(cls)
        line = inspect.getsourcelines(cls)[1]
    except (OSError, TypeError):  # it was defined in a shell
        return None
    return None if file is None else _definition(file, line, "class ", "")


def source_at(location: Location | None) -> str:
    """Return the text of a line; empty if it is unknown."""
    return "" if location is None else linecache.getline(location.file, location.line).rstrip("\n")


def _definition(file: str, line: int, keyword: str, function: str) -> Location:
    """Return the line of a definition, after its decorators."""
    for number in range(line, line + 10):
        if linecache.getline(file, number).lstrip().startswith(keyword):
            return Location(file, number, function)
    return Location(file, line, function)


def is_of_program(file: str) -> bool:
    """Return whether a file belongs to the user's program, and not to anything that is installed."""
    is_ours = file.startswith((_OURS, "<"))
    return not (is_ours or is_framework_file(file) or file.startswith(_INSTALLED))
