"""Evidence of what Keras refused."""

from __future__ import annotations

from layertrace.timeline.context import Failure
from layertrace.timeline.event import Event


def seqs(place: Event | Failure) -> tuple[int, ...]:
    """Return the event number of what failed, for evidence; none if it is the recording as a whole."""
    return (place.seq,) if isinstance(place, Event) else ()
