"""Gather what happened to each layer, and who lies in whom."""

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
    """One layer, as it was last seen, and its events.

    Attributes:
        layer: Who.
        events: What happened to it, in order.
        around: The numbers of the layers that it was made, built or called in.
    """

    layer: LayerRef
    events: list[Event] = field(default_factory=list)
    around: set[int] = field(default_factory=set)

    def of_kind(self, kind: Kind) -> list[Event]:
        """Return its events of one kind."""
        return [event for event in self.events if event.kind == kind]

    @cached_property
    def signature(self) -> tuple[Any, ...]:
        """What it was made with, and the variables it has: all that tells it from another of its class."""
        told: list[Any] = []
        for event in self.events:
            if event.kind == "init":
                given = {name: value for name, value in event.arguments.items() if name != "name"}
                told += [f"{name}={unnumbered(words(value))}" for name, value in given.items()]
            elif event.variable is not None and event.error is None:
                told.append((event.variable.dtype, event.variable.shape))
        return tuple(told)


class LayerHistories:
    """The lives of all layers of some events, by number, in the order of their first events.

    Attributes:
        by_id: The lives.
        children: The numbers of the layers directly inside each; under None, those inside no other.
        parent: The number of the layer around each.
        outer_first: The numbers of all layers, each after that of the layer around.
        deep: For each layer a number that is equal where it is made alike, with all inside it.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self.by_id: dict[int, LayerHistory] = {}
        self.children: dict[int | None, list[int]] = {}
        self.parent: dict[int, int | None] = {}
        self._gather(events)
        self._nest()
        self.outer_first = self._from_outside()
        self.deep = self._deep_signatures()

    def _gather(self, events: Iterable[Event]) -> None:
        inside: dict[int | None, int | None] = {}
        for event in events:
            around = inside.get(event.parent)
            inside[event.seq] = around if event.layer is None else event.layer.id
            if event.layer is None:
                continue
            life = self.by_id.get(event.layer.id)
            if life is None:
                life = self.by_id[event.layer.id] = LayerHistory(event.layer)
            life.layer = event.layer
            life.events.append(event)
            if around is not None and around != event.layer.id:
                life.around.add(around)

    def _nest(self) -> None:
        """Find the layer around each: the one that its path names, and among namesakes, one it ran in."""
        by_name: dict[str, list[int]] = {}
        for number, life in self.by_id.items():
            by_name.setdefault(life.layer.name, []).append(number)
        for number in self.by_id:
            parent = self._parent(number, by_name)
            self.parent[number] = parent
            self.children.setdefault(parent, []).append(number)

    def _parent(self, number: int, by_name: dict[str, list[int]]) -> int | None:
        life = self.by_id[number]
        outer = life.layer.path.rpartition("/")[0]
        while outer:
            # There may be thousands of namesakes, but a layer runs in a few only.
            for one in chain(sorted(life.around), by_name.get(outer.rpartition("/")[2], ())):
                if self._answers_to(one, outer) and not self._lies_in(one, number):
                    return one
            outer = outer.rpartition("/")[0]
        return None

    def _answers_to(self, number: int, path: str) -> bool:
        # A model that was put into another has a longer path than its layers say that they lie in.
        return f"/{self.by_id[number].layer.path}".endswith(f"/{path}")

    def _lies_in(self, inner: int | None, outer: int) -> bool:
        while inner is not None and inner != outer:
            inner = self.parent.get(inner)
        return inner == outer

    def _from_outside(self) -> list[int]:
        """Return the numbers of all layers, each after that of the layer around."""
        found = list(self.children.get(None, ()))
        for number in found:
            found += self.children.get(number, ())
        return found

    def _deep_signatures(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for number in reversed(self.outer_first):
            life = self.by_id[number]
            inner = sorted(found[child] for child in self.children.get(number, ()))
            found[number] = hash((life.layer.class_name, life.signature, tuple(inner)))
        return found

    def is_plain(self, number: int) -> bool:
        """Tell a layer that nothing but its class and its name tells from others."""
        return not self.by_id[number].signature and not self.children.get(number)
