"""What several rules of this folder use."""

from __future__ import annotations

from layertrace.timeline.context import Failure
from layertrace.timeline.event import Event


def seqs(place: Event | Failure) -> tuple[int, ...]:
    return (place.seq,) if isinstance(place, Event) else ()
