"""Show findings: the mistake, the evidence, and the fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render.tables.finding_rows import SHORTEST_PLACE, one_line_each, places_of
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.fix_lines import (
    edit_lines,
    fix_lines,
    in_order,
    is_above,
    is_code,
    lines_above,
    shown_above,
)
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.links import can_link
from layertrace.render.wording.messages import prose
from layertrace.render.wording.source_frame import gutter, source_frame
from layertrace.render.wording.styles import QUIET, SEVERITIES, TITLE, inked
from layertrace.render.wording.wrapping import wrapped
from layertrace.timeline.event import Location

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
            yield _head(finding, glyphs, places, width)
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
    yield from _indented(Text(prose(finding.message, glyphs)), console, width)
    place, evidence = finding.location, list(finding.evidence)
    yield from lines_above(finding, glyphs)
    evidence = [line for line in evidence if line not in shown_above(finding)]
    if place is not None and finding.source:
        here = [line for line in evidence if line.location == place]
        evidence = [line for line in evidence if line.location != place]
        labels = [Text(prose(line.text, glyphs)) for line in here]
        yield from _labelled(list(_frame(finding, place, glyphs, width)), labels, console, width, glyphs)
    for line in evidence:
        is_named = line.location is None or line.location == place
        text = Text() if is_named or line.location is None else places.linked(line.location, glyphs)
        text = text.append("  ") if text else text
        yield from _indented(text.append(prose(line.text, glyphs)), console, width, by=2 * INDENT)
    yield from _fix(finding, console, glyphs, width)
    for edit in in_order(finding.edits):
        yield from edit_lines(edit, places, glyphs, place)


def _fix(finding: Finding, console: Console, glyphs: Glyphs, width: int) -> Iterator[Text]:
    """Yield the fix, unless it is above the line of the mistake."""
    if is_above(finding):
        return
    if finding.fix and is_code(finding.fix):
        yield from fix_lines(finding.fix, finding.source, glyphs, finding.fix_place)
    elif finding.fix:
        yield from _indented(Text(glyphs.user(f"instead: {finding.fix}")), console, width)


def _head(finding: Finding, glyphs: Glyphs, places: Places, width: int) -> Text:
    """Return code, name and place, with the severity at the right."""
    style = SEVERITIES[finding.severity]
    line = inked(finding.code, style)
    line.append(f" {glyphs.user(finding.name)}", TITLE)
    room = width - line.cell_len - len(finding.severity) - 4
    if finding.location is not None and room >= SHORTEST_PLACE:
        line.append("  ").append_text(places.linked(finding.location, glyphs, room))
    gap = max(width - line.cell_len - len(finding.severity), 2)
    return line.append(" " * gap).append(finding.severity, style)


def _frame(finding: Finding, place: Location, glyphs: Glyphs, width: int) -> Iterator[Text]:
    return source_frame(finding.source, place, glyphs, width, SEVERITIES[finding.severity])


def _labelled(
    frame: list[Text], labels: list[Text], console: Console, width: int, glyphs: Glyphs
) -> Iterator[Text]:
    """Yield a frame with its labels in one column: after the underline, below it, or at the margin."""
    margin = gutter(glyphs.pipe, QUIET)
    widest = max((label.cell_len for label in labels), default=0)
    columns = [margin.cell_len]
    if frame and labels:
        underline = frame[-1]
        columns = [underline.cell_len + 1, underline.plain.find("^"), *columns]
    column = next((column for column in columns if column > 0 and column + widest <= width), margin.cell_len)
    if frame and labels and column > frame[-1].cell_len:
        frame[-1].append(" ").append_text(labels[0])
        labels = labels[1:]
    yield from frame
    indent = margin.append(" " * (column - margin.cell_len))
    for text in labels:
        for line in wrapped(text, console, width - indent.cell_len):
            yield indent.copy().append_text(line)


def _indented(text: Text, console: Console, width: int, by: int = INDENT) -> Iterator[Text]:
    for line in wrapped(text, console, width - by):
        yield Text(" " * by).append_text(line)
