"""Shorten a statement so that it fits above a column, and stays recognizable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size

from layertrace.render.wording.glyphs import UNICODE, Glyphs

__all__ = ["called_name", "shortened_source"]

_OPENING, _CLOSING = "([{", ")]}"


def shortened_source(source: str, width: int, glyphs: Glyphs = UNICODE) -> str:
    """Return a statement, without its arguments, its target or its end if it is too long.

    Example:
        >>> shortened_source("model.fit(x, y, epochs=3)", 16)
        'model.fit(…)'
        >>> shortened_source("model = keras.Model(inputs, outputs)", 10)
        'Model(…)'
        >>> shortened_source("print(model.predict(images).shape)", 8)
        'predict'
    """
    source = glyphs.user(source)
    for text in _shorter(source, glyphs):
        if cell_len(text) <= width:
            return text
    shortest = list(_shorter(source, glyphs))[-1]
    if width <= len(glyphs.dots):
        return ""
    return set_cell_size(shortest, width - len(glyphs.dots)).rstrip() + glyphs.dots


def called_name(source: str, glyphs: Glyphs = UNICODE) -> str:
    """Return the shortest form of a statement: the name of what it calls, if it calls something.

    Example:
        >>> called_name("history = model.fit(x, y, epochs=3)")
        'fit'
    """
    return list(_shorter(glyphs.user(source), glyphs))[-1]


def _shorter(source: str, glyphs: Glyphs) -> Iterator[str]:
    """Yield a statement, then shorter and shorter forms of it."""
    yield source
    printed = re.fullmatch(r"print\((.*\(.*)\)", source)  # `print(net(x))` is shortened as `net(x)`
    source = printed[1] if printed else source
    without = _without_arguments(source, glyphs)
    yield without
    value = re.sub(r"^([\w.,\s*\[\]…]+(?<![=!<>])=(?!=)\s*)+", "", without)
    yield value
    called = re.sub(r"^(?:\w+\.)+(?=\w+\()", "", value)
    yield called
    name = re.match(r"\w+(?=\()", called)
    if name:
        yield name[0]


def _without_arguments(source: str, glyphs: Glyphs) -> str:
    """Return a statement with dots in place of what is in its outermost brackets."""
    written: list[str] = []
    depth = start = 0
    for at, sign in enumerate(source):
        if sign in _OPENING:
            depth += 1
            if depth == 1:
                written.append(sign)
                start = at + 1
        elif sign in _CLOSING and depth:
            depth -= 1
            if depth == 0:
                written.append((glyphs.dots if source[start:at].strip() else "") + sign)
        elif depth == 0:
            written.append(sign)
    if depth:
        written.append(glyphs.dots)
    return "".join(written)
