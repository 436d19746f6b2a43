"""Choose events by layer, by class, by duration and by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from layertrace.errors import UnknownLayerError
from layertrace.timeline import Timeline
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.ownership import is_installed_file, is_user_defined
from layertrace.timeline.query import inside_of, left_out, listed

__all__ = ["Filters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which events to show.

    Attributes:
        only: Globs of names and paths, each with what is inside.
        classes: Globs of classes.
        exclude: Globs of what to leave out, as `Timeline.without` takes them.
        own: Whether to leave out layers of installed packages.
        min_duration: The shortest duration, in milliseconds.
        kinds: The kinds of events; empty for all.
    """

    only: Sequence[str] = ()
    classes: Sequence[str] = ()
    exclude: Sequence[str] = ()
    own: bool = False
    min_duration: float | None = None
    kinds: Sequence[str] = ()

    def chosen(self, timeline: Timeline) -> Timeline:
        """Return the events that the options choose; a layer of `only` includes everything inside it.

        Raises:
            UnknownLayerError: If a glob matches no layer; the message lists what there is.
        """
        hidden = left_out(timeline, self.exclude) if self.exclude else set()
        if self.only or self.classes:
            chosen = [layer for glob in self.only for layer in timeline.of(glob).layers]
            inside = inside_of(timeline, chosen)
            ids = {layer.id for glob in self.classes for layer in _layers_of_class(timeline, glob)}
            timeline = timeline.where(
                lambda event: event.seq in inside or (event.layer is not None and event.layer.id in ids)
            )
        if hidden:
            timeline = timeline.where(lambda event: event.seq not in hidden)
        if self.own:
            timeline = _own(timeline)
        if self.min_duration is not None:
            shortest = self.min_duration * 1e6
            timeline = timeline.where(lambda event: _lasts(event, shortest))
        if self.kinds:
            timeline = timeline.where(lambda event: event.kind in self.kinds)
        return timeline


def _layers_of_class(timeline: Timeline, glob: str) -> list[LayerRef]:
    """Return the layers whose class, or one of its base classes, matches a glob."""
    layers = [layer for layer in timeline.layers if any(fnmatchcase(name, glob) for name in _classes(layer))]
    if not layers:
        classes = listed(layer.class_name for layer in timeline.layers)
        existing = f"the classes are {classes}" if classes else "the recording has no layers"
        raise UnknownLayerError(f"no layer has a class that matches {glob!r}; {existing}")
    return layers


def _classes(layer: LayerRef) -> list[str]:
    return [layer.class_name, *(base.rpartition(".")[2] for base in layer.bases)]


def _own(timeline: Timeline) -> Timeline:
    """Return the events of layers whose class is the program's own, and of functions."""
    states, plumbing = timeline.surroundings.states, timeline.plumbing
    ids = {layer.id for layer in timeline.layers if _is_own(layer, states.get(layer.id))}
    return timeline.where(
        lambda event: event.seq not in plumbing and (event.layer is None or event.layer.id in ids)
    )


def _is_own(layer: LayerRef, state: LayerState | None) -> bool:
    """Return whether a class is the program's own; if it has no method of its own, its module decides."""
    if not is_user_defined(layer):
        return False
    files = [] if state is None else [place.file for place in state.methods.values()]
    return not files or not all(map(is_installed_file, files))


def _lasts(event: Event, shortest_ns: float) -> bool:
    """Return whether an event took at least this long; one that had not ended did."""
    if event.duration_ns is None:
        return event.kind != "variable"
    return event.duration_ns >= shortest_ns
