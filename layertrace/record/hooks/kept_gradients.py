"""Notice gradients of torch that no step cleared, so that each `backward` adds to all before it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks import torch_private
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = ["observe_kept_gradient"]

_LEAST = 2
"""Steps in a row that were given an old gradient."""


class _Given:
    """A gradient that an optimizer was given.

    Args:
        gradient: The gradient.

    Attributes:
        gradient: A weak reference to it.
        version: How often torch had changed it in place.
        kept: How often in a row a step was given it again, with something added.
    """

    def __init__(self, gradient: Any) -> None:
        self.gradient: Callable[[], Any] = weakref.ref(gradient)
        self.version = gradient._version
        self.kept = 0

    def is_kept(self, gradient: Any) -> bool:
        """Return whether this is the same gradient for the third time, with something added each time."""
        is_same = self.gradient() is gradient and gradient._version > self.version
        self.gradient, self.version = weakref.ref(gradient), gradient._version
        self.kept = self.kept + 1 if is_same else 0
        return self.kept >= _LEAST


_given: Register[_Given] = Register()


def observe_kept_gradient(variable: Any, gradient: Any, place: CodePosition | None) -> None:
    """Record that an optimizer is given a gradient which has those of the steps before in it.

    torch adds what each `backward` computes to `.grad`, in place, and counts these changes.

    Args:
        variable: A variable of Keras or a parameter.
        gradient: What the optimizer is given for it.
        place: The line that applies it.
    """
    parameter = safe.instance_dict(variable).get("_value", variable)
    if safe.framework_attribute(parameter, "grad") is not gradient:
        return
    if torch_private.find("changes_in_place") is None:
        return
    given = _given.get(parameter)
    if given is None:
        _given.add(parameter, _Given(gradient))
    elif given.is_kept(gradient):
        add_observation(PendingObservation("gradient kept", (place,), place=place))
