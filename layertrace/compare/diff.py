"""Compare two recordings: what appeared, disappeared and changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from layertrace.compare.align_layers import Alignment, align
from layertrace.compare.contrast import Contrast, Respect, contrasts
from layertrace.compare.function_diff import FunctionDifference, difference_of, groups
from layertrace.compare.holders import HolderDifference, holder_differences, variables_of_users
from layertrace.compare.layer_histories import LayerHistories, LayerHistory
from layertrace.compare.layer_traits import FormatCache, of_layer, of_variables, plain_name
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.functions import FunctionLife, with_steps
from layertrace.timeline.timeline import Timeline

__all__ = ["Contrast", "Difference", "FunctionDifference", "LayerDifference", "diff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDifference:
    """A layer that differs between two recordings.

    Attributes:
        before: The layer in the first recording; None if it has appeared.
        now: The layer in the second recording; None if it has disappeared.
        around: Its parent, in the first recording if it has disappeared.
        calls: The number of its calls in the first and in the second recording.
        eager_calls: The number of those that ran eagerly.
        between: For a layer that appeared or disappeared, the layers that are called before and after it in
            the same parent; None if it is the first or the last, or is not called.
        inside: For a layer that appeared or disappeared, the number of layers inside it that did so, too.
        contrasts: The respects in which it differs.
    """

    before: LayerRef | None
    now: LayerRef | None
    around: LayerRef | None
    calls: tuple[int, int]
    eager_calls: tuple[int, int] = (0, 0)
    between: tuple[LayerRef | None, LayerRef | None] = (None, None)
    inside: int = 0
    contrasts: tuple[Contrast, ...] = ()

    @property
    def layer(self) -> LayerRef:
        """The layer in the second recording, or in the first if it has disappeared."""
        layer = self.now or self.before
        assert layer is not None  # noqa: S101  # `diff` always passes one of them
        return layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The differences between two recordings; false if only ids, timings and line numbers differ.

    Attributes:
        functions: The functions that differ.
        layers: The layers that differ, in the order of the second recording; then those that disappeared.
        outside: What differs outside of any layer: variables of the program, the exception at the end.
        holders: The optimizers, metrics and random generators whose variables outside of layers differ.
        parting: The first events in the first thread that differ; None for a recording that had ended.
        versions: The versions of TensorFlow and Keras, if they differ. They alone do not make it true.
        notes: The notes of the first and of the second recording, such as why one is incomplete.
    """

    functions: tuple[FunctionDifference, ...] = ()
    layers: tuple[LayerDifference, ...] = ()
    outside: tuple[Contrast, ...] = ()
    holders: tuple[HolderDifference, ...] = ()
    parting: tuple[Event | None, Event | None] | None = None
    versions: tuple[Contrast, ...] = ()
    notes: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def __bool__(self) -> bool:
        return bool(self.functions or self.layers or self.outside or self.holders or self.parting)


def diff(a: Timeline, b: Timeline) -> Difference:
    """Return what changed from `a` to `b`: what appeared, disappeared, was called or traced more often.

    Layers are paired by their paths, those with generated names by class and order; functions are paired by
    name and definition. Ids, timings, line numbers and the messages of errors are not compared.

    Example:
        >>> before, now = Event(seq=0, kind="build"), Event(seq=9, kind="build", start_ns=5)
        >>> bool(diff(Timeline([before]), Timeline([now])))
        False
    """
    a, b = a[:], b[:]
    layers = align(LayerHistories(a), LayerHistories(b))
    functions = list(groups(with_steps(a), with_steps(b)))
    versions = contrasts(_versions(a), _versions(b))
    return Difference(
        functions=tuple(filter(None, (difference_of(*pair) for pair in functions))),
        layers=tuple(_layers(layers)),
        outside=tuple(contrasts(_outside(a), _outside(b))),
        holders=tuple(holder_differences(a, b)),
        parting=_parting(a, b, layers, functions),
        versions=tuple(version for version in versions if version.before and version.now),
        notes=(a.notes, b.notes),
    )


def _layers(alignment: Alignment) -> Iterator[LayerDifference]:
    text_of = FormatCache()
    a, b = alignment.a, alignment.b
    for number, history in b.by_id.items():
        if number in alignment.before:
            yield from _changed(alignment, alignment.before[number], number, text_of)
        elif _is_outermost(b, number, alignment.before):
            yield LayerDifference(
                before=None,
                now=history.layer,
                around=_parent(b, number),
                calls=(0, len(history.of_kind("call"))),
                eager_calls=(0, _eager(history)),
                between=b.neighbours(number),
                inside=_count_inside(b, number, alignment.before),
            )
    for number, history in a.by_id.items():
        if number not in alignment.now and _is_outermost(a, number, alignment.now):
            yield LayerDifference(
                before=history.layer,
                now=None,
                around=_parent(a, number),
                calls=(len(history.of_kind("call")), 0),
                eager_calls=(_eager(history), 0),
                between=a.neighbours(number),
                inside=_count_inside(a, number, alignment.now),
            )


def _changed(alignment: Alignment, old: int, new: int, text_of: FormatCache) -> Iterator[LayerDifference]:
    before, now = alignment.a.by_id[old], alignment.b.by_id[new]
    differing = (
        *contrasts(_position(alignment, old, alignment.a), _position(alignment, new, alignment.b)),
        *contrasts(of_layer(before, text_of), of_layer(now, text_of)),
    )
    if differing:
        yield LayerDifference(
            before=before.layer,
            now=now.layer,
            around=_parent(alignment.b, new),
            calls=(len(before.of_kind("call")), len(now.of_kind("call"))),
            eager_calls=(_eager(before), _eager(now)),
            contrasts=differing,
        )


def _eager(history: LayerHistory) -> int:
    return sum(event.mode == "eager" for event in history.of_kind("call"))


def _position(alignment: Alignment, number: int, histories: LayerHistories) -> Iterator[Respect]:
    """Yield the name of a layer if it was renamed, and its parent if the parents are not a pair."""
    is_first = histories is alignment.a
    other = alignment.now.get(number) if is_first else alignment.before.get(number)
    assert other is not None  # noqa: S101  # only pairs are compared
    others = alignment.b if is_first else alignment.a
    if alignment.key(histories, number) != alignment.key(others, other):
        yield "name", [histories.by_id[number].layer.name]
    if alignment.parent_key(histories, number) != alignment.parent_key(others, other):
        parent = _parent(histories, number)
        yield "place", ["in no other layer" if parent is None else f"in {parent.path}"]


def _parent(histories: LayerHistories, number: int) -> LayerRef | None:
    parent = histories.parent[number]
    return None if parent is None else histories.by_id[parent].layer


def _is_outermost(histories: LayerHistories, number: int, done: Mapping[int, int]) -> bool:
    parent = histories.parent[number]
    return parent is None or parent in done


def _count_inside(histories: LayerHistories, number: int, done: Mapping[int, int]) -> int:
    count, waiting = 0, [number]
    while waiting:
        inner = [child for child in histories.children.get(waiting.pop(), ()) if child not in done]
        count += len(inner)
        waiting += inner
    return count


def _outside(timeline: Timeline) -> Iterator[Respect]:
    yield from of_variables(variables_of_users(timeline))
    yield "ended by", [] if timeline.failure is None else [timeline.failure.error.type]


def _versions(timeline: Timeline) -> Iterable[Respect]:
    return [(name, [version]) for name, version in timeline.surroundings.versions.items()]


def _parting(
    a: Timeline,
    b: Timeline,
    layers: Alignment,
    functions: Iterable[tuple[tuple[FunctionLife, ...], tuple[FunctionLife, ...]]],
) -> tuple[Event | None, Event | None] | None:
    """Return the first events that differ in the first thread; the order of other threads varies."""
    pair_of_old = {life.function.id: pair for pair, (old, _) in enumerate(functions) for life in old}
    pair_of_new = {life.function.id: pair for pair, (_, new) in enumerate(functions) for life in new}
    before, now = _of_first_thread(a), _of_first_thread(b)
    for old, new in zip(before, now, strict=False):
        if _comparable(old, layers.now, pair_of_old) != _comparable(new, None, pair_of_new):
            return old, new
    if len(before) == len(now):
        return None
    shorter = min(len(before), len(now))
    return (
        before[shorter] if len(before) > shorter else None,
        now[shorter] if len(now) > shorter else None,
    )


def _of_first_thread(timeline: Timeline) -> list[Event]:
    return [event for event in timeline if event.thread == timeline[0].thread]


def _comparable(
    event: Event, layers: Mapping[int, int] | None, functions: Mapping[int, int]
) -> tuple[object, ...]:
    """Return a description of an event in which paired layers and functions have equal numbers."""
    layer = event.layer
    return (
        event.kind,
        event.mode,
        None if layer is None else layer.id if layers is None else layers.get(layer.id, -1),
        functions.get(event.function.id) if event.function is not None else None,
        None if event.variable is None else plain_name(event.variable.name),
    )
