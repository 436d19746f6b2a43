"""Notice an optimizer whose average of the weights is not in the weights when the recording ends."""

from __future__ import annotations

import weakref
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.trace_signatures import described
from layertrace.record.describe.variable_values import steps_of, values_of
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore, watching
from layertrace.record.hooks.variables import number_of
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.timeline.registry import Register

__all__ = ["AVERAGES", "FINALIZED"]

_MOST = 10_000  # variables of one optimizer
_NUMBERS = 1_000_000  # in a variable that is compared with its average


class _Average:
    """The average that an optimizer keeps of some variables.

    Args:
        optimizer: The optimizer.
        variables: The variables, in the order of their averages.

    Attributes:
        finalized: How many steps the optimizer had made when its average was last written to the weights;
            None if it never was.
    """

    def __init__(self, optimizer: object, variables: list[Any]) -> None:
        self._optimizer = weakref.ref(optimizer)
        self._variables = [weakref.ref(variable) for variable in variables]
        self.finalized: int | None = None

    def is_used(self) -> bool:
        """Return whether the weights are the average, nothing was trained, or that is not known."""
        with guarded("compare weights with their average"):
            steps = self.steps()
            return steps is None or steps in (0, self.finalized) or self._is_in_weights()
        return True

    def steps(self) -> int | None:
        """Return how often the optimizer was applied; None if it is gone, or if that cannot be read."""
        return steps_of(self._optimizer())

    def _is_in_weights(self) -> bool:
        """Return whether all variables that can be compared have the values of their averages."""
        kept = safe.unwrapped(safe.instance_dict(self._optimizer()).get("_model_variables_moving_average"))
        averages = [] if kept is None else [item for _, item in safe.first_items(kept, _MOST)]
        pairs = [
            (variable, average)
            for reference, average in zip(self._variables, averages, strict=False)
            if (variable := reference()) is not None and average is not None
        ]
        arrays = [
            (values_of(variable, _NUMBERS), values_of(average, _NUMBERS)) for variable, average in pairs
        ]
        known = [(now, mean) for now, mean in arrays if now is not None and mean is not None]
        return all((now == mean).all() for now, mean in known)


_averages: Register[_Average] = Register()


def _built(call: Call, _: object, optimizer: object) -> None:
    """Record that an optimizer keeps an average of weights, which only `fit` writes to them by itself."""
    options = safe.instance_dict(optimizer)
    averages = safe.truth(options.get("use_ema")) and not safe.truth(options.get("ema_overwrite_frequency"))
    if not hub.observers or not averages or _averages.get(optimizer) is not None:
        return
    with guarded("record that an optimizer averages weights"):
        given = (*call.values, *call.extra, *(call.keywords or {}).values())  # a decorator takes anything
        inner = safe.unwrapped(given[0]) if given else None
        variables = [] if inner is None else [item for _, item in safe.first_items(inner, _MOST)]
        average = _averages.add(optimizer, _Average(optimizer, variables))
        seen = PendingObservation(
            "average kept",
            (id(optimizer),),
            name=str(described(optimizer)),
            variables=tuple(map(number_of, variables)),
            place=source_lines.caller(call.method, call.caller),
        )
        seen.is_over = average.is_used
        add_observation(seen)


def _finalized(call: Call) -> None:
    """Keep after which step the average was written to the weights."""
    average = _averages.get(call.subject)
    if average is not None:
        with guarded("record that weights became their average"):
            average.finalized = average.steps()


AVERAGES: AnyObserver = Observer(begin=lambda call: call, end=_built, fail=ignore)
"""Observes `build` of an optimizer."""

FINALIZED: AnyObserver = watching(_finalized)
"""Observes `finalize_variable_values` of an optimizer."""
