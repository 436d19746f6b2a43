"""Record that one initializer drew the same numbers for two variables."""

from __future__ import annotations

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.timeline.event import VariableSpec
from layertrace.timeline.registry import Register

__all__ = ["Draws", "any_repeated", "draws_of", "note_draw"]

Draws = dict[tuple[object, ...], int]
"""The variables that an initializer drew first, by shape and dtype."""

_HOMES = ("keras.src.initializers.random_initializers", "tf_keras.src.initializers.initializers")
_drawn: Register[Draws] = Register()
_repeated: set[int] = set()
"""The variables whose numbers were drawn again for another one."""


def draws_of(initializer: object) -> Draws | None:
    """Return what an initializer has drawn; None if it does not draw the same numbers again.

    A random one of Keras 3 keeps a number as its seed, also if it was created without one (3.0 to 3.15); only
    a `SeedGenerator` goes on. One of tf_keras has a stateless generator (2.16 to 2.21).
    """
    cls = type(initializer)
    if initializer is None or safe.is_plain(initializer) or safe.module_of(cls) not in _HOMES:
        return None
    attributes = safe.instance_dict(initializer)
    repeats = type(attributes.get("seed")) is int or "_random_generator" in attributes
    return _drawn.add(initializer, {}) if repeats else None


def note_draw(draws: Draws | None, variable: VariableSpec) -> None:
    """Record that a variable got the numbers of an earlier one, if it did.

    Args:
        draws: What `draws_of` returned for its initializer.
        variable: The variable that was created.
    """
    if draws is None or not hub.observers or variable.role is not None:
        return
    first = draws.setdefault((variable.shape, variable.dtype), variable.id)
    if first != variable.id:
        _repeated.add(first)
        add_observation(
            PendingObservation(
                "same values",
                (first, variable.id),
                name=variable.initializer or "",
                variables=(first, variable.id),
            )
        )


def any_repeated() -> bool:
    """Return whether two variables of this process began with the same numbers."""
    return bool(_repeated)
