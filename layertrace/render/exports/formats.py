"""Choose an export format by its name or by the suffix of a file, and write the file."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from layertrace.errors import FormatError
from layertrace.render.exports import lives, perfetto, pictures, records
from layertrace.render.lives.palette import Theme
from layertrace.render.page import write_page
from layertrace.timeline import Timeline
from layertrace.timeline.storage.files import written

__all__ = ["FORMATS", "Format", "export"]


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    Attributes:
        name: Its name for `export`.
        suffix: The suffix of such files.
        what: Its purpose, in a phrase.
        write: Writes a timeline to a path, completely or not at all.
        write_in: The same in the colours of a theme; None for a format without a choice of themes.
    """

    name: str
    suffix: str
    what: str
    write: Callable[[Timeline, Path], None]
    write_in: Callable[[Timeline, Path, Theme], None] | None = None


def _whole(write: Callable[[Timeline, IO[bytes]], None]) -> Callable[[Timeline, Path], None]:
    """Return a function that writes to a path, completely or not at all, from one that writes to a file."""

    def to(timeline: Timeline, target: Path) -> None:
        with written(target) as file:
            write(timeline, file)

    return to


def _in_theme(
    write: Callable[[Timeline, IO[bytes], Theme], None],
) -> Callable[[Timeline, Path, Theme], None]:
    """Return the same for a format with themes."""

    def to(timeline: Timeline, target: Path, theme: Theme) -> None:
        with written(target) as file:
            write(timeline, file, theme)

    return to


FORMATS = (
    Format("html", ".html", "a page for the browser", write_page),
    Format(
        "jsonl", ".records.jsonl", "a flat record for each event, for pandas and jq", _whole(records.write)
    ),
    Format("perfetto", ".perfetto.json", "tracks and slices, for ui.perfetto.dev", _whole(perfetto.write)),
    Format("lives", "lives.svg", "the life chart as a picture", _whole(lives.write), _in_theme(lives.write)),
    Format(
        "svg",
        ".svg",
        "the report on one screen as a picture",
        _whole(pictures.write_svg),
        _in_theme(pictures.write_svg),
    ),
    Format("txt", ".txt", "the tree as plain text", _whole(pictures.write_text)),
)
"""All formats, which `export` and the command line offer; `lives.svg` stands before `.svg`."""


def export(
    timeline: Timeline,
    path: str | os.PathLike[str],
    format: str | None = None,  # noqa: A002  # the usual name
    theme: Theme | None = None,
) -> None:
    """Write a timeline to a file for another program, completely or not at all.

    Exported files cannot be read back; use `timeline.save` for that.

    Args:
        timeline: The events.
        path: The output file. Its suffix selects the format: `.html`, `.records.jsonl`,
            `.perfetto.json`, `lives.svg`, `.svg` or `.txt`.
        format: `html`, `jsonl`, `perfetto`, `lives`, `svg` or `txt`, regardless of the suffix.
        theme: `light` or `dark` for a picture; the life chart otherwise follows the system of the reader.

    Raises:
        FormatError: If the format is unknown or has no themes, or the file cannot be written; no partial file
            remains.

    Example:
        >>> export(timeline, "run.perfetto.json")  # doctest: +SKIP
        >>> export(timeline, "run.json", "perfetto")  # doctest: +SKIP
    """
    target = Path(path)
    chosen = _by_suffix(target) if format is None else _by_name(format)
    # A recording under way would grow while it is written; a slice stays as it is.
    if theme is None:
        chosen.write(timeline[:], target)
    elif chosen.write_in is not None:
        chosen.write_in(timeline[:], target, theme)
    else:
        themed = ", ".join(known.name for known in FORMATS if known.write_in is not None)
        raise FormatError(f"the format {chosen.name} has no themes; only {themed} can be light or dark")


def _by_name(name: str) -> Format:
    for known in FORMATS:
        if known.name == name:
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise FormatError(f"unknown format {name!r}; choose one of {names}")


def _by_suffix(target: Path) -> Format:
    for known in FORMATS:
        if target.name.lower().endswith(known.suffix):
            return known
    suffixes = ", ".join(f"{known.suffix} ({known.name})" for known in FORMATS)
    raise FormatError(f"unknown format of {target}; use one of the suffixes {suffixes}, or name the format")
