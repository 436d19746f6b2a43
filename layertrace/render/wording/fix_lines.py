"""Show a fix as a diff: the line that it replaces, and the lines to write."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import suppress

from rich.text import Text

from layertrace.diagnosis import Edit, Evidence, Finding
from layertrace.diagnosis.finding import FixPlace
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.source_frame import TAB, gutter, shown_indentation
from layertrace.render.wording.styles import ADDED, QUIET, REMOVED
from layertrace.timeline.event import Location

__all__ = [
    "edit_lines",
    "fix_lines",
    "in_order",
    "is_above",
    "is_code",
    "lines_above",
    "replaces_line",
    "shown_above",
]


def fix_lines(
    fix: str, source: str, glyphs: Glyphs, place: FixPlace | None = None, indent: str = ""
) -> Iterator[Text]:
    """Yield the lines of a fix that is code: `-` the line it replaces, `+` what to write, never wrapped.

    Args:
        fix: The code.
        source: The line of the mistake; empty if it is unknown.
        glyphs: The symbols that can be shown.
        place: Where the code goes; None if it replaces a line that sets or calls the same.
        indent: What precedes each line of the code, so that it is in line with the code around it.
    """
    mistake = source.strip()
    replaces = any(replaces_line(line, mistake) for line in fix.split("\n"))
    if mistake and (place == "in place" or (place is None and replaces)):
        yield _unwrapped(gutter("-", REMOVED).append(glyphs.user(mistake), REMOVED))
    for line in glyphs.user_lines(fix).split("\n"):
        if line.startswith("#"):
            yield _unwrapped(gutter(" ", QUIET).append(line.removeprefix("#").strip()))
            continue
        code, mark, comment = line.partition("# ")
        yield _unwrapped(gutter("+", ADDED).append(indent + code, ADDED).append(mark + comment, QUIET))


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Return edits in the order of their lines."""
    return sorted(edits, key=lambda edit: (edit.location.file, edit.location.line))


def edit_lines(edit: Edit, places: Places, glyphs: Glyphs, near: Location | None) -> Iterator[Text]:
    """Yield another line with its number, and what to write instead, or before or after it.

    Args:
        edit: The edit.
        places: How locations are written.
        glyphs: The symbols that can be shown.
        near: The line of the mistake. The file is named if it is another.
    """
    if near is None or near.file != edit.location.file:
        yield _unwrapped(gutter(" ", QUIET).append_text(places.linked(edit.location, glyphs)))
    number = str(edit.location.line)
    indent = " " * shown_indentation(edit.source)
    source = edit.source.strip()
    shown = glyphs.user(indent + edit.source.expandtabs(TAB).strip())
    kept = _unwrapped(gutter(glyphs.pipe, QUIET, number).append(shown))
    if edit.code.startswith(f"{source}\n"):
        yield kept
        yield from fix_lines(edit.code.removeprefix(f"{source}\n"), "", glyphs, "in place", indent)
    elif edit.code.endswith(f"\n{source}"):
        yield from fix_lines(edit.code.removesuffix(f"\n{source}"), "", glyphs, "in place", indent)
        yield kept
    else:
        yield _unwrapped(gutter("-", REMOVED, number).append(shown, REMOVED))
        if edit.code:
            yield from fix_lines(edit.code, "", glyphs, "in place", indent)


def is_above(finding: Finding) -> bool:
    """Return whether the fix is shown above the line of the mistake, because its code goes there."""
    return finding.fix_place == "before" and bool(finding.source) and is_code(finding.fix)


def lines_above(finding: Finding, glyphs: Glyphs) -> Iterator[Text]:
    """Yield what is shown above the line of the mistake: earlier lines that matter, and the fix."""
    if not is_above(finding):
        return
    for evidence in shown_above(finding):
        number = "" if evidence.location is None else str(evidence.location.line)
        line = gutter(glyphs.pipe, QUIET, number).append(glyphs.user(evidence.source.expandtabs(TAB)))
        yield _unwrapped(line)
    indent = " " * shown_indentation(finding.source)
    yield from fix_lines(finding.fix, finding.source, glyphs, "before", indent)


def shown_above(finding: Finding) -> list[Evidence]:
    """Return the evidence that is shown as a line of code above the line of the mistake."""
    place = finding.location
    if place is None or not is_above(finding):
        return []
    return [
        evidence
        for evidence in finding.evidence
        if evidence.source
        and evidence.location is not None
        and evidence.location.file == place.file
        and evidence.location.line < place.line
    ]


def is_code(fix: str) -> bool:
    """Return whether a fix is Python code, which may end with a decorator, rather than a sentence."""
    for code in (fix, f"{fix}\ndef decorated(): ..."):
        with suppress(SyntaxError, ValueError):
            ast.parse(code)
            return True
    return False


def replaces_line(line: str, mistake: str) -> bool:
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
