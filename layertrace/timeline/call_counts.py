"""Describe in words how often layers were called, and in which modes."""

from __future__ import annotations

from collections.abc import Mapping

from layertrace.timeline.event import MODES, Mode

__all__ = ["calls_in_words"]

_PHRASES: dict[Mode, str] = {"eager": "eager", "symbolic": "symbolic", "graph": "while tracing"}


def calls_in_words(calls: Mapping[Mode, int]) -> str:
    """Return the number of calls, with that of each mode unless all were eager.

    Example:
        >>> calls_in_words({"eager": 1, "graph": 2})
        '3: 1 eager, 2 while tracing'
        >>> calls_in_words({"eager": 1})
        '1'
    """
    counts = {mode: calls[mode] for mode in MODES if calls.get(mode)}
    total = f"{sum(counts.values()):,}"
    if not counts.keys() - {"eager"}:
        return total
    if len(counts) == 1:
        return f"{total} {_PHRASES[next(iter(counts))]}"
    return f"{total}: " + ", ".join(f"{count:,} {_PHRASES[mode]}" for mode, count in counts.items())
