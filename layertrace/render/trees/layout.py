"""Fit rows into a width: the least important parts are dropped first, and nothing is cut silently."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from layertrace.render.trees.rows import Row
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import QUIET, inked
from layertrace.render.wording.wrapping import wrapped
from layertrace.timeline.event import Location

__all__ = ["Layout"]

NARROWEST = 24
ERRORS_UP_TO = 100
GAP = 2
WIDE_GAP = " " * GAP
DIRECTORIES_UP_TO = 0.3
# Whether a row shows its time, is aligned in columns, and omits extras; tried in this order.
WAYS_TO_FIT = ((True, True, False), (True, False, False), (True, True, True), (True, False, True),
               (False, True, False), (False, False, False), (False, False, True))  # fmt: skip
MAY_OVERFLOW = 0.25


@dataclass(frozen=True, slots=True)
class _Columns:
    """The form of locations, and the widths of the columns on the right; 0 for no column."""

    place: Callable[[Location], str] | None
    places: int
    times: int


class Layout:
    """The layout of the rows of one tree in one width.

    Times and locations are at the right, close to the widest row. If the width is too small, times are
    omitted, then the directories of locations; rows that are still too wide continue in further lines,
    between the guides.

    Args:
        rows: The rows.
        width: The number of columns.
        glyphs: The symbols that can be shown.
        places: The names of locations; None to omit them.
        times: Whether durations are shown.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        width: int,
        glyphs: Glyphs,
        *,
        places: Places | None,
        times: bool,
    ) -> None:
        self._rows = rows
        self._limit = max(width, NARROWEST)
        self._glyphs = glyphs
        self._step = _step(rows, self._limit)
        self._columns = self._choose(places, times=times)
        self.width = self._natural_width()

    def lines(self, console: Console) -> Iterator[Text]:
        """Yield the finished lines, none wider than `width`."""
        for row in self._rows:
            yield from self._row(row, console)

    # Choosing

    def _choose(self, places: Places | None, *, times: bool) -> _Columns:
        """Return the richest columns with which nearly all rows fit into one line."""
        timed = max((len(row.line.time) for row in self._rows), default=0) if times else 0
        options = [self._measured(None, timed), self._measured(None, 0)]
        if places is not None:
            long, short = self._measured(places.long, timed), self._measured(places.short, timed)
            roomy = long.places <= self._limit * DIRECTORIES_UP_TO
            options = [long] * roomy + [short, self._measured(places.short, 0)]
            if roomy:
                options.insert(1, self._measured(places.long, 0))
        for columns in options:
            overflowing = sum(self._overflows(row, columns) for row in self._rows)
            if overflowing <= max(MAY_OVERFLOW * len(self._rows), 1):
                return columns
        return options[-1]

    def _measured(self, place: Callable[[Location], str] | None, times: int) -> _Columns:
        located = [row.line.location for row in self._rows if row.line.location is not None]
        written = [len(place(location)) for location in located] if place is not None else []
        return _Columns(place, max(written, default=0), times)

    def _overflows(self, row: Row, columns: _Columns) -> bool:
        if row.line.trouble:
            return False  # the message of an error may take further lines
        return self._left_width(row, brief=True) + _right_width(row, columns) > self._limit

    def _left_width(self, row: Row, *, brief: bool = False) -> int:
        return len(row.lasts) * self._step + row.left(aligned=True, brief=brief).cell_len

    def _natural_width(self) -> int:
        widest = NARROWEST
        for row in self._rows:
            width = self._left_width(row) + _right_width(row, self._columns)
            # The message of an error continues in further lines, so that it does not push locations far away.
            widest = max(widest, min(width, ERRORS_UP_TO) if row.line.trouble else width)
        return min(widest, self._limit)

    # Writing

    def _row(self, row: Row, console: Console) -> Iterator[Text]:
        line = row.line
        place = self._place(row)
        time = line.time.rjust(self._columns.times) if self._columns.times else ""
        guide = self._guide(row)
        for timed, aligned, brief in WAYS_TO_FIT:
            left = guide.copy().append_text(row.left(aligned=aligned, brief=brief))
            right = self._right(time if timed else "", place)
            if left.cell_len + right.cell_len <= self.width:
                yield self._joined(left, right)
                return
        yield from self._wrapped_row(row, guide, self._right("", place), console)

    def _wrapped_row(self, row: Row, guide: Text, right: Text, console: Console) -> Iterator[Text]:
        """Yield a row as several lines, wrapped between two cells if possible."""
        further = self._guide(row, continued=True)
        line, gap = guide.copy(), ""
        cells = row.cells((*row.columns[:2], 0, 0))
        if guide.cell_len + cells[0].cell_len + right.cell_len > self.width:
            right = Text()
        for cell in cells:
            room = self.width - right.cell_len - line.cell_len - len(gap)
            if cell.cell_len > room and gap:
                yield self._joined(line, right)
                line, right, gap = further.copy(), Text(), ""
                room = self.width - line.cell_len
            first, *others = wrapped(cell, console, max(room, NARROWEST // 2))
            line.append(gap).append_text(first)
            for other in others:
                yield self._joined(line, right)
                line, right = further.copy().append_text(other), Text()
            gap = WIDE_GAP
        yield self._joined(line, right)

    def _guide(self, row: Row, *, continued: bool = False) -> Text:
        drawn = row.guide(self._step, self._glyphs, continued=continued)
        excess = drawn.cell_len - self._limit // 2
        return drawn if excess <= 0 else inked(self._glyphs.dots, QUIET).append_text(drawn[excess:])

    def _place(self, row: Row) -> Text:
        location, write = row.line.location, self._columns.place
        if location is None or write is None:
            return Text()
        style = "red" if row.line.trouble else QUIET
        return inked(self._glyphs.user(write(location)), style)

    def _right(self, time: str, place: Text) -> Text:
        """Return the columns on the right, with the gap before them."""
        if not time.strip():
            return Text(" " * GAP).append_text(place) if place else Text()
        text = Text(" " * GAP).append(time, QUIET)
        if self._columns.places:
            text.append(" " * (GAP + self._columns.places - place.cell_len)).append_text(place)
        return text

    def _joined(self, left: Text, right: Text) -> Text:
        if not right:
            return left
        left.append(" " * (self.width - left.cell_len - right.cell_len))
        return left.append_text(right)


def _right_width(row: Row, columns: _Columns) -> int:
    place, times = columns.places, columns.times
    if row.line.time and times:
        return GAP + times + (GAP + place if place else 0)
    if row.line.location is None or columns.place is None:
        return 0
    return GAP + len(columns.place(row.line.location))


def _step(rows: Sequence[Row], width: int) -> int:
    """Return the width of the guides: narrow if wide ones would leave too little room."""
    deepest = max((len(row.lasts) for row in rows), default=0)
    return next((step for step in (4, 3) if deepest * step <= width // 3), 2)
