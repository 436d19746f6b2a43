"""Fit rows into a width: number, kind, time and location keep their columns, the middle gives way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from layertrace.render.trees.lines import Line
from layertrace.render.trees.rows import Row, joined, width_of
from layertrace.render.wording import formatting
from layertrace.render.wording.file_names import Places, without_start
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.links import can_link, link_to
from layertrace.render.wording.styles import PLACE, QUIET, inked
from layertrace.render.wording.wrapping import flowing
from layertrace.timeline.event import Location

__all__ = ["Layout"]

NARROWEST = 24
NARROWEST_WITH_TIMES = 60
ERRORS_UP_TO = 100
GAP = 2
PLACES_UP_TO = 0.25
LEAST_PLACE = 16
LEAST_DATA = 10
ROOMY_DATA = 16
LEAST_NAME = 12
# How many columns after the kind are aligned, and whether extras are omitted; tried in this order.
WAYS_TO_FIT = ((2, False), (1, False), (2, True), (1, True), (0, False), (0, True))
MAY_OVERFLOW = 0.25


@dataclass(frozen=True, slots=True)
class _Gutter:
    """The columns on the right: the form of locations, and the widths of both; 0 for no column."""

    place: Callable[[Location], str] | None
    places: int
    times: int

    @property
    def width(self) -> int:
        return sum(GAP + width for width in (self.places, self.times) if width)


class Layout:
    """The layout of the rows of one tree in one width.

    Times and locations have columns at the right, close to the widest row. If a row is too wide, it gives up
    extras, then arguments and the repeated parts of shapes, then its class; remarks and the message of an
    error continue in further lines, between the guides.

    Args:
        rows: The rows.
        width: The number of columns.
        glyphs: The symbols that can be shown.
        places: The names of locations; None to omit them.
        times: Whether durations are shown, in 60 or more columns.
        widest_left: The width of what stands above the tree, up to the end of its times.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        width: int,
        glyphs: Glyphs,
        *,
        places: Places | None,
        times: bool,
        widest_left: int = 0,
    ) -> None:
        self._rows = rows
        self._widest_left = widest_left
        self._limit = max(width, NARROWEST)
        self._glyphs = glyphs
        self._step = 4
        self._has_links = False
        times = times and self._limit >= NARROWEST_WITH_TIMES
        self._gutter = self._choose(places, times=times)
        self._step = _step(rows, self._limit - self._gutter.width)
        self.width = self._natural_width()

    def lines(self, console: Console) -> Iterator[Text]:
        """Yield the finished lines, none wider than `width`."""
        yield from self.lines_of(self._rows, console)

    def lines_of(self, rows: Sequence[Row], console: Console) -> Iterator[Text]:
        """Yield the finished lines of some of the rows."""
        self._has_links = can_link(console)
        for row in rows:
            for line in self._row(row, console):
                line.rstrip()
                yield line

    # Choosing

    def _choose(self, places: Places | None, *, times: bool) -> _Gutter:
        """Return the columns on the right, with directories if nearly all rows then fit into one line."""
        timed = max((len(row.line.time) for row in self._rows), default=0) if times else 0
        if places is None:
            return _Gutter(None, 0, timed)
        long = self._measured(places.long, timed)
        if long.places <= self._limit * PLACES_UP_TO:
            overflowing = sum(self._overflows(row, long) for row in self._rows)
            if overflowing <= max(MAY_OVERFLOW * len(self._rows), 1):
                return long
        return self._measured(places.short, timed)

    def _measured(self, place: Callable[[Location], str], times: int) -> _Gutter:
        located = [row.line.location for row in self._rows if row.line.location is not None]
        widest = max((len(self._glyphs.user(place(location))) for location in located), default=0)
        return _Gutter(place, min(widest, max(int(self._limit * PLACES_UP_TO), LEAST_PLACE)), times)

    def _overflows(self, row: Row, gutter: _Gutter) -> bool:
        if row.line.trouble:
            return False  # the message of an error may take further lines
        return self._left_width(row, brief=True) + gutter.width > self._limit

    def _left_width(self, row: Row, *, brief: bool = False) -> int:
        return len(row.lasts) * self._step + row.left(brief=brief).cell_len

    @property
    def times_end(self) -> int:
        """The width up to the end of the times, which locations follow."""
        return self.width - (GAP + self._gutter.places if self._gutter.places else 0)

    def _natural_width(self) -> int:
        widest = max(NARROWEST, self._widest_left + (GAP + self._gutter.places if self._gutter.places else 0))
        for row in self._rows:
            width = self._left_width(row) + self._gutter.width
            # The message of an error continues in further lines, so that it does not push locations far away.
            widest = max(widest, min(width, ERRORS_UP_TO) if row.line.trouble else width)
        return min(widest, self._limit)

    # Writing

    def _row(self, row: Row, console: Console) -> Iterator[Text]:
        guide, right = self._guide(row), self._right(row)
        first, further = self._fitted(row, self.width - guide.cell_len - right.cell_len)
        line = guide.append_text(first)
        if line.cell_len + right.cell_len > self.width:
            right = self._right(row, timed=False)
        if line.cell_len + right.cell_len > self.width:
            right = Text()
            line.truncate(self.width)
        yield self._joined(line, right)
        if further:
            indent = self._guide(row, continued=True)
            room = max(self.width - indent.cell_len, NARROWEST // 2)
            for more in flowing(further, Text(" " * GAP), console, room):
                yield indent.copy().append_text(more)

    def _fitted(self, row: Row, room: int) -> tuple[Text, list[Text]]:
        """Return the first line of a row, and what does not fit into it."""
        for aligned, brief in WAYS_TO_FIT:
            left = row.left(aligned=aligned, brief=brief)
            if left.cell_len <= room:
                return left, []
        line = row.line
        trouble = [line.trouble] * bool(line.trouble)
        for least in (max(line.least, LEAST_DATA), LEAST_DATA, 1):
            for number in range(len(line.remarks), -1, -1):
                kept, later = line.remarks[:number], line.remarks[number:]
                first = self._in_one_line(row, [*kept, *line.ends], room, least)
                if first is not None:
                    return first, [*later, *trouble]
        name = self._shortened(row, room - width_of([row.opening()]) - GAP)
        return joined([row.opening(), name]), [line.data, *line.remarks, *line.ends, *trouble]

    def _in_one_line(self, row: Row, after: list[Text], room: int, least: int) -> Text | None:
        """Return a row with less data, then without the class, then with a shorter name; None if too wide."""
        bare = row.line.bare or row.line.who
        ways = ((row.who(), max(least, ROOMY_DATA)), (row.line.who, least), (bare, least))
        for may_omit in (False, True):
            for who, least_data in ways:
                text = self._with_data(row, who, after, room, least_data, may_omit=may_omit)
                if text is not None:
                    return text
        needed = min(least, row.line.data.cell_len) if row.line.within is not None else row.line.data.cell_len
        name = self._shortened(row, room - width_of([row.opening(), Text(" " * needed), *after]) - GAP)
        return self._with_data(row, name, after, room, least)

    def _with_data(
        self, row: Row, who: Text, after: list[Text], room: int, least: int, *, may_omit: bool = True
    ) -> Text | None:
        """Return a row with as much of its data as fits; None if that is too little.

        With `may_omit`, dots may stand for all of the data.
        """
        data, within, opening = row.line.data, row.line.within, row.opening()
        left_over = room - GAP - width_of([opening, who, *after])
        if not data:
            return joined([opening, who, *after]) if left_over + GAP >= 0 else None
        if data.cell_len > left_over:
            if within is None or left_over < least:
                return None
            data = within(left_over)
            if data.plain == self._glyphs.dots and not may_omit:
                return None
        return joined([opening, who, data, *after])

    def _shortened(self, row: Row, width: int) -> Text:
        """Return the name, without its middle if it is too wide."""
        name = (row.line.bare or row.line.who).copy()
        name.plain = formatting.shortened(name.plain, max(width, LEAST_NAME), self._glyphs)
        return name

    def _guide(self, row: Row, *, continued: bool = False) -> Text:
        drawn = row.guide(self._step, self._glyphs, continued=continued)
        excess = drawn.cell_len - (self._limit - self._gutter.width) // 2
        return drawn if excess <= 0 else inked(self._glyphs.dots, QUIET).append_text(drawn[excess:])

    def _right(self, row: Row, *, timed: bool = True) -> Text:
        """Return the columns on the right, with the gaps before them."""
        gutter, line = self._gutter, row.line
        text = Text()
        if gutter.times and line.time and timed:
            text.append(" " * GAP).append(line.time.rjust(gutter.times), QUIET)
        if gutter.places and gutter.place is not None:
            place = "" if line.location is None else self._glyphs.user(gutter.place(line.location))
            place = without_start(place, gutter.places, self._glyphs.dots)
            text.append(" " * (GAP + gutter.places - len(place)))
            text.append(place, self._place_style(line))
        return text if text.plain.strip() else Text()

    def _place_style(self, line: Line) -> str:
        style = "red" if line.trouble else PLACE
        address = None if line.location is None or not self._has_links else link_to(line.location)
        return style if address is None else f"{style} link {address}"

    def _joined(self, left: Text, right: Text) -> Text:
        if not right:
            return left
        left.append(" " * (self.width - left.cell_len - right.cell_len))
        return left.append_text(right)


def _step(rows: Sequence[Row], width: int) -> int:
    """Return the width of the guides: narrow if wide ones would leave too little room."""
    deepest = max((len(row.lasts) for row in rows), default=0)
    return next((step for step in (4, 3) if deepest * step <= width // 4), 2)
