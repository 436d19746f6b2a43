"""Show a timeline in a notebook, readable on light and on dark pages."""

from __future__ import annotations

from typing import Any

from layertrace.render.page import html, written
from layertrace.render.tree import tree
from layertrace.timeline import Timeline

__all__ = ["notebook"]


def notebook(timeline: Timeline, **options: Any) -> dict[str, str]:
    """Return the tree in the two forms that a notebook chooses from.

    Args:
        timeline: The events.
        **options: As for `tree`.

    Returns:
        `{"text/plain": ..., "text/html": ...}`, as `_repr_mimebundle_` wants it.
    """
    shown = tree(timeline, **options)
    return {"text/plain": written(shown), "text/html": html(shown)}
