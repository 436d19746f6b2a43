"""Compare what optimizers, metrics and random generators hold in two recordings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from layertrace.compare.contrast import Contrast, contrasts
from layertrace.compare.layer_traits import of_variables
from layertrace.timeline.event import Event
from layertrace.timeline.timeline import Timeline

__all__ = ["HolderDifference", "holder_differences", "variables_of_users"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderDifference:
    """The differences in the variables of an optimizer, a metric or a random generator outside of layers.

    Attributes:
        name: Its name.
        role: What the variables are for: `optimizer`, `metric`, `seed`.
        variables: The number of its variables in the first and in the second recording.
        contrasts: The variables that differ.
    """

    name: str
    role: str
    variables: tuple[int, int]
    contrasts: tuple[Contrast, ...]


def holder_differences(a: Timeline, b: Timeline) -> Iterator[HolderDifference]:
    """Yield the differences of each holder, in the order of the second recording."""
    before, now = _by_holder(a), _by_holder(b)
    for holder in {**now, **before}:
        old, new = before.get(holder, []), now.get(holder, [])
        differing = tuple(contrasts(of_variables(old), of_variables(new)))
        if differing:
            role, name = holder
            yield HolderDifference(name=name, role=role, variables=(len(old), len(new)), contrasts=differing)


def variables_of_users(timeline: Timeline) -> list[Event]:
    """Return the variables outside of layers that a program creates itself."""
    plumbed = timeline.plumbing
    return [event for event in timeline if event.layer is None and event.seq not in plumbed]


def _by_holder(timeline: Timeline) -> dict[tuple[str, str], list[Event]]:
    """Return the variables of each holder, by its role and its name without the number that Keras adds."""
    plumbed = timeline.plumbing
    holders: dict[tuple[str, str], list[Event]] = {}
    for event in timeline:
        if event.variable is not None and event.layer is None and event.seq in plumbed:
            name = event.variable.holder or event.variable.path.partition("/")[0]
            role = event.variable.role or "optimizer"
            holders.setdefault((role, re.sub(r"_\d+$", "", name)), []).append(event)
    return holders
