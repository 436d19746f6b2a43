"""Notice a fit most of whose steps were made at a learning rate of 0, since the schedule had ended."""

from __future__ import annotations

from typing import cast

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition

__all__ = ["look_at_rate"]

_ENDS = {"CosineDecay": "alpha", "PolynomialDecay": "end_learning_rate"}
"""Schedules that stay at their last value, and the attribute that is 0 if this is 0."""


def look_at_rate(
    model: object, epochs: int | None, made: int | None, after: int | None, place: CodePosition | None
) -> None:
    """Record that the learning rate was 0 in more than half of the steps of a fit.

    Args:
        model: The model.
        epochs: How many epochs the fit was to make.
        made: How many steps it made.
        after: How many steps its optimizer has made at the end.
        place: The line of the program.
    """
    optimizer = safe.instance_dict(model).get("optimizer")
    schedule = safe.instance_dict(optimizer).get("_learning_rate")
    kind = safe.class_name(schedule)
    if made is None or after is None or kind not in _ENDS or not safe.is_framework_class(type(schedule)):
        return
    options = safe.instance_dict(schedule)
    numbers = [options.get(name, 0) for name in ("decay_steps", "warmup_steps", _ENDS[kind])]
    if safe.truth(options.get("cycle")) or any(type(each) not in (int, float) for each in numbers):
        return
    decay, warmup, last = cast("list[float]", numbers)
    if last != 0:
        return
    if min(after - decay - warmup, made) * 2 > made:
        add_observation(
            PendingObservation(
                "rate ended",
                (id(model), place, decay, after),
                layer=register_layer(model),
                name=kind,
                before=(decay, epochs),
                now=(after, made),
                place=place,
            )
        )
