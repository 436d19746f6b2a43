"""Count what happened to each layer, or to each class of layers, in a small table above a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rich.text import Text

from layertrace.render.tables.counts import LayerCounts, Totals
from layertrace.render.wording.formatting import counted, shortened
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.layer_names import Names
from layertrace.render.wording.styles import CLASS, ERROR, KINDS, MODES, NAME, QUIET, inked
from layertrace.timeline.event import Mode

__all__ = ["member_table"]

MOST_MEMBERS = 8
NARROWEST_NAME = 10
WIDEST_NAME = 32
GAP = "  "
CALLS: tuple[tuple[Mode, str], ...] = (("symbolic", "symbolic"), ("graph", "traced"), ("eager", "eager"))
SHORT = {"call: symbolic": "call: symb.", "symbolic": "symb.", "variables": "vars", "parameters": "params"}


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of numbers; those with the highest `rank` are the first to go."""

    head: str
    style: str
    of: Callable[[LayerCounts], int]
    rank: int = 0


def member_table(totals: Totals, names: Names, glyphs: Glyphs, width: int) -> Iterator[Text]:
    """Yield the lines of the table: a head, and a row for each layer, or for each class of many layers.

    A column is left out if all its numbers are 0. With little room, heads get shorter, then columns go.
    """
    members = list(totals.layers.values())
    many = len(members) > MOST_MEMBERS
    if many:
        members = list(totals.by_class().values())
    shown = members[:MOST_MEMBERS]
    for columns in _choices(totals.all_layers(), shown):
        heads = [inked(column.head, column.style) for column in columns]
        rows = [heads, *[[_number(column.of(counts)) for column in columns] for counts in shown]]
        widths = [max(cell.cell_len for cell in cells) for cells in zip(*rows, strict=True)]
        room = width - sum(widths) - len(GAP) * len(widths)
        if room >= (NARROWEST_NAME + len(GAP)) * (1 if many else 2):
            break
    if many:
        left = [(inked(glyphs.user(c.layer.class_name), NAME), Text(f"{len(c.layers):,}")) for c in shown]
    else:
        left = [(names.label(c.layer), inked(glyphs.user(c.layer.class_name), CLASS)) for c in shown]
    beginnings = _aligned([(Text(), inked("n" if many else "", QUIET)), *left], room, glyphs, numbers=many)
    for beginning, cells in zip(beginnings, rows, strict=True):
        for cell, column_width in zip(cells, widths, strict=True):
            beginning.append(" " * (len(GAP) + column_width - cell.cell_len)).append_text(cell)
        beginning.rstrip()
        yield beginning
    if len(members) > MOST_MEMBERS:
        yield inked(f"{glyphs.dots} {counted(len(members) - MOST_MEMBERS, 'further class')}", QUIET)


def _choices(together: LayerCounts, members: Sequence[LayerCounts]) -> Iterator[list[_Column]]:
    """Yield the columns to try: all, all with short heads, then fewer and fewer."""
    columns = [column for column in _columns(together) if any(map(column.of, members))]
    yield columns
    columns = [replace(column, head=SHORT.get(column.head, column.head)) for column in columns]
    for rank in (3, 2, 1, 0, -1):
        kept = [column for column in columns if column.rank <= rank]
        yield kept if rank == 3 else [replace(column, head=column.head.rstrip(":")) for column in kept]


def _columns(together: LayerCounts) -> Iterator[_Column]:
    """Yield the columns of numbers: kinds, calls by mode, variables, errors."""
    yield _Column("init", KINDS["init"], lambda counts: counts.init, 2)
    yield _Column("build", KINDS["build"], lambda counts: counts.build, 2)
    modes = [(mode, head) for mode, head in CALLS if together.calls[mode]]
    if len(modes) > 1 or modes == [CALLS[-1]]:
        head = "call:" if len(modes) > 1 else "call"
        yield _Column(head, KINDS["call"], lambda counts: sum(counts.calls.values()))
    else:
        modes = [(mode, f"call: {head}") for mode, head in modes]
    if modes != [CALLS[-1]]:
        for mode, head in modes:
            yield _Column(head, MODES[mode], _calls(mode), 3 if len(modes) > 1 else 0)
    yield _Column("variables", KINDS["variable"], lambda counts: counts.variables, 1)
    yield _Column("parameters", KINDS["variable"], lambda counts: counts.parameters)
    yield _Column("errors", ERROR, lambda counts: counts.errors, 1)


def _calls(mode: Mode) -> Callable[[LayerCounts], int]:
    return lambda counts: counts.calls[mode]


def _number(number: int) -> Text:
    return Text(f"{number:,}" if number else "")


def _aligned(
    cells: Sequence[tuple[Text, Text]], room: int, glyphs: Glyphs, *, numbers: bool
) -> Iterator[Text]:
    """Yield two columns: names, and classes or numbers of layers; what is too wide loses its middle."""
    second = min(max(cell.cell_len for _, cell in cells), WIDEST_NAME)
    if not numbers:
        second = min(second, max(room // 2 - len(GAP), NARROWEST_NAME))
    second = min(second, max(room - NARROWEST_NAME - len(GAP), 0))
    first = min(
        max(cell.cell_len for cell, _ in cells), WIDEST_NAME, max(room - second - len(GAP), NARROWEST_NAME)
    )
    for name, other in cells:
        line = _within(name, first, glyphs)
        other = _within(other, second, glyphs)
        gap = len(GAP) + (second - other.cell_len if numbers else 0)
        line.append(" " * (first - line.cell_len + gap)).append_text(other)
        line.append(" " * max(first + len(GAP) + second - line.cell_len, 0))
        yield line


def _within(cell: Text, width: int, glyphs: Glyphs) -> Text:
    text = cell.copy()
    if text.cell_len > width:
        text.plain = shortened(text.plain, width, glyphs)
    return text
