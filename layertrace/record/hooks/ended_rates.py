"""Notice a fit most of whose steps were made at a learning rate of nearly 0, since the schedule had ended."""

from __future__ import annotations

import math
from typing import NamedTuple

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition

__all__ = ["look_at_rate"]

_NEARLY_0 = 1e-6
"""The part of its first value below which a rate changes no weight of float32, or hardly any."""

_ENDS = {"CosineDecay": "alpha", "PolynomialDecay": "end_learning_rate"}
"""Schedules that stay at their last value, and the attribute that is 0 if this is 0."""


class _End(NamedTuple):
    """Where a schedule ends.

    Attributes:
        decay: Its `decay_steps`.
        step: The step from which its rate is nearly 0.
    """

    decay: float
    step: float


def look_at_rate(
    model: object, epochs: int | None, made: int | None, after: int | None, place: CodePosition | None
) -> None:
    """Record that the learning rate was nearly 0 in more than half of the steps of a fit.

    Args:
        model: The model.
        epochs: How many epochs the fit was to make.
        made: How many steps it made.
        after: How many steps its optimizer has made at the end.
        place: The line of the program.
    """
    optimizer = safe.instance_dict(model).get("optimizer")
    schedule = safe.instance_dict(optimizer).get("_learning_rate")
    end = _end_of(schedule)
    if made is None or after is None or end is None:
        return
    if min(after - end.step, made) * 2 > made:
        add_observation(
            PendingObservation(
                "rate ended",
                (id(model), place, end, after),
                layer=register_layer(model),
                name=safe.class_name(schedule),
                before=(end.decay, epochs, end.step),
                now=(after, made),
                place=place,
            )
        )


def _end_of(schedule: object) -> _End | None:
    """Return where a schedule of Keras ends; None if its rate is never nearly 0, or if it is another."""
    kind = safe.class_name(schedule)
    if not safe.is_framework_class(type(schedule)) or kind not in (*_ENDS, "ExponentialDecay"):
        return None
    options = safe.instance_dict(schedule)
    decay = _number(options.get("decay_steps"))
    if kind == "ExponentialDecay":
        factor = _number(options.get("decay_rate"))
        if decay is None or not math.isfinite(decay) or factor is None or not 0 < factor < 1:
            return None
        times = math.log(_NEARLY_0) / math.log(factor)
        if options.get("staircase") is True:
            times = math.ceil(times)
        return _End(decay, math.ceil(decay * times))
    warmup, last = _number(options.get("warmup_steps", 0)), _number(options.get(_ENDS[kind]))
    if decay is None or warmup is None or last != 0 or safe.truth(options.get("cycle")):
        return None
    return _End(decay, decay + warmup)


def _number(value: object) -> float | None:
    return value if type(value) is int or type(value) is float else None
