"""Know a `tf.function` again, and what became of its traces, without keeping it alive."""

from __future__ import annotations

import weakref
from bisect import bisect_left, bisect_right

from layertrace.timeline.registry import Register

__all__ = ["FunctionRecord", "known", "record_of"]

_functions: Register[FunctionRecord] = Register()
known = _functions.by_id  # hooks read it directly: one lookup, no call


class FunctionRecord:
    """One `tf.function` object: its number, and the traces of it so far.

    `kept` are the numbers of the traces that TensorFlow has kept, as far as they were seen; `traced` says
    when they began. `attributes` are those of the layers inside, as they were when it was traced last;
    `looks` counts how often they were looked at again.
    """

    __slots__ = ("attributes", "failed", "kept", "looks", "number", "passes", "traced")

    def __init__(self) -> None:
        self.number = _functions.next_number()
        self.failed = 0
        self.passes: set[str] = set()
        self.kept: list[int] = []
        self.traced: list[int] = []
        self.attributes: dict[int, tuple[weakref.ref[object], dict[str, object]]] = {}
        self.looks = 0

    def number_of(self, position: int, cached: int) -> int:
        """Return which trace is at a position in TensorFlow's cache of `cached` traces.

        Failed traces have numbers, and no place in the cache; those before recording began were not seen.
        """
        seen = position - (cached - len(self.kept))
        return self.kept[seen] if seen >= 0 else position + 1

    def traced_between(self, start: int, end: int) -> int:
        """Return how many traces began between two times."""
        return bisect_right(self.traced, end) - bisect_left(self.traced, start)


def record_of(captures: object) -> FunctionRecord:
    """Return what is known of a `tf.function`, by the captures that it shares with all its traces.

    Two functions may share a name, but not what they capture; their caches cannot be referred to weakly.
    """
    return _functions.get(captures) or _functions.add(captures, FunctionRecord())
