"""Explain the signs of a life chart; only those that occur in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from layertrace.render.lives.columns import Column
from layertrace.render.lives.marks import STYLES, dot_sign, marks, times_sign
from layertrace.render.lives.rows import Row
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import QUIET, inked

__all__ = ["WORDS", "legend", "occurring"]

WORDS = {
    "i": "init",
    "b": "build",
    "variable": "variable",
    "s": "symbolic call (Keras infers shapes)",
    "t": "traced call (1 2: which trace)",
    "e": "eager call",
    "error": "error",
}
"""What each sign means, in the order of the legend."""


def occurring(rows: Iterable[Row], columns: Sequence[Column]) -> list[str]:
    """Return the signs that occur in some rows, in the order of the legend."""
    used = {
        mark.what
        for row in rows
        for at, cell in row.cells.items()
        if at < len(columns)
        for mark in marks(cell, columns[at].mode)
    }
    return [what for what in WORDS if what in used]


def legend(columns: Sequence[Column], rows: Sequence[Row], glyphs: Glyphs) -> Iterator[Text]:
    """Yield the explanation of each sign."""
    signs = {"variable": dot_sign(glyphs), "error": glyphs.cross}
    for what in occurring(rows, columns):
        text = inked(signs.get(what, what), STYLES[what])
        yield text.append(f" {WORDS[what]}", QUIET)
    if any(number > 1 for row in rows for number in _numbers(row)):
        yield inked(f"b{times_sign(glyphs)}3", "").append(" three times", QUIET)
    if any(row.troubles for row in rows):
        yield inked(glyphs.mark, "").append(" finding", QUIET)
    if any(row.times > 1 for row in rows):
        yield inked(f"name {glyphs.times}6", "bold").append(" six layers, each like this", QUIET)


def _numbers(row: Row) -> Iterator[int]:
    """Yield the numbers that are written next to letters."""
    for cell in row.cells.values():
        yield from (number for kind, number in cell.counts.items() if kind != "variable")
