"""Choose the parts of a report that fits on one screen: what is wrong, what happened, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType

from layertrace.diagnosis import Finding
from layertrace.render.chapters.overview import overview
from layertrace.render.console import lines_taken
from layertrace.render.tables.crash_card import crash_card
from layertrace.render.tables.findings import findings as finding_list
from layertrace.render.tables.verdict import verdict
from layertrace.render.wording.glyphs import Adaptive
from layertrace.timeline import Timeline
from layertrace.timeline.tree_options import TreeOptions

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["report_parts"]


def report_parts(
    console: Console,
    timeline: Timeline,
    findings: Sequence[Finding] | None,
    *,
    in_full: bool = True,
    **options: Unpack[TreeOptions],
) -> list[RenderableType]:
    """Return the parts of a report, to be printed with an empty line between them.

    Args:
        console: Where they will be printed.
        timeline: The events.
        findings: What the rules found; None if they did not run.
        in_full: Whether to show findings in full; otherwise the verdict has one line for each.
        options: What the tree shows, as `TreeOptions` lists it.
    """
    judged = None if findings is None else verdict(timeline, findings)
    before: list[RenderableType] = []
    if judged is not None and timeline and not judged.is_complete:
        before.append(Adaptive(judged.last_line))
    card = None if findings is None else crash_card(timeline, findings)
    if card is not None:
        before.append(card)
    if findings and in_full:
        before.append(finding_list(findings))
    after: list[RenderableType] = [] if judged is None else [judged]
    taken = lines_taken(console, *before, *after)
    shown = overview(timeline, findings=findings or (), verdict=judged, taken=taken, **options)
    return [*before, shown, *after]
