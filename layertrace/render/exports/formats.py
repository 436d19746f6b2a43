"""Choose a format by its name, or by how a file's name ends, and write the file as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from layertrace.errors import FormatError
from layertrace.render.exports import perfetto, pictures, records
from layertrace.render.page import write_page
from layertrace.timeline import Timeline
from layertrace.timeline.storage.files import written

__all__ = ["FORMATS", "Format", "export"]


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    Attributes:
        name: What `export` calls it.
        suffix: How names of such files end.
        what: What it is good for, in a phrase.
        write: Writes a timeline to a path, as a whole or not at all.
    """

    name: str
    suffix: str
    what: str
    write: Callable[[Timeline, Path], None]


def _whole(write: Callable[[Timeline, IO[bytes]], None]) -> Callable[[Timeline, Path], None]:
    """Let what writes to an open file write a file that is there as a whole or not at all."""

    def to(timeline: Timeline, target: Path) -> None:
        with written(target) as file:
            write(timeline, file)

    return to


FORMATS = (
    Format("html", ".html", "one page to look at in a browser", write_page),
    Format(
        "jsonl", ".records.jsonl", "a flat record for each event, for pandas and jq", _whole(records.write)
    ),
    Format("perfetto", ".perfetto.json", "tracks and slices, for ui.perfetto.dev", _whole(perfetto.write)),
    Format("svg", ".svg", "the tree as a picture", _whole(pictures.write_svg)),
    Format("txt", ".txt", "the tree as plain text", _whole(pictures.write_text)),
)
"""All formats; what is added here is known to `export` and to the command line."""


def export(timeline: Timeline, path: str | os.PathLike[str], format: str | None = None) -> None:  # noqa: A002  # what everybody calls it
    """Write a timeline to a file for another program; the file is there as a whole or not at all.

    None of these can be read back: that is what `timeline.save` is for.

    Args:
        timeline: The events.
        path: Where to. Its name tells the format by its end: `.html`, `.records.jsonl`,
            `.perfetto.json`, `.svg` or `.txt`.
        format: `html`, `jsonl`, `perfetto`, `svg` or `txt`, whatever the file is called.

    Raises:
        FormatError: If there is no such format, or the file cannot be written; nothing is left behind then.

    Example:
        >>> export(timeline, "run.perfetto.json")  # doctest: +SKIP
        >>> export(timeline, "run.json", "perfetto")  # doctest: +SKIP
    """
    target = Path(path)
    chosen = _by_suffix(target) if format is None else _by_name(format)
    # A recording under way would grow while it is written; a slice stays as it is.
    chosen.write(timeline[:], target)


def _by_name(name: str) -> Format:
    for one in FORMATS:
        if one.name == name:
            return one
    raise FormatError(f"there is no format {name!r}; there are {', '.join(one.name for one in FORMATS)}")


def _by_suffix(target: Path) -> Format:
    for one in FORMATS:
        if target.name.lower().endswith(one.suffix):
            return one
    known = ", ".join(f"{one.suffix} ({one.name})" for one in FORMATS)
    raise FormatError(f"{target} ends in none of {known}, so its format is not known; name one of them")
