"""Show a timeline in a notebook: the report on one screen, and how to see the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.text import Text

from layertrace.diagnosis import Finding, diagnose, serious
from layertrace.render.chapters.overview import overview
from layertrace.render.console import WIDTH_OF_A_NOTEBOOK, html, written
from layertrace.render.lives.chart import life_chart
from layertrace.render.screen import report_parts
from layertrace.render.tables.findings import findings as finding_list
from layertrace.render.wording.formatting import counted
from layertrace.timeline import Timeline
from layertrace.timeline.tree_options import TreeOptions, list_tree_options

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["LARGEST", "notebook"]

LARGEST = 40_000
"""A notebook file stores its output, so this is how many bytes a recording takes in it at most."""

FEWEST_LINES = 10
LIVES = "<details><summary>lives of {layers}</summary>{chart}</details>\n"
MORE = '<p style="margin:.6em 0 0">The whole recording as a page: <code>{code}</code></p>\n'
WRITE_PAGE = 'layertrace.render.write_page(timeline, "run.html")'


@list_tree_options
def notebook(
    timeline: Timeline,
    *,
    findings: Iterable[Finding] = (),
    page_code: str = WRITE_PAGE,
    **options: Unpack[TreeOptions],
) -> dict[str, str]:
    """Return a timeline in the two forms that a notebook chooses from.

    The HTML is what a terminal shows on its first screen: what is wrong, what happened and the verdict. Below
    it, the lives of the layers can be opened, and a line has the code for the whole page.

    Args:
        timeline: The events.
        findings: Findings to print before the tree and to mark in it.
        page_code: The code that the last line gives for the whole page; empty for no such line.
        options: What the tree shows, as `TreeOptions` lists it.

    Returns:
        `{"text/plain": ..., "text/html": ...}`, for `_repr_mimebundle_`.
    """
    events = timeline[:]  # a running recording would keep growing
    found = tuple(findings)
    shown = overview(events, findings=found, **options)
    plain = Group(finding_list(found), Text(), shown) if found else shown
    # Without findings, the timeline may not have been diagnosed; the report must not state that all is well.
    reported = found or serious(diagnose(events))
    return {"text/plain": written(plain), "text/html": _html(events, reported, page_code, **options)}


def _html(
    timeline: Timeline, findings: Sequence[Finding], page_code: str, **options: Unpack[TreeOptions]
) -> str:
    """Return the report, shortened until it is small enough, and the lives of the layers if they fit, too."""
    more = MORE.format(code=escape(page_code, quote=False)) if page_code else ""
    room = LARGEST - len(more.encode())
    console = Console(width=WIDTH_OF_A_NOTEBOOK)
    parts = report_parts(console, timeline, findings, **options)
    report = _joined(parts)
    if len(report.encode()) > room:
        report = _joined(report_parts(console, timeline, findings, in_full=False, **options))
    lines = options.get("max_lines") or 2 * FEWEST_LINES
    while len(report.encode()) > room and lines >= FEWEST_LINES:
        shorter: TreeOptions = {**options, "max_lines": lines}
        report = _joined(report_parts(console, timeline, findings, in_full=False, **shorter))
        lines //= 2
    if not timeline:
        return report
    layers = escape(counted(len(timeline.layers), "layer"))
    chart = html(life_chart(timeline, findings)) if timeline.layers else ""
    lives = LIVES.format(layers=layers, chart=chart) if chart else ""
    return report + "\n" + (lives if len(report.encode()) + len(lives.encode()) <= room else "") + more


def _joined(parts: Sequence[RenderableType]) -> str:
    separated = [part for number, part in enumerate(parts) for part in ([Text()] * bool(number) + [part])]
    return html(Group(*separated))
