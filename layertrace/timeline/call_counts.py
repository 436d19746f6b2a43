"""Describe in words how often layers were called, and in which modes."""

from __future__ import annotations

from collections.abc import Mapping

from layertrace.timeline.event import MODES, Mode

__all__ = ["calls_in_words", "modes_in_words"]

_PHRASES: dict[Mode, str] = {"eager": "eager", "symbolic": "symbolic", "graph": "traced"}


def calls_in_words(calls: Mapping[Mode, int]) -> str:
    """Return the number of calls, with that of each mode unless all were eager.

    Example:
        >>> calls_in_words({"eager": 1, "graph": 2})
        '3: 1 eager, 2 traced'
        >>> calls_in_words({"eager": 1})
        '1'
    """
    modes = [mode for mode in MODES if calls.get(mode)]
    total = f"{sum(calls.values()):,}"
    if set(modes) <= {"eager"}:
        return total
    return modes_in_words(calls) if len(modes) == 1 else f"{total}: {modes_in_words(calls)}"


def modes_in_words(calls: Mapping[Mode, int]) -> str:
    """Return the number of calls in each mode.

    Example:
        >>> modes_in_words({"symbolic": 1, "graph": 2})
        '1 symbolic, 2 traced'
    """
    return ", ".join(f"{calls[mode]:,} {_PHRASES[mode]}" for mode in MODES if calls.get(mode))
