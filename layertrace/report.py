"""Print the lifecycle report of a layer, of a timeline, or of what is being recorded."""

from __future__ import annotations

from typing import Any

from layertrace.errors import UnknownLayerError
from layertrace.record.api import current_timeline
from layertrace.timeline import Timeline

__all__ = ["report"]


def report(subject: object = None, **options: Any) -> None:
    """Print what happened, as a tree.

    Args:
        subject: A timeline; or a layer, a class or a name, whose events are taken from
            `current_timeline()`; or nothing, for all of `current_timeline()`.
        **options: What `layertrace.render.print_timeline` takes: `file`, `console`, `depth`, `fold` …

    Raises:
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        layertrace.report(timeline.of("encoder/*"), depth=3)
    """
    if isinstance(subject, Timeline):
        subject.print(**options)
        return
    timeline = current_timeline()
    if subject is not None:
        try:
            timeline = timeline.of(subject)
        except UnknownLayerError as error:
            raise UnknownLayerError(
                f"{error}. Record it first: put @layertrace.traced on its class, or pass the timeline that "
                "`with layertrace.trace() as timeline:` gave"
            ) from None
    timeline.print(**options)
