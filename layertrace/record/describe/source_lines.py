"""Find the line of the user's code that caused an event."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType

from layertrace.record.frameworks import autograph
from layertrace.record.process.hidden_code import HIDDEN_FILE
from layertrace.record.spans import CodePosition, HookedMethod
from layertrace.timeline import ownership
from layertrace.timeline.event import Location

__all__ = ["caller", "is_internal", "is_ours", "location", "outside_setattr", "users"]

_OURS = str(Path(__file__).parents[2])
_DEMOS = os.path.join(_OURS, "demos", "")  # installed with layertrace, but written as users write programs
_STDLIB = {sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["platstdlib"]}
_SITES = {*site.getsitepackages(), site.getusersitepackages(), sysconfig.get_paths()["purelib"]}

_internal: dict[str, bool] = {}


def is_internal(file: str) -> bool:
    """Return whether a file belongs to a framework, to Python or to layertrace, and not to the user.

    This needs the folders of the packages in this process; `ownership.is_framework_file` judges a recorded
    file by its name alone.
    """
    internal = _internal.get(file)
    if internal is None:
        internal = _internal[file] = _in_internal_folder(file)
    return internal


def _in_internal_folder(file: str) -> bool:
    if file.startswith("<"):
        return file.startswith(("<frozen", "<layertrace", "<__array_function__", "<decorator"))
    if file.startswith(_DEMOS):
        return False
    if _is_in(file, (_OURS, *_framework_folders())):
        return True
    return not _is_in(file, _SITES) and _is_in(file, _STDLIB)


def _is_in(file: str, folders: Iterable[str]) -> bool:
    return any(file.startswith(os.path.join(folder, "")) for folder in folders)


def _is_user_code(code: CodeType, lasti: int) -> bool:
    """Return whether an instruction in running code is the user's."""
    if is_internal(code.co_filename):
        return False
    return not autograph.is_generated(code.co_filename) or not is_internal(location(code, lasti).file)


def users(code: CodeType, lasti: int) -> Location | None:
    """Return the line of an instruction in running code if it is the user's; else None."""
    return location(code, lasti) if _is_user_code(code, lasti) else None


def is_ours(code: CodeType) -> bool:
    """Return whether code is a hook of layertrace, or called by one."""
    file = code.co_filename
    return file.startswith((HIDDEN_FILE, _OURS + os.sep)) and not file.startswith(_DEMOS)


def _framework_folders() -> list[str]:
    """Return the folders of the loaded packages whose frames lie between a hook and the user's line."""
    files = (getattr(sys.modules.get(name), "__file__", None) for name in ownership.SKIPPED_IN_STACKS)
    return [os.path.dirname(file) for file in files if file]


def caller(method: HookedMethod, frame: FrameType | None) -> CodePosition | None:
    """Return code and instruction of the innermost frame of the user's code above an observed function.

    Walking frame by frame creates an object for each, which is expensive in a path of microseconds. Between a
    hook and the line that calls a layer there are always the same functions of Keras. So `method` remembers
    how many, and the lines that were found at that distance.

    Args:
        method: The observed function.
        frame: The frame of its caller.
    """
    distance = 1
    while frame is not None:
        code = frame.f_code
        if _is_user_code(code, frame.f_lasti):
            if distance != method.frames_to_caller:
                method.frames_to_caller = distance
                method.known_call_sites = {}
            call_site = method.known_call_sites.get(frame.f_lasti)
            if call_site is None or call_site[0] is not code:  # two functions may have calls at one offset
                call_site = method.known_call_sites[frame.f_lasti] = (code, frame.f_lasti)
            method.last = call_site
            return call_site
        frame = frame.f_back
        distance += 1
    return None


def outside_setattr(frame: FrameType | None) -> FrameType | None:
    """Return the frame that sets an attribute, outside of the `__setattr__` of classes that pass it on."""
    while frame is not None and frame.f_code.co_name == "__setattr__":
        frame = frame.f_back
    return frame


def location(code: CodeType, lasti: int) -> Location:
    """Return the file and the line of an instruction in a code object."""
    return _location(code, lasti, code.co_filename)  # code objects of two files may be equal


@lru_cache(maxsize=16384)
def _location(code: CodeType, lasti: int, file: str) -> Location:
    line = code.co_firstlineno
    for start, end, number in code.co_lines():
        if start <= lasti < end:
            line = number or line
            break
    return _original(Location(file, line, code.co_name, _columns(code, lasti, line)))


def _columns(code: CodeType, lasti: int, line: int) -> tuple[int, int | None] | None:
    """Return where the expression of an instruction begins and ends on a line; None if that is unknown."""
    if sys.version_info < (3, 11) or lasti < 0:
        return None
    first, last, start, end = next(islice(code.co_positions(), lasti // 2, None), (None,) * 4)
    if first != line or last is None or start is None or end is None:
        return None
    return start, end if last == line else None


def _original(place: Location) -> Location:
    """Return the line that the user wrote, if AutoGraph generated this one."""
    return autograph.written_at(place) or place
