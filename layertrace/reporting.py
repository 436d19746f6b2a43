"""Print the lifecycle report of a layer, a timeline, or the current recording."""

from __future__ import annotations

from typing import Any

from layertrace.diagnosis import Finding, diagnose
from layertrace.record.api import current_timeline
from layertrace.timeline import Timeline

__all__ = ["report"]


def report(subject: object = None, *, findings: bool = True, **options: Any) -> None:
    """Print the findings, if there are any, and the events as a tree.

    Args:
        subject: A timeline; or a layer, a class or a name, whose events are taken from
            `current_timeline()`; by default, all of `current_timeline()`.
        findings: Whether to report errors and warnings; only `layertrace.diagnose` returns notes.
        **options: Options of `layertrace.render.print_timeline`: `file`, `console`, `depth`, `fold` …

    Raises:
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        layertrace.report(timeline.of("encoder/*"), depth=3)
    """
    whole = subject if isinstance(subject, Timeline) else current_timeline()
    shown = whole if subject is None or isinstance(subject, Timeline) else whole.of_recorded(subject)
    shown.print(findings=_findings_about(shown, whole) if findings else (), **options)


def _findings_about(shown: Timeline, whole: Timeline) -> list[Finding]:
    """Return the findings about the shown layers; rules need the events of the whole timeline."""
    findings = [finding for finding in diagnose(whole) if finding.severity != "note"]
    if shown is whole:
        return findings
    shown_ids = {layer.id for layer in shown.layers}
    return [finding for finding in findings if any(layer.id in shown_ids for layer in finding.layers)]
