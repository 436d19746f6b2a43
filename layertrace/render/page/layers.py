"""Arrange the layers for their table: nested, with the parameters of what is inside."""

from __future__ import annotations

from typing import Any

from layertrace.render.page.columns import MISSING
from layertrace.render.page.tables import Tables
from layertrace.render.tables.counts import LayerCounts
from layertrace.render.tables.layers import layers_inside
from layertrace.render.tables.parameters import Parameters
from layertrace.timeline import Timeline
from layertrace.timeline.event import MODES
from layertrace.timeline.lives import lives
from layertrace.timeline.precision import compute_dtypes

__all__ = ["layer_table"]


def layer_table(
    timeline: Timeline, counts: dict[int, LayerCounts], index: dict[int, int], tables: Tables
) -> dict[str, Any]:
    """Return a row for each layer, below the layer that it lies in, and the totals of parameters.

    Args:
        timeline: The events.
        counts: The counts of each layer, by its number.
        index: The position of each event, by its `seq`.
        tables: The tables that numbers refer to.

    Returns:
        `rows` of: the layer, its depth, its events of each kind, its calls in each mode, its variables, the
        parameters with those of the layers inside, its errors, its first call, and in which dtype it
        computes, empty for `float32`. `totals` in sentences.
    """
    everything = lives(timeline)
    inside = layers_inside(timeline, everything)
    dtypes = compute_dtypes(timeline)
    parameters = Parameters(timeline, timeline.plumbing)
    depths: list[int] = []
    rows = []
    for life in everything.lives:
        depths.append(0 if life.parent is None else depths[life.parent] + 1)
        if life.layer is None or life.layer.id not in counts:
            continue
        own = counts[life.layer.id]
        first = MISSING if own.first_call is None else index[own.first_call.seq]
        total = sum(size.parameters for size in parameters.of(inside[life.layer.id]))
        calls = [own.calls[mode] for mode in MODES]
        events = (own.init, own.build, *calls, own.variables)
        dtype = dtypes.get(life.layer.id, "")
        rows.append([tables.layer(own.layer), depths[-1], *events, total, own.errors, first, dtype])
    return {"rows": rows, "totals": [" ".join(line.split()) for line in parameters.lines()]}
