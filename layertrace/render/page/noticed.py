"""Say what a recording knows beside its events: what was noticed in one, and how layers were in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layertrace.render.page.columns import MISSING
from layertrace.render.page.tables import Tables
from layertrace.render.wording import formatting
from layertrace.render.wording.glyphs import printable
from layertrace.timeline.context import LayerState, Observation, RecordingContext
from layertrace.timeline.event import LayerRef

__all__ = ["noticed", "states"]

MOST_NAMED = 6


def noticed(seen: Iterable[Observation], index: Mapping[int, int], tables: Tables) -> list[list[Any]]:
    """Return what was noticed during events: in which, what, of which layer, where, and how often."""
    return [
        [index[one.during], _said(one), tables.layer(one.layer), tables.place(one.location), one.times]
        for one in seen
        if one.during is not None and one.during in index
    ]


def _said(one: Observation) -> str:
    name, before, now = printable(one.name), formatting.structure(one.before), formatting.structure(one.now)
    if one.what == "update":
        updated = f"{name} was given gradients for {formatting.counted(len(one.variables), 'variable')}"
        return f"{updated}, but none for {_named(one.without_gradient)}" if one.without_gradient else updated
    said = {
        "loss": "add_loss was called",
        "changed in call": f"the call changed {name}: {now}, was {before}",
        "changed after trace": f"{name} is {now} here; when the graph was traced, it was {before}",
        "kept tensor": f"{name} still holds a tensor of the graph after the call",
        "random": f"drew from {name} while it was traced",
    }
    return said[one.what]


def _named(paths: tuple[str, ...]) -> str:
    told = [printable(path) for path in paths[:MOST_NAMED]]
    more = len(paths) - len(told)
    return ", ".join([*told, f"{more} more"] if more else told)


def states(layers: Iterable[LayerRef], surroundings: RecordingContext, tables: Tables) -> list[list[Any]]:
    """Return how layers were in the end: alive, built, trainable, their dtype, and the layers they hold."""
    known = surroundings.states
    return [_state(known[layer.id], known, tables) for layer in layers if layer.id in known]


def _state(state: LayerState, known: Mapping[int, LayerState], tables: Tables) -> list[Any]:
    held = [
        [printable(attribute), tables.layer(known[number].layer)]
        for number, attribute in state.held.items()
        if number in known
    ]
    traits = (state.alive, state.built, state.trainable)
    told = [MISSING if trait is None else int(trait) for trait in traits]
    return [tables.layer(state.layer), *told, printable(state.compute_dtype or ""), held]
