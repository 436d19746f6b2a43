"""Let AutoGraph convert a hooked method just as it would convert the bare one.

AutoGraph meets our hook where it expects the user's `call`. It leaves the hook unconverted
(`hook_file.HOOK_FILE`), and so calls it from `_call_unconverted`. The hook knows by that frame that the
method behind it was meant, and hands it to AutoGraph with the options that the frame holds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from layertrace.record import private
from layertrace.record.hook_file import hidden
from layertrace.timeline.event import Location

__all__ = ["as_called", "is_generated", "written_at"]

_GENERATED = "__autograph_generated_file"


def as_called(original: Callable[..., Any], depth: int = 2) -> Callable[..., Any]:
    """Return `original` as the caller of the hook meant it: converted if AutoGraph called.

    Args:
        original: The method behind the hook.
        depth: How many frames above this function the caller of the hook is.
    """
    frame = sys._getframe(depth)
    # Compared by name first: it costs nothing where AutoGraph was never loaded.
    if frame.f_code.co_name != "_call_unconverted":
        return original
    unconverted, convert = private.find("call_unconverted"), private.find("converted_call")
    if convert is None or frame.f_code is not unconverted.__code__:
        return original
    return partial(_converted, convert, original, frame.f_locals["options"])


@hidden
def _converted(
    convert: Callable[..., Any],
    original: Callable[..., Any],
    options: Any,
    *args: Any,
    **kwargs: Any,
) -> Any:
    return convert(original, args, kwargs, options=options)


def is_generated(file: str) -> bool:
    """Tell a file that AutoGraph generated."""
    return _GENERATED in file


def written_at(generated: Location) -> Location | None:
    """Lead from a line of a file that AutoGraph generated to the line it was made from."""
    if not is_generated(generated.file):
        return None
    transpiler = private.find("transpiler")
    if transpiler is None:
        return None
    for factories in list(transpiler._cache._cache.values()):
        for factory in list(factories.values()):
            if factory.module.__file__ == generated.file:
                return _in(factory.source_map, generated)
    return None


def _in(source_map: dict[Any, Any], generated: Location) -> Location | None:
    """Find a generated line in a source map; one without an origin belongs to the line above it."""
    origins = {line.lineno: origin for line, origin in source_map.items()}
    for line in range(generated.line, 0, -1):
        if line in origins:
            origin = origins[line]
            return Location(origin.loc.filename, origin.loc.lineno, origin.function_name or "")
    return None
