"""What the checks of all layers of a module found: a row for each, then the cards of those that fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from layertrace.render.console import Displayable
from layertrace.render.wording.formatting import counted, duration
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.styles import CLEAN, ERROR, NOTE, QUIET, TITLE, inked
from layertrace.testing.contract.report import LayerReport, marks_of

__all__ = ["PackageReport", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """The result for one layer.

    Attributes:
        name: The name of its class.
        source: The function that created it; empty for the class itself.
        report: The results of its checks; None if it was not tried.
        reason: Why it was not tried.
        is_mistake: Whether the reason is a mistake, so that the row counts as a failure.
        is_guessed: Whether the inputs were guessed.
        lacks_example: Whether an example would let it be tried.
    """

    name: str
    source: str = ""
    report: LayerReport | None = None
    reason: str = ""
    is_mistake: bool = False
    is_guessed: bool = False
    lacks_example: bool = False

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong: every check passed, or the layer was not tried."""
        return not self.is_mistake if self.report is None else self.report.passed

    def as_json(self) -> dict[str, Any]:
        """Return the row as data for `json.dumps`."""
        data: dict[str, Any] = {"layer": self.name}
        if self.source:
            data["example"] = self.source
        if self.report is None:
            outcome = "mistake" if self.is_mistake else "not tried"
            return {**data, "outcome": outcome, "reason": self.reason}
        data |= {"outcome": "passed" if self.passed else "failed", "inputs_are_guessed": self.is_guessed}
        return {**self.report.as_json(), **data}


class PackageReport(Displayable):
    """What the checks of all layers of a module found; `str` of it is a table, and the cards of failures.

    Attributes:
        module: The name of the module.
        rows: The result for each layer.
    """

    def __init__(self, module: str, rows: Sequence[Row]) -> None:
        self.module = module
        self.rows = tuple(rows)

    @property
    def passed(self) -> bool:
        """Whether no layer failed."""
        return all(row.passed for row in self.rows)

    @property
    def reports(self) -> tuple[LayerReport, ...]:
        """The reports of the layers that were tried."""
        return tuple(row.report for row in self.rows if row.report is not None)

    def as_json(self) -> dict[str, Any]:
        """Return the report as data for `json.dumps`."""
        return {
            "module": self.module,
            "passed": self.passed,
            "layers": [row.as_json() for row in self.rows],
        }

    def __bool__(self) -> bool:
        """Return whether no layer failed, so that a report can be asserted."""
        return self.passed

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        glyphs = glyphs_of(options)
        yield inked(glyphs.user(self.module), TITLE).append(f"  {counted(len(self.rows), 'layer')}", QUIET)
        yield Text()
        table = Table.grid(padding=(0, 2, 0, 0))
        for _ in range(2):
            table.add_column(overflow="fold")
        table.add_column(ratio=1)
        table.add_column(justify="right", no_wrap=True)
        for row in self.rows:
            table.add_row(*_cells(row, glyphs))
        yield table
        yield from self._next_step(glyphs)
        for row in self.rows:
            if row.report is not None and not row.passed:
                yield Text()
                yield row.report
        yield Text()
        yield self._last_line()

    def _next_step(self, glyphs: Glyphs) -> Iterator[Text]:
        """Yield how to register an example, if a layer lacks one."""
        lacking = next((row for row in self.rows if row.lacks_example), None)
        if lacking is None:
            return
        yield Text()
        yield inked(
            "To check these layers, write functions that create them, with what to call them with:", QUIET
        )
        yield inked('    @layertrace.testing.example("float32[2, 5]")', QUIET)
        yield inked("    def an_example():", QUIET)
        yield inked(f"        return {glyphs.user(lacking.name)}({glyphs.dots})", QUIET)

    def _last_line(self) -> Text:
        tried = [row for row in self.rows if row.report is not None]
        passed = sum(row.passed for row in tried)
        failed = sum(not row.passed for row in self.rows)
        parts = [f"{counted(passed, 'layer')} passed"]
        if failed:
            parts.append(f"{failed} failed")
        if len(self.rows) > passed + failed:
            parts.append(f"{len(self.rows) - passed - failed} not tried")
        style = ERROR if failed else CLEAN if passed else NOTE
        seconds = sum(result.seconds for report in self.reports for result in report.results)
        return inked(", ".join(parts), style).append(f"  {duration(int(seconds * 1e9))}", QUIET)


def _cells(row: Row, glyphs: Glyphs) -> tuple[Text, Text, Text, Text]:
    passed, failed, skipped = marks_of(glyphs)
    if row.report is None:
        mark = inked(failed, ERROR) if row.is_mistake else inked(skipped, QUIET)
    else:
        mark = inked(passed, CLEAN) if row.passed else inked(failed, ERROR)
    name = mark.append(f" {glyphs.user(row.name)}", "none")
    if row.source and row.source != row.name:
        name.append(f"  {glyphs.user(row.source)}", QUIET)
    if row.report is None:
        style = ERROR if row.is_mistake else QUIET
        return name, Text(), inked(glyphs.user(row.reason), style), Text()
    inputs = inked(glyphs.user(row.report.inputs), QUIET)
    if row.is_guessed:
        inputs.append(" guessed", QUIET)
    names = ", ".join(result.check.name for result in row.report.failed)
    seconds = sum(result.seconds for result in row.report.results)
    return name, inputs, inked(names, ERROR), inked(duration(int(seconds * 1e9)), QUIET)
