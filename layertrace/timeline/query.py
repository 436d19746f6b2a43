"""Choose events: by whom they are about, and by their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from layertrace.errors import QueryError, UnknownLayerError
from layertrace.timeline.event import KINDS, MODES, Event, FunctionRef, LayerRef
from layertrace.timeline.registry import live_layers

__all__ = [
    "answers_to",
    "by_fields",
    "by_subject",
    "check_value",
    "listed",
    "qualified_name",
]

FIELDS = Event.__struct_fields__

_TYPE: Any = vars(type)


def qualified_name(cls: type) -> str:
    """Return the name by which a class is known in `LayerRef.bases`."""
    # By the descriptors of `type`: a metaclass of the program may define attributes of these names.
    return f"{_TYPE['__module__'].__get__(cls)}.{_TYPE['__qualname__'].__get__(cls)}"


def by_subject(events: Iterable[Event], subject: object) -> Iterator[Event]:
    """Choose the events whose layer is `subject`."""
    events = tuple(events)
    layers = {event.layer.id: event.layer for event in events if event.layer is not None}
    is_wanted = _chooser(subject)
    wanted = {layer.id for layer in layers.values() if is_wanted(layer)}
    if not wanted:
        known = listed(map(str, layers.values())) or "no layer at all"
        raise UnknownLayerError(f"no layer {_told(subject)} in this timeline; it has {known}")
    return (e for e in events if e.layer is not None and e.layer.id in wanted)


def listed(names: Iterable[str]) -> str:
    """Write the different ones of some names, as many as can be read.

    Example:
        >>> listed(["a", "b", "a"])
        'a, b'
    """
    different = list(dict.fromkeys(names))
    more = f" and {len(different) - _MOST_LISTED:,} more" if len(different) > _MOST_LISTED else ""
    return ", ".join(different[:_MOST_LISTED]) + more


_MOST_LISTED = 20


def _chooser(subject: object) -> Callable[[LayerRef], bool]:
    if isinstance(subject, str):
        return lambda layer: answers_to(layer, subject)
    if isinstance(subject, type):
        wanted = qualified_name(subject)
        return lambda layer: wanted in layer.bases
    if isinstance(subject, LayerRef):
        number = subject.id
    else:
        known = live_layers.get(subject)
        number = -1 if known is None else known.number
    return lambda layer: layer.id == number


def answers_to(layer: LayerRef, glob: str) -> bool:
    """Tell whether a glob names a layer: its name, its class, or its path from any layer around on."""
    steps = layer.path.split("/")
    paths = ("/".join(steps[i:]) for i in range(len(steps)))
    return any(fnmatchcase(text, glob) for text in (layer.name, layer.class_name, *paths))


def _told(subject: object) -> str:
    if isinstance(subject, str):
        return repr(subject)
    if isinstance(subject, type):
        return f"of class {subject.__qualname__}"
    if isinstance(subject, LayerRef):
        return str(subject)
    if type(subject).__module__ == "builtins":  # whose repr is no stranger's code
        return f"{subject!r:.60} (layers are told by a layer, a class, a LayerRef, or a name or path glob)"
    return f"{getattr(subject, 'name', '')!r} ({type(subject).__name__})"


def by_fields(
    events: Iterable[Event],
    predicates: tuple[Callable[[Event], bool], ...],
    fields: Mapping[str, Any],
) -> Iterator[Event]:
    """Choose the events that satisfy all predicates and have all fields as given."""
    for name, value in fields.items():
        check_value(name, value)
    if "layer" in fields:
        fields = dict(fields)
        subject = fields.pop("layer")
        if subject is None:
            predicates = (*predicates, lambda event: event.layer is None)
        else:
            events = by_subject(events, subject)
    return (
        event
        for event in events
        if all(_equals(getattr(event, name), value) for name, value in fields.items())
        and all(predicate(event) for predicate in predicates)
    )


def check_value(name: str, value: object) -> None:
    """Refuse a field that events do not have, and a kind or mode that none can have.

    Raises:
        QueryError: If so; the message lists those that there are.
    """
    if name not in FIELDS:
        raise QueryError(f"events have no field {name!r}; they have {', '.join(FIELDS)}")
    known: tuple[str, ...] = {"kind": KINDS, "mode": MODES}.get(name, ())
    for wanted in value if isinstance(value, (list, tuple, set, frozenset)) else (value,):
        if known and wanted not in known:
            raise QueryError(f"no event has the {name} {wanted!r}; it is one of {', '.join(known)}")


def _equals(found: object, wanted: object) -> bool:
    if found == wanted:
        return True
    if isinstance(found, FunctionRef) and isinstance(wanted, str):
        return found.name == wanted
    if isinstance(wanted, (list, set, frozenset)) or (
        isinstance(wanted, tuple) and not isinstance(found, (tuple, list))
    ):
        return any(_equals(found, one) for one in wanted)
    return False
