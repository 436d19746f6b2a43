"""Write a cell of a life chart in letters: `i b ·· s×2`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.text import Text

from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import ERROR, KINDS, MODES
from layertrace.timeline.event import Mode
from layertrace.timeline.lives import Cell

__all__ = ["CALL_LETTERS", "Mark", "Slots", "marks"]

CALL_LETTERS: dict[Mode, str] = {"eager": "e", "symbolic": "s", "graph": "t"}
STYLES = {
    "i": KINDS["init"],
    "b": KINDS["build"],
    "e": KINDS["call"],
    "s": "",
    "t": MODES["graph"],
    "variable": KINDS["variable"],
    "error": ERROR,
}
MOST_DOTS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """One sign of a cell.

    Attributes:
        what: The letter, or `variable` or `error`.
        count: The number of events.
        slot: Its place in the cell: init, build, variables, call, variables created in call, errors.
    """

    what: str
    count: int
    slot: int


def marks(cell: Cell, mode: Mode) -> Iterator[Mark]:
    """Yield the marks of a cell in the order of slots."""
    counts = cell.counts
    if "init" in counts:
        yield Mark("i", counts["init"], 0)
    if "build" in counts:
        yield Mark("b", counts["build"], 1)
    early = counts.get("variable", 0) - cell.late
    if early:
        yield Mark("variable", early, 2)
    if "call" in counts:
        yield Mark(CALL_LETTERS[mode], counts["call"], 3)
    if cell.late:
        yield Mark("variable", cell.late, 4)
    if cell.errors:
        yield Mark("error", cell.errors, 5)


class Slots:
    """The widths of the slots of one column, so that equal marks stand below each other."""

    def __init__(self, cells: Iterable[Cell], mode: Mode, glyphs: Glyphs) -> None:
        self._mode, self._glyphs = mode, glyphs
        self._widths: dict[int, int] = {}
        for cell in cells:
            for mark in marks(cell, mode):
                width = len(written(mark, glyphs))
                self._widths[mark.slot] = max(self._widths.get(mark.slot, 0), width)

    @property
    def width(self) -> int:
        """The width of the column."""
        return sum(self._widths.values()) + max(len(self._widths) - 1, 0)

    def text(self, cell: Cell | None) -> Text:
        """Return a cell, aligned with those above and below it."""
        by_slot = {} if cell is None else {mark.slot: mark for mark in marks(cell, self._mode)}
        text = Text()
        for slot in sorted(self._widths):
            mark = by_slot.get(slot)
            sign = "" if mark is None else written(mark, self._glyphs)
            text.append(" " if text else "")
            text.append(sign, "" if mark is None else STYLES[mark.what])
            text.append(" " * (self._widths[slot] - len(sign)))
        return text


def written(mark: Mark, glyphs: Glyphs) -> str:
    """Return a mark as text: a letter with its number, or dots for variables."""
    if mark.what == "variable":
        return variable_dots(mark.count, glyphs)
    sign = glyphs.cross if mark.what == "error" else mark.what
    return sign if mark.count == 1 else f"{sign}{times_sign(glyphs)}{mark.count:,}"


def variable_dots(count: int, glyphs: Glyphs) -> str:
    """Return a dot for each variable, or one with the number if there are many."""
    dot = dot_sign(glyphs)
    return dot * count if count <= MOST_DOTS else f"{dot}{times_sign(glyphs)}{count:,}"


def dot_sign(glyphs: Glyphs) -> str:
    """Return the sign of a variable."""
    return glyphs.dot if glyphs.dot.isascii() is False else "."


def times_sign(glyphs: Glyphs) -> str:
    """Return what stands between a letter and a number; in ASCII, `ex6` would read as a word."""
    return "" if glyphs.times.isascii() else glyphs.times
