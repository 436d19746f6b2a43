"""Fit rows of cells into a width: cells are shortened, then columns go, in an order that a table chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from layertrace.render.console import Displayable
from layertrace.render.wording.formatting import shortened
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.styles import QUIET, inked
from layertrace.render.wording.wrapping import wrapped

__all__ = ["Cell", "Column", "FittedTable", "Line", "Sheet"]

GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        head: Its head.
        style: The style of the head.
        right: Whether its cells are aligned at the right.
        rank: With little room, columns with a higher rank go before others; those with 0 stay.
        fair: The width down to which its cells are shortened before any column goes; None to keep them whole.
        least: The width down to which they are shortened after that; None for `fair`.
    """

    head: str = ""
    style: str = QUIET
    right: bool = False
    rank: int = 0
    fair: int | None = None
    least: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell, and how it is shortened; without a way to do that, its middle goes."""

    text: Text
    within: Callable[[int], Text] | None = None

    def fitted(self, width: int, glyphs: Glyphs) -> Text:
        """Return the text in at most `width` columns."""
        if self.text.cell_len <= width:
            return self.text.copy()
        if self.within is not None:
            return self.within(width)
        text = self.text.copy()
        text.plain = shortened(text.plain, width, glyphs)
        text.truncate(width)
        return text


@dataclass(frozen=True, slots=True)
class Line:
    """A text in the place of all cells but the first; its `end` is aligned at the right."""

    first: Text
    text: Text
    end: Text = field(default_factory=Text)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The content of a table, written for the symbols that can be shown.

    A column in which all rows are empty is left out.
    """

    title: Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell] | Line]
    totals: Sequence[Cell] = ()
    footer: Sequence[Text] = ()


class FittedTable(Displayable):
    """A table for `rich` to print, or for `print` as plain text.

    Args:
        write: Returns the content for the symbols that can be shown.
    """

    def __init__(self, write: Callable[[Glyphs], Sheet]) -> None:
        self._write = write

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widest = max((line.cell_len for line in self._lines(console, options)), default=0)
        return Measurement(min(widest, options.max_width), min(widest, options.max_width))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines(console, options):
            line.no_wrap, line.overflow = True, "ignore"
            yield line

    def _lines(self, console: Console, options: ConsoleOptions) -> list[Text]:
        glyphs, limit = glyphs_of(options), options.max_width
        sheet = self._write(glyphs)
        columns, widths = _fitted(sheet, limit)
        _widen(sheet, columns, widths, limit)
        width = sum(widths) + len(GAP) * max(len(widths) - 1, 0)
        heads = [inked(sheet.columns[index].head, sheet.columns[index].style) for index in columns]
        lines = wrapped(sheet.title, console, limit) if sheet.title else []
        lines.append(_joined(heads, columns, widths, sheet))
        lines.append(inked(glyphs.dash * width, QUIET))
        for row in sheet.rows:
            if isinstance(row, Line):
                first = widths[0] if columns[:1] == [0] else 0
                lines.append(_spread(row, first, width, widths[-1], glyphs))
                continue
            cells = [row[i].fitted(w, glyphs) for i, w in zip(columns, widths, strict=True)]
            lines.append(_joined(cells, columns, widths, sheet))
        if sheet.totals or sheet.footer:
            lines.append(inked(glyphs.dash * width, QUIET))
        if sheet.totals:
            cells = [sheet.totals[i].fitted(w, glyphs) for i, w in zip(columns, widths, strict=True)]
            lines.append(_joined(cells, columns, widths, sheet))
        if sheet.footer:
            lines += [Text()] * bool(sheet.totals)
            lines += [line for text in sheet.footer for line in wrapped(text, console, limit)]
        for line in lines:
            line.truncate(limit)
        return lines


def _fitted(sheet: Sheet, limit: int) -> tuple[list[int], list[int]]:
    """Return the columns that are shown, and their widths."""
    rows = [row for row in sheet.rows if not isinstance(row, Line)]
    rows += [sheet.totals] * bool(sheet.totals)
    every = range(len(sheet.columns))
    natural = [max([row[index].text.cell_len for row in rows], default=0) for index in every]
    natural[0] = max([natural[0], *[row.first.cell_len for row in sheet.rows if isinstance(row, Line)]])
    shown = [index for index in every if natural[index]]
    ranks = {sheet.columns[index].rank for index in shown}
    kept = {0}
    for rank in sorted(ranks - kept):
        more = [index for index in shown if sheet.columns[index].rank in {*kept, rank}]
        if _total(_shrunk(sheet, more, natural, limit, fair=True)) <= limit:
            kept.add(rank)
    shown = [index for index in shown if sheet.columns[index].rank in kept]
    widths = _shrunk(sheet, shown, natural, limit, fair=True)
    return shown, widths if _total(widths) <= limit else _shrunk(sheet, shown, natural, limit, fair=False)


def _widen(sheet: Sheet, columns: list[int], widths: list[int], limit: int) -> None:
    """Widen the first flexible column until the texts that replace whole rows of cells fit."""
    texts = [row for row in sheet.rows if isinstance(row, Line)]
    first = widths[0] + len(GAP) if columns[:1] == [0] else 0
    needed = max([first + line.text.cell_len + len(GAP) + line.end.cell_len for line in texts], default=0)
    flexible = [place for place, index in enumerate(columns) if sheet.columns[index].fair is not None]
    if flexible:
        widths[flexible[0]] += max(min(needed, limit) - _total(widths), 0)


def _shrunk(sheet: Sheet, shown: list[int], natural: list[int], limit: int, *, fair: bool) -> list[int]:
    """Return the widths of columns, the widest ones shrunk first."""
    widths, floors = [], []
    for index in shown:
        column = sheet.columns[index]
        width = max(natural[index], len(column.head))
        least = column.fair if fair or column.least is None else column.least
        widths.append(width)
        floors.append(width if least is None else min(width, max(least, len(column.head))))
    while _total(widths) > limit:
        excess = _total(widths) - limit
        flexible = [at for at in range(len(widths)) if widths[at] > floors[at]]
        if not flexible:
            break
        widest = max(flexible, key=lambda at: widths[at])
        second = max([widths[at] for at in flexible if at != widest], default=0)
        step = max(widths[widest] - max(second, floors[widest]), 1)
        widths[widest] -= min(step, excess, widths[widest] - floors[widest])
    return widths


def _total(widths: Iterable[int]) -> int:
    every = list(widths)
    return sum(every) + len(GAP) * max(len(every) - 1, 0)


def _joined(cells: Sequence[Text], columns: Sequence[int], widths: Sequence[int], sheet: Sheet) -> Text:
    line = Text()
    for place, (cell, index, width) in enumerate(zip(cells, columns, widths, strict=True)):
        line.append(GAP if place else "")
        padding = " " * max(width - cell.cell_len, 0)
        if sheet.columns[index].right:
            line.append(padding).append_text(cell)
        else:
            line.append_text(cell).append(padding)
    line.rstrip()
    return line


def _spread(line: Line, first: int, width: int, last: int, glyphs: Glyphs) -> Text:
    """Return a line with its end in the last column, which has the width `last`."""
    text, end = Text(), line.end.copy()
    end.pad_right(max(last - end.cell_len, 0) if end else 0)
    if first:
        text.append_text(line.first).append(" " * (first + len(GAP) - line.first.cell_len))
    room = width - text.cell_len - end.cell_len - len(GAP) * bool(end)
    text.append_text(Cell(line.text).fitted(max(room, 1), glyphs))
    text.append(" " * max(width - text.cell_len - end.cell_len, 0) if end else "").append_text(end)
    text.rstrip()
    return text
