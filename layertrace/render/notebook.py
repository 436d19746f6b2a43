"""Show a timeline in a notebook: as the page, or as text where pages cannot be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from layertrace.diagnosis import Finding, diagnose
from layertrace.render.chapters.overview import overview
from layertrace.render.console import html, written
from layertrace.render.page import page
from layertrace.render.tables.findings import findings as finding_list
from layertrace.timeline import Timeline
from layertrace.timeline.tree_options import TreeOptions, list_tree_options

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["MOST_FRAMED", "notebook"]

MOST_FRAMED = 20_000
"""A notebook file stores its output: above this number of events, it gets only the text."""

HEAD, LINE, FINDING, HIGHEST = 330, 24, 200, 760
"""The height of a frame in pixels: its head, each line, each finding, and the maximum."""

FRAME = (
    '<iframe srcdoc="{page}" sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" '
    'title="layertrace" width="100%" height="{height}" style="border:0"></iframe>\n'
    "<details><summary>as text</summary>{text}</details>\n"
)


@list_tree_options
def notebook(
    timeline: Timeline,
    *,
    findings: Iterable[Finding] = (),
    **options: Unpack[TreeOptions],
) -> dict[str, str]:
    """Return a timeline in the two forms that a notebook chooses from.

    The HTML is the page of `layertrace.render.page` in a frame that may only run its script. Below it, the
    tree as text is visible where frames are removed, such as on GitHub.

    Args:
        timeline: The events.
        findings: Findings to print before the tree and to mark in it.
        options: What the tree shows, as `TreeOptions` lists it.

    Returns:
        `{"text/plain": ..., "text/html": ...}`, for `_repr_mimebundle_`.
    """
    events = timeline[:]  # a running recording would keep growing
    found = tuple(findings)
    tree_ = overview(events, findings=found, **options)
    shown = Group(finding_list(found), Text(), tree_) if found else tree_
    text = html(shown)
    framed = 0 < len(events) <= MOST_FRAMED
    return {"text/plain": written(shown), "text/html": _framed(events, found, text) if framed else text}


def _framed(timeline: Timeline, found: Sequence[Finding], text: str) -> str:
    # Without findings, the timeline may not have been diagnosed; the page must not report that all is well.
    found = found or diagnose(timeline)
    height = min(HEAD + LINE * len(timeline) + FINDING * len(found), HIGHEST)
    whole = page(timeline, findings=found)
    return FRAME.format(page=escape(whole), height=height, text=text)
