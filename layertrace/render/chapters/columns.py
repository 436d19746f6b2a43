"""Fit the rows of an overview into columns: line, source, what happened, time."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from layertrace.render.chapters.rows import OverviewRow
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import QUIET, TITLE, inked
from layertrace.render.wording.wrapping import flowing

__all__ = ["Columns"]

GAP = 2
NARROWEST_WORDS = 24
NAME_UP_TO = 0.38
LINES_UP_TO = 28
MOST_WORD_LINES = 4


class Columns:
    """The columns of an overview.

    The source gives way to what happened, which continues below itself if there is too little room, or on
    lines of its own in a narrow terminal.

    Args:
        rows: All rows.
        limit: The maximum width.
        glyphs: The symbols that can be shown.
        console: The console that they will be printed to.
    """

    def __init__(self, rows: Sequence[OverviewRow], limit: int, glyphs: Glyphs, console: Console) -> None:
        self._glyphs = glyphs
        self._console = console
        self._dot = inked(f" {glyphs.dot} ", QUIET)
        self._lines = min(max((len(row.lines) for row in rows), default=0), LINES_UP_TO, limit // 3)
        self._time = max((len(row.time) for row in rows), default=0)
        widest = max((_width(row) for row in rows if row.words), default=0)
        words = max((self._whole(row.words).cell_len for row in rows), default=0)
        spare = limit - self.indent - 2 * GAP - self._time
        self._name = min(widest, max(int(limit * NAME_UP_TO), spare - words))
        self._is_narrow = spare - self._name < NARROWEST_WORDS
        if self._is_narrow:
            self._name = min(max((_width(row) for row in rows), default=0), spare + GAP)
        without_words = max((_width(row) for row in rows if not row.words), default=0)
        middle = self._name if self._is_narrow else max(self._name + GAP + words, without_words)
        self.width = min(limit, self.indent + middle + (GAP + self._time if self._time else 0))

    @property
    def indent(self) -> int:
        """The width of the column of lines, with the gap after it."""
        return self._lines + GAP if self._lines else 0

    def lines_of(self, row: OverviewRow, width: int) -> list[Text]:
        """Return the finished lines of a row.

        Args:
            row: The row.
            width: The width of the whole overview; times end there.
        """
        spare = width - self.indent - (GAP + self._time if self._time else 0)
        if self._is_narrow or not row.words:
            first, further = self._clipped(row, spare), self._flow(row.words, spare - GAP)
            indent = GAP
        else:
            words = self._flow(row.words, spare - self._name - GAP)
            first = _padded(self._clipped(row, self._name), self._name + GAP).append_text(words[0])
            further, indent = words[1:], self._name + GAP
        lines = [self._gutter(row).append_text(first)]
        if row.time:
            style = TITLE if row.is_longest else "" if row.lines else QUIET
            lines[0] = _padded(lines[0], width - len(row.time)).append(row.time, style)
        return lines + [Text(" " * (self.indent + indent)).append_text(line) for line in further]

    def _gutter(self, row: OverviewRow) -> Text:
        lines = row.lines
        if len(lines) > self._lines:  # the number, at the end, is what one needs
            lines = self._glyphs.dots + lines[len(lines) - self._lines + len(self._glyphs.dots) :]
        return inked(lines.rjust(self._lines), "cyan").append(" " * (self.indent - self._lines))

    def _flow(self, words: Sequence[Text], width: int) -> list[Text]:
        width = max(width, NARROWEST_WORDS)
        lines = flowing([fact for fact in words if fact], self._dot, self._console, width)
        if len(lines) > MOST_WORD_LINES:
            lines = [*lines[: MOST_WORD_LINES - 1], lines[MOST_WORD_LINES - 1].append(self._glyphs.dots)]
        return lines

    def _whole(self, words: Sequence[Text]) -> Text:
        return self._dot.join([fact for fact in words if fact])

    def _clipped(self, row: OverviewRow, width: int) -> Text:
        """Return the name of a row, without its end if it is too wide, and its tail."""
        name, room = row.name.copy(), width - row.tail.cell_len
        if name.cell_len > room:
            dots = self._glyphs.dots if name.plain.strip() else " " * len(self._glyphs.dots)
            name.truncate(max(room - len(dots), 1))
            name.append(dots, QUIET)
        return name.append_text(row.tail)


def _width(row: OverviewRow) -> int:
    return row.name.cell_len + row.tail.cell_len


def _padded(text: Text, width: int) -> Text:
    padded = text.copy()
    padded.pad_right(max(width - padded.cell_len, 0))
    return padded
