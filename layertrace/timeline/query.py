"""Select events by their layer and by their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from itertools import chain
from typing import Any

from layertrace.errors import QueryError, UnknownLayerError
from layertrace.timeline.event import KINDS, MODES, Event, FunctionRef, LayerRef
from layertrace.timeline.registry import live_layers

__all__ = [
    "answers_to",
    "by_fields",
    "by_subject",
    "check_value",
    "inside_of",
    "is_named",
    "is_of_class",
    "layers_of",
    "left_out",
    "listed",
    "qualified_name",
    "similar",
    "suggestion",
]

FIELDS = Event.__struct_fields__

_TYPE: Any = vars(type)


def qualified_name(cls: type) -> str:
    """Return the name by which a class is known in `LayerRef.bases`."""
    # By the descriptors of `type`: a metaclass of the program may define attributes of these names.
    return f"{_TYPE['__module__'].__get__(cls)}.{_TYPE['__qualname__'].__get__(cls)}"


def by_subject(events: Iterable[Event], subject: object) -> Iterator[Event]:
    """Yield the events whose layer is `subject`."""
    events = tuple(events)
    layers = {event.layer.id: event.layer for event in events if event.layer is not None}
    wanted = {layer.id for layer in layers_of(layers.values(), subject)}
    return (event for event in events if event.layer is not None and event.layer.id in wanted)


def layers_of(layers: Iterable[LayerRef], subject: object) -> list[LayerRef]:
    """Return the layers among these that are `subject`.

    Raises:
        UnknownLayerError: If none is; the message lists what there is.
    """
    layers = tuple(layers)
    is_wanted = _predicate_for(subject)
    wanted = [layer for layer in layers if is_wanted(layer)]
    if not wanted:
        meant = suggestion(subject, layers) if isinstance(subject, str) else ""
        raise UnknownLayerError(
            f"no layer {_description_of(subject)} in this timeline{meant}; it has {_examples(layers)}"
        )
    return wanted


def inside_of(events: Iterable[Event], layers: Sequence[LayerRef]) -> set[int]:
    """Return the numbers of the events of some layers, of the layers inside them, and of what ran inside."""
    ids, paths = {layer.id for layer in layers}, tuple(f"{layer.path}/" for layer in layers)
    seqs: set[int] = set()
    for event in events:
        layer = event.layer
        is_inside = layer is not None and (layer.id in ids or (bool(paths) and layer.path.startswith(paths)))
        if is_inside or event.parent in seqs:
            seqs.add(event.seq)
    return seqs


def left_out(events: Iterable[Event], subjects: Iterable[object]) -> set[int]:
    """Return the numbers of the events to leave out.

    Args:
        events: The events.
        subjects: Layers, and globs of names and paths: their events, and what happens inside; classes and
            globs of classes and modules: only the events of their layers.

    Raises:
        UnknownLayerError: If a subject matches no layer; the message lists what there is.
    """
    events = tuple(events)
    layers = {event.layer.id: event.layer for event in events if event.layer is not None}.values()
    with_inside, alone = [], set()
    for subject in subjects:
        for layer in layers_of(layers, subject):
            if isinstance(subject, type) or (isinstance(subject, str) and not is_named(layer, subject)):
                alone.add(layer.id)
            else:
                with_inside.append(layer)
    seqs = inside_of(events, with_inside)
    return seqs | {event.seq for event in events if event.layer is not None and event.layer.id in alone}


def listed(names: Iterable[str]) -> str:
    """Return the distinct names, separated by commas, at most 20 of them.

    Example:
        >>> listed(["a", "b", "a"])
        'a, b'
    """
    distinct = list(dict.fromkeys(names))
    more = f" and {len(distinct) - _MOST_LISTED:,} more" if len(distinct) > _MOST_LISTED else ""
    return ", ".join(distinct[:_MOST_LISTED]) + more


_MOST_LISTED = 20


def _predicate_for(subject: object) -> Callable[[LayerRef], bool]:
    if isinstance(subject, str):
        return lambda layer: answers_to(layer, subject)
    if isinstance(subject, type):
        wanted = qualified_name(subject)
        return lambda layer: wanted in layer.bases
    if isinstance(subject, LayerRef):
        number = subject.id
    else:
        record = live_layers.get(subject)
        number = -1 if record is None else record.number
    return lambda layer: layer.id == number


def answers_to(layer: LayerRef, glob: str) -> bool:
    """Return whether a glob matches a layer: its name, its path from any parent down, its class or module."""
    return is_named(layer, glob) or is_of_class(layer, glob)


def is_named(layer: LayerRef, glob: str) -> bool:
    """Return whether a glob matches the name of a layer, or its path from any parent down."""
    steps = layer.path.split("/")
    paths = ("/".join(steps[i:]) for i in range(len(steps)))
    return any(fnmatchcase(text, glob) for text in (layer.name, *paths))


def is_of_class(layer: LayerRef, glob: str) -> bool:
    """Return whether a glob matches the class of a layer; one with a dot, the class with its module.

    Example:
        >>> bases = ("keras.src.layers.core.dense.Dense",)
        >>> layer = LayerRef(id=1, class_name="Dense", name="dense", path="dense", bases=bases)
        >>> is_of_class(layer, "Dense"), is_of_class(layer, "keras.layers.*")
        (True, True)
    """
    names = [layer.class_name]
    if "." in glob:
        names += [name for base in layer.bases[:1] for name in (base, base.replace(".src.", "."))]
    return any(fnmatchcase(name, glob) for name in names)


def _examples(layers: Sequence[LayerRef]) -> str:
    """Return the layers of a timeline; of many, one of each class."""
    if len(layers) <= _MOST_LAYERS:
        return listed(map(str, layers)) or "no layer at all"
    of_each_class = list({layer.class_name: layer for layer in reversed(layers)}.values())[::-1]
    return f"{len(layers):,} layers, such as {', '.join(map(str, of_each_class[:_MOST_LAYERS]))}"


_MOST_LAYERS = 8


def similar(glob: str, layers: Iterable[LayerRef]) -> list[str]:
    """Return globs that differ little from one that matches no layer, and do match one.

    Example:
        >>> similar("encodr/*", [LayerRef(id=1, class_name="Dense", name="dense", path="encoder/dense")])
        ['encoder/*']
    """
    layers = tuple(layers)
    named = ((layer.name, layer.class_name, *layer.path.split("/")) for layer in layers)
    names = list(dict.fromkeys(chain.from_iterable(named)))
    steps = glob.split("/")
    ends = dict.fromkeys("/".join(layer.path.split("/")[-len(steps) :]) for layer in layers)
    candidates = get_close_matches(glob, ends, cutoff=0.8) if len(steps) > 1 else []
    candidates += [
        "/".join([*steps[:place], name, *steps[place + 1 :]])
        for place, step in enumerate(steps)
        for name in get_close_matches(step, names, cutoff=0.7)
    ]
    matching = [glob for glob in candidates if any(answers_to(layer, glob) for layer in layers)]
    return list(dict.fromkeys(matching))


def suggestion(glob: str, layers: Iterable[LayerRef]) -> str:
    """Return what a glob that matches no layer may mean, in brackets: ` (did you mean 'encoder/*'?)`."""
    globs = [repr(similar_glob) for similar_glob in similar(glob, layers)[:_MOST_SUGGESTED]]
    meant = " or ".join([", ".join(globs[:-1]), *globs[-1:]] if len(globs) > 1 else globs)
    return f" (did you mean {meant}?)" if globs else ""


_MOST_SUGGESTED = 3


def _description_of(subject: object) -> str:
    if isinstance(subject, str):
        return repr(subject)
    if isinstance(subject, type):
        return f"of class {subject.__qualname__}"
    if isinstance(subject, LayerRef):
        return str(subject)
    if type(subject).__module__ == "builtins":  # whose repr is not code of the program
        return f"{subject!r:.60} (expected a layer, a class, a LayerRef, or a name or path glob)"
    return f"{getattr(subject, 'name', '')!r} ({type(subject).__name__})"


def by_fields(
    events: Iterable[Event],
    predicates: tuple[Callable[[Event], bool], ...],
    fields: Mapping[str, Any],
) -> Iterator[Event]:
    """Yield the events that satisfy all predicates and have the given values of all fields."""
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
    """Reject an unknown field, and an unknown kind or mode.

    Raises:
        QueryError: If it is unknown; the message lists the valid ones.
    """
    if name not in FIELDS:
        raise QueryError(f"events have no field {name!r}; they have {', '.join(FIELDS)}")
    valid: tuple[str, ...] = {"kind": KINDS, "mode": MODES}.get(name, ())
    for wanted in value if isinstance(value, (list, tuple, set, frozenset)) else (value,):
        if valid and wanted not in valid:
            raise QueryError(f"unknown {name} {wanted!r}; the {name}s are {', '.join(valid)}")


def _equals(value: object, wanted: object) -> bool:
    if value == wanted:
        return True
    if isinstance(value, FunctionRef) and isinstance(wanted, str):
        return wanted in (value.name, value.label)
    if isinstance(wanted, (list, set, frozenset)) or (
        isinstance(wanted, tuple) and not isinstance(value, (tuple, list))
    ):
        return any(_equals(value, option) for option in wanted)
    return False
