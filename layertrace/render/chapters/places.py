"""Name the lines of code inside a chapter, as far as the chapter does not name them already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from layertrace.render.trees.rows import Row
from layertrace.render.wording.file_names import Places, here
from layertrace.timeline.chapters import Chapter
from layertrace.timeline.event import Location

__all__ = ["LinePlaces", "leave_out"]


class LinePlaces(Places):
    """The names of lines of code below the chapters of one file: `:25` in that file.

    Args:
        locations: All lines of code in the output.
        files: The files of all chapters.
    """

    def __init__(self, locations: Iterable[Location], files: Set[str]) -> None:
        super().__init__(locations, here())
        self._files = files

    def long(self, location: Location) -> str:
        """Return a location that can be opened from the working directory, or its line alone."""
        return self._line(location) or super().long(location)

    def short(self, location: Location) -> str:
        """Return a location without its directory, or its line alone."""
        return self._line(location) or super().short(location)

    def _line(self, location: Location) -> str:
        return f":{location.line}" if self._files == {location.file} else ""


def leave_out(chapter: Chapter, written: Sequence[Row]) -> None:
    """Leave out the places that are those of the chapter."""
    for row in written:
        place = row.line.location
        if place is not None and any(
            statement.file == place.file and statement.first <= place.line <= statement.last
            for statement in chapter.statements[:1]
        ):
            row.line.location = None
