"""Show a line of source code with its number, and the expression in question underlined."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import accumulate

from rich.cells import cell_len
from rich.text import Text

from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import QUIET, inked
from layertrace.timeline.event import Location

__all__ = ["TAB", "gutter", "shown_indentation", "source_frame"]

NUMBER_WIDTH = 4
TAB = 4
WIDEST_INDENT = 8
BEFORE_UNDERLINE = 12


def gutter(mark: str, style: str, number: str = "") -> Text:
    """Return what precedes a line of a frame: a line number, and a bar, `+` or `-`."""
    return inked(number.rjust(NUMBER_WIDTH), QUIET).append(f" {mark} ", style)


def source_frame(source: str, location: Location, glyphs: Glyphs, width: int, style: str) -> Iterator[Text]:
    """Yield a line of source code, and a line that underlines the expression.

    Args:
        source: The line as it is in the file; nothing is yielded if it is blank.
        location: Its number, and the columns of the expression. If these are unknown, what the statement
            assigns, returns or evaluates is underlined.
        glyphs: The symbols that can be shown.
        width: The maximum width; of a longer line, the part around the expression is shown.
        style: The style of the underline.
    """
    if not source.strip():
        return
    start, end = _span(source, location)
    cells, offsets = _cells(source, glyphs)
    first = _hidden(_indentation("".join(cells)))
    begin, finish = offsets[start], max(offsets[end], offsets[start] + 1)
    opening = gutter(glyphs.pipe, QUIET, str(location.line))
    room = max(width - opening.cell_len, 20)
    line = "".join(cells)
    if offsets[-1] - first > room:
        first = max(first, min(begin - BEFORE_UNDERLINE, offsets[-1] - room))
    shown = _slice(line, first, room, glyphs)
    yield opening.append(shown)
    under = min(finish - first, room) - (begin - first)
    yield gutter(glyphs.pipe, QUIET).append(" " * (begin - first)).append("^" * max(under, 1), style)


def _span(source: str, location: Location) -> tuple[int, int]:
    """Return where the expression begins and ends, in characters."""
    stripped = len(source.rstrip())
    if location.columns is not None:
        raw = source.encode()
        start, end = location.columns
        first = len(raw[:start].decode(errors="ignore"))
        last = stripped if end is None else len(raw[:end].decode(errors="ignore"))
        if first < last <= len(source):
            return first, last
    indentation = len(source) - len(source.lstrip())
    start, end = _expression(source.strip())
    return indentation + start, indentation + end


def _expression(code: str) -> tuple[int, int]:
    """Return where the value of a simple statement begins and ends; else of the whole line."""
    try:
        (statement,) = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a part of a statement, or a head
        return 0, len(code)
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.expr) or value.end_col_offset is None:
        return 0, len(code)
    raw = code.encode()
    return len(raw[: value.col_offset].decode()), len(raw[: value.end_col_offset].decode())


def _cells(source: str, glyphs: Glyphs) -> tuple[list[str], list[int]]:
    """Return what is shown for each character, and at which column it begins; the last entry is the end."""
    shown: list[str] = []
    column = 0
    for sign in source.rstrip():
        shown.append(" " * (TAB - column % TAB) if sign == "\t" else glyphs.user(sign))
        column += cell_len(shown[-1])
    offsets = [0, *accumulate(map(cell_len, shown))]
    return shown, offsets + offsets[-1:] * (len(source) - len(shown))


def shown_indentation(source: str) -> int:
    """Return how far a line is indented in its frame."""
    indentation = _indentation(source.expandtabs(TAB))
    return indentation - _hidden(indentation)


def _hidden(indentation: int) -> int:
    """Return how much of an indentation is not shown."""
    return max((indentation - WIDEST_INDENT) // TAB * TAB, 0)


def _indentation(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _slice(line: str, first: int, room: int, glyphs: Glyphs) -> str:
    """Return a part of a line that is `room` columns wide, with dots where it was cut."""
    text, column = "", 0
    for sign in line:
        size = cell_len(sign)
        if first <= column and column + size <= first + room:
            text += sign
        column += size
    is_cut_before = line[:first].strip() != ""
    if is_cut_before:
        text = glyphs.dots + text[len(glyphs.dots) :]
    if column > first + room:
        text = text[: -len(glyphs.dots)] + glyphs.dots
    return text
