"""Show a timeline in a notebook: as the page, or as text where pages cannot be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from rich.console import Group
from rich.text import Text

from layertrace.diagnosis import Finding, diagnose
from layertrace.render.console import html, written
from layertrace.render.page import page
from layertrace.render.tables.findings import findings as finding_list
from layertrace.render.trees.tree import tree
from layertrace.timeline import Timeline

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


def notebook(
    timeline: Timeline,
    *,
    depth: int | None = None,
    fold: bool = True,
    times: bool = True,
    places: bool = True,
    max_lines: int | None = None,
    findings: Iterable[Finding] = (),
    marks: Mapping[int, str] | None = None,
) -> dict[str, str]:
    """Return a timeline in the two forms that a notebook chooses from.

    The HTML is the page of `layertrace.render.page` in a frame that may only run its script. Below it, the
    tree as text is visible where frames are removed, such as on GitHub.

    Args:
        timeline: The events.
        depth: Number of levels of events to show; None for as many as read well (up to 20).
        fold: Whether to show repetitions once, with their number.
        times: Whether to show durations, where there is room.
        places: Whether to show the lines of code that caused the events.
        max_lines: Approximate number of lines at most; None for 400.
        findings: Findings to print before the tree and to mark in it.
        marks: Words to mark events with, by their `seq`.

    Returns:
        `{"text/plain": ..., "text/html": ...}`, for `_repr_mimebundle_`.
    """
    events = timeline[:]  # a running recording would keep growing
    found = tuple(findings)
    tree_ = tree(
        events,
        depth=depth,
        fold=fold,
        times=times,
        places=places,
        max_lines=max_lines,
        findings=found,
        marks=marks,
    )
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
