"""Show findings: the mistake, the evidence, and the fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render.tables.finding_rows import one_line_each, places_of, prose
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.fix_lines import fix_lines, is_code
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.links import can_link
from layertrace.render.wording.source_frame import source_frame
from layertrace.render.wording.styles import QUIET, SEVERITIES, TITLE, inked
from layertrace.render.wording.wrapping import wrapped

__all__ = ["FindingList", "findings"]

INDENT = 2
MOST_IN_FULL = 3
"""Of more findings, an overview precedes them."""
WIDEST = 110
"""Longer lines of prose are harder to read."""


@dataclass(frozen=True)
class FindingList:
    """Findings, which `rich` can print in any width, encoding and number of colours."""

    findings: tuple[Finding, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        glyphs, width = glyphs_of(options), min(options.max_width, WIDEST)
        if not self.findings:
            yield inked("No problems found.", QUIET)
            return
        places = places_of(self.findings, links=can_link(console))
        notes = [finding for finding in self.findings if finding.severity == "note"]
        serious = [finding for finding in self.findings if finding.severity != "note"]
        if len(serious) > MOST_IN_FULL:
            yield from one_line_each(serious, places, glyphs, options.max_width)
            yield Text()
        for number, finding in enumerate(serious):
            if number:
                yield Text()
            yield _head(finding, glyphs, width)
            yield from _body(finding, console, glyphs, places, width)
        if serious and notes:
            yield Text()
        yield from one_line_each(notes, places, glyphs, options.max_width, whole=True)


def findings(found: Sequence[Finding]) -> FindingList:
    """Return findings in the given order, for `rich` to print.

    Example:
        >>> from rich import print
        >>> print(findings(timeline.findings()))  # doctest: +SKIP
    """
    return FindingList(tuple(found))


def _body(finding: Finding, console: Console, glyphs: Glyphs, places: Places, width: int) -> Iterator[Text]:
    style = SEVERITIES[finding.severity]
    yield from _indented(Text(prose(finding.message, glyphs)), console, width)
    for line in _evidence(finding, glyphs, places):
        yield from _indented(line, console, width, by=2 * INDENT)
    if finding.location is not None:
        yield from source_frame(finding.source, finding.location, glyphs, width, style)
    if finding.fix and is_code(finding.fix):
        yield from fix_lines(finding.fix, finding.source, glyphs)
    elif finding.fix:
        yield from _indented(Text(glyphs.user(f"instead: {finding.fix}")), console, width)
    if finding.link:
        yield from _indented(inked(glyphs.user(finding.link), QUIET), console, width)


def _head(finding: Finding, glyphs: Glyphs, width: int) -> Text:
    """Return code and name, with the severity at the right."""
    style = SEVERITIES[finding.severity]
    line = inked(finding.code, style)
    line.append(f" {glyphs.user(finding.name)}", TITLE)
    gap = max(width - line.cell_len - len(finding.severity), 2)
    return line.append(" " * gap).append(finding.severity, style)


def _evidence(finding: Finding, glyphs: Glyphs, places: Places) -> Iterator[Text]:
    """Yield the location of the mistake, and the evidence with its events."""
    shown = finding.location
    if shown is not None and all(evidence.location != shown for evidence in finding.evidence):
        yield places.linked(shown, glyphs)
    for evidence in finding.evidence:
        line = Text()
        if evidence.location is not None:
            line.append_text(places.linked(evidence.location, glyphs)).append("  ")
        line.append(prose(evidence.text, glyphs))
        if evidence.events:
            line.append(f"  {_events(evidence.events, glyphs)}", QUIET)
        yield line


def _events(numbers: Sequence[int], glyphs: Glyphs) -> str:
    shown = ", ".join(map(str, numbers[:4]))
    more = f" {glyphs.dots}" if len(numbers) > 4 else ""
    return f"event{'s' * (len(numbers) > 1)} {shown}{more}"


def _indented(text: Text, console: Console, width: int, by: int = INDENT) -> Iterator[Text]:
    for line in wrapped(text, console, width - by):
        yield Text(" " * by).append_text(line)
