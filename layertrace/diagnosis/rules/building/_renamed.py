"""Rename an attribute of a layer in the methods of its class."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Iterable, Iterator

from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.user_edits import attribute_renamed
from layertrace.diagnosis.user_source import dotted, nodes_of
from layertrace.timeline.event import Location

__all__ = ["renamed"]


def renamed(
    place: Location | None, name: str, new: str, users: Iterable[tuple[Location | None, str]]
) -> tuple[str, tuple[Edit, ...]]:
    """Return the line that assigns an attribute, with its new name, and the edits of other lines.

    Args:
        place: The line that assigns it.
        name: The name that it has.
        new: The name that it gets.
        users: Where the functions are that may read it, each with what it calls the layer: `self`.

    Returns:
        An empty text and no edits if the line is unknown.
    """
    fix = attribute_renamed(place, name, new)
    if fix is None or place is None:
        return "", ()
    edits = (edit for user, me in dict.fromkeys(users) for edit in _uses(user, me, name, new))
    return fix, tuple(each for each in edits if each.location.line != place.line)


def _uses(method: Location | None, me: str, name: str, new: str) -> Iterator[Edit]:
    """Yield the lines of a function that use the attribute, with its new name."""
    lines = {
        node.lineno
        for node in nodes_of(method)
        if isinstance(node, ast.Attribute) and node.attr == name and dotted(node) == f"{me}.{name}"
    }
    for line in sorted(lines):
        if method is None:
            return
        place = Location(method.file, line, method.function)
        source = linecache.getline(place.file, line).rstrip("\n")
        yield Edit(place, source, re.sub(rf"\b({me}\.){name}\b", rf"\g<1>{new}", source.strip()))
