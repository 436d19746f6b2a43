"""Arrange lines in reading order, each with its guides and columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.text import Text

from layertrace.render.trees.lines import Line, Writer
from layertrace.render.trees.outline import Node
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import QUIET, inked

__all__ = ["Row", "joined", "rows", "width_of"]

Columns = tuple[int, int, int, int]

NO_COLUMNS: Columns = (0, 0, 0, 0)
WIDEST_WHO = 0.28
GAP = "  "
WIDEST_DATA = 40
SORTS = ("variable", "layer", "function")


@dataclass(slots=True)
class Row:
    """One line of the tree and its position.

    Attributes:
        line: Its cells.
        lasts: For each level, outermost first, whether its branch to this row is the last of that level.
        opens: Whether it has children.
        sort: `variable`, `layer`, `function`, or empty for other rows. All siblings share the columns of
            number and kind, but only those of one sort share all columns.
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

    def left(self, *, aligned: int = 2, brief: bool = False) -> Text:
        """Return the cells in one text.

        Args:
            aligned: How many columns after that of the kind are as wide as those of the siblings.
            brief: Whether to omit the extras.
        """
        line = self.line
        who = self.who() if aligned else line.who
        data = _padded(line.data, self.columns[3]) if aligned > 1 else line.data
        return joined([self.opening(), who, data, *line.after(brief=brief)])

    def who(self) -> Text:
        """Return the column of the name."""
        return _padded(self.line.who, self.columns[2])

    def opening(self) -> Text:
        """Return the columns of number and kind."""
        number, what = (
            _padded(cell, width)
            for cell, width in zip((self.line.number, self.line.what), self.columns[:2], strict=True)
        )
        return number.append(" ").append_text(what) if number else what


def joined(cells: Iterable[Text]) -> Text:
    """Return cells in one text, two columns apart."""
    text = Text(GAP).join([cell for cell in cells if cell])
    text.rstrip()
    return text


def width_of(cells: Iterable[Text]) -> int:
    """Return the width of cells in one text, with their padding."""
    widths = [cell.cell_len for cell in cells if cell]
    return sum(widths) + len(GAP) * max(len(widths) - 1, 0)


def _padded(cell: Text, width: int) -> Text:
    padded = cell.copy()
    padded.pad_right(max(width - cell.cell_len, 0))
    return padded


def rows(nodes: list[Node], writer: Writer, width: int) -> list[Row]:
    """Return the rows of a tree from top to bottom, with siblings in common columns.

    Args:
        nodes: The outermost lines.
        writer: What writes their cells.
        width: The width of the output; a column of names takes up to a quarter of it.
    """
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
        _align(family, int(width * WIDEST_WHO))
    return written


def _align(family: list[Row], widest_who: int) -> None:
    """Give siblings common columns, except for names and data that are too wide."""
    number = _widest(row.line.number for row in family)
    what = _widest(row.line.what for row in family if row.line.time or row.sort)
    for row in family:
        row.columns = (number, what, 0, 0)
    for sort in SORTS:
        like = [row for row in family if row.sort == sort]
        lines = [row.line for row in like]
        who = _widest((line.who for line in lines), widest_who)
        # Data of functions differ too much to be followed by another column.
        aligned = lines if sort != "function" else []
        data = _widest((line.data for line in aligned if any(line.after())), WIDEST_DATA)
        for row in like:
            row.columns = (number, what, who, data)


def _sort(node: Node) -> str:
    if node.item is None or node.item.pattern or node.item.plumbing:
        return ""
    kind = node.item.first.kind
    return "variable" if kind == "variable" else "function" if kind in ("trace", "run") else "layer"


def _widest(cells: Iterable[Text], limit: int | None = None) -> int:
    widths = (cell.cell_len for cell in cells)
    return max((width for width in widths if limit is None or width <= limit), default=0)
