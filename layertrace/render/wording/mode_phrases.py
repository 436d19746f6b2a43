"""Describe the mode of an event, unless its ancestors already show it."""

from __future__ import annotations

from layertrace.render.wording.glyphs import Glyphs
from layertrace.timeline.event import Event

__all__ = ["ran_where"]


def ran_where(event: Event, around: Event | None, glyphs: Glyphs) -> str:
    """Return the mode of an event in words, or nothing if it is obvious.

    Args:
        event: The event.
        around: Its nearest ancestor that is shown.
        glyphs: The symbols that can be shown.
    """
    if event.kind in ("trace", "run") or _same_setting(event, around):
        return ""
    if event.mode == "eager":
        # Layers are usually created and built eagerly.
        return "eager" if event.kind == "call" or _mode_around(around) != "eager" else ""
    if event.mode == "symbolic":
        return "symbolic: Keras infers shapes" if event.kind == "call" else "symbolic"
    if event.function is None or _is_trace_of(around, event):
        return "graph"
    of_trace = "" if event.trace is None else f"trace {event.trace} of "
    return f"graph, {of_trace}{glyphs.user(event.function.role or event.function.label)}"


def _same_setting(event: Event, around: Event | None) -> bool:
    if around is None:
        return False
    if event.kind == "variable" and _is_trace_of(around, event):
        return True
    if around.kind in ("trace", "run"):
        return False
    return (event.mode, event.function, event.trace) == (around.mode, around.function, around.trace)


def _mode_around(around: Event | None) -> str:
    if around is None:
        return "eager"
    return "graph" if around.kind == "trace" else around.mode


def _is_trace_of(around: Event | None, event: Event) -> bool:
    return (
        around is not None
        and around.kind == "trace"
        and event.mode == "graph"
        and (around.function, around.trace) == (event.function, event.trace)
    )
