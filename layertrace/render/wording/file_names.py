"""Name files and layers by the shortest end of their path that is not ambiguous."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from layertrace.timeline.event import Location

__all__ = ["Places", "here", "tails"]

LONGEST_RELATIVE = 40


def tails(paths: Iterable[str]) -> dict[str, str]:
    """Shorten each path from the front for as long as it stays different from the others.

    Example:
        >>> tails(["/x/a/model.py", "/x/b/model.py", "/x/run.py"])
        {'/x/a/model.py': 'a/model.py', '/x/b/model.py': 'b/model.py', '/x/run.py': 'run.py'}
    """
    rivals: dict[str, list[tuple[str, list[str]]]] = {}
    for path in dict.fromkeys(paths):
        parts = [part for part in re.split(r"[\\/]", path) if part] or [path]
        rivals.setdefault(parts[-1], []).append((path, parts))
    return {path: tail for family in rivals.values() for path, tail in _told_apart(family)}


def _told_apart(family: list[tuple[str, list[str]]]) -> list[tuple[str, str]]:
    longest = max(len(parts) for _, parts in family)
    for length in range(1, longest + 1):
        short = [(path, "/".join(parts[-length:])) for path, parts in family]
        if len({tail for _, tail in short}) == len(family):
            return short
    return [(path, path) for path, _ in family]


def here() -> str:
    """Return the folder that we are in; the root, if a program has removed it meanwhile."""
    try:
        return os.getcwd()
    except OSError:
        return os.sep


class Places:
    """How the lines of code in one picture are written.

    Args:
        locations: Every line of code in the picture.
        cwd: The directory that inner files are told from.
    """

    def __init__(self, locations: Iterable[Location], cwd: str) -> None:
        files = {location.file for location in locations}
        self._short = tails(files)
        self._long = {file: _relative(file, cwd) or self._short[file] for file in files}

    def long(self, location: Location) -> str:
        """Write a place so that it can be opened from here, where that is not too long."""
        return f"{_cell(location.file) or self._long[location.file]}:{location.line}"

    def short(self, location: Location) -> str:
        """Write a place without its directory, unless two files differ in nothing else."""
        return f"{_cell(location.file) or self._short[location.file]}:{location.line}"


def _relative(file: str, cwd: str) -> str | None:
    inner = file.removeprefix(cwd.rstrip("\\/"))
    if inner == file or inner[:1] not in ("/", "\\") or len(inner) > LONGEST_RELATIVE:
        return None
    return inner.lstrip("\\/")


def _cell(file: str) -> str | None:
    """Notebooks run each cell as a file of its own, whose name tells nobody anything."""
    return "cell" if re.search(r"[\\/]ipykernel_\d+[\\/]|^<ipython-input", file) else None
