"""Group neighbours whose names begin alike: `block1a_conv`, `block1a_bn`, `block1a_relu`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

__all__ = ["NameGroup", "grouped"]

FEWEST_SIBLINGS = 12
"""With fewer siblings, each has a row of its own."""

FEWEST_MEMBERS = 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NameGroup(Generic[T]):
    """Neighbours whose names begin alike.

    Attributes:
        prefix: The beginning of their names.
        parts: The things, and groups of them.
    """

    prefix: str
    parts: Sequence[T | NameGroup[T]]


def grouped(things: Sequence[T], names: Callable[[T], tuple[str, str]]) -> list[T | NameGroup[T]]:
    """Return things, neighbours whose names begin alike as groups, which may contain groups.

    Names that Keras makes from the class, such as `batch_normalization_1`, do not count.

    Args:
        things: The things.
        names: Returns the name of a thing and the name of its class.

    Example:
        >>> names = ["in", *("a_x a_y a_z b_0 b_1 b_2 c_u c_v".split()), *"defg"]
        >>> grouped(names, lambda name: (name, "Layer"))[:3]
        ['in', NameGroup(prefix='a_', parts=['a_x', 'a_y', 'a_z']), 'b_0']
    """
    if len(things) < FEWEST_SIBLINGS:
        return list(things)
    return _split([(*names(thing), thing) for thing in things], 0)


def _split(named: Sequence[tuple[str, str, T]], start: int) -> list[T | NameGroup[T]]:
    parts: list[T | NameGroup[T]] = []
    for prefix, group in groupby(named, key=lambda each: _prefix(each[0], each[1], start)):
        members = list(group)
        if not prefix or len(members) < FEWEST_MEMBERS:
            parts += [thing for _, _, thing in members]
        elif len(members) == len(named):  # a longer beginning may distinguish them
            parts += _split(members, len(prefix))
        elif len(members) < FEWEST_SIBLINGS:
            parts.append(NameGroup(prefix, [thing for _, _, thing in members]))
        else:
            parts.append(NameGroup(prefix, _split(members, len(prefix))))
    return parts


def _prefix(name: str, class_name: str, start: int) -> str:
    """Return the beginning of a name up to the next underscore after `start`; empty if there is not any."""
    end = name.find("_", start) + 1
    if not end or name[end:].isdigit() or _is_generated(name, class_name):
        return ""
    return name[:end]


def _is_generated(name: str, class_name: str) -> bool:
    """Return whether Keras made a name from the class (`to_snake_case` in naming.py of Keras 3.0 to 3.15)."""
    snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", class_name)).lower()
    return re.fullmatch(rf"{re.escape(snake)}(_\d+)?", name) is not None
