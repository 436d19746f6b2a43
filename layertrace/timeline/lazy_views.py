"""The ways to look at a timeline, and to judge it, named here and loaded when somebody looks.

Reading a timeline must not load rich, and the timeline stands below the renderers; so it knows
them by name only.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from typing import Any

_VIEWS = {
    "diagnose": "layertrace.diagnosis:diagnose",
    "tree": "layertrace.render:tree",
    "functions": "layertrace.render:function_table",
    "load": "layertrace.timeline.storage:load",
    "save": "layertrace.timeline.storage:save",
    "table": "layertrace.render:table",
    "print": "layertrace.render:print_timeline",
    "text": "layertrace.render:text",
    "notebook": "layertrace.render:notebook",
}


def load(view: str) -> Callable[..., Any]:
    """Load the function that makes this view."""
    found: Callable[..., Any] = pkgutil.resolve_name(_VIEWS[view])
    return found
