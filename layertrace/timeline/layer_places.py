"""Find out which layer each layer lies in, and in which order layers inside one are listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.ownership import is_container

__all__ = ["Clues", "ordered", "parents_of"]


@dataclass(slots=True)
class Clues:
    """What events show about the place of layers; layers are numbers.

    Attributes:
        created_in: The layer whose method created each layer.
        used_in: The first layer in which each layer was built, called or given a variable.
        only_caller: The layer in whose calls all calls of a layer ran; None if there are several, or if the
            program called it outside of other layers.
        first_calls: The `seq` of the first call of a layer in the calls of another: layer, caller.
        copies: The layers that were created from a config, each with the layer that created it.
    """

    created_in: dict[int, int] = field(default_factory=dict)
    used_in: dict[int, int] = field(default_factory=dict)
    only_caller: dict[int, int | None] = field(default_factory=dict)
    first_calls: dict[tuple[int, int], int] = field(default_factory=dict)
    copies: dict[int, int | None] = field(default_factory=dict)

    def add(self, event: Event, number: int, around: int | None, *, in_call: bool) -> None:
        """Add what an event of a layer shows.

        Args:
            event: The event.
            number: The layer.
            around: The layer around it.
            in_call: Whether the event is directly inside a `call`.
        """
        if event.kind == "init" and "from config" in event.flags:
            self.copies.setdefault(number, around)
        if around is None:
            if event.kind == "call" and event.mode != "symbolic":
                self.only_caller[number] = None
            return
        (self.created_in if event.kind == "init" else self.used_in).setdefault(number, around)
        if event.kind == "call" and in_call:
            self.first_calls.setdefault((number, around), event.seq)
            if self.only_caller.setdefault(number, around) != around:
                self.only_caller[number] = None

    def copied(self, layers: Mapping[int, LayerRef]) -> Iterator[tuple[int, int]]:
        """Yield each layer that was copied, and the layer that created the copy, or -1.

        A copy has the class and the name of the original; `Bidirectional` puts a word before the name.
        """
        copiers: dict[tuple[str, str], int] = {}
        for copy, copier in self.copies.items():
            words = layers[copy].name.split("_")
            for at in range(len(words)):
                name = "_".join(words[at:])
                copiers.setdefault((layers[copy].class_name, name), -1 if copier is None else copier)
        for number, layer in layers.items():
            key = (layer.class_name, layer.name)
            if key in copiers and number not in self.copies:
                yield number, copiers[key]

    def is_created_in(self, number: int, creator: int) -> bool:
        """Return whether a layer was created by another, or by a layer that the other created."""
        for _ in range(len(self.created_in)):  # there may be a cycle
            around = self.created_in.get(number)
            if around is None or around == creator:
                return around == creator
            number = around
        return False


def parents_of(
    layers: Mapping[int, LayerRef], clues: Clues, states: Mapping[int, LayerState]
) -> dict[int, int]:
    """Return the layer that each layer lies in, by their numbers, without cycles.

    That is the layer whose method created it; or one created there, too, which alone calls it, or which is a
    Sequential or Functional that has it. Otherwise it is the first layer that used it, else the one that
    holds it as an attribute, else the smallest one that tracks it, else the one whose path its path begins
    with.
    """
    held_by: dict[int, int] = {}
    tracked_by: dict[int, int] = {}
    contained_in: dict[int, int] = {}
    for holder in sorted(states, key=lambda number: len(states[number].children)):
        for child in states[holder].held:
            held_by.setdefault(child, holder)
        is_model = is_container(states[holder].layer, derived=False)
        for child in states[holder].children:
            tracked_by.setdefault(child, holder)
            if is_model:
                contained_in.setdefault(child, holder)
    by_path = {layer.path: number for number, layer in layers.items()}
    parents: dict[int, int] = {}
    for number, layer in layers.items():
        creator = clues.created_in.get(number)
        inner = (clues.only_caller.get(number), contained_in.get(number))
        options = (
            *(
                each
                for each in inner
                if each is not None and creator is not None and clues.is_created_in(each, creator)
            ),
            creator,
            clues.used_in.get(number),
            held_by.get(number),
            tracked_by.get(number),
            by_path.get(layer.path.rpartition("/")[0]),
        )
        for parent in options:
            if parent is not None and parent != number and parent in layers:
                parents[number] = parent
                break
    for number in _in_cycles(parents):
        del parents[number]
    return parents


def _in_cycles(parents: Mapping[int, int]) -> list[int]:
    """Return one member of each cycle."""
    members, visited = [], set[int]()
    for start in parents:
        way, number = set[int](), start
        while number in parents and number not in visited:
            visited.add(number)
            way.add(number)
            number = parents[number]
        if number in way:
            members.append(number)
    return members


def ordered(
    layers: Mapping[int, LayerRef], parents: Mapping[int, int], clues: Clues
) -> Iterator[tuple[int, int | None, int]]:
    """Yield the layers, each followed by those inside it: its number, the position of its parent, its depth.

    Layers are in the order of their first events; those of a Sequential or Functional are in the order in
    which it runs them.
    """
    children: dict[int | None, list[int]] = {}
    for number in layers:
        children.setdefault(parents.get(number), []).append(number)
    for holder, inside in children.items():
        if holder is not None and len(inside) > 1 and is_container(layers[holder]):
            children[holder] = _as_run(inside, holder, layers, clues)
    top = children.get(None, [])
    waiting: list[tuple[int, int | None, int]] = [(number, None, 0) for number in reversed(top)]
    position = 0
    while waiting:
        number, parent, depth = waiting.pop()
        yield number, parent, depth
        inside = children.get(number, [])
        waiting += [(child, position, depth + 1) for child in reversed(inside)]
        position += 1


def _as_run(inside: Sequence[int], holder: int, layers: Mapping[int, LayerRef], clues: Clues) -> list[int]:
    """Return the layers in the order of their first calls; one without a call stays behind its neighbour."""
    return sorted(inside, key=dict(_first_calls(inside, holder, layers, clues)).__getitem__)


def _first_calls(
    inside: Iterable[int], holder: int, layers: Mapping[int, LayerRef], clues: Clues
) -> Iterator[tuple[int, int]]:
    latest = -1
    for number in inside:
        if layers[number].class_name == "InputLayer":
            yield number, -1
        else:
            latest = clues.first_calls.get((number, holder), latest)
            yield number, latest
