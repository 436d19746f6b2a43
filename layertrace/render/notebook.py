"""Show a timeline in a notebook: as the page, and as text where a notebook shows no pages."""

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
"""A notebook keeps what it shows: with more events than this, it gets the text alone."""

HEAD, LINE, FINDING, HIGHEST = 330, 24, 200, 760
"""How high a frame is, in pixels: a head, a line for each event, and room for what is wrong."""

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

    The HTML is the page that `layertrace.render.page` makes, in a frame that may run its script and
    nothing else, and below it the tree as text, which stays where frames are not shown (on GitHub, for one).

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
        `{"text/plain": ..., "text/html": ...}`, as `_repr_mimebundle_` wants it.
    """
    events = timeline[:]  # a recording under way would grow meanwhile
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
    # None given may mean that nobody has looked; the page should not say that nothing is wrong then.
    found = found or diagnose(timeline)
    height = min(HEAD + LINE * len(timeline) + FINDING * len(found), HIGHEST)
    whole = page(timeline, findings=found)
    return FRAME.format(page=escape(whole), height=height, text=text)
