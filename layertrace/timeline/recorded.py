"""Select the events of a layer, with an error that explains how to record it."""

from __future__ import annotations

from layertrace.errors import UnknownLayerError
from layertrace.timeline.timeline import Timeline

__all__ = ["of_recorded"]


def of_recorded(timeline: Timeline, subject: object) -> Timeline:
    """Return what `Timeline.of` returns; the error explains how to record a layer.

    Raises:
        UnknownLayerError: If no event belongs to `subject`.
    """
    try:
        return timeline.of(subject)
    except UnknownLayerError as error:
        raise UnknownLayerError(
            f"{error}. Record it first: put @layertrace.traced on its class, or pass the timeline that "
            "`with layertrace.trace() as timeline:` returned"
        ) from None
