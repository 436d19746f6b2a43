"""Show a timeline as one self-contained web page, which loads nothing from the network."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from layertrace.diagnosis import Finding, diagnose
from layertrace.render.page.content import content
from layertrace.render.page.document import document
from layertrace.render.page.summary import command
from layertrace.timeline import Timeline
from layertrace.timeline.storage.files import written

__all__ = ["page", "write_page"]

TITLE = "layertrace"


def page(
    timeline: Timeline,
    *,
    findings: Sequence[Finding] | None = None,
    title: str | None = None,
    check: bool = True,
) -> str:
    """Return an HTML page with findings, lanes by thread, the tree, functions, layers and variables.

    Names, values and messages are data, never markup. The page works from a file, in an `<iframe srcdoc>`
    and on paper, and stays responsive with 100,000 events.

    Args:
        timeline: The events; of a running recording, those so far.
        findings: The findings to show; None to run `layertrace.diagnose`.
        title: The title and the heading of the page; None for the command of the program.
        check: Whether to run the rules if `findings` is None; otherwise the page states that nothing was
            checked.

    Example:
        >>> page(Timeline(), findings=[])[:15]
        '<!doctype html>'
    """
    return _page(timeline, findings, title or TITLE, title, check=check)


def write_page(
    timeline: Timeline,
    path: str | os.PathLike[str],
    *,
    findings: Sequence[Finding] | None = None,
    title: str | None = None,
    check: bool = True,
) -> None:
    """Write the page to a file, completely or not at all.

    Args:
        timeline: The events.
        path: The output file.
        findings: As for `page`.
        title: As for `page`; None for the name of the file as the title.
        check: As for `page`.

    Raises:
        FormatError: If the file cannot be written.
    """
    target = Path(path)
    text = _page(timeline, findings, title or f"{target.stem} · {TITLE}", title, check=check)
    with written(target) as file:
        file.write(text.encode())


def _page(
    timeline: Timeline, findings: Sequence[Finding] | None, title: str, heading: str | None, *, check: bool
) -> str:
    events = timeline[:]  # a running recording would keep growing
    if findings is None and check:
        findings = diagnose(events)
    return document(title, heading or command(events) or title, content(events, findings))
