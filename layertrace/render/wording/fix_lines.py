"""Show a fix as a diff: the line that it replaces, and the lines to write."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress

from rich.text import Text

from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.source_frame import gutter
from layertrace.render.wording.styles import ADDED, QUIET, REMOVED

__all__ = ["fix_lines", "is_code"]


def fix_lines(fix: str, source: str, glyphs: Glyphs) -> Iterator[Text]:
    """Yield the lines of a fix that is code: `-` the line it replaces, `+` what to write, never wrapped.

    Args:
        fix: The code.
        source: The line of the mistake; empty if it is unknown.
        glyphs: The symbols that can be shown.
    """
    mistake = source.strip()
    if mistake and any(_replaces(line, mistake) for line in fix.split("\n")):
        yield _unwrapped(gutter("-", REMOVED).append(glyphs.user(mistake), REMOVED))
    for line in glyphs.user_lines(fix).split("\n"):
        if line.startswith("#"):
            yield _unwrapped(gutter(" ", QUIET).append(line.removeprefix("#").strip()))
            continue
        code, mark, comment = line.partition("# ")
        yield _unwrapped(gutter("+", ADDED).append(code, ADDED).append(mark + comment, QUIET))


def is_code(fix: str) -> bool:
    """Return whether a fix is Python code, which may end with a decorator, rather than a sentence."""
    for code in (fix, f"{fix}\ndef decorated(): ..."):
        with suppress(SyntaxError, ValueError):
            ast.parse(code)
            return True
    return False


def _replaces(line: str, mistake: str) -> bool:
    """Return whether a line of a fix sets what a mistaken line sets, or calls what it calls."""
    return line.strip() != mistake and bool(_target(line)) and _target(line) == _target(mistake)


def _target(line: str) -> str:
    """Return what a statement assigns to, the function that it calls, or `return`; empty for others."""
    try:
        (statement,) = ast.parse(line.strip()).body
    except (SyntaxError, ValueError):
        return ""
    if isinstance(statement, ast.Assign):
        return ast.dump(statement.targets[0])
    if isinstance(statement, ast.Return):
        return "return"
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return ast.dump(statement.value.func)
    return ""


def _unwrapped(line: Text) -> Text:
    line.rstrip()
    line.no_wrap, line.overflow = True, "ignore"
    return line
