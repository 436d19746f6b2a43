"""Map a line that AutoGraph generated to the user's line."""

from __future__ import annotations

from typing import Any

from layertrace.record.frameworks import tensorflow_private
from layertrace.timeline.event import Location

__all__ = ["is_generated", "written_at"]

_GENERATED = "__autograph_generated_file"


def is_generated(file: str) -> bool:
    """Return whether AutoGraph generated a file."""
    return _GENERATED in file


def written_at(generated: Location) -> Location | None:
    """Return the user's line behind a line that AutoGraph generated; None if not generated or not known."""
    if not is_generated(generated.file):
        return None
    transpiler = tensorflow_private.find("transpiler")
    if transpiler is None:
        return None
    for factories in list(transpiler._cache._cache.values()):
        for factory in list(factories.values()):
            if factory.module.__file__ == generated.file:
                return _origin(factory.source_map, generated)
    return None


def _origin(source_map: dict[Any, Any], generated: Location) -> Location | None:
    """Return the origin of a generated line in a source map; else that of the next line above with one."""
    origins = {line.lineno: origin for line, origin in source_map.items()}
    for line in range(generated.line, 0, -1):
        if line in origins:
            origin = origins[line]
            return Location(origin.loc.filename, origin.loc.lineno, origin.function_name or "")
    return None
