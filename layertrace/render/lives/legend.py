"""Explain the signs of a life chart: those on the screen, with examples from the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from rich.text import Text

from layertrace.render.lives.columns import Column
from layertrace.render.lives.marks import STYLES, Mark, marks, written
from layertrace.render.lives.rows import Row
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import QUIET, inked

__all__ = ["WORDS", "Key", "keys", "legend"]

WORDS = {
    "i": "init",
    "b": "build",
    "variable": "variable",
    "s": "symbolic call (Keras infers shapes)",
    "t": "traced call",
    "e": "eager call",
    "error": "error",
}
"""What each sign means, in the order of the legend."""

NUMBERS = ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MOST_LABELS = 2


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend.

    Attributes:
        what: The sign, as in `WORDS`; `finding`; or `alike` for rows that stand for several.
        words: What it means.
        count: The number next to the sign.
    """

    what: str
    words: str
    count: int = 1


def keys(columns: Sequence[Column], rows: Sequence[Row], is_open: AbstractSet[Row]) -> Iterator[Key]:
    """Yield what a legend explains: each sign, a sign with a number, findings, and rows that are alike.

    Args:
        columns: The columns on the screen.
        rows: The rows on the screen.
        is_open: The rows whose inside is on the screen, too.
    """
    seen: dict[str, Mark] = {}
    of_one: list[Mark] = []
    is_building = False
    of_several: list[Mark] = []
    for row in rows:
        is_building = is_building or _is_called_to_build(row)
        for mark in _marks(row, columns) if not (row.is_group and row in is_open) else ():
            seen.setdefault(mark.what, mark)
            if mark.count > 1 and mark.what not in ("variable", "error"):
                (of_several if row.is_group else of_one).append(mark)
    labels = [column.label for column in columns if column.label][:MOST_LABELS]
    for what in WORDS:
        if what in seen:
            which = f" ({' '.join(labels)}: which trace)" if what == "t" and labels else ""
            yield Key(what, WORDS[what] + which)
    if of_one:
        example = min(of_one, key=lambda mark: mark.count)
        is_explained = is_building and (example.what, example.count) == ("s", 2)
        reason = ", the first time to build the layer" if is_explained else ""
        yield Key(example.what, _times(example.count) + reason, example.count)
    if of_several:
        yield Key(of_several[0].what, "all layers of a row together", of_several[0].count)
    if any(row.troubles for row in rows):
        yield Key("finding", "finding")
    times = [row.times for row in rows if row.times > 1]
    if times:
        yield Key("alike", f"{_in_letters(times[0])} alike, the row shows one".strip(), times[0])


def legend(
    columns: Sequence[Column], rows: Sequence[Row], is_open: AbstractSet[Row], glyphs: Glyphs
) -> Iterator[Text]:
    """Yield the explanation of each sign."""
    for key in keys(columns, rows, is_open):
        if key.what == "finding":
            sign = inked(glyphs.mark, "")
        elif key.what == "alike":
            sign = inked(f"{glyphs.times}{key.count:,}", "bold")
        else:
            sign = inked(written(Mark(key.what, key.count, 0), glyphs), STYLES[key.what])
        yield sign.append(f" {key.words}", QUIET)


def _marks(row: Row, columns: Sequence[Column]) -> Iterator[Mark]:
    """Yield the marks of a row in the columns on the screen."""
    for at, cell in row.cells.items():
        if at < len(columns):
            yield from marks(cell, columns[at].mode)


def _is_called_to_build(row: Row) -> bool:
    """Return whether Keras called a layer to build it, as `building_calls` explains."""
    twice = (cell.firsts["call"] for cell in row.cells.values() if cell.counts.get("call") == 2)
    builds = [cell.firsts["build"] for cell in row.cells.values() if "build" in cell.firsts]
    return any(
        call.mode == "symbolic" and build.parent == call.parent and call.seq < build.seq
        for call in twice
        for build in builds
    )


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{_in_letters(count) or f'{count:,}'} times"


def _in_letters(count: int) -> str:
    """Return a number in letters; nothing if it is large, because it stands next to the sign."""
    return NUMBERS[count] if count < len(NUMBERS) else ""
