"""Put two things side by side, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Contrast", "contrasts"]

Told = tuple[str, Iterable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One respect in which something is not as it was.

    Attributes:
        what: The respect: `calls`, `inputs`, `variable kernel`.
        before: What was seen, in words, each once; nothing where there was none.
        now: What is seen, likewise.
    """

    what: str
    before: tuple[str, ...]
    now: tuple[str, ...]


def contrasts(before: Iterable[Told], now: Iterable[Told]) -> Iterator[Contrast]:
    """Yield where two descriptions differ, respect by respect, in the order of the second.

    Example:
        >>> list(contrasts([("calls", ["1"]), ("mode", ["graph"])], [("calls", ["2"]), ("mode", ["graph"])]))
        [Contrast(what='calls', before=('1',), now=('2',))]
    """
    was, is_ = ({what: tuple(dict.fromkeys(said)) for what, said in told} for told in (before, now))
    for what in {**is_, **was}:
        one, other = was.get(what, ()), is_.get(what, ())
        # What was seen in another order was seen all the same.
        if set(one) != set(other):
            yield Contrast(what=what, before=one, now=other)
