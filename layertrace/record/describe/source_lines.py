"""Find the line of the user's code behind an event."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType

from layertrace.record.frameworks import autograph
from layertrace.record.process.hidden_code import HIDDEN_FILE
from layertrace.record.spans import CodePosition, HookedMethod
from layertrace.timeline.event import Location

__all__ = ["caller", "is_internal", "is_ours", "location", "users"]

_OURS = str(Path(__file__).parents[2])
_DEMOS = os.path.join(_OURS, "demos", "")  # where they are installed with us, and are still programs of users
_STDLIB = {sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["platstdlib"]}
_SITES = {*site.getsitepackages(), site.getusersitepackages(), sysconfig.get_paths()["purelib"]}
_HOSTS = ("keras", "tf_keras", "tensorflow", "optree", "wrapt", "absl")

_internal: dict[str, bool] = {}


def is_internal(file: str) -> bool:
    """Tell whether a file is Keras's, TensorFlow's, Python's or ours rather than the user's."""
    known = _internal.get(file)
    if known is None:
        known = _internal[file] = _classify(file)
    return known


def _classify(file: str) -> bool:
    if file.startswith("<"):
        return file.startswith(("<frozen", "<layertrace", "<__array_function__", "<decorator"))
    if file.startswith(_DEMOS):
        return False
    if any(file.startswith(os.path.join(d, "")) for d in (_OURS, *host_directories())):
        return True
    in_site = any(file.startswith(os.path.join(d, "")) for d in _SITES)
    return not in_site and any(file.startswith(os.path.join(d, "")) for d in _STDLIB)


def _is_users(code: CodeType, lasti: int) -> bool:
    """Tell whether a place in running code is the user's."""
    if is_internal(code.co_filename):
        return False
    return not autograph.is_generated(code.co_filename) or not is_internal(location(code, lasti).file)


def users(code: CodeType, lasti: int) -> Location | None:
    """Return the line of a place in running code if it is the user's."""
    return location(code, lasti) if _is_users(code, lasti) else None


def is_ours(code: CodeType) -> bool:
    """Tell our hooks and what they call from all other code."""
    file = code.co_filename
    return file.startswith((HIDDEN_FILE, _OURS + os.sep)) and not file.startswith(_DEMOS)


def host_directories() -> list[str]:
    """Return the folders of the packages that run layers, as far as they are loaded."""
    files = (getattr(sys.modules.get(name), "__file__", None) for name in _HOSTS)
    return [os.path.dirname(file) for file in files if file]


def caller(method: HookedMethod, frame: FrameType | None) -> CodePosition | None:
    """Return code and instruction of the innermost frame of the user's code above an observed function.

    Walking frame by frame makes an object of each, which is dear in a path of microseconds. Between
    a hook and the line that calls a layer stand always the same functions of Keras, so `method`
    remembers how many, and the lines that were found at that distance: met there again, such a line
    is again the innermost.

    Args:
        method: The observed function.
        frame: That of its caller.
    """
    distance = 1
    while frame is not None:
        code = frame.f_code
        if _is_users(code, frame.f_lasti):
            if distance != method.frames_to_caller:
                method.frames_to_caller = distance
                method.known_call_sites = {}
            known = method.known_call_sites.get(frame.f_lasti)
            if known is None or known[0] is not code:  # functions may have calls at the same offset
                known = method.known_call_sites[frame.f_lasti] = (code, frame.f_lasti)
            method.last = known
            return known
        frame = frame.f_back
        distance += 1
    return None


def location(code: CodeType, lasti: int) -> Location:
    """Turn a code object and an instruction in it into a file and a line."""
    return _location(code, lasti, code.co_filename)  # codes of two files may be equal


@lru_cache(maxsize=16384)
def _location(code: CodeType, lasti: int, file: str) -> Location:
    line = code.co_firstlineno
    for start, end, number in code.co_lines():
        if start <= lasti < end:
            line = number or line
            break
    return _original(Location(file, line, code.co_name))


def _original(place: Location) -> Location:
    """Lead from a line that AutoGraph generated back to the one the user wrote."""
    return autograph.written_at(place) or place
