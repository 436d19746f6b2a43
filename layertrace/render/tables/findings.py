"""Show findings: the mistake, the evidence, and the fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.syntax import Syntax
from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render.wording.file_names import Places, here
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.styles import QUIET, SEVERITIES, TITLE, inked
from layertrace.render.wording.wrapping import wrapped
from layertrace.timeline.event import Location

__all__ = ["FindingList", "findings"]

INDENT = 2
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
        places = Places([place for finding in self.findings for place in _places(finding)], here())
        for number, finding in enumerate(self.findings):
            if number:
                yield Text()
            yield _head(finding, glyphs, width)
            yield from _body(finding, console, glyphs, places, width)


def findings(found: Sequence[Finding]) -> FindingList:
    """Return findings in the given order, for `rich` to print.

    Example:
        >>> from rich import print
        >>> print(findings(timeline.findings()))  # doctest: +SKIP
    """
    return FindingList(tuple(found))


def _body(finding: Finding, console: Console, glyphs: Glyphs, places: Places, width: int) -> Iterator[Text]:
    yield from _indented(Text(glyphs.user(finding.message)), console, width)
    for line in _evidence(finding, glyphs, places):
        yield from _indented(line, console, width, by=2 * INDENT)
    if finding.fix:
        yield from _indented(inked("instead", TITLE), console, width)
        yield from _code(finding.fix, glyphs)
    if finding.link:
        yield from _indented(inked(glyphs.user(finding.link), QUIET), console, width)


def _places(finding: Finding) -> Iterator[Location]:
    yield from (
        location
        for location in (finding.location, *(evidence.location for evidence in finding.evidence))
        if location is not None
    )


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
        yield inked(glyphs.user(places.short(shown)), "cyan")
    for evidence in finding.evidence:
        line = Text()
        if evidence.location is not None:
            line.append(glyphs.user(places.short(evidence.location)), "cyan").append("  ")
        line.append(glyphs.user(evidence.text))
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


def _code(source: str, glyphs: Glyphs) -> Iterator[Text]:
    """Yield lines of code, never wrapped, so that they can be pasted, in the terminal's own colours."""
    syntax = Syntax(glyphs.user_lines(source), "python", theme="ansi_dark", background_color="default")
    for line in syntax.highlight(syntax.code).split("\n", allow_blank=False):
        shown = Text(" " * 2 * INDENT).append_text(line)
        shown.rstrip()
        shown.no_wrap, shown.overflow = True, "ignore"
        yield shown
