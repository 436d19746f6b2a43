"""Load functions of higher packages when a method of `Timeline` first calls one.

Reading a timeline must not load rich, and this package must not import the renderers above it. Therefore
this module knows the modules of these functions only by name. A type checker sees ordinary imports.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layertrace.diagnosis.diagnose import diagnose
    from layertrace.render import function_table, life_chart, mark_table, print_timeline, table, text, tree
    from layertrace.render.exports.frames import frame
    from layertrace.render.exports.records import records
    from layertrace.render.notebook_cell import notebook

__all__ = [
    "diagnose",
    "frame",
    "function_table",
    "life_chart",
    "mark_table",
    "notebook",
    "print_timeline",
    "records",
    "table",
    "text",
    "tree",
]

_HOMES = {
    "diagnose": "layertrace.diagnosis",
    "frame": "layertrace.render.exports.frames",
    "function_table": "layertrace.render",
    "life_chart": "layertrace.render",
    "mark_table": "layertrace.render",
    "notebook": "layertrace.render",
    "print_timeline": "layertrace.render",
    "records": "layertrace.render.exports.records",
    "table": "layertrace.render",
    "text": "layertrace.render",
    "tree": "layertrace.render",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
