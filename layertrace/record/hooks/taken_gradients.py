"""Notice weights that are what they were when a line first took their gradients."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Sequence
from typing import Any

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.variable_values import values_of
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.variables import number_of
from layertrace.record.hub import threads
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = ["observe_taken"]

_NUMBERS = 1_000_000  # in all variables that one line takes the gradients of


class _Taken:
    """Variables, and what they were when a line first took their gradients.

    Args:
        variables: The variables.
        digest: Of their values.

    Attributes:
        numbers: The numbers of the variables.
    """

    def __init__(self, variables: Sequence[Any], digest: bytes) -> None:
        self.numbers = tuple(map(number_of, variables))
        self._variables = [weakref.ref(variable) for variable in variables]
        self._digest = digest

    def has_changed(self) -> bool:
        """Return whether a variable has changed since, is gone, or cannot be read."""
        with guarded("compare weights with what they were"):
            variables = [reference() for reference in self._variables]
            return any(each is None for each in variables) or _digest(variables) != self._digest
        return True


_taken: Register[dict[CodePosition, _Taken | None]] = Register()
"""What lines took gradients, by the first of their variables; None for too many numbers."""


def observe_taken(sources: Sequence[Any], gradients: Sequence[object], place: CodePosition) -> None:
    """Record that a line takes gradients of variables; it is over as soon as one of them changes.

    Args:
        sources: What it takes the gradients of.
        gradients: What it gets.
        place: The line.
    """
    # What an eager call takes inside a layer is not a step of training, and would be one for each call.
    if not sources or (threads.state.span is not None and Loaded.tf.executing_eagerly()):
        return
    lines = _taken.get(sources[0])
    if lines is None or place not in lines:
        pairs = zip(sources, gradients, strict=False)
        variables = [source for source, gradient in pairs if gradient is not None and number_of(source)]
        if len(variables) < len(sources):
            return
        lines = _taken.add(sources[0], {})
        digest = _digest(variables)
        lines[place] = None if digest is None else _Taken(variables, digest)
    taken = lines[place]
    if taken is not None:
        seen = PendingObservation("gradient taken", (place, id(sources[0])), place=place)
        seen.variables = taken.numbers
        seen.is_over = taken.has_changed
        add_observation(seen)


def _digest(variables: Sequence[Any]) -> bytes | None:
    """Return a digest of the values of variables, also while a graph is traced; None if one is unknown."""
    if Loaded.tf.distribute.has_strategy():
        return None
    digest, left = hashlib.blake2s(digest_size=16), _NUMBERS
    with Loaded.tf.init_scope():
        for variable in variables:
            values = values_of(variable, left)
            if values is None:
                return None
            left -= values.size
            digest.update(values.tobytes())
    return digest.digest()
