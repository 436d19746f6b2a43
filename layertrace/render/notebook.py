"""Show a timeline in a notebook, readable on light and on dark pages."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.text import Text

from layertrace.render.findings import findings as finding_list
from layertrace.render.page import html, written
from layertrace.render.tree import tree
from layertrace.timeline import Timeline

__all__ = ["notebook"]


def notebook(timeline: Timeline, **options: Any) -> dict[str, str]:
    """Return the tree in the two forms that a notebook chooses from.

    Args:
        timeline: The events.
        **options: As for `tree`; `findings` are also shown above it.

    Returns:
        `{"text/plain": ..., "text/html": ...}`, as `_repr_mimebundle_` wants it.
    """
    found = tuple(options.get("findings", ()))
    tree_ = tree(timeline, **options)
    shown = Group(finding_list(found), Text(), tree_) if found else tree_
    return {"text/plain": written(shown), "text/html": html(shown)}
