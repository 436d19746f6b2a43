"""Group events by layer, and find out which layer is inside which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from layertrace.compare.generated_names import unnumbered
from layertrace.timeline.event import Event, Kind, LayerRef
from layertrace.timeline.literals import words

__all__ = ["LayerHistories", "LayerHistory"]


@dataclass
class LayerHistory:
    """One layer and its events.

    Attributes:
        layer: The layer, with its latest name and path.
        events: Its events, in order.
        callers: The numbers of the layers in which it was created, built or called.
    """

    layer: LayerRef
    events: list[Event] = field(default_factory=list)
    callers: set[int] = field(default_factory=set)

    def of_kind(self, kind: Kind) -> list[Event]:
        """Return its events of one kind."""
        return [event for event in self.events if event.kind == kind]

    @cached_property
    def signature(self) -> tuple[Any, ...]:
        """The arguments it was created with, and its variables: what distinguishes it within its class."""
        parts: list[Any] = []
        for event in self.events:
            if event.kind == "init":
                arguments = {name: value for name, value in event.arguments.items() if name != "name"}
                parts += [f"{name}={unnumbered(words(value))}" for name, value in arguments.items()]
            elif event.variable is not None and event.error is None:
                parts.append((event.variable.dtype, event.variable.shape))
        return tuple(parts)


class LayerHistories:
    """The histories of all layers in some events, in the order of their first events.

    Attributes:
        by_id: The histories, by the number of the layer.
        children: The numbers of the layers directly inside each; under None, those without a parent.
        parent: The number of the parent of each layer.
        outer_first: The numbers of all layers, each after its parent.
        structural_hash: For each layer a number that is equal for layers of the same structure, including
            everything inside them.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self.by_id: dict[int, LayerHistory] = {}
        self.children: dict[int | None, list[int]] = {}
        self.parent: dict[int, int | None] = {}
        self._call_order: dict[int | None, dict[int, int]] = {}
        self._group(events)
        self._find_parents()
        self.outer_first = self._parents_first()
        self.structural_hash = self._structural_hashes()

    def _group(self, events: Iterable[Event]) -> None:
        inside: dict[int | None, int | None] = {}
        for event in events:
            caller = inside.get(event.parent)
            inside[event.seq] = caller if event.layer is None else event.layer.id
            if event.layer is None:
                continue
            history = self.by_id.get(event.layer.id)
            if history is None:
                history = self.by_id[event.layer.id] = LayerHistory(event.layer)
            history.layer = event.layer
            history.events.append(event)
            if caller is not None and caller != event.layer.id:
                history.callers.add(caller)

    def _find_parents(self) -> None:
        """Find the parent of each layer: the layer that its path names, preferably one in which it ran."""
        by_name: dict[str, list[int]] = {}
        for number, history in self.by_id.items():
            by_name.setdefault(history.layer.name, []).append(number)
        for number in self.by_id:
            parent = self._parent(number, by_name)
            self.parent[number] = parent
            self.children.setdefault(parent, []).append(number)

    def _parent(self, number: int, by_name: dict[str, list[int]]) -> int | None:
        history = self.by_id[number]
        outer = history.layer.path.rpartition("/")[0]
        while outer:
            # Thousands of layers may have this name, but a layer runs only in a few.
            for candidate in chain(sorted(history.callers), by_name.get(outer.rpartition("/")[2], ())):
                if self._has_path(candidate, outer) and not self._is_inside(candidate, number):
                    return candidate
            outer = outer.rpartition("/")[0]
        return None

    def _has_path(self, number: int, path: str) -> bool:
        # A model inside another model has a longer path than the paths of its layers show.
        return f"/{self.by_id[number].layer.path}".endswith(f"/{path}")

    def _is_inside(self, inner: int | None, outer: int) -> bool:
        while inner is not None and inner != outer:
            inner = self.parent.get(inner)
        return inner == outer

    def _parents_first(self) -> list[int]:
        """Return the numbers of all layers, each after its parent."""
        numbers = list(self.children.get(None, ()))
        for number in numbers:
            numbers += self.children.get(number, ())
        return numbers

    def _structural_hashes(self) -> dict[int, int]:
        hashes: dict[int, int] = {}
        for number in reversed(self.outer_first):
            history = self.by_id[number]
            inner = sorted(hashes[child] for child in self.children.get(number, ()))
            hashes[number] = hash((history.layer.class_name, history.signature, tuple(inner)))
        return hashes

    def neighbours(self, number: int) -> tuple[LayerRef | None, LayerRef | None]:
        """Return the layers that are called before and after a layer in the same parent, or None."""
        order = self._called_inside(self.parent[number])
        place = order.get(number)
        if place is None:
            return None, None
        siblings = [None, *order, None]
        before, after = siblings[place], siblings[place + 2]
        return (
            None if before is None else self.by_id[before].layer,
            None if after is None else self.by_id[after].layer,
        )

    def _called_inside(self, parent: int | None) -> dict[int, int]:
        """Return the position of each layer that is called, by its number, among its siblings."""
        if parent not in self._call_order:
            first_calls = {
                number: next((event.seq for event in self.by_id[number].events if event.kind == "call"), None)
                for number in self.children.get(parent, ())
            }
            called = sorted((seq, number) for number, seq in first_calls.items() if seq is not None)
            self._call_order[parent] = {number: place for place, (_, number) in enumerate(called)}
        return self._call_order[parent]

    def is_plain(self, number: int) -> bool:
        """Return whether only its class and its name distinguish a layer from others."""
        return not self.by_id[number].signature and not self.children.get(number)
