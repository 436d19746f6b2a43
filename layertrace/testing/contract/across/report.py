"""What one layer does on several backends, as a card with a column for each, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render import findings as rendered
from layertrace.render.console import Displayable
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.styles import CLEAN, ERROR, QUIET, TITLE, inked
from layertrace.testing.contract.across.answers import Answers
from layertrace.testing.contract.across.comparison import Cell, Question, compared
from layertrace.testing.contract.places import source_at
from layertrace.testing.contract.report import marks_of
from layertrace.testing.contract.running import evidence_of

__all__ = ["BackendReport"]


class BackendReport(Displayable):
    """What a layer does on several backends; `str` of it is a card.

    Attributes:
        answers: Those of each backend, in the order in which they were asked.
        questions: Each with the answers compared.
    """

    def __init__(self, answers: Sequence[Answers]) -> None:
        self.answers = tuple(answers)
        self.questions = tuple(compared(answers))

    @property
    def asked(self) -> tuple[str, ...]:
        """The backends on which the layer was tried."""
        return tuple(each.backend for each in self.answers if not each.absent or each.is_failure)

    @property
    def differing(self) -> tuple[Question, ...]:
        """The questions that a backend answers differently."""
        return tuple(question for question in self.questions if question.differs)

    @property
    def passed(self) -> bool:
        """Whether no backend differs."""
        return not self.differing

    def as_json(self) -> dict[str, Any]:
        """Return the report as data for `json.dumps`."""
        first = self._first
        return {
            "layer": first.layer,
            "inputs": first.inputs,
            "backends": list(self.asked),
            "passed": self.passed,
            "questions": [
                {
                    "name": question.name,
                    "answers": {
                        cell.backend: {"outcome": cell.outcome, **({"text": cell.text} if cell.text else {})}
                        for cell in question.cells
                    },
                    **({"message": question.message} if question.message else {}),
                }
                for question in self.questions
            ],
        }

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        glyphs, first = glyphs_of(options), self._first
        title = inked(first.layer, TITLE).append(f"  {glyphs.user(first.inputs)}", QUIET)
        yield title.append(f"  with the weights of {first.backend}", QUIET) if first.weights else title
        yield Text()
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_row("", *(inked(each.backend, QUIET) for each in self.answers))
        above: tuple[Cell, ...] = ()
        for question in self.questions:
            cells = (
                _cell(
                    replace(cell, text="") if cell.outcome == "not tried" and cell in above else cell, glyphs
                )
                for cell in question.cells
            )
            table.add_row(inked(question.name, QUIET), *cells)
            above = question.cells
        yield table
        for question in self.differing[:1]:
            yield Text()
            yield rendered([_finding(question)])
        yield Text()
        yield self._last_line()

    def _last_line(self) -> Text:
        if len(self.asked) < 2:
            return inked(f"nothing to compare: the layer was only tried on {self.asked[0]}", QUIET)
        names = f"{', '.join(self.asked[:-1])} and {self.asked[-1]}"
        if self.passed:
            return inked(f"{names} agree", CLEAN)
        return inked(f"{names} differ in {counted(len(self.differing), 'question')}", ERROR)

    @property
    def _first(self) -> Answers:
        return next((each for each in self.answers if not each.absent), self.answers[0])


def _cell(cell: Cell, glyphs: Glyphs) -> Text:
    """Return the mark of an answer, with the answer itself or the reason why it was not tried."""
    same, differs, untried = marks_of(glyphs)
    mark, style = {"same": (same, CLEAN), "differs": (differs, ERROR), "not tried": (untried, QUIET)}[
        cell.outcome
    ]
    return inked(mark, style).append(f" {glyphs.user(cell.text)}" if cell.text else "", QUIET)


def _finding(question: Question) -> Finding:
    """Return how the first backend that differs does so."""
    message = question.message.removesuffix(".")
    return Finding(
        code="backends",
        name=question.name,
        severity="error",
        message=f"{message[0].upper()}{message[1:]}.",
        location=question.location,
        source=source_at(question.location),
        evidence=evidence_of(question.sides),
    )
