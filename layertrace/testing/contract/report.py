"""What the checks of one layer found, as a card and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render import findings as rendered
from layertrace.render.console import Displayable
from layertrace.render.wording.formatting import counted, duration
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.styles import CLEAN, ERROR, NOTE, QUIET, TITLE, inked
from layertrace.testing.contract.outcome import Result

__all__ = ["LayerReport", "marks_of"]

INDENT = 2


class LayerReport(Displayable):
    """What the checks of one layer found; `str` of it is a card with a row for each check.

    Attributes:
        layer: The name of the class.
        inputs: What it was called with: `float32[2, 5]`.
        results: The result of each check, in the order in which they ran.
    """

    def __init__(self, layer: str, inputs: str, results: Sequence[Result]) -> None:
        self.layer = layer
        self.inputs = inputs
        self.results = tuple(results)

    @property
    def passed(self) -> bool:
        """Whether every check passed, does not apply, or failed as expected."""
        return all(result.is_as_expected for result in self.results)

    @property
    def failed(self) -> tuple[Result, ...]:
        """The results that are not as expected."""
        return tuple(result for result in self.results if not result.is_as_expected)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the layer, unless it was expected."""
        return tuple(result.finding for result in self.failed if result.finding is not None)

    def as_json(self) -> dict[str, Any]:
        """Return the report as data for `json.dumps`."""
        return {
            "layer": self.layer,
            "inputs": self.inputs,
            "passed": self.passed,
            "checks": [result.as_json() for result in self.results],
        }

    def __bool__(self) -> bool:
        """Return whether the layer passed, so that a report can be asserted."""
        return self.passed

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        glyphs = glyphs_of(options)
        yield inked(self.layer, TITLE).append(f"  {glyphs.user(self.inputs)}", QUIET)
        yield Text()
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        table.add_column(justify="right", no_wrap=True)
        group = ""
        for result in self.results:
            heading = result.check.group if result.check.group != group else ""
            group = result.check.group
            mark, text = _row(result, glyphs)
            name = mark.append(f" {result.check.name}", "none")
            table.add_row(
                inked(heading, QUIET), name, text, inked(duration(int(result.seconds * 1e9)), QUIET)
            )
        yield table
        for result in self.failed:
            if result.finding is not None:
                yield Text()
                yield rendered([result.finding])
            if result.excerpt is not None:
                yield Text()
                yield Padding(result.excerpt, (0, 0, 0, INDENT))
        yield Text()
        yield self._last_line()

    def _last_line(self) -> Text:
        parts = list(self._counts())
        style = CLEAN if self.passed else ERROR
        seconds = sum(result.seconds for result in self.results)
        return inked(", ".join(parts), style).append(f"  {duration(int(seconds * 1e9))}", QUIET)

    def _counts(self) -> Iterator[str]:
        count = {"passed": 0, "failed": 0, "not applicable": 0, "fault": 0}
        for result in self.results:
            count[result.outcome] += 1
        yield f"{counted(count['passed'], 'check')} passed"
        if count["failed"]:
            yield f"{count['failed']} failed"
        if count["not applicable"]:
            yield f"{count['not applicable']} not tried"
        if count["fault"]:
            yield f"{count['fault']} ended by a fault of layertrace"


def marks_of(glyphs: Glyphs) -> tuple[str, str, str]:
    """Return the marks of what passed, failed and was not tried."""
    is_unicode = glyphs.encoding.lower().startswith("utf")
    return ("✓", "✗", "–") if is_unicode else ("+", "x", "-")


def _row(result: Result, glyphs: Glyphs) -> tuple[Text, Text]:
    """Return the mark of a result, and what its row states."""
    marks = marks_of(glyphs)
    if result.outcome == "passed":
        text = "expected to fail, and passes" if result.expected else ""
        return inked(marks[0], NOTE if text else CLEAN), inked(text, NOTE)
    if result.outcome == "failed" and result.expected:
        return inked(marks[1], NOTE), inked(f"as expected: {glyphs.user(result.expected)}", QUIET)
    if result.outcome == "failed":
        place = None if result.finding is None else result.finding.location
        where = "" if place is None else f"line {place.line}"
        return inked(marks[1], ERROR), inked(where, ERROR)
    style = NOTE if result.outcome == "fault" else QUIET
    return inked(marks[2], style), inked(glyphs.user(result.reason), style)
