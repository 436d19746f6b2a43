"""Caption the columns of a life chart: the line, the statement, and its time."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from layertrace.render.lives.columns import ChapterHead
from layertrace.render.lives.sources import called_name, shortened_source
from layertrace.render.wording.formatting import duration
from layertrace.render.wording.glyphs import UNICODE, Glyphs
from layertrace.timeline.chapters import Chapter

__all__ = [
    "cut_text",
    "least_width",
    "left_out_text",
    "source_of",
    "time_of",
    "two_lines",
    "width_of_name",
]

LEAST_OF_NAME = 5
"""What is shown at least of the name of a statement: four letters and the dots."""

LEAST_OF_FUNCTION = 7
"""`predict` is never cut."""

MOST_LEFT_OUT = 3
MOST_CUT = 4
WIDEST_LEFT_OUT = 24


def source_of(chapter: ChapterHead) -> str:
    """Return the statement of some columns, or their thread if it cannot be read."""
    return chapter.source or (f"thread {chapter.thread}" if chapter.thread else "")


def time_of(chapter: ChapterHead, glyphs: Glyphs = UNICODE) -> str:
    """Return how long the statements ran; empty if that is unknown."""
    return "" if chapter.duration_ns is None else duration(chapter.duration_ns, glyphs)


def least_width(chapter: ChapterHead, glyphs: Glyphs) -> int:
    """Return the width for the line number, and for the beginnings of the name and of a function's name."""
    name = cell_len(called_name(source_of(chapter), glyphs))
    function = len(chapter.groups[-1].label) if len(chapter.groups) == 1 else 0
    return max(len(chapter.lines), min(name, LEAST_OF_NAME), min(function, LEAST_OF_FUNCTION))


def width_of_name(chapter: ChapterHead, glyphs: Glyphs) -> int:
    """Return the width for the line number, and below it the name and the time."""
    name = cell_len(called_name(source_of(chapter), glyphs))
    return max(len(chapter.lines), name, len(time_of(chapter, glyphs)))


def two_lines(chapter: ChapterHead, number: str, width: int, glyphs: Glyphs) -> tuple[str, str]:
    """Return the statement next to the line number and an empty text, or the statement for the line below.

    It stands below if its name does not fit next to the number.
    """
    source, room = source_of(chapter), width - len(number) - 1
    if not source or cell_len(called_name(source, glyphs)) <= room:
        return shortened_source(source, room, glyphs), ""
    return "", shortened_source(source, width, glyphs)


def cut_text(chapters: Sequence[ChapterHead], glyphs: Glyphs = UNICODE) -> str:
    """Return the statements whose columns are cut, with their times: `27 fit 3.4 s, 31 predict 120 ms`."""
    named = [
        f"{chapter.lines} {called_name(source_of(chapter), glyphs)} {time_of(chapter, glyphs)}".strip()
        for chapter in chapters[:MOST_CUT]
    ]
    return ", ".join(filter(None, named)) + (f", {glyphs.dots}" if len(chapters) > MOST_CUT else "")


def left_out_text(chapters: Sequence[Chapter], glyphs: Glyphs = UNICODE) -> str:
    """Return a sentence that names the statements without a column, because no layer took part in them."""
    named = [
        f"{chapter.lines} {shortened_source(chapter.source, WIDEST_LEFT_OUT, glyphs)}".strip()
        for chapter in chapters[:MOST_LEFT_OUT]
        if chapter.lines
    ]
    if not named:
        return ""
    more = len(chapters) - len(named)
    named += [f"{more:,} more"] if more else []
    return f"no layer took part in {', '.join(named)}"
