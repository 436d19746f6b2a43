"""Notice a layer that is given weights again and again which it has already: its copy is not a copy."""

from __future__ import annotations

import hashlib
import sys
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.layer_contents import variables_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import array_of
from layertrace.record.describe.variable_values import values_of
from layertrace.record.hooks.observer import Call
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.timeline.registry import Register

__all__ = ["look_at_copies"]

_MOST = 4_000_000  # numbers of one layer that are compared
_MOST_WEIGHTS = 10_000

_copied: Register[list[bytes]] = Register()
"""A digest of the weights that each layer had when it was last given what it had."""


def look_at_copies(call: Call) -> None:
    """Record that `set_weights` is given what the layer has, and was so before it was trained.

    A program may put back weights that have not changed. But what is equal twice, with other values, follows
    its source by itself.
    """
    given = safe.unwrapped(call.values[0]) if call.values else None
    values = [] if given is None else [array_of(item) for _, item in safe.first_items(given, _MOST_WEIGHTS)]
    if not values or any(value is None for value in values) or sum(value.size for value in values) > _MOST:
        return
    digest = _digest_if_equal(values, call.subject)
    before = _copied.get(call.subject)
    if digest is None:
        if before is not None:
            before.clear()
        return
    if before is None:
        before = _copied.add(call.subject, [])
    if before and before[0] != digest:
        place = source_lines.caller(call.method, call.caller)
        seen = PendingObservation("copied to itself", (id(call.subject), place), place=place)
        seen.layer = register_layer(call.subject)
        add_observation(seen)
    before[:] = [digest]


def _digest_if_equal(values: list[Any], layer: object) -> bytes | None:
    """Return a digest of the weights of a layer if they are equal to some arrays, up to rounding."""
    numpy: Any = sys.modules["numpy"]
    digest = hashlib.blake2s(digest_size=16)
    # `get_weights` leaves out the states of random generators (Keras 3.0 to 3.15).
    variables = [each for each in variables_inside(layer) if _SEEDS not in str(_name_of(each))]
    if len(variables) < len(values):
        return None
    for value, variable in zip(values, variables, strict=False):
        mine = values_of(variable, _MOST)
        if mine is None or mine.shape != value.shape or mine.dtype.kind not in "fiub":
            return None
        # Weights may be Booleans, which cannot be subtracted, or infinite.
        if not numpy.allclose(mine, value, rtol=_ROUNDING, atol=0):
            return None
        digest.update(mine.tobytes())
    return digest.digest()


def _name_of(variable: object) -> object:
    return safe.framework_attribute(variable, "name")


_ROUNDING, _SEEDS = 1e-6, "seed_generator_state"
