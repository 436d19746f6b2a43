"""Place the columns of a life chart in a picture, so that equal marks stand below each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layertrace.render.lives.captions import time_of
from layertrace.render.lives.columns import ChapterHead, Group, columns
from layertrace.render.lives.marks import Mark, marks
from layertrace.render.lives.rows import Row
from layertrace.render.lives.sources import shortened_source
from layertrace.timeline.lives import Cell

__all__ = ["COLUMN_GAP", "LETTER", "MARK", "MOST_DOTS", "Geometry", "times_text"]

MARK = 16
DOT = 7
LETTER = 6.7
"""The width of a small letter, in the widest of the monospaced fonts of common systems."""

MOST_DOTS = 4
SLOT_GAP = 4
COLUMN_GAP = 11
PADDING = 12
WIDEST_SOURCE = 20
WIDEST_FUNCTION = 24


def times_text(count: int) -> str:
    """Return the number next to a mark."""
    return f"×{count:,}" if count > 1 else ""


class Geometry:
    """The horizontal places of columns, chapters and marks, in pixels.

    Args:
        chapters: The heads of the columns.
        rows: The visible rows.
        left: Where the first chapter begins.
    """

    def __init__(self, chapters: Sequence[ChapterHead], rows: Sequence[Row], left: float) -> None:
        self.chapters = chapters
        self.columns = columns(chapters)
        self._slots = [self._measured(at, rows) for at in range(len(self.columns))]
        self.widths = [
            max(sum(slots.values()) + SLOT_GAP * (len(slots) - 1), len(column.label) * LETTER, MARK)
            for slots, column in zip(self._slots, self.columns, strict=True)
        ]
        self.sources = [shortened_source(chapter.source, WIDEST_SOURCE) for chapter in chapters]
        self._widen()
        self.chapter_x: list[float] = []
        self.column_x: list[float] = []
        self.right = self._place(left)

    def group_text(self, group: Group) -> str:
        """Return the name of a function and how often it ran, or the mode."""
        return f"{group.label} ran {times_text(group.runs) or '×1'}" if group.runs else group.label

    def groups(self) -> Iterator[tuple[Group, float]]:
        """Yield the groups of columns, each with the place where it begins."""
        at = 0
        for chapter in self.chapters:
            for group in chapter.groups:
                yield group, self.column_x[at]
                at += len(group.columns)

    def marks(self, at: int, cell: Cell) -> Iterator[tuple[Mark, float]]:
        """Yield the marks of a cell, each with its place."""
        slots = self._slots[at]
        for mark in marks(cell, self.columns[at].mode):
            before = sum(width + SLOT_GAP for slot, width in slots.items() if slot < mark.slot)
            yield mark, self.column_x[at] + before

    def _measured(self, at: int, rows: Sequence[Row]) -> dict[int, float]:
        """Return the width of each slot of a column that some row needs."""
        widths: dict[int, float] = {}
        for row in rows:
            cell = row.cells.get(at)
            for mark in () if cell is None else marks(cell, self.columns[at].mode):
                widths[mark.slot] = max(widths.get(mark.slot, 0), _width(mark))
        return widths

    def _widen(self) -> None:
        """Widen the last column of a group and of a chapter, so that what stands above them fits."""
        at = 0
        for chapter, source in zip(self.chapters, self.sources, strict=True):
            start = at
            for group in chapter.groups:
                flags = sum(len(finding.code) + 3 for finding in group.findings)
                text = min(len(self.group_text(group)), WIDEST_FUNCTION) + flags
                self._widen_last(at, at + len(group.columns), text * LETTER)
                at += len(group.columns)
            self._widen_last(
                start, at, max(len(chapter.lines) + len(source) + 2, len(time_of(chapter))) * LETTER
            )

    def _widen_last(self, start: int, end: int, wanted: float) -> None:
        width = sum(self.widths[start:end]) + COLUMN_GAP * (end - start - 1)
        self.widths[end - 1] += max(wanted - width, 0)

    def _place(self, left: float) -> float:
        x, at = left, 0
        for chapter in self.chapters:
            self.chapter_x.append(x)
            x += PADDING
            for _ in chapter.columns:
                self.column_x.append(x)
                x += self.widths[at] + COLUMN_GAP
                at += 1
            x += PADDING - COLUMN_GAP
        return x


def _width(mark: Mark) -> float:
    if mark.what == "variable" and mark.count <= MOST_DOTS:
        return mark.count * DOT
    sign = DOT if mark.what == "variable" else MARK
    return sign + len(times_text(mark.count)) * LETTER + 2 * (mark.count > 1)
