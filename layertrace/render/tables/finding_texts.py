"""Write findings as text for an interactive session, and as HTML for a notebook."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Group

from layertrace.diagnosis import Finding
from layertrace.render.console import html, terminal_width, written
from layertrace.render.tables.finding_rows import one_line_each, places_of
from layertrace.render.tables.findings import findings
from layertrace.render.wording.glyphs import glyphs_for

__all__ = ["finding_table", "findings_html"]


def finding_table(found: Sequence[Finding]) -> str:
    """Return one line for each finding, as wide as the terminal."""
    width = terminal_width()
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    glyphs = glyphs_for(encoding)
    lines = one_line_each(found, places_of(found, links=False), glyphs, width, whole=True)
    return written(Group(*lines), width=width, encoding=encoding)


def findings_html(found: Sequence[Finding]) -> str:
    """Return the findings in full, as a fragment of HTML."""
    return html(findings(found))
