"""Name files and layers by the shortest unambiguous end of their path."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from rich.text import Text

from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.links import link_to
from layertrace.render.wording.styles import PLACE, inked
from layertrace.timeline.event import Location

__all__ = ["Places", "base_name", "here", "tails", "without_start"]

LONGEST_RELATIVE = 40


def tails(paths: Iterable[str]) -> dict[str, str]:
    """Return for each path its shortest end that differs from those of the others.

    Example:
        >>> tails(["/x/a/model.py", "/x/b/model.py", "/x/run.py"])
        {'/x/a/model.py': 'a/model.py', '/x/b/model.py': 'b/model.py', '/x/run.py': 'run.py'}
    """
    rivals: dict[str, list[tuple[str, list[str]]]] = {}
    for path in dict.fromkeys(paths):
        parts = [part for part in re.split(r"[\\/]", path) if part] or [path]
        rivals.setdefault(parts[-1], []).append((path, parts))
    return {path: tail for family in rivals.values() for path, tail in _shortest_distinct(family)}


def _shortest_distinct(family: list[tuple[str, list[str]]]) -> list[tuple[str, str]]:
    longest = max(len(parts) for _, parts in family)
    for length in range(1, longest + 1):
        short = [(path, "/".join(parts[-length:])) for path, parts in family]
        if len({tail for _, tail in short}) == len(family):
            return short
    return [(path, path) for path, _ in family]


def base_name(file: str) -> str:
    """Return a file without its folders, or `cell` for a cell of a notebook.

    Example:
        >>> base_name("/x/run.py"), base_name("/tmp/ipykernel_4711/436078040.py")
        ('run.py', 'cell')
    """
    return _cell(file) or os.path.basename(file)


def without_start(place: str, width: int, dots: str = "…") -> str:
    """Return a location without its start if it is long: a reader needs its line number most.

    Example:
        >>> without_start("gcn_in_cnn_traced.py:47", 13)
        '…traced.py:47'
    """
    if len(place) <= width:
        return place
    number = len(place) - len(place.rpartition(":")[0])
    return dots + place[-max(width - len(dots), number) :]


def here() -> str:
    """Return the working directory, or the root if the program has removed it."""
    try:
        return os.getcwd()
    except OSError:
        return os.sep


class Places:
    """The names of the lines of code in one output.

    Args:
        locations: All lines of code in the output.
        cwd: The directory that paths are relative to.
        links: Whether `linked` returns links to the files.
    """

    def __init__(self, locations: Iterable[Location], cwd: str, *, links: bool = False) -> None:
        self._links = links
        files = {location.file for location in locations}
        self._short = tails(files)
        self._long = {file: _relative(file, cwd) or self._short[file] for file in files}

    def long(self, location: Location) -> str:
        """Return a location that can be opened from the working directory, unless it is too long."""
        return f"{_cell(location.file) or self._long[location.file]}:{location.line}"

    def short(self, location: Location) -> str:
        """Return a location without its directory, unless two files differ only in that."""
        return f"{_cell(location.file) or self._short[location.file]}:{location.line}"

    def linked(self, location: Location, glyphs: Glyphs, most: int | None = None) -> Text:
        """Return the short form in the colour of places, as a link to the file where that is possible.

        Args:
            location: The line of code.
            glyphs: The symbols that can be shown.
            most: The maximum width; the beginning of a longer name is cut.
        """
        name = glyphs.user(self.short(location))
        name = name if most is None else without_start(name, most, glyphs.dots)
        address = link_to(location) if self._links else None
        style = PLACE if address is None else f"{PLACE} link {address}"
        return inked(name, style)


def _relative(file: str, cwd: str) -> str | None:
    inner = file.removeprefix(cwd.rstrip("\\/"))
    if inner == file or inner[:1] not in ("/", "\\") or len(inner) > LONGEST_RELATIVE:
        return None
    return inner.lstrip("\\/")


def _cell(file: str) -> str | None:
    """Return `cell` for a cell of a notebook, whose file name is meaningless."""
    return "cell" if re.search(r"[\\/]ipykernel_\d+[\\/]|^<ipython-input", file) else None
