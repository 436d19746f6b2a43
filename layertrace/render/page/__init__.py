"""Show a timeline as one web page that holds everything it needs, and asks no network for anything."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from layertrace.diagnosis import Finding, diagnose
from layertrace.render.page.content import content
from layertrace.render.page.document import document
from layertrace.timeline import Timeline
from layertrace.timeline.storage.files import written

__all__ = ["page", "write_page"]

TITLE = "layertrace"


def page(timeline: Timeline, *, findings: Sequence[Finding] | None = None, title: str | None = None) -> str:
    """Return a whole HTML page: what is wrong, lanes by thread, the tree, functions, layers and variables.

    All names, values and messages are data to it, never markup. It works from a file, in an `<iframe srcdoc>`
    and on paper, and stays quick with 100,000 events.

    Args:
        timeline: The events; of a recording under way, those so far.
        findings: What is wrong; without it, `layertrace.diagnose` is asked.
        title: What stands in the title bar, and above everything.

    Example:
        >>> page(Timeline(), findings=[])[:15]
        '<!doctype html>'
    """
    events = timeline[:]  # a recording under way would grow meanwhile
    found = diagnose(events) if findings is None else findings
    return document(title or TITLE, content(events, found))


def write_page(
    timeline: Timeline,
    path: str | os.PathLike[str],
    *,
    findings: Sequence[Finding] | None = None,
    title: str | None = None,
) -> None:
    """Write the page to a file, which is there as a whole or not at all.

    Args:
        timeline: The events.
        path: Where to.
        findings: As for `page`.
        title: As for `page`; without it, the name of the file.

    Raises:
        FormatError: If the file cannot be written.
    """
    target = Path(path)
    text = page(timeline, findings=findings, title=title or f"{target.stem} · {TITLE}")
    with written(target) as file:
        file.write(text.encode())
