"""Read the items of an order: kinds, pairs such as `encoder.build`, and functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from layertrace.errors import ExpectationError, QueryError
from layertrace.timeline import Event, Timeline
from layertrace.timeline.query import check_value, listed

__all__ = ["Item", "Predicate", "Written", "item_of"]

Predicate = Callable[[Event], bool]
Written = str | tuple[object, str] | Predicate
"""An item as a test writes it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an order.

    Attributes:
        name: Its name in messages.
        matches: Returns whether an event is meant.
        names: Whether it names a layer or function, or is a function; False for a kind alone.
    """

    name: str
    matches: Predicate
    names: bool = True


def item_of(written: Written, timeline: Timeline) -> Item:
    """Return an item as a test writes it, for the events of a timeline.

    Raises:
        QueryError: If it names an unknown kind or function.
        UnknownLayerError: If it names a layer that the timeline does not have.
        ExpectationError: If it is of another type.
    """
    if isinstance(written, str):
        glob, _, kind = written.rpartition(".")
        return _of_kind(written, kind, glob or None, timeline)
    if isinstance(written, tuple) and len(written) == 2 and isinstance(written[1], str):
        subject, kind = written
        return _of_kind(f"{getattr(subject, 'name', subject)}.{kind}", kind, subject, timeline)
    if callable(written):
        return Item(getattr(written, "__name__", type(written).__name__), written)
    raise ExpectationError(
        "each item must be a kind, a pair such as 'encoder.build', or a function, "
        f"got {type(written).__name__}"
    )


def _of_kind(name: str, kind: str, subject: object, timeline: Timeline) -> Item:
    check_value("kind", kind)
    if subject is None:
        return Item(name, lambda event: event.kind == kind, names=False)
    if kind in ("trace", "run"):
        return Item(name, _of_function(str(subject), kind, timeline))
    layers = {layer.id for layer in timeline.of(subject).layers}
    return Item(
        name, lambda event: event.kind == kind and event.layer is not None and event.layer.id in layers
    )


def _of_function(glob: str, kind: str, timeline: Timeline) -> Predicate:
    names = {name for life in timeline.functions for name in (life.name, life.label)}
    matching = {name for name in names if fnmatchcase(name, glob)}
    if not matching:
        existing = listed(sorted(names)) or "no functions"
        raise QueryError(f"no function {glob!r} in this timeline; it has {existing}")
    return lambda event: (
        event.kind == kind
        and event.function is not None
        and not matching.isdisjoint((event.function.name, event.function.label))
    )
