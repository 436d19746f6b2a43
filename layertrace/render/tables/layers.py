"""Show one line for each layer: how often it was made, built and called, and what it holds."""

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
    """A column of numbers; one for a mode is left out where nothing ran in it."""

    head: str
    style: str
    of: Callable[[LayerCounts], int]
    always: bool = True


COLUMNS = (
    _Column("init", KINDS["init"], lambda one: one.init),
    _Column("build", KINDS["build"], lambda one: one.build),
    _Column("eager", KINDS["call"], lambda one: one.calls["eager"], always=False),
    _Column("symb.", MODES["symbolic"], lambda one: one.calls["symbolic"], always=False),
    _Column("graph", MODES["graph"], lambda one: one.calls["graph"], always=False),
    _Column("vars", KINDS["variable"], lambda one: one.variables),
    _Column("params", KINDS["variable"], lambda one: one.parameters),
)


def table(timeline: Timeline) -> Table:
    """Show one line for each layer, in the order of their first events.

    Calls are counted by where they ran: eagerly, symbolically (Keras infers shapes) or in a graph
    (while a function was traced). The last column tells the first call's input and output.

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
        return Names((one.layer for one in layers), glyphs)

    for one in layers:
        shown.add_row(
            Padding(Adaptive(partial(_name, one, names)), (0, 1, 0, 0)),
            Padding(Adaptive(partial(_class, one)), (0, 1, 0, 0)),
            *(_number(column.of(one)) for column in numbers),
            Padding(Adaptive(partial(_first_call, one)), (0, 0, 0, 1)),
        )
    return shown


def _number(number: int) -> Text:
    return inked(f"{number:,}", "" if number else QUIET)


def _name(one: LayerCounts, names: Callable[[Glyphs], Names], glyphs: Glyphs) -> Text:
    return names(glyphs).label(one.layer)


def _class(one: LayerCounts, glyphs: Glyphs) -> Text:
    return inked(glyphs.user(one.layer.class_name), CLASS)


def _first_call(one: LayerCounts, glyphs: Glyphs) -> Text:
    said = Text() if one.first_call is None else shapes(one.first_call, glyphs)
    if one.errors:
        said.append("  " if said else "").append(formatting.counted(one.errors, "error"), ERROR)
    return said
