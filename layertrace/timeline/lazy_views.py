"""The functions of higher layers that methods of `Timeline` call, loaded when one is first called.

Reading a timeline must not load rich, and the timeline stands below the renderers, so the modules of these
functions are known here by name only. To a type checker they are ordinary imports.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layertrace.diagnosis.diagnose import diagnose
    from layertrace.render import function_table, print_timeline, table, text, tree
    from layertrace.render.notebook import notebook

__all__ = ["diagnose", "function_table", "notebook", "print_timeline", "table", "text", "tree"]

_HOMES = {
    "diagnose": "layertrace.diagnosis",
    "function_table": "layertrace.render",
    "notebook": "layertrace.render",
    "print_timeline": "layertrace.render",
    "table": "layertrace.render",
    "text": "layertrace.render",
    "tree": "layertrace.render",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
