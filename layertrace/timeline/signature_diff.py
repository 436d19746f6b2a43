"""Compare the arguments of two traces of a `tf.function`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from layertrace.timeline.cause import Change, Difference
from layertrace.timeline.event import Opaque, Structure, TensorSpec
from layertrace.timeline.literals import words

__all__ = ["changes", "closest"]

Signature = Mapping[str, Structure]


def closest(earlier: Sequence[Signature], now: Signature) -> tuple[int, tuple[Change, ...]]:
    """Return the index of the most similar signature, and its changes; of equally similar ones, the last.

    Args:
        earlier: The signatures of earlier traces, at least one.
        now: The signature of the trace to explain.
    """
    candidates = [(changes(before, now), index) for index, before in enumerate(earlier)]
    fewest, index = min(candidates, key=lambda candidate: (len(candidate[0]), -candidate[1]))
    return index, fewest


def changes(before: Signature, now: Signature) -> tuple[Change, ...]:
    """Return the differences between two signatures, argument by argument.

    Example:
        >>> before, now = TensorSpec("float32", (1, 3)), TensorSpec("float32", (2, 3))
        >>> for change in changes({"x": before, "alpha": 0.0}, {"x": now, "alpha": 0.1}):
        ...     print(change)
        x: float32[2, 3], was float32[1, 3] (dimension 0)
        alpha=0.1, was 0.0
    """
    return tuple(_members(before, now, lambda name: name))


def _members(before: Signature, now: Signature, path: Callable[[str], str]) -> Iterator[Change]:
    for name in {**before, **now}:
        if name not in before:
            yield Change(argument=path(name), what="added", before=None, now=words(now[name]))
        elif name not in now:
            yield Change(argument=path(name), what="removed", before=words(before[name]), now=None)
        else:
            yield from _compare(path(name), before[name], now[name])


def _compare(path: str, before: Structure, now: Structure) -> Iterator[Change]:
    if isinstance(before, TensorSpec) and isinstance(now, TensorSpec):
        yield from _tensors(path, before, now)
    elif isinstance(before, Mapping) and isinstance(now, Mapping):
        yield from _members(before, now, lambda name: f"{path}[{name!r}]")
    elif isinstance(before, tuple) and isinstance(now, tuple) and len(before) == len(now):
        for index, (old, new) in enumerate(zip(before, now, strict=True)):
            yield from _compare(f"{path}[{index}]", old, new)
    elif _is_plain(before) and _is_plain(now):
        if (type(before), before) != (type(now), now):
            what: Difference = "object" if isinstance(before, Opaque) or isinstance(now, Opaque) else "value"
            yield Change(argument=path, what=what, before=words(before), now=words(now))
    else:
        yield Change(argument=path, what="structure", before=words(before), now=words(now))


def _tensors(path: str, before: TensorSpec, now: TensorSpec) -> Iterator[Change]:
    if before == now:
        return
    old, new = before.shape, now.shape
    axes: tuple[int, ...] = ()
    what: Difference
    encodings = {before.encoding, now.encoding}
    if len(encodings) == 2 and "weak" not in encodings:
        what = "encoding"
    elif before.dtype != now.dtype or len(encodings) == 2:
        what = "dtype"
    elif old is None or new is None or len(old) != len(new):
        what = "rank"
    else:
        what = "shape"
        axes = tuple(n for n, (a, b) in enumerate(zip(old, new, strict=True)) if a != b)
    yield Change(argument=path, what=what, before=str(before), now=str(now), axes=axes)


def _is_plain(value: Structure) -> bool:
    return not isinstance(value, (TensorSpec, tuple, Mapping))
