"""Print the lifecycle report of a layer, of a timeline, or of what is being recorded."""

from __future__ import annotations

from typing import Any

from layertrace.diagnosis import Finding, diagnose
from layertrace.record.api import current_timeline
from layertrace.timeline import Timeline

__all__ = ["report"]


def report(subject: object = None, *, findings: bool = True, **options: Any) -> None:
    """Print what is wrong, if anything is, and what happened, as a tree.

    Args:
        subject: A timeline; or a layer, a class or a name, whose events are taken from
            `current_timeline()`; or nothing, for all of `current_timeline()`.
        findings: Whether to look for what is wrong; notes are left to `layertrace.diagnose`.
        **options: What `layertrace.render.print_timeline` takes: `file`, `console`, `depth`, `fold` …

    Raises:
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        layertrace.report(timeline.of("encoder/*"), depth=3)
    """
    whole = subject if isinstance(subject, Timeline) else current_timeline()
    shown = whole if subject is None or isinstance(subject, Timeline) else whole.of_recorded(subject)
    shown.print(findings=_wrong_with(shown, whole) if findings else (), **options)


def _wrong_with(shown: Timeline, whole: Timeline) -> list[Finding]:
    """Return the findings about the layers shown; it takes the events around theirs to find them."""
    found = [one for one in diagnose(whole) if one.severity != "note"]
    if shown is whole:
        return found
    layers = {layer.id for layer in shown.layers}
    return [one for one in found if any(layer.id in layers for layer in one.layers)]
