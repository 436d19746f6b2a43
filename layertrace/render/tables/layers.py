"""Show for each layer how often it was created, built and called, and its variables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from layertrace.render.tables.counts import LayerCounts, count
from layertrace.render.wording import formatting
from layertrace.render.wording.event_phrases import shapes
from layertrace.render.wording.glyphs import Adaptive, Glyphs
from layertrace.render.wording.layer_names import Names
from layertrace.render.wording.styles import CLASS, ERROR, KINDS, MODES, QUIET, inked
from layertrace.timeline import Timeline

__all__ = ["table"]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of numbers; the column of a mode is omitted if no call ran in that mode."""

    head: str
    style: str
    of: Callable[[LayerCounts], int]
    always: bool = True


COLUMNS = (
    _Column("init", KINDS["init"], lambda counts: counts.init),
    _Column("build", KINDS["build"], lambda counts: counts.build),
    _Column("eager", KINDS["call"], lambda counts: counts.calls["eager"], always=False),
    _Column("symb.", MODES["symbolic"], lambda counts: counts.calls["symbolic"], always=False),
    _Column("graph", MODES["graph"], lambda counts: counts.calls["graph"], always=False),
    _Column("vars", KINDS["variable"], lambda counts: counts.variables),
    _Column("params", KINDS["variable"], lambda counts: counts.parameters),
)


def table(timeline: Timeline) -> Table:
    """Return a table with a line for each layer, in the order of their first events.

    Calls are counted by where they ran: eagerly, symbolically (Keras infers shapes) or in a graph
    (while a function was traced). The last column shows the input and output of the first call.

    Example:
        >>> from rich import print
        >>> print(table(timeline))  # doctest: +SKIP
    """
    totals = count(timeline)
    layers = list(totals.layers.values())
    shown = Table(box=box.SIMPLE_HEAD, show_footer=len(layers) > 1, show_edge=False, padding=0)
    together = totals.all_layers()
    numbers = [column for column in COLUMNS if column.always or column.of(together)]
    shown.add_column("layer", footer=inked(formatting.counted(len(layers), "layer"), QUIET))
    shown.add_column("class", overflow="fold")
    for column in numbers:
        shown.add_column(
            column.head,
            header_style=column.style,
            footer=_number(column.of(together)),
            justify="right",
            no_wrap=True,
        )
    shown.add_column(" first call")

    @cache
    def names(glyphs: Glyphs) -> Names:
        return Names((counts.layer for counts in layers), glyphs)

    for counts in layers:
        shown.add_row(
            Padding(Adaptive(partial(_name, counts, names)), (0, 1, 0, 0)),
            Padding(Adaptive(partial(_class, counts)), (0, 1, 0, 0)),
            *(_number(column.of(counts)) for column in numbers),
            Padding(Adaptive(partial(_first_call, counts)), (0, 0, 0, 1)),
        )
    return shown


def _number(number: int) -> Text:
    return inked(f"{number:,}", "" if number else QUIET)


def _name(counts: LayerCounts, names: Callable[[Glyphs], Names], glyphs: Glyphs) -> Text:
    return names(glyphs).label(counts.layer)


def _class(counts: LayerCounts, glyphs: Glyphs) -> Text:
    return inked(glyphs.user(counts.layer.class_name), CLASS)


def _first_call(counts: LayerCounts, glyphs: Glyphs) -> Text:
    text = Text() if counts.first_call is None else shapes(counts.first_call, glyphs)
    if counts.errors:
        text.append("  " if text else "").append(formatting.counted(counts.errors, "error"), ERROR)
    return text
