"""List names in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["joined"]


def joined(names: Sequence[str], most: int | None = None) -> str:
    """Return names as a list in a sentence.

    Args:
        names: The names.
        most: How many parts the list has at most; None for one for each name.

    Example:
        >>> joined(["x", "y", "z"])
        'x, y and z'
        >>> joined(["a", "b", "c", "d"], most=3)
        'a, b and 2 more'
    """
    if most is not None and len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
