"""Name an event in few words for programs that group by names."""

from __future__ import annotations

from layertrace.render.exports.records import encodable
from layertrace.timeline.event import Event

__all__ = ["title"]


def title(event: Event) -> str:
    """Return the name of an event: equal for equal events, with the subject first, should it be cut off.

    Example:
        >>> title(Event(seq=0, kind="build"))
        'build'
    """
    if event.kind in ("trace", "run") and event.function is not None:
        times = f" ×{event.times}" if event.times > 1 else ""
        number = f" {event.trace} of" if event.kind == "trace" else ""
        return encodable(f"{event.kind}{number} {event.function.label}{times}")
    owner = "" if event.layer is None else f"{event.layer.name}."
    return encodable(f"{owner}{event.kind if event.variable is None else event.variable}")
