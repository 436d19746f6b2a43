"""Lay out the life chart for a terminal: what to leave out if it is narrow, and what to add if it is wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from layertrace.render.lives.captions import (
    cut_text,
    least_width,
    source_of,
    time_of,
    two_lines,
    width_of_name,
)
from layertrace.render.lives.columns import ChapterHead, Column, Group, columns
from layertrace.render.lives.labels import class_text, name_text, outputs_text, parameters_text, remarks
from layertrace.render.lives.marks import Slots
from layertrace.render.lives.rows import Row
from layertrace.render.lives.sources import shortened_source
from layertrace.render.wording.file_names import base_name
from layertrace.render.wording.formatting import counted, shortened
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import MODES, QUIET, SEVERITIES, TITLE, inked
from layertrace.timeline.lives import Cell

__all__ = ["TerminalChart"]

GAP = 2
WIDEST_NAME = 34
COMPACT_NAME = 24
WIDEST_LABEL = 48
WIDEST_SOURCE = 34
WIDEST_FUNCTION = 40
SHORT_FUNCTION = 16
LEAST_LABEL = 4
NEVER_CUT = 8
"""`predict` stays whole, and how often it ran gives way."""
INDENT = 2
DEEPEST = 8


class TerminalChart:
    """Rows and columns in one width.

    Args:
        chapters: The heads of the columns.
        visible: The rows, each with its depth.
        is_open: The rows whose inside is shown.
        glyphs: The symbols that can be shown.
        width: The width of the terminal.
        compact: Whether to leave out spaces and the ends of names.
        cut: The heads of the columns that were left out before.
    """

    def __init__(
        self,
        chapters: Sequence[ChapterHead],
        visible: Sequence[tuple[Row, int]],
        is_open: set[Row],
        glyphs: Glyphs,
        width: int,
        *,
        compact: bool = False,
        cut: Sequence[ChapterHead] = (),
    ) -> None:
        self.more = Text()
        self._gap, self._margin = (1, 0) if compact else (GAP, 1)
        self.is_open = is_open
        self._visible, self._glyphs, self._limit = visible, glyphs, width
        self._chapters = list(chapters)
        self.cut_off = list(cut)
        self._names = [self._indented(name_text(row, glyphs), depth) for row, depth in visible]
        self._classes = [class_text(row, glyphs, is_open=row in is_open) for row, _ in visible]
        self._remarks = [remarks(row, glyphs, is_open=row in is_open, short=compact) for row, _ in visible]
        self._remark_width = max((text.cell_len for text in self._remarks), default=0)
        widest = COMPACT_NAME if compact else WIDEST_NAME
        self._name_width = min(max(text.cell_len for text in self._names), widest)
        self._is_naming_classes = False
        self._facts: list[tuple[str, list[str]]] = []
        self._measure()

    @property
    def rows(self) -> list[Row]:
        """The visible rows."""
        return [row for row, _ in self._visible]

    @property
    def fits(self) -> bool:
        """Whether it is not wider than the terminal."""
        return self._width() <= self._limit

    def cut(self) -> None:
        """Leave out columns at the right until it fits; then use the room that is left."""
        while not self.fits and len(self._chapters) > 1:
            self.cut_off.insert(0, self._chapters.pop())
            self._measure()
        if not self.fits:
            self._name_width = max(self._name_width + self._limit - self._width(), 12)
        self._use_room()

    def lines(self) -> Iterator[Text]:
        """Yield the heads, and a line for each row."""
        yield from self._heads()
        for at, (row, _) in enumerate(self._visible):
            line = self._name(at)
            for _, texts in self._facts:
                width = max(map(cell_len, texts))
                line.append(" " * (GAP + width - cell_len(texts[at]))).append(texts[at], QUIET)
            line.append_text(self._cells(row))
            if self._remarks[at]:
                line.append(" " * GAP).append_text(self._remarks[at])
            yield line
        if self.more:
            yield self.more

    def right_of_it(self) -> str:
        """Return what is cut at the right: the number of columns, and their statements."""
        if not self.cut_off:
            return ""
        number = counted(len(columns(self.cut_off)), "more column")
        named = cut_text(self.cut_off, self._glyphs)
        return f"{self._glyphs.dots} {number} to the right{f': {named}' if named else ''}"

    # Measuring

    def _measure(self) -> None:
        """Measure the columns as narrow as their cells permit."""
        self.columns: list[Column] = columns(self._chapters)
        self._slots = [
            Slots((cells[at] for cells in self._shown_cells() if at in cells), column.mode, self._glyphs)
            for at, column in enumerate(self.columns)
        ]
        self._widths = [
            max(slots.width, cell_len(column.label), 1)
            for slots, column in zip(self._slots, self.columns, strict=True)
        ]
        for chapter, start in self._starts():
            self._widen(chapter.columns, start, least_width(chapter, self._glyphs), self._limit)
            at = start
            for group in chapter.groups:
                if group.findings:  # without the space before them, if there is no room for a name
                    self._widen(group.columns, at, self._flags(group).cell_len - 1, self._limit)
                at += len(group.columns)

    def _shown_cells(self) -> Iterator[dict[int, Cell]]:
        yield from (row.cells for row in self.rows if self._has_cells(row))

    def _has_cells(self, row: Row) -> bool:
        return not (row.is_group and row in self.is_open)

    def _width(self) -> int:
        facts = sum(GAP + max(map(cell_len, texts)) for _, texts in self._facts)
        remark = GAP + self._remark_width if self._remark_width else 0
        return self._name_width + facts + sum(map(self._chapter_width, self._starts())) + remark

    def _starts(self) -> list[tuple[ChapterHead, int]]:
        """Return the chapters, each with the index of its first column."""
        starts = accumulate((len(chapter.columns) for chapter in self._chapters), initial=0)
        return list(zip(self._chapters, starts, strict=False))

    def _chapter_width(self, started: tuple[ChapterHead, int]) -> int:
        chapter, start = started
        return 1 + 2 * self._margin + self._span(chapter.columns, start)

    def _span(self, own: Sequence[Column], start: int) -> int:
        return sum(self._widths[start : start + len(own)]) + self._gap * (len(own) - 1)

    def _widen(self, own: Sequence[Column], start: int, wanted: int, room: int) -> None:
        """Widen the last of some columns, so that what stands above them fits."""
        missing = min(wanted - self._span(own, start), room)
        if missing > 0:
            self._widths[start + len(own) - 1] += missing

    def _use_room(self) -> None:
        """Use what is left: for the names of functions, classes, statements, parameters and shapes."""
        for chapter, start in self._starts():
            self._widen(chapter.columns, start, width_of_name(chapter, self._glyphs), self._room())
        self._name_functions(SHORT_FUNCTION)
        self._name_classes()
        self._name_functions(WIDEST_FUNCTION)
        for shorter in (True, False):
            for chapter, start in self._starts():
                widest = WIDEST_SOURCE // 2 if shorter else WIDEST_SOURCE
                source = shortened_source(source_of(chapter), widest, self._glyphs)
                head = f"{chapter.lines} {source}".rstrip()
                self._widen(chapter.columns, start, cell_len(head), self._room())
        self._add_fact("params", parameters_text)
        self._add_fact("output", lambda row: outputs_text(row, self._glyphs))

    def _name_functions(self, widest: int) -> None:
        for chapter, start in self._starts():
            at = start
            for group in chapter.groups:
                wanted = min(self._group_head(group).cell_len, widest)
                self._widen(group.columns, at, wanted, self._room())
                at += len(group.columns)

    def _room(self) -> int:
        return self._limit - self._width()

    def _name_classes(self) -> None:
        wanted = max(
            name.cell_len + (GAP + cls.cell_len if cls else 0)
            for name, cls in zip(self._names, self._classes, strict=True)
        )
        wanted = min(wanted, WIDEST_LABEL)
        if self._name_width + 8 <= wanted and self._room() >= 8:
            self._is_naming_classes = True
            self._name_width += min(wanted - self._name_width, self._room())
        elif wanted <= self._name_width + self._room():
            self._is_naming_classes = True
            self._name_width = max(self._name_width, wanted)

    def _add_fact(self, head: str, text_of: Callable[[Row], str]) -> None:
        texts = [text_of(row) for row in self.rows]
        width = max(map(cell_len, texts))
        if width and GAP + max(width, len(head)) <= self._room():
            self._facts.append((head, [text.rjust(len(head)) for text in texts]))

    # Writing

    def _indented(self, name: Text, depth: int) -> Text:
        return Text(" " * INDENT * min(depth, DEEPEST)).append_text(name)

    def _name(self, at: int) -> Text:
        line = self._names[at].copy()
        if line.cell_len > self._name_width:
            line = inked(shortened(line.plain, self._name_width, self._glyphs), TITLE)
        room, cls = self._room_for_class(at), self._classes[at]
        is_shown = self._is_naming_classes and room >= min(cls.cell_len, 6)
        if cls and (room >= cls.cell_len if self.rows[at].sort == "outside" else is_shown):
            line.append(" " * GAP).append(shortened(cls.plain, room, self._glyphs), QUIET)
        line.append(" " * (self._name_width - line.cell_len))
        return line

    def _room_for_class(self, at: int) -> int:
        return self._name_width - min(self._names[at].cell_len, self._name_width) - GAP

    def owners(self) -> str:
        """Return whose variables those outside of layers are, if their row has too little room."""
        for at, row in enumerate(self.rows):
            is_shown = self._room_for_class(at) >= self._classes[at].cell_len
            if row.sort == "outside" and row.class_name and not is_shown:
                return self._glyphs.user(f"outside of layers: variables of {row.class_name}")
        return ""

    def _cells(self, row: Row) -> Text:
        line = Text()
        for chapter, start in self._starts():
            line.append_text(self._separator())
            for at in range(start, start + len(chapter.columns)):
                cell = row.cells.get(at) if self._has_cells(row) else None
                text = self._slots[at].text(cell)
                line.append(" " * self._gap if at > start else "").append_text(text)
                line.append(" " * (self._widths[at] - text.cell_len))
        return line

    def _separator(self) -> Text:
        margin = " " * self._margin
        return inked(f"{margin}{self._glyphs.pipe}{margin}", QUIET)

    def _heads(self) -> Iterator[Text]:
        """Yield the statements, the passes, and the numbers of traces."""
        files = [chapter.file for chapter in self._chapters]
        file = max(files, key=files.count)
        left: Text | None = inked(self._glyphs.user(base_name(file)), QUIET)
        for heads_of_line in zip(*self._chapter_heads(file), strict=True):
            if left is not None or any(head.plain.strip() for head in heads_of_line):
                yield self._head_line(left or Text(), heads_of_line)
                left = None
        if any(group.label for chapter in self._chapters for group in chapter.groups):
            yield self._head_line(Text(), self._group_heads())
        facts = Text(" " * self._name_width)
        for head, texts in self._facts:
            facts.append(" " * (GAP + max(map(cell_len, texts)) - len(head))).append(head, QUIET)
        labels = [inked(column.label, MODES["graph"]) for column in self.columns]
        if any(labels) or self._facts:
            heads = [self._fitted(label, width) for label, width in zip(labels, self._widths, strict=True)]
            gap = " " * self._gap
            parts = [
                Text(gap).join(heads[start : start + len(chapter.columns)])
                for chapter, start in self._starts()
            ]
            yield self._head_line(facts, parts)

    def _head_line(self, left: Text, parts: Sequence[Text]) -> Text:
        width = self._name_width + sum(GAP + max(map(cell_len, texts)) for _, texts in self._facts)
        line = self._fitted(left, width)
        for part in parts:
            line.append_text(self._separator()).append_text(part)
        return line

    def _chapter_heads(self, file: str) -> Iterator[tuple[Text, Text, Text]]:
        """Yield three lines of each head: number and statement, the statement if it is below, the time."""
        for chapter, start in self._starts():
            width = self._span(chapter.columns, start)
            lines = chapter.lines if chapter.file == file else f"{base_name(chapter.file)}:{chapter.lines}"
            lines = lines if len(lines) <= width else chapter.lines
            number = self._glyphs.user(lines)
            beside, below = two_lines(chapter, number, width, self._glyphs)
            first = inked(number, TITLE).append(f" {beside}" if beside else "", "not bold")
            time = time_of(chapter, self._glyphs)
            third = inked(time if len(time) <= width else "", QUIET)
            yield self._fitted(first, width), self._fitted(Text(below), width), self._fitted(third, width)

    def _group_heads(self) -> list[Text]:
        parts = []
        for chapter, start in self._starts():
            at, labels = start, []
            for group in chapter.groups:
                width = self._span(group.columns, at)
                labels.append(self._fitted(self._group_head(group, width).copy(), width))
                at += len(group.columns)
            parts.append(Text(" " * self._gap).join(labels))
        return parts

    def _group_head(self, group: Group, width: int | None = None) -> Text:
        """Return the mode or the function of some columns, how often it ran, and its findings."""
        flags = self._flags(group)
        room = None if width is None else width - flags.cell_len
        if group.findings and room is not None and room < LEAST_LABEL:
            return flags[1:]
        label = self._group_label(group, room)
        return inked(label, MODES[group.columns[0].mode] if group.label else "").append_text(flags)

    def _flags(self, group: Group) -> Text:
        return Text("").join(
            inked(f" {self._glyphs.mark} {finding.code}", SEVERITIES[finding.severity])
            for finding in group.findings
        )

    def _group_label(self, group: Group, width: int | None = None) -> str:
        label = self._glyphs.user(group.label)
        ran = f" ran {self._glyphs.times}{group.runs:,}" if group.runs else ""
        if width is None or len(label) + len(ran) <= width:
            return label + ran
        if ran and width - len(ran) >= 4 and not len(label) <= min(width, NEVER_CUT):
            return shortened(label, width - len(ran), self._glyphs) + ran
        return shortened(label, width, self._glyphs) if width > 3 else label[:width]

    def _fitted(self, text: Text, width: int) -> Text:
        if text.cell_len > width:
            style = text.spans[0].style if text.spans else ""
            return inked(set_cell_size(text.plain, width), str(style))
        return text.append(" " * (width - text.cell_len))
