"""Compare two snapshots of Python state, and record what has changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.layers import LayerRecord
from layertrace.record.python_state.bytecode import Place
from layertrace.record.python_state.readers import Reader
from layertrace.record.python_state.snapshot import ArraySnapshot, IdentitySnapshot, Snapshot
from layertrace.timeline.context import ObservationKind
from layertrace.timeline.event import Opaque, Structure

__all__ = ["Subject", "changed", "observation_of", "parts", "record_state"]

Subject = LayerRecord | Reader | None
"""Whose state it is: a layer's, or that of a loss, metric or function."""


def changed(before: Snapshot, now: Snapshot) -> Iterator[str]:
    """Yield the keys whose plain value or size has changed; if a size has changed, not also its items."""
    resized = tuple(
        f"{key}[" for key, value in now.items() if isinstance(value, Opaque) and before.get(key) != value
    )
    reported: set[str] = set()
    for key, value in now.items():
        container = key.partition("[")[0]
        is_state = not isinstance(value, (IdentitySnapshot, ArraySnapshot)) and not isinstance(
            before.get(key), (IdentitySnapshot, ArraySnapshot)
        )
        is_new = key not in before and (key != container or not key.startswith("self."))
        differs = is_state and not is_new and (key not in before or before[key] != value)
        if differs and not key.startswith(resized) and container not in reported:
            reported.add(container)
            yield key


def parts(key: str) -> tuple[str, str]:
    """Return the owner of a key, and the first name after it: `("self", "config")` of `self.config[0]`."""
    bare = key.partition("[")[0]
    owner, dot, rest = bare.partition(".")
    return (owner, rest.partition(".")[0]) if dot else ("", bare)


def _observed_name(key: str) -> str:
    """Return the name of a key in an observation."""
    owner = parts(key)[0]
    return key.removeprefix("self.") if owner == "self" else f"class {key}" if owner else f"global {key}"


def record_state(
    what: ObservationKind,
    subject: Subject,
    key: str,
    states: tuple[Structure, Structure],
    span: Any,
    place: Place | None,
) -> None:
    """Record that the state under a key had two values."""
    observation = observation_of(
        what, subject, key, key if what in ("random", "clock") else _observed_name(key)
    )
    observation.before, observation.now = states
    observation.span, observation.place = span, place
    add_observation(observation)


def observation_of(what: ObservationKind, subject: Subject, key: str, name: str) -> PendingObservation:
    """Return an observation about a layer, a reader, or a function without either."""
    if isinstance(subject, Reader):
        observation = PendingObservation(what, (subject.key, key), name=name)
        observation.reader, observation.role = subject.name, subject.role
        observation.defined = subject.place
        return observation
    return PendingObservation(what, (getattr(subject, "number", 0), key), layer=subject, name=name)
