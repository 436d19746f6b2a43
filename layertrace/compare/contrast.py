"""Compare two descriptions, one respect at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Contrast", "contrasts"]

Respect = tuple[str, Iterable[str]]
"""The name of a respect, such as `calls`, and what is to be compared in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One respect in which two recordings differ.

    Attributes:
        what: The respect: `calls`, `inputs`, `variable kernel`.
        before: The distinct values in the first recording, as text.
        now: Those in the second.
    """

    what: str
    before: tuple[str, ...]
    now: tuple[str, ...]


def contrasts(before: Iterable[Respect], now: Iterable[Respect]) -> Iterator[Contrast]:
    """Yield the respects in which two descriptions differ, in the order of the second.

    Example:
        >>> list(contrasts([("calls", ["1"]), ("mode", ["graph"])], [("calls", ["2"]), ("mode", ["graph"])]))
        [Contrast(what='calls', before=('1',), now=('2',))]
    """
    first, second = (
        {what: tuple(dict.fromkeys(values)) for what, values in description} for description in (before, now)
    )
    for what in {**second, **first}:
        old, new = first.get(what, ()), second.get(what, ())
        # The order of the values does not matter.
        if set(old) != set(new):
            yield Contrast(what=what, before=old, now=new)
