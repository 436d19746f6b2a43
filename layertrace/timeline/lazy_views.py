"""The functions of higher layers that methods of `Timeline` call, loaded when one is first called.

Reading a timeline must not load rich, and the timeline stands below the renderers, so the modules of these
functions are known here by name only. To a type checker they are ordinary imports.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
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


_VIEWS = {
    "failure": "layertrace.render:print_failure",
    "fail_fast": "layertrace.diagnosis:fail_fast_on",
    "echo": "layertrace.render:echo_line",
}


def load(view: str) -> Callable[..., Any]:
    """Load the function that makes this view."""
    found: Callable[..., Any] = pkgutil.resolve_name(_VIEWS[view])
    return found
