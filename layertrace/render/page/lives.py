"""Arrange the life chart as plain lists for the page, which folds and draws it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from layertrace.diagnosis import Finding
from layertrace.render.lives.captions import left_out_text, time_of
from layertrace.render.lives.columns import ChapterHead, Column, Group, columns, heads, without_layers
from layertrace.render.lives.labels import outputs_text, plain_name
from layertrace.render.lives.marks import marks
from layertrace.render.lives.rows import Row, rows
from layertrace.render.lives.sources import shortened_source
from layertrace.render.page.columns import MISSING, deltas
from layertrace.render.page.tables import Tables
from layertrace.render.wording.file_names import base_name
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.timeline import Timeline
from layertrace.timeline.event import MODES, Event, Kind
from layertrace.timeline.lives import lives

__all__ = ["chart"]

SHORT_SOURCE = 16
SORTS = ("layer", "group", "alike", "outside")
KINDS_OF_SLOTS: tuple[Kind, ...] = ("init", "build", "variable", "call", "variable")
"""The kind of event in each slot of a cell, except for the last one, which is for errors."""


def chart(
    timeline: Timeline, findings: Sequence[Finding], index: Mapping[int, int], tables: Tables
) -> dict[str, Any]:
    """Return the heads and rows of a life chart.

    Args:
        timeline: The events.
        findings: The findings of the page, in its order.
        index: The position of each event, by its `seq`.
        tables: The tables that numbers refer to.

    Returns:
        Chapters with their first event and their groups of columns; a sentence about those without a column.
        Rows, parents before those inside; one that stands for several is followed by each of them. Looks,
        which rows share: for each cell its column, and for each mark in it the slot and the number of events;
        the first event of each mark is in the row.
    """
    everything = lives(timeline)
    serious = [finding for finding in findings if finding.severity != "note"]
    found = heads(everything, serious)
    number_of = {id(finding): at for at, finding in enumerate(findings)}
    shown = columns(found)
    writer = _Writer(shown, index, number_of, tables)
    groups_of = [[writer.group(group) for group in head.groups] for head in found]
    return {
        "chapters": [
            [*_chapter(head), index[everything.chapters[head.chapters[0]].roots[0].seq], groups]
            for head, groups in zip(found, groups_of, strict=True)
        ],
        "leftOut": printable(left_out_text(without_layers(everything, found))),
        "rows": list(writer.rows(rows(everything, shown, serious))),
        "looks": list(writer.looks),
    }


def _chapter(head: ChapterHead) -> list[Any]:
    file, source, thread = map(printable, (base_name(head.file), head.source, head.thread))
    return [
        head.lines,
        file,
        source,
        shortened_source(source, SHORT_SOURCE),
        head.statements,
        thread,
        time_of(head),
    ]


class _Writer:
    """Writes rows and cells as lists of numbers."""

    def __init__(
        self, shown: Sequence[Column], index: Mapping[int, int], number_of: Mapping[int, int], tables: Tables
    ) -> None:
        self._columns, self._index, self._number_of, self._tables = shown, index, number_of, tables
        self.looks: dict[tuple[tuple[int, ...], ...], int] = {}

    def group(self, group: Group) -> list[Any]:
        """Return a group of columns: its label, runs, mode, findings, and the label of each column."""
        mode = MODES.index(group.columns[0].mode)
        labels = [column.label for column in group.columns]
        return [printable(group.label), group.runs, mode, self._numbers(group.findings), labels]

    def rows(self, top: Sequence[Row]) -> Iterator[list[Any]]:
        """Yield each row, with the position of its parent."""
        waiting = [(row, MISSING) for row in reversed(top)]
        position = 0
        while waiting:
            row, parent = waiting.pop()
            yield self._row(row, parent)
            waiting += [(child, position) for child in reversed(row.members or row.inside)]
            position += 1

    def _row(self, row: Row, parent: int) -> list[Any]:
        layer = row.life.layer if row.life is not None and row.sort == "layer" else None
        return [
            SORTS.index(row.sort),
            parent,
            printable(plain_name(row, UNICODE)),
            printable(row.class_name),
            self._tables.layer(layer),
            outputs_text(row, UNICODE),
            row.parameters,
            row.layers,
            self._look(row),
            deltas([self._index[event.seq] for event in _firsts(row)]),
            self._numbers(row.findings),
            printable(row.remark),
            row.errors,
        ]

    def _look(self, row: Row) -> int:
        """Return the number of what the cells of a row show; rows that look the same share it."""
        cells = tuple(
            (
                at,
                *(
                    number
                    for mark in marks(cell, self._columns[at].mode)
                    for number in (mark.slot, mark.count)
                ),
            )
            for at, cell in row.cells.items()
        )
        return self.looks.setdefault(cells, len(self.looks))

    def _numbers(self, findings: Sequence[Finding]) -> list[int]:
        return [self._number_of[id(finding)] for finding in findings]


def _firsts(row: Row) -> Iterator[Event]:
    """Yield the first event of each mark of a row."""
    for cell in row.cells.values():
        firsts = [cell.firsts.get(kind) for kind in KINDS_OF_SLOTS]
        for mark in marks(cell, "eager"):
            event = cell.failed if mark.what == "error" else firsts[mark.slot]
            if event is not None:
                yield event
