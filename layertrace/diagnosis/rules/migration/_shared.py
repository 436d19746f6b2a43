"""What several rules of this folder use."""

from __future__ import annotations

from layertrace.timeline.context import Failure
from layertrace.timeline.event import Event

GUIDE = "https://keras.io/guides/migrating_to_keras_3/"


def seqs(place: Event | Failure) -> tuple[int, ...]:
    return (place.seq,) if isinstance(place, Event) else ()
