"""Notice optimizers that divide gradients by a scale and never multiply a loss by it."""

from __future__ import annotations

from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.trace_signatures import described
from layertrace.record.hooks.misdirected_gradients import taken_at
from layertrace.record.hooks.observer import AnyObserver, Call, watching
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = ["LOSSES_SCALED", "SCALED_UPDATES", "look_at_factor"]

_scaled: Register[list[bool]] = Register()
"""The optimizers that gradients were applied by, each with whether it has scaled a loss."""


def _loss_scaled(call: Call) -> None:
    """Remember that an optimizer was asked for the scaled loss, by the program or in `fit`."""
    if hub.observers:
        with guarded("record a scaled loss"):
            _scaled.add(call.subject, [True])[0] = True


def _applied(call: Call) -> None:
    """Record that a `LossScaleOptimizer` divides gradients by its scale."""
    if hub.observers and call.values:
        with guarded("record a division by the scale of a loss"):
            place = source_lines.caller(call.method, call.caller)
            scale = safe.instance_dict(call.subject).get("initial_scale")
            _divides(call.subject, scale, call.values[0], place)


def look_at_factor(optimizer: object, gradients: object, place: CodePosition | None) -> None:
    """Record that an optimizer of Keras 3 with a `loss_scale_factor` divides gradients by it.

    Args:
        optimizer: The optimizer.
        gradients: A list of gradients.
        place: The line of the program.
    """
    factor = safe.instance_dict(optimizer).get("loss_scale_factor")
    if factor is not None:
        _divides(optimizer, factor, gradients, place)


def _divides(optimizer: Any, scale: object, gradients: object, place: CodePosition | None) -> None:
    is_scaled = _scaled.add(optimizer, [False])
    if is_scaled[0] or type(scale) not in (int, float):
        return
    seen = PendingObservation("loss not scaled", (id(optimizer), place), place=place)
    seen.name, seen.now = str(described(optimizer)), float(scale)  # type: ignore[arg-type]  # a number
    seen.defined = taken_at(gradients)
    seen.is_over = lambda: is_scaled[0]
    add_observation(seen)


LOSSES_SCALED: AnyObserver = watching(_loss_scaled)
"""Observes `scale_loss` of an optimizer."""

SCALED_UPDATES: AnyObserver = watching(_applied)
"""Observes `apply` of a `LossScaleOptimizer`."""
