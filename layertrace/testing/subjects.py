"""Whose events an expectation is about, and how a sentence names them."""

from __future__ import annotations

import layertrace
from layertrace.timeline import Timeline

__all__ = ["events_of", "named"]


def events_of(subject: object) -> Timeline:
    """Return the events of what an expectation was given, as they are now.

    Args:
        subject: A timeline; or a layer, a layer class, or a name or path glob, whose events are taken from
            `layertrace.current_timeline()`.

    Raises:
        UnknownLayerError: If nothing was recorded of it; the message lists the layers there are.
    """
    if isinstance(subject, Timeline):
        return subject[:]
    return layertrace.current_timeline().of_recorded(subject)


def named(timeline: Timeline) -> str:
    """Return the name of the one layer that some events are about, or `the timeline`."""
    layers = timeline.layers
    return str(layers[0]) if len(layers) == 1 else "the timeline"
