"""Find the events that an expectation is about, and their name in a message."""

from __future__ import annotations

import layertrace
from layertrace.timeline import Timeline
from layertrace.timeline.recorded import of_recorded

__all__ = ["events_of", "named"]


def events_of(subject: object) -> Timeline:
    """Return the events of the subject of an expectation, up to now.

    Args:
        subject: A timeline; or a layer, a layer class, or a name or path glob, whose events are taken from
            `layertrace.current_timeline()`.

    Raises:
        UnknownLayerError: If nothing was recorded of it; the message lists the recorded layers.
    """
    if isinstance(subject, Timeline):
        return subject[:]
    return of_recorded(layertrace.current_timeline(), subject)


def named(timeline: Timeline) -> str:
    """Return the name of the layer if all events are about one, or else `the timeline`."""
    layers = timeline.layers
    return str(layers[0]) if len(layers) == 1 else "the timeline"
