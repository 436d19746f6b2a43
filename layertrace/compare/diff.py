"""Compare two recordings: what one has that the other has not, or has otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from layertrace.compare.align_layers import Alignment, align
from layertrace.compare.contrast import Contrast, Told, contrasts
from layertrace.compare.function_diff import FunctionDifference, difference_of, groups
from layertrace.compare.layer_histories import LayerHistories
from layertrace.compare.layer_traits import Said, of_layer, of_variables, plain_name
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.functions import FunctionLife
from layertrace.timeline.timeline import Timeline

__all__ = ["Contrast", "Difference", "FunctionDifference", "LayerDifference", "diff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDifference:
    """What became otherwise of one layer.

    Attributes:
        before: Who it was; None for a layer that was not there.
        now: Who it is; None for a layer that is gone.
        around: The layer it lies in, or lay in where it is gone.
        calls: How often it was called then, and now.
        inside: For a layer that appeared or vanished, how many layers did so with it, inside.
        contrasts: The respects in which it differs.
    """

    before: LayerRef | None
    now: LayerRef | None
    around: LayerRef | None
    calls: tuple[int, int]
    inside: int = 0
    contrasts: tuple[Contrast, ...] = ()

    @property
    def layer(self) -> LayerRef:
        """Who it is, or was."""
        layer = self.now or self.before
        assert layer is not None  # noqa: S101  # `diff` makes none without both
        return layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """In what two recordings differ; false where they are equal apart from numbers, times and places.

    Attributes:
        functions: What became otherwise of functions.
        layers: What became otherwise of layers, in the order of the second recording; then what is gone.
        outside: What differs outside of any layer: variables of an optimizer, how the recording ended.
        parting: The first events, in the thread that began, in which the recordings differ; None where one
            had ended.
        versions: Of TensorFlow and Keras, where they differ. That alone is no difference.
    """

    functions: tuple[FunctionDifference, ...] = ()
    layers: tuple[LayerDifference, ...] = ()
    outside: tuple[Contrast, ...] = ()
    parting: tuple[Event | None, Event | None] | None = None
    versions: tuple[Contrast, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.functions or self.layers or self.outside or self.parting)


def diff(a: Timeline, b: Timeline) -> Difference:
    """Tell what `b` has otherwise than `a`: what appeared, vanished, was called or traced more often.

    Layers are paired by their paths, those that Keras named by class and order; functions by name and by
    where they are defined. Numbers, times and places make no difference, nor does what errors say.

    Example:
        >>> one, two = Event(seq=0, kind="build"), Event(seq=9, kind="build", start_ns=5)
        >>> bool(diff(Timeline([one]), Timeline([two])))
        False
    """
    a, b = a[:], b[:]
    layers = align(LayerHistories(a), LayerHistories(b))
    functions = list(groups(a.functions, b.functions))
    return Difference(
        functions=tuple(filter(None, (difference_of(*both) for both in functions))),
        layers=tuple(_layers(layers)),
        outside=tuple(contrasts(_outside(a), _outside(b))),
        parting=_parting(a, b, layers, functions),
        versions=tuple(contrasts(_versions(a), _versions(b))),
    )


def _layers(found: Alignment) -> Iterator[LayerDifference]:
    said = Said()
    for number, life in found.b.by_id.items():
        if number in found.before:
            yield from _changed(found, found.before[number], number, said)
        elif _is_outermost(found.b, number, found.before):
            inside = _count_inside(found.b, number, found.before)
            calls = (0, len(life.of_kind("call")))
            around = _around(found.b, number)
            yield LayerDifference(before=None, now=life.layer, around=around, calls=calls, inside=inside)
    for number, life in found.a.by_id.items():
        if number not in found.now and _is_outermost(found.a, number, found.now):
            inside = _count_inside(found.a, number, found.now)
            calls = (len(life.of_kind("call")), 0)
            around = _around(found.a, number)
            yield LayerDifference(before=life.layer, now=None, around=around, calls=calls, inside=inside)


def _changed(found: Alignment, was: int, is_: int, said: Said) -> Iterator[LayerDifference]:
    before, now = found.a.by_id[was], found.b.by_id[is_]
    differing = (
        *contrasts(_place(found, was, found.a), _place(found, is_, found.b)),
        *contrasts(of_layer(before, said), of_layer(now, said)),
    )
    if differing:
        yield LayerDifference(
            before=before.layer,
            now=now.layer,
            around=_around(found.b, is_),
            calls=(len(before.of_kind("call")), len(now.of_kind("call"))),
            contrasts=differing,
        )


def _place(found: Alignment, number: int, lives: LayerHistories) -> Iterator[Told]:
    """Yield the name that somebody gave a layer, and where it lies, if the layers around are no pair."""
    other = found.now.get(number) if lives is found.a else found.before.get(number)
    assert other is not None  # noqa: S101  # only pairs are compared
    others = found.b if lives is found.a else found.a
    if found.key(lives, number) != found.key(others, other):
        yield "name", [lives.by_id[number].layer.name]
    if found.around(lives, number) != found.around(others, other):
        around = _around(lives, number)
        yield "place", ["in no other layer" if around is None else f"in {around.path}"]


def _around(lives: LayerHistories, number: int) -> LayerRef | None:
    parent = lives.parent[number]
    return None if parent is None else lives.by_id[parent].layer


def _is_outermost(lives: LayerHistories, number: int, known: Mapping[int, int]) -> bool:
    parent = lives.parent[number]
    return parent is None or parent in known


def _count_inside(lives: LayerHistories, number: int, known: Mapping[int, int]) -> int:
    count, waiting = 0, [number]
    while waiting:
        inner = [one for one in lives.children.get(waiting.pop(), ()) if one not in known]
        count += len(inner)
        waiting += inner
    return count


def _outside(timeline: Timeline) -> Iterator[Told]:
    yield from of_variables(event for event in timeline if event.layer is None)
    yield "ended by", [] if timeline.failure is None else [timeline.failure.error.type]


def _versions(timeline: Timeline) -> Iterable[Told]:
    return [(name, [version]) for name, version in timeline.surroundings.versions.items()]


def _parting(
    a: Timeline,
    b: Timeline,
    layers: Alignment,
    functions: Iterable[tuple[tuple[FunctionLife, ...], tuple[FunctionLife, ...]]],
) -> tuple[Event | None, Event | None] | None:
    """Find where two recordings begin to differ: what runs in other threads comes in no certain order."""
    pairs = {life.function.id: n for n, (_, now) in enumerate(functions) for life in now}
    known = {life.function.id: n for n, (was, _) in enumerate(functions) for life in was}
    one, other = _of_first_thread(a), _of_first_thread(b)
    for was, is_ in zip(one, other, strict=False):
        if _token(was, layers.now, known) != _token(is_, None, pairs):
            return was, is_
    if len(one) == len(other):
        return None
    shorter = min(len(one), len(other))
    return (
        one[shorter] if len(one) > shorter else None,
        other[shorter] if len(other) > shorter else None,
    )


def _of_first_thread(timeline: Timeline) -> list[Event]:
    return [event for event in timeline if event.thread == timeline[0].thread]


def _token(
    event: Event, layers: Mapping[int, int] | None, functions: Mapping[int, int]
) -> tuple[object, ...]:
    """Say what an event is, in numbers that are equal for what is paired."""
    layer = event.layer
    return (
        event.kind,
        event.mode,
        None if layer is None else layer.id if layers is None else layers.get(layer.id, -1),
        functions.get(event.function.id) if event.function is not None else None,
        None if event.variable is None else plain_name(event.variable.name),
    )
