"""Print the lifecycle report of a layer, a timeline, or the current recording."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, TYPE_CHECKING

from layertrace.diagnosis import diagnose, serious
from layertrace.diagnosis.finding import Findings
from layertrace.errors import UnknownLayerError
from layertrace.record.api import current_timeline, last_timeline
from layertrace.timeline import Timeline
from layertrace.timeline.query import inside_of
from layertrace.timeline.recorded import of_recorded
from layertrace.timeline.tree_options import TreeOptions, list_tree_options

if TYPE_CHECKING:
    from rich.console import Console
    from typing_extensions import Unpack

__all__ = ["report"]


@list_tree_options
def report(
    subject: object = None,
    *,
    findings: bool = True,
    file: IO[str] | None = None,
    console: Console | None = None,
    **options: Unpack[TreeOptions],
) -> None:
    """Print the findings, the events as a tree, and a verdict.

    Args:
        subject: A timeline; or a layer, a class or a name, whose events are taken, with those inside, from
            `current_timeline()` or else from the recording that ended last; by default, that whole timeline.
        findings: Whether to report errors and warnings; only `layertrace.diagnose` returns notes.
        file: The file to print to; None for the standard output.
        console: The rich console to print to, instead of a file.
        options: What the tree shows, as `TreeOptions` lists it.

    Raises:
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        layertrace.report(timeline.of("encoder/*"), depth=3)
    """
    whole, shown = _whole_and_shown(subject)
    shown.print(
        file=file,
        console=console,
        findings=_findings_about(shown, whole) if findings else None,
        **options,
    )


def _whole_and_shown(subject: object) -> tuple[Timeline, Timeline]:
    """Return a timeline, and the part of it that is about a subject."""
    if isinstance(subject, Timeline):
        return subject, subject
    timelines = [timeline for timeline in (current_timeline(), last_timeline()) if timeline]
    for whole in timelines:
        if subject is None:
            return whole, whole
        with suppress(UnknownLayerError):
            return whole, _with_inside(whole, whole.of(subject))
    latest = timelines[-1] if timelines else current_timeline()
    return latest, latest if subject is None else _with_inside(latest, of_recorded(latest, subject))


def _with_inside(whole: Timeline, selected: Timeline) -> Timeline:
    """Return the events of the selected layers with what is inside them, as `trace(model)` records it."""
    inside = inside_of(whole, selected.layers)
    return whole.where(lambda event: event.seq in inside)


def _findings_about(shown: Timeline, whole: Timeline) -> Findings:
    """Return the findings about the shown layers; rules need the events of the whole timeline."""
    findings = serious(diagnose(whole))
    if shown is whole:
        return findings
    shown_ids = {layer.id for layer in shown.layers}
    about = (finding for finding in findings if any(layer.id in shown_ids for layer in finding.layers))
    return findings.only(about)
