"""Return the events as a data frame, of pandas or polars."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

from layertrace.errors import DependencyError
from layertrace.render.exports.records import COLUMNS, records
from layertrace.timeline import Timeline

__all__ = ["frame"]

_LIBRARIES = ("pandas", "polars")


def frame(timeline: Timeline) -> Any:
    """Return one row for each event: of the library that is imported, or else of the one that is installed.

    Raises:
        DependencyError: If neither pandas nor polars is installed.
    """
    imported = [name for name in _LIBRARIES if name in sys.modules]
    installed = [name for name in _LIBRARIES if importlib.util.find_spec(name) is not None]
    for name in (*imported, *installed):
        library = importlib.import_module(name)
        columns = list(COLUMNS)
        if name == "pandas":
            return library.DataFrame(records(timeline), columns=columns)
        return library.DataFrame(records(timeline), infer_schema_length=None, schema=columns)
    raise DependencyError("to_frame needs pandas or polars: pip install pandas")
