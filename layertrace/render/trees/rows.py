"""Arrange lines in reading order, each with its guides and columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.text import Text

from layertrace.render.trees.lines import Line, Writer
from layertrace.render.trees.outline import Node
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import QUIET, inked

__all__ = ["Row", "rows"]

Columns = tuple[int, int, int, int]

NO_COLUMNS: Columns = (0, 0, 0, 0)
WIDEST_NUMBER = 5
WIDEST_WHAT = 12
WIDEST_WHO = 28
WIDEST_DATA = 40


@dataclass(slots=True)
class Row:
    """One line of the tree and its position.

    Attributes:
        line: Its cells.
        lasts: For each level, outermost first, whether its branch to this row is the last of that level.
        opens: Whether it has children.
        sort: `variable`, `layer`, or empty for other rows; only rows of one sort share all columns.
        columns: The widths of the aligned cells among its siblings.
    """

    line: Line
    lasts: tuple[bool, ...]
    opens: bool
    sort: str = ""
    columns: Columns = NO_COLUMNS

    def guide(self, step: int, glyphs: Glyphs, *, continued: bool = False) -> Text:
        """Return the guides before the row, or before a continuation line."""
        reach = glyphs.dash * (step - 2)
        blank, pipe = " " * step, glyphs.pipe.ljust(step)
        drawn = "".join(blank if last else pipe for last in self.lasts[:-1])
        if continued:
            drawn += blank if self.lasts[-1] else pipe
            return inked(drawn + (pipe if self.opens else blank), QUIET)
        return inked(f"{drawn}{glyphs.last if self.lasts[-1] else glyphs.branch}{reach} ", QUIET)

    def left(self, *, aligned: bool, brief: bool = False) -> Text:
        """Return the cells in one text, aligned with the siblings or close together."""
        text = Text("  ").join(self.cells(self.columns if aligned else NO_COLUMNS, brief=brief))
        text.rstrip()
        return text

    def cells(self, columns: Columns, *, brief: bool = False) -> list[Text]:
        """Return the cells padded to their columns, with number and kind together."""
        line = self.line
        number, what, who, data = (
            _padded(cell, width)
            for cell, width in zip((line.number, line.what, line.who, line.data), columns, strict=True)
        )
        opening = number.append(" ").append_text(what) if number else what
        return [cell for cell in (opening, who, data, *line.after(brief=brief)) if cell]


def _padded(cell: Text, width: int) -> Text:
    padded = cell.copy()
    padded.pad_right(max(width - cell.cell_len, 0))
    return padded


def rows(nodes: list[Node], writer: Writer) -> list[Row]:
    """Return the rows of a tree from top to bottom, with siblings in common columns."""
    written: list[Row] = []
    families: dict[int, list[Row]] = {}
    waiting: list[tuple[list[Node], int, tuple[bool, ...]]] = []
    waiting += [(nodes, index, ()) for index in reversed(range(len(nodes)))]
    while waiting:
        siblings, index, around = waiting.pop()
        node = siblings[index]
        lasts = (*around, index == len(siblings) - 1)
        row = Row(writer.write(node), lasts, bool(node.children), _sort(node))
        written.append(row)
        families.setdefault(id(siblings), []).append(row)
        waiting += [(node.children, i, lasts) for i in reversed(range(len(node.children)))]
    for family in families.values():
        _align(family)
    return written


def _align(family: list[Row]) -> None:
    """Give siblings common columns, except for cells that are too wide."""
    numbers = [row.line.number for row in family]
    number = _widest((cell for cell in numbers if cell.plain.isdigit()), WIDEST_NUMBER)
    for sort in ("variable", "layer"):
        like = [row for row in family if row.sort == sort]
        lines = [row.line for row in like]
        columns = (
            number,
            _widest((line.what for line in lines), WIDEST_WHAT),
            _widest((line.who for line in lines), WIDEST_WHO),
            _widest((line.data for line in lines if any(line.after())), WIDEST_DATA),
        )
        for row in like:
            row.columns = columns
    for row in family:
        if not row.sort:
            row.columns = (number if row.line.number else 0, 0, 0, 0)


def _sort(node: Node) -> str:
    if node.item is None or node.item.pattern or node.item.first.kind in ("trace", "run"):
        return ""
    return "variable" if node.item.first.kind == "variable" else "layer"


def _widest(cells: Iterable[Text], limit: int) -> int:
    return max((width for cell in cells if (width := cell.cell_len) <= limit), default=0)
